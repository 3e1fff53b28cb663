"""The lanes: rows that say who, where, in which words, why it is urgent, and what the draft says."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from monitor.domain.case import Case, Lane
from monitor.domain.draft import Draft
from monitor.domain.posting import ReplyPrice
from monitor.domain.reading import INTENTS, Urgency
from monitor.store.inbox import PAGE, Filter, LastPost
from monitor.store.session import Session
from monitor.web import words
from monitor.web.access import Reader, Services
from monitor.web.pages import frame_of, render, wants_part
from monitor.web.services import WebServices

router = APIRouter()
SHORT = 280  # characters of a customer's words in a row


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a lane."""

    case: Case
    said: str
    then: str  # what they said last, where it is another post
    has_media: bool
    posts: int
    why: str  # why it is urgent, in words
    quote: str  # the words that set it off
    draft: Draft | None
    first_line: str
    price: ReplyPrice | None  # what posting the draft costs


def rows_of(session: Session, services: WebServices, cases: list[Case]) -> list[RowView]:
    """The rows for up to a page of cases, in two statements."""
    drafts, posts = session.inbox.drafts(cases), session.inbox.last_posts(cases)
    return [_row(services, case, drafts.get(case.id), posts.get(case.id)) for case in cases]


def _row(services: WebServices, case: Case, draft: Draft | None, post: LastPost | None) -> RowView:
    why, quote = why_urgent(services, case, post)
    text = (post.first or post.text) if post else case.title
    return RowView(
        case=case,
        said=_short(text),
        then=_short(post.text) if post and post.first else "",
        has_media=post.has_media if post else False,
        posts=post.posts if post else 0,
        why=why,
        quote=quote,
        draft=draft,
        first_line=draft.text.split("\n", 1)[0][:200] if draft else "",
        price=services.price(case, draft.text) if services.price and draft else None,
    )


def _short(text: str) -> str:
    return text[:SHORT] + ("…" if len(text) > SHORT else "")


def why_urgent(services: WebServices, case: Case, post: LastPost | None) -> tuple[str, str]:
    """(why the case has its urgency, the customer's words behind it); both may be empty."""
    reading = post.reading if post else None
    said = []
    if reading and reading.claimed_wait_minutes:
        said.append(f"says they waited {reading.claimed_wait_minutes} min")
    said += [words.SIGNALS[s] for s in case.signals if s in words.SIGNALS and s not in _SAID_ELSEWHERE]
    # "The model thinks so" tells nobody anything in a row; the page of the case says it.
    reason = next((r for r in reading.urgency.reasons if r.rule != "model"), None) if reading else None
    if reason is not None:
        return "; ".join([rule_in_words(services, reason.rule), *said]), reason.text
    return "; ".join(said), ""


_SAID_ELSEWHERE = frozenset({"summoned", "media_attached", "sarcasm_possible"})


def rule_in_words(services: WebServices, rule: str) -> str:
    """A rule as its author described it, or its id made readable."""
    told = services.explain_rule(rule) if services.explain_rule else None
    return told or ("the model's judgement" if rule == "model" else words.plain(rule))


@router.get("/")
def queue(
    request: Request,
    services: Services,
    person: Reader,
    lane: Lane | None = None,
    after: int = 0,
) -> Response:
    """A lane, oldest risk first. Without a lane: the first one that holds anything."""
    chosen = _filter(request, person.name)
    with services.store.read() as session:
        frame = frame_of(session)
        shown = lane or next(
            (x for x in (Lane.NOW, Lane.NEEDS_APPROVAL, Lane.BY_HAND) if frame.lanes[x]), Lane.NOW
        )
        start = session.cases.get(after) if after else None
        cases = session.inbox.lane(shown, chosen, after=start, limit=PAGE)
        rows = rows_of(session, services, cases)
        sources = [state.source for state in session.ledger.states()]
        people = [user.name for user in session.people.all() if user.disabled_at is None]
    asked = {k: v for k, v in request.query_params.items() if k in _FILTERS and v}
    return render(
        request,
        services,
        "_rows.html" if wants_part(request) and after else "queue.html",
        person=person,
        frame=frame,
        lane=shown,
        rows=rows,
        signature=signature_of(cases),
        more=_more(shown, asked, cases),
        asked=asked,
        query=urlencode({"lane": shown.value, **asked}),
        choices={
            "urgency": [(u.value, u.value) for u in Urgency],
            "intent": [(i, words.INTENTS[i]) for i in INTENTS],
            "source": [(s, s) for s in sources],
            "verdict": list(words.VERDICTS.items()),
            "assignee": [("me", "me"), ("-", "nobody"), *((p, p) for p in people if p != person.name)],
        },
    )


_FILTERS = frozenset(asdict(Filter()))


def _filter(request: Request, me: str) -> Filter:
    asked = {k: request.query_params.get(k, "")[:100] for k in _FILTERS}
    if asked["assignee"] == "me":
        asked["assignee"] = me
    return Filter(**asked)


def _more(lane: Lane, asked: dict[str, str], cases: list[Case]) -> str | None:
    if len(cases) < PAGE:
        return None
    return "/?" + urlencode({"lane": lane.value, **asked, "after": cases[-1].id})


@router.get("/fresh")
def fresh(request: Request, services: Services, person: Reader, lane: Lane, signature: str = "") -> Response:
    """A piece of the page: offers the newer state of a lane, without moving what somebody reads."""
    with services.store.read() as session:
        cases = session.inbox.lane(lane, _filter(request, person.name))
    back = {k: v for k, v in request.query_params.items() if k in _FILTERS or k == "lane"}
    changed = signature_of(cases) != signature
    return render(
        request, services, "_fresh.html", person=person, changed=changed, back="/?" + urlencode(back)
    )


def signature_of(cases: list[Case]) -> str:
    """Another text whenever another case, or another state of one, would be shown."""
    shown = " ".join(f"{c.id}.{c.version}" for c in cases)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


@router.get("/search")
def search(
    request: Request, services: Services, person: Reader, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Cases with a post, a customer or a draft that holds all of the words."""
    with services.store.read() as session:
        frame = frame_of(session)
        cases = session.cases.search(q, limit=PAGE) if q.strip() else []
        rows = rows_of(session, services, cases)
    return render(
        request, services, "search.html", person=person, frame=frame, q=q, rows=rows, more=None, query=""
    )
