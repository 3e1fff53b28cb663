"""What a person does with a case: close, reopen, correct, note, tag."""

from __future__ import annotations

from dataclasses import replace

from monitor.domain.case import Case, CaseStatus, Outcome, due_at
from monitor.domain.casework import NoticeKind, called_in, incident_name, tag_of
from monitor.domain.draft import DraftState
from monitor.domain.errors import ForbiddenTransition, WrongUse
from monitor.domain.moments import Clock
from monitor.domain.reading import INTENTS, Urgency
from monitor.stages import promising
from monitor.store.protocol import Store
from monitor.store.session import Session


def close(store: Store, case_id: int, user: str, outcome: Outcome, clock: Clock) -> Case:
    """A person says what became of the customer. A draft that is still waiting is dropped."""
    now = clock.now()
    with store.write() as session:
        case = _unmerged(session, case_id)
        draft = session.drafts.live_of(case_id)
        if draft is not None:
            session.drafts.move(draft, DraftState.REJECTED, now, reason="case closed")
        escalation = session.casework.escalation(case_id)
        if escalation is not None:
            session.casework.answer(escalation.id, user, f"case closed: {outcome.value}", now)
        case = session.cases.settle(replace(case, snooze=None, escalated=None), outcome, now, user)
        session.audit.record(now, user, "case.closed", f"case:{case_id}", outcome=outcome.value)
        return session.cases.relane(case, None)


def reopen(store: Store, case_id: int, user: str, clock: Clock) -> Case:
    """Brings a case back that was closed or set aside."""
    now = clock.now()
    with store.write() as session:
        case = session.cases.update(
            replace(_unmerged(session, case_id), status=CaseStatus.OPEN, closed_at=None, outcome=None)
        )
        session.cases.clear_withheld(case_id)
        session.audit.record(now, user, "case.reopened", f"case:{case_id}")
        draft = session.drafts.live_of(case_id)
        return session.cases.relane(case, draft.state if draft else None)


def correct(store: Store, case_id: int, user: str, field: str, value: str, clock: Clock) -> Case:
    """A person corrects a reading: `field` is "urgency" or "intent". The clock follows at once."""
    now = clock.now()
    with store.write() as session:
        conversation = session.cases.conversation(case_id)
        case, turn = conversation.case, conversation.to_answer
        if field == "urgency" and value in Urgency.__members__:
            was, level = case.urgency.value, Urgency(value)
            new = replace(case, urgency=level, due_at=due_at(level, case.clock_start, case.origin))
        elif field == "intent" and value in INTENTS:
            was, new = case.primary_intent, replace(case, primary_intent=value)
        else:
            raise WrongUse(f"{field} can't become {value!r}.", action="Correct urgency (P0–P4) or intent.")
        if new.status is CaseStatus.ASIDE:
            new = replace(new, status=CaseStatus.OPEN)
        if new.urgency is Urgency.P0:
            new = replace(new, snooze=None)
        new = session.cases.update(new)
        if turn is not None:
            session.readings.correct(
                case_id=case_id,
                mention_id=turn.mention_id,
                what=field,
                was=was,
                became=value,
                user=user,
                at=now,
            )
        session.audit.record(now, user, f"case.{field}_corrected", f"case:{case_id}", was=was, became=value)
        draft = session.drafts.live_of(case_id)
        return session.cases.relane(new, draft.state if draft else None)


def note(store: Store, case_id: int, user: str, text: str, clock: Clock) -> tuple[str, ...]:
    """Adds an internal note to a case; tells the colleagues it calls by ``@name``, and returns them."""
    now = clock.now()
    if not text.strip():
        raise WrongUse("A note can't be empty.")
    with store.write() as session:
        case = session.cases.get(case_id)
        session.cases.note(case_id, user, text.strip(), now)
        called = called_in(text, session.brands.members(case.source))
        for name in called:
            session.casework.tell(name, case_id, NoticeKind.MENTIONED, user, now)
        session.audit.record(now, user, "case.noted", f"case:{case_id}", called=list(called))
        return called


def tag(store: Store, case_id: int, user: str, text: str, clock: Clock, *, off: bool = False) -> str:
    """Puts a tag on a case, or takes it off; returns it as it is kept. Raises WrongUse."""
    now, name = clock.now(), tag_of(text)
    with store.write() as session:
        session.cases.get(case_id)
        work = session.casework
        if work.untag(case_id, name) if off else work.tag(case_id, name, user, now):
            action = "case.untagged" if off else "case.tagged"
            session.audit.record(now, user, action, f"case:{case_id}", tag=name)
        return name


def join_incident(store: Store, case_id: int, user: str, name: str | None, clock: Clock) -> Case:
    """Says that a case is part of an incident (begun if the name is new), or (None) of none."""
    now = clock.now()
    name = incident_name(name) if name is not None else None
    with store.write() as session:
        incident = session.casework.incident(name, now) if name else None
        case = session.cases.update(replace(session.cases.get(case_id), incident=incident))
        session.audit.record(now, user, "case.incident_set", f"case:{case_id}", incident=incident)
        return case


def _unmerged(session: Session, case_id: int) -> Case:
    case = session.cases.get(case_id)
    if case.status is CaseStatus.MERGED:
        raise ForbiddenTransition(
            f"Case {case_id} was merged into case {case.merged_into}.", action="Take the merge back first."
        )
    return case


def settle_promise(store: Store, promise_id: int, user: str, kept: bool, clock: Clock) -> bool:
    """A person says that a promise was kept, or not. False when it was settled before. Raises NotFound."""
    now = clock.now()
    with store.write() as session:
        row = session.promises.get(promise_id)
        settled = session.promises.settle(promise_id, kept, now, user)
        if settled:
            session.audit.record(
                now, user, "promise.settled", f"promise:{promise_id}", kept=kept, case=row["case_id"]
            )
            if kept:
                promising.rest(session, row["case_id"])
        return settled
