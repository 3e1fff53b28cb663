"""Snooze: a case out of sight until a moment, or until the customer writes; and what brings it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.domain.case import Case, CaseStatus
from monitor.domain.casework import NoticeKind, Snooze, snooze_ends
from monitor.domain.errors import ForbiddenTransition, WrongUse
from monitor.domain.moments import Clock
from monitor.domain.reading import Urgency
from monitor.store.protocol import Store
from monitor.store.session import Session

ACTOR = "machine:wake"
BATCH = 200


def snooze(store: Store, case_id: int, user: str, until: datetime | None, clock: Clock) -> Case:
    """Puts a case out of sight until `until`, or (None) until the customer writes.

    A clock that is running ends it at the latest; a P0 can't be snoozed. Whatever the customer writes
    ends it too. Raises WrongUse, ForbiddenTransition.
    """
    now = clock.now()
    if until is not None and until <= now:
        raise WrongUse("That moment is over.", action="Choose one that is still to come.")
    with store.write() as session:
        case = session.cases.get(case_id)
        if case.status not in (CaseStatus.OPEN, CaseStatus.WAITING):
            raise ForbiddenTransition(f"Case {case_id} is {case.status}; only an open case can be snoozed.")
        if case.urgency is Urgency.P0:
            raise WrongUse("A P0 can't be snoozed: somebody may come to harm.", action="Escalate it instead.")
        rest = Snooze(snooze_ends(until, case.due_at, now), user, for_customer=until is None)
        case = session.cases.update(replace(case, snooze=rest))
        session.audit.record(
            now,
            user,
            "case.snoozed",
            f"case:{case_id}",
            until=rest.until.isoformat() if rest.until else None,
            customer=rest.for_customer,
        )
        return _relane(session, case)


def wake(store: Store, case_id: int, user: str, clock: Clock) -> Case:
    """A person brings a snoozed case back. Raises ForbiddenTransition when it isn't snoozed."""
    now = clock.now()
    with store.write() as session:
        case = session.cases.get(case_id)
        if case.snooze is None:
            raise ForbiddenTransition(f"Case {case_id} is not snoozed.")
        case = session.cases.update(replace(case, snooze=None))
        session.audit.record(now, user, "case.woken", f"case:{case_id}")
        return _relane(session, case)


@dataclass(slots=True)
class WakeReport:
    """What one run did."""

    woken: int = 0


def wake_due(store: Store, clock: Clock, *, limit: int = BATCH) -> WakeReport:
    """Brings back the snoozed cases whose time has come, and tells whoever snoozed them."""
    report, now = WakeReport(), clock.now()
    with store.read() as session:
        if not session.casework.to_wake(now, 1):
            return report
    with store.write() as session:
        for case in session.casework.to_wake(now, limit):
            assert case.snooze is not None, "the statement asks for snoozed cases"  # noqa: S101
            by = case.snooze.by
            awake = session.cases.update(replace(case, snooze=None))
            session.casework.tell(by, case.id, NoticeKind.WOKEN, ACTOR, now)
            session.audit.record(now, ACTOR, "case.woken", f"case:{case.id}")
            _relane(session, awake)
            report.woken += 1
    return report


def _relane(session: Session, case: Case) -> Case:
    draft = session.drafts.live_of(case.id)
    return session.cases.relane(case, draft.state if draft else None)
