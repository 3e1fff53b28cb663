"""follow: watches what became of the customer after we answered.

Thanks settle a case, silence settles it after a while, a promise brings it back to its keeper in time.
A customer who comes back angrier is noted by triage, as `worse`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.domain.case import Case, Outcome
from monitor.domain.conversation import Conversation, Turn
from monitor.domain.draft import PromiseKind
from monitor.domain.moments import Clock
from monitor.stages import accountability, promising
from monitor.store.protocol import Store
from monitor.store.session import Session

ACTOR = "machine:follow"
BATCH = 200

# After our reply and this much silence the case is closed as `silent`: neither thanks nor anger.
SILENCE = timedelta(hours=72)

# A drained window is only of interest while somebody looks at the sources page.
FORGET_WINDOWS = timedelta(hours=1)

THANKS_BELOW = 0.5


@dataclass(slots=True)
class FollowReport:
    """What one run did."""

    settled: int = 0
    silent: int = 0
    kept: int = 0
    reminded: int = 0
    broken: int = 0
    suspended: list[str] = field(default_factory=list)  # macros


def follow(
    store: Store,
    clock: Clock,
    *,
    silence: timedelta = SILENCE,
    limit: int = BATCH,
    owners: Mapping[str, str] | None = None,
) -> FollowReport:
    """Settles what can be settled, brings back what we promised, stops macros that make things worse.

    `owners` says who answers for which macro.
    """
    report, now = FollowReport(), clock.now()
    with store.write() as session:
        for case in session.cases.heard_back(limit):
            report.settled += _settle(session, session.cases.conversation(case.id), now)
        for case in session.cases.silent_since(now - silence, limit):
            evidence = f"nothing was heard for {silence.days} days after our reply"
            _done(session, session.cases.settle(case, Outcome.SILENT, now, evidence))
            outcome = Outcome.SILENT.value
            session.audit.record(now, ACTOR, "case.settled", f"case:{case.id}", outcome=outcome)
            report.silent += 1
        promises = promising.look_after(session, now, limit)
        report.kept, report.reminded, report.broken = promises.kept, promises.reminded, promises.broken
        report.suspended = accountability.judge(session, owners or {}, now)
        session.ledger.forget_drained(now - FORGET_WINDOWS)
    return report


def _settle(session: Session, conversation: Conversation, now: datetime) -> int:
    """Thanks after our last reply: the customer says that it is well."""
    case, last = conversation.case, conversation.to_answer
    ours = [t for t in conversation.turns if t.own and t.removed_at is None]
    if last is None or not ours or last.mention.created_at < ours[-1].mention.created_at:
        return 0
    if not _is_thanks(last) or _has_open_promise(session, case.id):
        return 0
    # `recovered`: somebody who had reproached us now thanks us.
    outcome = Outcome.RECOVERED if case.severity >= 2 else Outcome.RESOLVED_CONFIRMED
    evidence = "thanked us after our reply"
    _done(session, session.cases.settle(case, outcome, now, evidence, mention_id=last.mention_id))
    session.audit.record(now, ACTOR, "case.settled", f"case:{case.id}", outcome=outcome.value)
    return 1


def _is_thanks(turn: Turn) -> bool:
    reading = turn.reading
    return reading is not None and reading.primary == "praise" and reading.complaint < THANKS_BELOW


def _has_open_promise(session: Session, case_id: int) -> bool:
    found = session.promises.of_case(case_id)
    return any(row["state"] == "open" and row["kind"] == PromiseKind.WORD.value for row in found)


def _done(session: Session, case: Case) -> None:
    session.cases.relane(case, None)
