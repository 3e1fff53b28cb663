"""Referral: brings a case to the desk it has to reach, and to a named person there, at once.

Whoever asks for a person, the top, a lawyer's answer or help in danger does not wait until somebody
happens to open the queue: the case has an owner in the same transaction in which it is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.domain.case import Case, CaseStatus
from monitor.domain.casework import NoticeKind
from monitor.domain.mention import Origin
from monitor.domain.reading import Reading
from monitor.domain.roster import TAKES_OVER, Desk, Referral, Roster
from monitor.stages.people import ROLES, May
from monitor.store.people import User
from monitor.store.session import Session

ACTOR = "machine:triage"

# Who stands in where the roster names nobody: those who answer all day for somebody who wants a person,
# those who answer for the house for everything else.
_STAND_IN: dict[bool, tuple[str, ...]] = {
    True: ("agent", "approver", "manager", "admin"),
    False: ("manager", "admin", "approver", "agent"),
}


def refer(
    session: Session, case: Case, reading: Reading, signals: Iterable[str], roster: Roster, now: datetime
) -> Case:
    """The case with its desk and its person. Only live, open cases are referred: the past pages nobody."""
    found = roster.refer(reading, signals)
    if found is None or case.status is not CaseStatus.OPEN or case.origin is Origin.BACKFILL:
        return case
    moves = found.desk in TAKES_OVER and case.desk != found.desk.value
    person = case.assignee
    if person is None or (moves and person not in found.people):
        person = next_at(session, found, case.source) or person
    if (person, found.desk.value) == (case.assignee, case.desk) or _outranked(case, found):
        return case
    session.audit.record(
        now, ACTOR, "case.referred", f"case:{case.id}", desk=found.desk.value, to=person, why=found.why
    )
    if person is not None and person != case.assignee:
        session.casework.tell(person, case.id, NoticeKind.ASSIGNED, ACTOR, now)
    return session.cases.update(replace(case, desk=found.desk.value, assignee=person))


def _outranked(case: Case, found: Referral) -> bool:
    """A case at a weightier desk stays there: who asked for the CEO and now names a shop is still theirs."""
    if case.desk is None or case.assignee is None:
        return False
    order = list(Desk)
    return order.index(found.desk) > order.index(Desk(case.desk))


def next_at(session: Session, found: Referral, source: str) -> str | None:
    """Whose turn it is: who has the fewest open cases of those who sit there and see what `source` brings."""
    members = set(session.brands.members(source))
    active = {u.name: u for u in session.people.all() if u.name in members}
    seated = [name for name in found.people if name in active and _may_draft(active[name])]
    waiting = seated or _stand_ins(found.desk, list(active.values()))
    load = session.cases.open_per_person()
    return min(waiting, key=lambda name: load.get(name, 0), default=None)


def _stand_ins(desk: Desk, active: Sequence[User]) -> list[str]:
    for role in _STAND_IN[desk in (Desk.PERSON, Desk.BRANCH)]:
        if found := [u.name for u in active if u.role == role]:
            return found
    return []


def _may_draft(user: User) -> bool:
    return May.DRAFT in ROLES.get(user.role, frozenset())
