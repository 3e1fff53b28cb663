"""A case as people saw it, what was read in it, and the reply that is on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response
from fastapi.responses import PlainTextResponse

from monitor.domain.casework import ESCALATION_CLOCK
from monitor.domain.danger import HELPLINES, report_of
from monitor.domain.draft import APPROVABLE, Draft, DraftState
from monitor.domain.errors import NotFound, PressZeroError, StoreUnavailable
from monitor.domain.moments import utc_text
from monitor.domain.reading import INTENTS
from monitor.stages import presence
from monitor.stages.people import SignedIn
from monitor.stages.review import CLAIM_LASTS, REJECT_REASONS
from monitor.web import words
from monitor.web.access import Drafter, Reader, Services
from monitor.web.caseview import CaseView, Filled, view_of
from monitor.web.editor import editor_of
from monitor.web.pages import frame_of, render, wants_part
from monitor.web.queue_place import Place, place_within
from monitor.web.rows import rule_in_words
from monitor.web.services import WebServices

router = APIRouter()
MOST_WORDINGS = 3
MOST_TEXTS = 8


@dataclass(frozen=True, slots=True)
class Notice:
    """What the page says above everything else: an error that was answered, or what moved."""

    title: str
    detail: str
    code: str = ""
    tone: str = "warn"

    @classmethod
    def of(cls, error: PressZeroError) -> Notice:
        """An error in the words it brings along."""
        return cls(error.cause, error.what_to_do, error.code)


@router.get("/cases/{case_id}")
def case_page(
    request: Request,
    services: Services,
    person: Reader,
    case_id: int,
    tasks: BackgroundTasks,
    within: Annotated[str, Query(max_length=600)] = "",
) -> Response:
    """A case; `within` is where in the queue it was opened from."""
    del within
    answer, view = _page(request, services, person, case_id)
    # After the answer: a page does not wait for the store's one writer.
    tasks.add_task(_looked, services, person, view)
    return answer


def _looked(services: WebServices, person: SignedIn, view: CaseView) -> None:
    case_id = view.case.id
    try:
        if view.draft is not None and view.draft.state in APPROVABLE and view.own is None:
            presence.opened(services.store, person.name, view.draft, view.conversation, services.clock)
        with services.store.read() as session:
            called = session.casework.calls(person.name, case_id)
        if called:
            with services.store.write() as session:
                session.casework.seen(person.name, case_id, services.clock.now())
    except StoreUnavailable:
        return  # the store is busy: the next look notes it


def show_case(
    request: Request,
    services: WebServices,
    person: SignedIn,
    case_id: int,
    *,
    status: int = 200,
    notice: Notice | None = None,
    form: Filled | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """The page of a case; with a notice and the person's own words when an action did not go through.

    `typed`: what stood in the fields of the form that did not go through, by name.
    """
    return _page(request, services, person, case_id, status, notice, form, typed)[0]


def _page(
    request: Request,
    services: WebServices,
    person: SignedIn,
    case_id: int,
    status: int = 200,
    notice: Notice | None = None,
    form: Filled | None = None,
    typed: Mapping[str, str] | None = None,
) -> tuple[Response, CaseView]:
    within, now = within_of(request), services.clock.now()
    place = place_within(within, person.name)
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        whole = bool(request.query_params.get("whole"))
        view = view_of(session, case_id, now, person.name, form=form, place=place, whole=whole)
        lasts = claim_lasts(view.draft, person.name, now)
    verdict = services.verdict(view.conversation) if services.verdict else None
    answer = render(
        request,
        services,
        "case.html",
        person=person,
        frame=frame,
        status=status,
        view=view,
        case=view.case,
        watched=view.case.id,
        lane=view.case.lane,
        within=place.within if place else "",
        back=place.query if place else f"lane={view.case.lane.value}",
        back_name=_name_of(place) if place else words.LANES[view.case.lane],
        typed=typed or {},
        verdict=verdict,
        may_reply=verdict.may_reply.value if verdict else view.case.verdict,
        editor=editor_of(services, view.conversation, view.draft, person.name, view.own),
        claimed=lasts,
        handoff=_handoff(services, view),
        shown_at=utc_text(now),
        notice=notice,
        schedules=services.posting is not None,
        advice=_advice(services, view),
        help=report_of(view.case.platform)
        if view.withheld and view.withheld["reason"] == "self_harm"
        else None,
        helplines=HELPLINES,
        wordings=services.candidates is not None or services.snippets is not None,
        rejects=REJECT_REASONS,
        intents=INTENTS,
        desks=ESCALATION_CLOCK,
        rule=lambda name: rule_in_words(services, name),
        undo_seconds=services.undo.total_seconds(),
        State=DraftState,
    )
    return answer, view


def claim_lasts(draft: Draft | None, user: str, now: datetime) -> str:
    """Who else is working on a draft; "" when nobody is, or their claim is over."""
    if draft is None or draft.claimed_by in (None, user) or draft.claimed_at is None:
        return ""
    return draft.claimed_by or "" if now - draft.claimed_at < CLAIM_LASTS else ""


def _name_of(place: Place) -> str:
    lane = words.LANES[place.lane] if place.lane else "All open"
    return f"{lane}, filtered" if place.asked else lane


def within_of(request: Request) -> str:
    """Where in the queue the case was opened from: a form's page remembers it in its own address."""
    own = request.query_params.get("within", "")
    if own or request.method == "GET":
        return own
    came = urlsplit(request.headers.get("referer", ""))
    asked = parse_qs(came.query).get("within") if came.path.startswith("/cases/") else None
    return asked[0] if asked else ""


def _handoff(services: WebServices, view: CaseView) -> str | None:
    if services.handoff_url is None or view.draft is None or view.draft.state is not DraftState.HANDED_OFF:
        return None
    return services.handoff_url(view.conversation, view.draft.text)


@router.get("/cases/{case_id}/moved")
def moved(
    request: Request,
    services: Services,
    person: Reader,
    case_id: int,
    hash: str = "",
    version: int = 0,
    state: str = "",
) -> Response:
    """A piece of the page: says that the conversation or the draft is no longer what was shown."""
    with services.store.read() as session:
        conversation = session.cases.conversation(case_id)
        draft = session.drafts.live_of(case_id)
    if state in _UNDER_WAY and (draft is None or draft.state != state):
        # Nothing is being typed while a reply is on its way: the page may simply show what became of it.
        return Response(headers={"hx-refresh": "true"})
    by = (draft.claimed_by or draft.written_by) if draft else ""
    return render(
        request,
        services,
        "_moved.html",
        person=person,
        case=conversation.case,
        talked=conversation.hash != hash,
        redrafted=(draft.version if draft else 0) != version and by != person.name,
        by=by,
    )


def _advice(services: WebServices, view: CaseView) -> str | None:
    """What to do about what stopped the draft."""
    code = view.draft.reason_code if view.draft else None
    return services.posting.advise(code) if services.posting else None


@router.get("/cases/{case_id}/wordings")
def wordings(request: Request, services: Services, person: Drafter, case_id: int) -> Response:
    """Other drafts to choose from: a piece of the page, or a page. They are written when somebody asks."""
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        view = view_of(session, case_id, services.clock.now(), person.name)
    shown = view.draft.text if view.draft else None
    found = services.candidates(view.conversation) if services.candidates else ()
    ready = services.snippets(view.conversation) if services.snippets else ()
    return render(
        request,
        services,
        "_wordings.html" if wants_part(request) else "wordings.html",
        person=person,
        frame=frame,
        view=view,
        case=view.case,
        lane=view.case.lane,
        draft=view.draft,
        shown_at=utc_text(services.clock.now()),
        candidates=[c for c in found if c.text != shown][:MOST_WORDINGS],
        snippets=[(kind, [s for s in ready if s.kind == kind]) for kind in words.SNIPPETS],
        before=[t for t in view.texts if t["text"] != shown][-MOST_TEXTS:],
    )


_UNDER_WAY = frozenset({DraftState.APPROVED, DraftState.SENDING, DraftState.UNKNOWN})


@router.get("/cases/{case_id}/posts/{mention_id}")
def whole_post(services: Services, person: Reader, case_id: int, mention_id: int) -> Response:
    """All of a very long post, as plain text."""
    del person
    with services.store.read() as session:
        conversation = session.cases.conversation(case_id)
    for turn in conversation.turns:
        if turn.mention_id == mention_id:
            return PlainTextResponse(turn.mention.text)
    raise NotFound(f"Case {case_id} holds no post {mention_id}.")
