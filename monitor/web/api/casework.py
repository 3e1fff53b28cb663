"""What is done with a case besides answering it. A function is one call into `monitor.stages.review`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from monitor.domain.case import CaseStatus, Lane, Outcome
from monitor.domain.moments import parse_moment
from monitor.domain.reading import Urgency
from monitor.domain.roster import Desk
from monitor.stages import review
from monitor.web.api.access import LARGEST_ID, Act, Drafting, Id
from monitor.web.api.cases import Intent
from monitor.web.api.document import problems
from monitor.web.api.shape import Body, Shape, Text, When
from monitor.web.api.shapes.case import EscalationShape, MovedShape, escalation_of, moved_of
from monitor.web.api.shapes.draft import DraftRef

router = APIRouter(tags=["casework"])

_Short = Annotated[Text, Field(min_length=1, max_length=200)]
_Long = Annotated[Text, Field(min_length=1, max_length=10_000)]


class Standing(Shape):
    """How a case stands after an act."""

    case_id: int
    status: CaseStatus
    lane: Lane
    urgency: Urgency
    assignee: str | None
    outcome: Outcome | None
    version: int
    draft: DraftRef | None


def standing(act: Act, case_id: int) -> Standing:
    """How a case stands now. Raises NotFound."""
    with act.store.read() as session:
        case, draft = session.cases.get(case_id), session.drafts.live_of(case_id)
    return Standing(
        case_id=case.id,
        status=case.status,
        lane=case.lane,
        urgency=case.urgency,
        assignee=case.assignee,
        outcome=case.outcome,
        version=case.version,
        draft=DraftRef(draft_id=draft.id, state=draft.state, version=draft.version) if draft else None,
    )


# --- notes, owners, rest ------------------------------------------------------------------------


class NoteBody(Body):
    """An internal note."""

    text: _Long = Field(description="@name tells that colleague.")


class Noted(Shape):
    """A note that was added."""

    case_id: int
    called: list[str] = Field(description="The colleagues whom it calls by name.")


@router.post("/cases/{case_id}/notes", status_code=201, responses=problems(404))
def add_note(act: Drafting, case_id: Id, body: NoteBody) -> Noted:
    """Adds an internal note; customers never see it."""
    called = review.note(act.store, case_id, act.user, body.text, act.services.clock)
    return Noted(case_id=case_id, called=list(called))


class AssignBody(Body):
    """To whom a case is given."""

    to: Annotated[Text, Field(min_length=1, max_length=64)] | None = Field(description="Null: to nobody.")


@router.post("/cases/{case_id}/assign", responses=problems(404))
def assign(act: Drafting, case_id: Id, body: AssignBody) -> Standing:
    """Gives a case to a colleague, who is told, or to nobody."""
    review.assign(act.store, case_id, act.user, body.to, act.services.clock)
    return standing(act, case_id)


class SnoozeBody(Body):
    """How long a case rests."""

    until: When | None = Field(description="Null: until the customer writes.")


@router.post("/cases/{case_id}/snooze", responses=problems(404))
def snooze(act: Drafting, case_id: Id, body: SnoozeBody) -> Standing:
    """Puts a case out of sight; it comes back by itself, at the latest when its clock runs out."""
    until = parse_moment(body.until) if body.until else None
    review.snooze(act.store, case_id, act.user, until, act.services.clock)
    return standing(act, case_id)


@router.post("/cases/{case_id}/wake", responses=problems(404))
def wake(act: Drafting, case_id: Id) -> Standing:
    """Brings a snoozed case back."""
    review.wake(act.store, case_id, act.user, act.services.clock)
    return standing(act, case_id)


# --- escalations --------------------------------------------------------------------------------


class EscalateBody(Body):
    """To which desk a case is handed up, and why."""

    desk: Desk = Field(strict=False)
    reason: _Long = Field(description="Whoever takes it reads this first.")
    owner: Annotated[Text, Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="Who takes it; by default whose turn it is."
    )
    within_minutes: Annotated[int, Field(ge=1, le=60 * 24 * 30)] | None = Field(
        default=None, description="How long they have; by default as the desk has it."
    )


@router.post("/cases/{case_id}/escalate", status_code=201, responses=problems(404))
def escalate(act: Drafting, case_id: Id, body: EscalateBody) -> EscalationShape:
    """Hands a case up to a desk: a named owner, a clock."""
    made = review.escalate(
        act.store,
        case_id,
        act.user,
        body.desk,
        body.reason,
        act.services.clock,
        owner=body.owner,
        roster=act.services.roster,
        within=timedelta(minutes=body.within_minutes) if body.within_minutes else None,
    )
    return escalation_of(made)


class AnswerBody(Body):
    """What was decided."""

    answer: _Long


@router.post("/cases/{case_id}/answer-escalation", responses=problems(404))
def answer_escalation(act: Drafting, case_id: Id, body: AnswerBody) -> EscalationShape:
    """Says what was decided; the case goes back to whoever asked."""
    found = review.answer_escalation(act.store, case_id, act.user, body.answer, act.services.clock)
    return escalation_of(found)


# --- tags, incidents ----------------------------------------------------------------------------


class TagsShape(Shape):
    """The tags of a case."""

    case_id: int
    tags: list[str]


_Tag = Annotated[Text, Path(min_length=1, max_length=60)]


@router.put("/cases/{case_id}/tags/{tag}", responses=problems(404))
def put_tag(act: Drafting, case_id: Id, tag: _Tag) -> TagsShape:
    """Puts a tag on a case."""
    return _tagged(act, case_id, tag, off=False)


@router.delete("/cases/{case_id}/tags/{tag}", responses=problems(404))
def drop_tag(act: Drafting, case_id: Id, tag: _Tag) -> TagsShape:
    """Takes a tag off."""
    return _tagged(act, case_id, tag, off=True)


def _tagged(act: Act, case_id: int, tag: str, *, off: bool) -> TagsShape:
    review.tag(act.store, case_id, act.user, tag, act.services.clock, off=off)
    with act.store.read() as session:
        return TagsShape(case_id=case_id, tags=session.casework.tags(case_id))


class IncidentBody(Body):
    """The incident that a case is part of."""

    name: Annotated[Text, Field(min_length=1, max_length=80)] | None = Field(
        description="Begun if the name is new; null: of none."
    )


@router.post("/cases/{case_id}/incident", responses=problems(404))
def join_incident(act: Drafting, case_id: Id, body: IncidentBody) -> Standing:
    """Says that a case is part of an incident, or of none."""
    review.join_incident(act.store, case_id, act.user, body.name, act.services.clock)
    return standing(act, case_id)


# --- merge, split -------------------------------------------------------------------------------


class MergeBody(Body):
    """The case that goes."""

    other: Annotated[int, Field(ge=1, le=LARGEST_ID)] = Field(description="Its posts come into this case.")


@router.post("/cases/{case_id}/merge", status_code=201, responses=problems(404))
def merge(act: Drafting, case_id: Id, body: MergeBody) -> MovedShape:
    """Makes two cases of one customer one."""
    return _moved(act, review.merge(act.store, case_id, body.other, act.user, act.services.clock))


class SplitBody(Body):
    """The posts that leave."""

    mention_ids: list[Annotated[int, Field(ge=1, le=LARGEST_ID)]] = Field(min_length=1, max_length=200)


@router.post("/cases/{case_id}/split", status_code=201, responses=problems(404))
def split(act: Drafting, case_id: Id, body: SplitBody) -> MovedShape:
    """Takes some of the customer's posts out into a case of their own."""
    made = review.split(act.store, case_id, body.mention_ids, act.user, act.services.clock)
    with act.store.read() as session:
        return moved_of(session.casework.moves(made)[0])


@router.post("/moves/{move_id}/undo", responses=problems(404))
def undo_move(act: Drafting, move_id: Id) -> MovedShape:
    """Takes a merge or a split back."""
    review.undo_move(act.store, move_id, act.user, act.services.clock)
    return _moved(act, move_id)


def _moved(act: Act, move_id: int) -> MovedShape:
    with act.store.read() as session:
        return moved_of(session.casework.move(move_id))


# --- corrections, the end -----------------------------------------------------------------------


class UrgencyBody(Body):
    """The urgency as a person sees it."""

    urgency: Urgency = Field(strict=False)


class IntentBody(Body):
    """What it is about, as a person sees it."""

    intent: Intent = Field(strict=False)


@router.put("/cases/{case_id}/urgency", responses=problems(404, 409))
def correct_urgency(act: Drafting, case_id: Id, body: UrgencyBody) -> Standing:
    """Corrects the urgency; the customer's clock follows at once."""
    review.correct(act.store, case_id, act.user, "urgency", body.urgency.value, act.services.clock)
    return standing(act, case_id)


@router.put("/cases/{case_id}/intent", responses=problems(404, 409))
def correct_intent(act: Drafting, case_id: Id, body: IntentBody) -> Standing:
    """Corrects what the case is about."""
    review.correct(act.store, case_id, act.user, "intent", str(body.intent), act.services.clock)
    return standing(act, case_id)


class CloseBody(Body):
    """What became of the customer."""

    outcome: Outcome = Field(strict=False)


@router.post("/cases/{case_id}/close", responses=problems(404))
def close(act: Drafting, case_id: Id, body: CloseBody) -> Standing:
    """Closes a case; a draft that is still waiting is dropped."""
    review.close(act.store, case_id, act.user, body.outcome, act.services.clock)
    return standing(act, case_id)


@router.post("/cases/{case_id}/reopen", responses=problems(404))
def reopen(act: Drafting, case_id: Id) -> Standing:
    """Brings a case back that was closed or set aside."""
    review.reopen(act.store, case_id, act.user, act.services.clock)
    return standing(act, case_id)
