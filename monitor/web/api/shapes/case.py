"""A case: as a listing has it, and with everything around it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from monitor.domain.case import Case, CaseStatus, Lane, Outcome
from monitor.domain.casework import Escalation
from monitor.domain.mention import Origin
from monitor.domain.moments import utc_text
from monitor.domain.reading import Urgency
from monitor.domain.roster import Desk
from monitor.store.casework import CaseMove
from monitor.store.codec import maybe_text
from monitor.store.listing import ListedCase
from monitor.web.api.shape import Moment, Shape
from monitor.web.api.shapes.draft import DraftRef, DraftShape
from monitor.web.api.shapes.mention import TurnShape


class CaseShape(Shape):
    """One customer's matter."""

    case_id: int
    status: CaseStatus
    lane: Lane
    urgency: Urgency
    intent: str
    signals: list[str]
    severity: int
    complaint: float
    lang: str
    platform: str
    source: str
    customer: str | None = Field(description="Their handle, without @.")
    title: str = Field(description="The customer's own words, shortened.")
    verdict: str = Field(description="May we reply: postable, handoff or listen_only; as it was last judged.")
    verdict_rule: str
    assignee: str | None
    desk: str | None
    escalated: Desk | None
    snoozed: bool
    snoozed_until: Moment | None
    incident: int | None
    merged_into: int | None
    origin: Origin
    opened_at: Moment
    clock_start: Moment
    due_at: Moment | None
    last_customer_at: Moment
    first_response_at: Moment | None
    closed_at: Moment | None
    outcome: Outcome | None
    reach: int
    version: int
    draft: DraftRef | None = Field(description="The draft that is on its way.")


class CasePage(Shape):
    """A page of cases."""

    items: list[CaseShape]
    next: str | None = Field(description="The cursor of the next page; null: that was all.")


class VerdictShape(Shape):
    """May we reply here, by which rule, as it is judged now."""

    may_reply: str
    rule: str
    why: str
    source: str


class WithheldShape(Shape):
    """Why a case has no automatic draft."""

    reason: str
    why: str
    at: Moment


class NoteShape(Shape):
    """An internal note."""

    user: str
    text: str
    at: Moment


class PromiseShape(Shape):
    """Something that a reply told the customer we would do."""

    promise_id: int
    case_id: int
    draft_id: int | None
    text: str
    owner: str
    keeper: str | None
    kind: str
    state: str = Field(description="open, kept or broken.")
    due_at: Moment
    made_at: Moment
    settled_at: Moment | None
    settled_by: str | None


class OutcomeShape(Shape):
    """What became of a customer, with the evidence."""

    outcome_id: int
    case_id: int
    outcome: str
    at: Moment
    evidence: str
    mention_id: int | None


class EscalationShape(Shape):
    """A question that was handed up to a desk."""

    escalation_id: int
    desk: Desk
    owner: str
    reason: str
    opened_by: str
    opened_at: Moment
    due_at: Moment
    closed_at: Moment | None
    closed_by: str | None
    answer: str | None


class MovedShape(Shape):
    """A merge or a split. Its number is what an undo asks for."""

    move_id: int
    kind: str
    from_case: int
    to_case: int
    mention_ids: list[int]
    user: str
    at: Moment
    undone_at: Moment | None
    undone_by: str | None


class CaseDetail(CaseShape):
    """A case with everything around it."""

    conversation_sha256: str = Field(description="The state of the conversation that an approval binds to.")
    turns: list[TurnShape]
    verdict_now: VerdictShape | None
    drafts: list[DraftShape] = Field(description="Every draft the case ever had, oldest first.")
    withheld: WithheldShape | None
    notes: list[NoteShape]
    tags: list[str]
    promises: list[PromiseShape]
    outcomes: list[OutcomeShape]
    escalations: list[EscalationShape]
    moves: list[MovedShape]
    other_cases: list[int] = Field(description="What else this customer came to us with, newest first.")


def listed_of(listed: ListedCase) -> CaseShape:
    """A case as a listing has it."""
    draft = listed.draft
    ref = DraftRef(draft_id=draft[0], state=draft[1], version=draft[2]) if draft else None
    return CaseShape(**case_fields(listed.case), draft=ref)


def case_fields(case: Case) -> dict[str, Any]:
    """Everything of a `CaseShape` but its draft."""
    return {
        "case_id": case.id,
        "status": case.status,
        "lane": case.lane,
        "urgency": case.urgency,
        "intent": case.primary_intent,
        "signals": list(case.signals),
        "severity": case.severity,
        "complaint": case.complaint,
        "lang": case.lang,
        "platform": case.platform,
        "source": case.source,
        "customer": case.customer_handle,
        "title": case.title,
        "verdict": case.verdict,
        "verdict_rule": case.verdict_rule,
        "assignee": case.assignee,
        "desk": case.desk,
        "escalated": case.escalated,
        "snoozed": case.snooze is not None,
        "snoozed_until": maybe_text(case.snooze.until) if case.snooze else None,
        "incident": case.incident,
        "merged_into": case.merged_into,
        "origin": case.origin,
        "opened_at": utc_text(case.opened_at),
        "clock_start": utc_text(case.clock_start),
        "due_at": maybe_text(case.due_at),
        "last_customer_at": utc_text(case.last_customer_at),
        "first_response_at": maybe_text(case.first_response_at),
        "closed_at": maybe_text(case.closed_at),
        "outcome": case.outcome,
        "reach": case.reach,
        "version": case.version,
    }


def promise_of(row: Any) -> PromiseShape:
    """A promise from its row."""
    same = ("case_id", "draft_id", "text", "owner", "keeper", "kind", "state", "due_at", "made_at")
    return PromiseShape(
        promise_id=row["id"],
        settled_at=row["settled_at"],
        settled_by=row["settled_by"],
        **{name: row[name] for name in same},
    )


def outcome_of(row: Any) -> OutcomeShape:
    """An outcome from its row."""
    same = ("case_id", "outcome", "at", "evidence", "mention_id")
    return OutcomeShape(outcome_id=row["id"], **{name: row[name] for name in same})


def escalation_of(found: Escalation) -> EscalationShape:
    """An escalation."""
    return EscalationShape(
        escalation_id=found.id,
        desk=found.desk,
        owner=found.owner,
        reason=found.reason,
        opened_by=found.opened_by,
        opened_at=utc_text(found.opened_at),
        due_at=utc_text(found.due_at),
        closed_at=maybe_text(found.closed_at),
        closed_by=found.closed_by,
        answer=found.answer,
    )


def moved_of(move: CaseMove) -> MovedShape:
    """A merge or a split."""
    return MovedShape(
        move_id=move.id,
        kind=move.kind,
        from_case=move.from_case,
        to_case=move.to_case,
        mention_ids=list(move.mentions),
        user=move.user,
        at=utc_text(move.at),
        undone_at=maybe_text(move.undone_at),
        undone_by=move.undone_by,
    )
