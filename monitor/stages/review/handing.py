"""Handing a case to somebody: a colleague, or up to those who decide what the desk may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.domain.case import Case, CaseStatus
from monitor.domain.casework import ESCALATION_CLOCK, Escalation, NoticeKind
from monitor.domain.conversation import Conversation
from monitor.domain.errors import ForbiddenTransition, WrongUse
from monitor.domain.moments import Clock
from monitor.domain.roster import Desk, Referral, Roster
from monitor.stages.referral import next_at
from monitor.store.protocol import Store
from monitor.store.session import Session


def assign(store: Store, case_id: int, user: str, assignee: str | None, clock: Clock) -> Case:
    """Gives a case to a colleague, who is told, or to nobody. Raises WrongUse for a name nobody has."""
    now = clock.now()
    with store.write() as session:
        case = session.cases.get(case_id)
        if assignee is not None:
            known_colleague(session, assignee, case.source)
        case = session.cases.update(replace(case, assignee=assignee))
        session.audit.record(now, user, "case.assigned", f"case:{case_id}", to=assignee)
        if assignee is not None:
            session.casework.tell(assignee, case_id, NoticeKind.ASSIGNED, user, now)
        return case


def escalate(
    store: Store,
    case_id: int,
    user: str,
    desk: Desk,
    reason: str,
    clock: Clock,
    *,
    owner: str | None = None,
    roster: Roster | None = None,
    within: timedelta | None = None,
) -> Escalation:
    """Hands a case up to a desk: from now on it lies with a named person, who has a clock.

    `owner` names a colleague; without one it is whose turn it is at the desk (`roster`). `within` is
    how long they have, by default as the desk has it. Raises WrongUse, ForbiddenTransition.
    """
    now = clock.now()
    if desk not in ESCALATION_CLOCK:
        raise WrongUse(f"{desk} is no desk to escalate to.", action=f"One of {', '.join(ESCALATION_CLOCK)}.")
    if not reason.strip():
        raise WrongUse("Say why: whoever takes it reads this first.")
    with store.write() as session:
        conversation = session.cases.conversation(case_id)
        case = conversation.case
        if case.status not in (CaseStatus.OPEN, CaseStatus.WAITING):
            raise ForbiddenTransition(f"Case {case_id} is {case.status}; only an open case can be escalated.")
        if owner is not None:
            known_colleague(session, owner, case.source)
        who = owner or _at_the_desk(session, conversation, desk, roster or Roster())
        due = now + (within or ESCALATION_CLOCK[desk])
        made = session.casework.escalate(case_id, desk, who, reason.strip(), user, now, due)
        session.cases.update(replace(case, escalated=desk, desk=desk.value, assignee=who))
        session.casework.tell(who, case_id, NoticeKind.ESCALATED, user, now)
        session.audit.record(
            now, user, "case.escalated", f"case:{case_id}", desk=desk.value, owner=who, escalation=made
        )
        found = session.casework.escalation(case_id)
        assert found is not None, "it was opened in this transaction"  # noqa: S101
        return found


def _at_the_desk(session: Session, conversation: Conversation, desk: Desk, roster: Roster) -> str:
    """Whose turn it is at a desk. Raises WrongUse where nobody can be."""
    people = roster.desks.get(desk, ())
    if desk is Desk.BRANCH:
        places = [e.text for t in conversation.customer_turns if t.reading for e in t.reading.entities]
        people = next((found for place in places if (found := roster.at_branch(place))), ())
        if not people:
            raise WrongUse(
                "It is not clear which branch this is about.",
                action="Name whoever answers for it, or add the place to [review.branches].",
            )
    person = next_at(session, Referral(desk, "handed up", people), conversation.case.source)
    if person is None:
        raise WrongUse(
            "Nobody could take it.", action=f"Name a colleague, or fill [review.desks] {desk.value}."
        )
    return person


def answer_escalation(store: Store, case_id: int, user: str, answer: str, clock: Clock) -> Escalation:
    """The owner, or somebody for them, says what was decided; the case goes back to whoever asked.

    Raises WrongUse, ForbiddenTransition when nothing is open.
    """
    now = clock.now()
    if not answer.strip():
        raise WrongUse("Say what was decided.")
    with store.write() as session:
        case = session.cases.get(case_id)
        found = session.casework.escalation(case_id)
        if found is None:
            raise ForbiddenTransition(f"Case {case_id} is not escalated.")
        session.casework.answer(found.id, user, answer.strip(), now)
        back = found.opened_by if found.opened_by in session.brands.members(case.source) else case.assignee
        session.cases.update(replace(case, escalated=None, assignee=back))
        session.casework.tell(found.opened_by, case_id, NoticeKind.ANSWERED, user, now)
        session.audit.record(
            now,
            user,
            "case.escalation_answered",
            f"case:{case_id}",
            desk=found.desk.value,
            escalation=found.id,
        )
        return replace(found, closed_at=now, closed_by=user, answer=answer.strip())


def known_colleague(session: Session, name: str, source: str) -> None:
    """Raises WrongUse unless there is somebody of that name who sees what `source` brings."""
    members = session.brands.members(source)
    if name in members:
        return
    there = f"There are: {', '.join(members) or 'none'}."
    user = session.people.get(name)
    if user is None or user.disabled_at is not None:
        raise WrongUse(f"There is nobody named {name!r}.", action=there)
    brand = session.brands.of_source(source)
    raise WrongUse(f"{name} is no member of {brand}, and could not see the case.", action=there)
