"""A case as people saw it, what was read in it, and the reply that is on its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, BackgroundTasks, Request, Response
from fastapi.responses import PlainTextResponse

from monitor.domain.approval import Approval
from monitor.domain.case import Case
from monitor.domain.conversation import Conversation, Turn
from monitor.domain.draft import Draft, DraftState
from monitor.domain.errors import NotFound, PressZeroError, StoreUnavailable
from monitor.domain.moments import utc_text
from monitor.domain.posting import Attempt
from monitor.domain.reading import INTENTS
from monitor.stages.people import SignedIn
from monitor.stages.review import REJECT_REASONS
from monitor.store.inbox import Filter
from monitor.store.protocol import Row
from monitor.store.session import Session
from monitor.web.access import Drafter, Reader, Services
from monitor.web.editor import editor_of
from monitor.web.pages import frame_of, render, wants_part
from monitor.web.rows import rule_in_words
from monitor.web.services import WebServices

router = APIRouter()
MOST_WORDINGS = 5


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


@dataclass(frozen=True, slots=True)
class TurnView:
    """One post, and what became of it."""

    turn: Turn
    edits: int
    changed: str  # "", new, edited, removed: since the person last looked


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything the page of a case shows."""

    conversation: Conversation
    turns: tuple[TurnView, ...]
    seen: str
    draft: Draft | None
    approval: Approval | None
    attempts: Sequence[Attempt]
    past: Sequence[Draft]
    withheld: Row | None
    others: Sequence[Case]
    notes: Sequence[Row]
    promises: Sequence[Row]
    history: Sequence[Mapping[str, Any]]
    people: Sequence[str]
    above: int | None
    below: int | None

    @property
    def case(self) -> Case:
        """The case itself."""
        return self.conversation.case


def seen_of(conversation: Conversation) -> str:
    """Which posts a page showed, in which revision: what "changed since" is measured against."""
    return " ".join(f"{t.mention_id}.{t.revision}{'x' if t.removed_at else ''}" for t in conversation.turns)


def changes(seen: str, conversation: Conversation) -> dict[int, str]:
    """What happened to which post since a page showed `seen`; nothing when the page said nothing."""
    before: dict[int, tuple[str, bool]] = {}
    for token in seen.split():
        number, _, revision = token.partition(".")
        if number.isdigit():
            before[int(number)] = (revision.rstrip("x"), revision.endswith("x"))
    if not before:
        return {}
    found = {}
    for turn in conversation.turns:
        if turn.context:  # what others say around a case unmakes no draft
            continue
        was = before.get(turn.mention_id)
        if was is None:
            found[turn.mention_id] = "new"
        elif turn.removed_at is not None and not was[1]:
            found[turn.mention_id] = "removed"
        elif str(turn.revision) != was[0]:
            found[turn.mention_id] = "edited"
    return found


def view_of(session: Session, case_id: int, seen: str = "") -> CaseView:
    """Reads a case with everything around it, in one snapshot. Raises NotFound."""
    conversation = session.cases.conversation(case_id)
    case, moved = conversation.case, changes(seen, conversation)
    draft = session.drafts.live_of(case_id)
    drafts = session.drafts.of_case(case_id)
    last = draft or (drafts[-1] if drafts else None)
    return CaseView(
        conversation=conversation,
        turns=tuple(
            TurnView(t, len(session.mentions.revisions(t.mention_id)), moved.get(t.mention_id, ""))
            for t in conversation.turns
        ),
        seen=seen_of(conversation),
        draft=draft,
        approval=session.drafts.approval_of(last.id) if last else None,
        attempts=session.drafts.attempts(last.id) if last else (),
        past=[d for d in drafts if draft is None or d.id != draft.id],
        withheld=session.cases.withheld(case_id),
        others=[c for c in _others(session, case) if c.id != case_id],
        notes=session.cases.notes(case_id),
        promises=session.promises.of_case(case_id),
        history=_history(session, case_id, drafts),
        people=session.brands.members(case.source),
        above=session.inbox.above(case.lane, Filter(), case),
        below=session.inbox.below(case.lane, Filter(), case),
    )


def _others(session: Session, case: Case) -> list[Case]:
    return session.cases.of_customer(case.platform, case.customer) if case.customer else []


def _history(session: Session, case_id: int, drafts: Sequence[Draft]) -> list[Mapping[str, Any]]:
    subjects = [f"case:{case_id}", *(f"draft:{d.id}" for d in drafts[-5:])]
    records = [r for subject in subjects for r in session.audit.about(subject, limit=30)]
    return sorted(records, key=lambda r: int(r["seq"]), reverse=True)[:40]


@router.get("/cases/{case_id}")
def case_page(
    request: Request, services: Services, person: Reader, case_id: int, tasks: BackgroundTasks
) -> Response:
    """A case."""
    answer = show_case(request, services, person, case_id)
    # After the answer: a page does not wait for the store's one writer.
    tasks.add_task(_looked, services, person, case_id)
    return answer


def _looked(services: WebServices, person: SignedIn, case_id: int) -> None:
    try:
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
    text: str | None = None,
    seen: str = "",
) -> Response:
    """The page of a case; with a notice and the person's own words when an action did not go through."""
    with services.store.read() as session:
        frame, view = frame_of(session, person.name), view_of(session, case_id, seen)
    verdict = services.verdict(view.conversation) if services.verdict else None
    return render(
        request,
        services,
        "case.html",
        person=person,
        frame=frame,
        status=status,
        view=view,
        case=view.case,
        lane=view.case.lane,
        verdict=verdict,
        may_reply=verdict.may_reply.value if verdict else view.case.verdict,
        editor=editor_of(services, view.conversation, view.draft, person.name, text),
        handoff=_handoff(services, view),
        shown_at=utc_text(services.clock.now()),
        notice=notice,
        wordings=services.candidates is not None,
        rejects=REJECT_REASONS,
        intents=INTENTS,
        rule=lambda name: rule_in_words(services, name),
        State=DraftState,
    )


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


@router.get("/cases/{case_id}/wordings")
def wordings(request: Request, services: Services, person: Drafter, case_id: int) -> Response:
    """Other drafts to choose from: a piece of the page, or a page. They are written when somebody asks."""
    with services.store.read() as session:
        frame, view = frame_of(session, person.name), view_of(session, case_id)
    shown = view.draft.text if view.draft else None
    found = services.candidates(view.conversation) if services.candidates else ()
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
