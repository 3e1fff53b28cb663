"""promising: what a reply promised is recorded with the person who keeps it, brought back, settled.

A promised word is kept by our next reply in the case. Before it falls due the case comes back to its
keeper; a day after the time a promise that nobody has settled is broken, and counted so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.case import CaseStatus
from monitor.domain.casework import NoticeKind
from monitor.domain.draft import Draft, PromiseKind
from monitor.domain.moments import parse_moment, utc_text
from monitor.store.protocol import Row
from monitor.store.session import Session

ACTOR = "machine:follow"

# Why a case that came back to its keeper gets no automatic draft.
PROMISE_DUE = "promise_due"

# A keeper hears of it this long before it is due; of a short promise when half of its time is over.
REMIND_BEFORE = timedelta(minutes=30)

# Past its time by this much, a promise is broken, whatever comes later.
BROKEN_AFTER = timedelta(hours=24)


@dataclass(slots=True)
class PromiseReport:
    """What one run did."""

    kept: int = 0
    reminded: int = 0
    broken: int = 0


def record(session: Session, draft: Draft, approver: str, now: datetime) -> None:
    """The reply of `draft` reached the customer: what it promises holds from now on."""
    if draft.promise is None:
        return
    case = session.cases.get(draft.case_id)
    members = session.brands.members(case.source)
    keeper = next((n for n in (draft.promise.owner, case.assignee) if n in members), approver)
    session.promises.add(draft.case_id, draft.id, draft.promise, keeper, now)
    session.audit.record(
        now,
        keeper,
        "promise.made",
        f"case:{draft.case_id}",
        draft=draft.id,
        owner=draft.promise.owner,
        due=utc_text(draft.promise.due_at),
        kind=draft.promise.kind.value,
    )


def look_after(session: Session, now: datetime, limit: int) -> PromiseReport:
    """Settles what was kept, brings back what is near, breaks what is long past."""
    report = PromiseReport()
    for row in session.promises.answered(limit):
        said = parse_moment(row["said_at"])
        report.kept += _settle(session, row, kept=True, at=said, now=now)
    for row in session.promises.past(now - BROKEN_AFTER, limit):
        report.broken += _settle(session, row, kept=False, at=now, now=now)
    for row in session.promises.near(now + REMIND_BEFORE, limit):
        if remind_at(row) <= now:
            _remind(session, row, now)
            report.reminded += 1
    return report


def remind_at(row: Row) -> datetime:
    """When the keeper of a promise is told: half an hour before, or half-way when it is shorter than that."""
    made, due = parse_moment(row["made_at"]), parse_moment(row["due_at"])
    return max(due - REMIND_BEFORE, made + (due - made) / 2)


def _settle(session: Session, row: Row, *, kept: bool, at: datetime, now: datetime) -> bool:
    settled = session.promises.settle(row["id"], kept, at, ACTOR)
    if settled:
        session.audit.record(
            now, ACTOR, "promise.settled", f"promise:{row['id']}", kept=kept, case=row["case_id"]
        )
        if kept:
            rest(session, row["case_id"])
    return settled


def rest(session: Session, case_id: int) -> None:
    """A case that was open only because of a promise rests again once nothing promised is left in it."""
    withheld, case = session.cases.withheld(case_id), session.cases.get(case_id)
    if withheld is None or withheld["reason"] != PROMISE_DUE:
        return
    if any(row["state"] == "open" for row in session.promises.of_case(case_id)):
        return
    session.cases.clear_withheld(case_id)
    if case.status is CaseStatus.OPEN:
        session.cases.relane(session.cases.update(replace(case, status=CaseStatus.WAITING)), None)


def _remind(session: Session, row: Row, now: datetime) -> None:
    """The case comes back to its keeper while there is time. A case that is open anyway stays as it is."""
    session.promises.reminded(row["id"], now)
    case, keeper = session.cases.get(row["case_id"]), row["keeper"] or row["owner"]
    session.audit.record(now, ACTOR, "promise.reminded", f"promise:{row['id']}", case=case.id, keeper=keeper)
    if case.snooze is not None:
        case = session.cases.update(replace(case, snooze=None))
        session.cases.relane(
            case, None if (draft := session.drafts.live_of(case.id)) is None else draft.state
        )
    session.casework.tell(keeper, case.id, NoticeKind.PROMISE, ACTOR, now)
    # Praise that waits to be passed on keeps no customer waiting: its case may rest.
    if case.status is not CaseStatus.WAITING or row["kind"] == PromiseKind.RELAY.value:
        return
    due = parse_moment(row["due_at"])
    case = session.cases.update(
        replace(case, status=CaseStatus.OPEN, assignee=case.assignee or keeper, due_at=due)
    )
    why = f"{keeper} owes an answer here: {row['text']} Only a person can say how it stands."
    session.cases.withhold(case.id, PROMISE_DUE, why, "", now)
    session.cases.relane(case, None)
