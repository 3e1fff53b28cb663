"""draft: writes a reply for each case that may have one, or notes why it must not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.domain.case import Case
from monitor.domain.conversation import Conversation
from monitor.domain.draft import Proposal
from monitor.domain.moments import Clock
from monitor.store.protocol import Store
from monitor.store.session import Session

ACTOR = "machine:draft"

# Writing takes some hundredths of a second a draft: a process that dies loses less than a second of it.
BATCH = 20

# No two near-identical replies leave within a day.
RECENT = timedelta(hours=24)


class Withheld(Protocol):
    """Why a case must have no automatic draft."""

    @property
    def code(self) -> str: ...
    @property
    def why(self) -> str: ...


# (conversation, now, recent texts) → what to propose, or why nothing may be proposed
Compose = Callable[[Conversation, datetime, Sequence[str]], Proposal | Withheld]


@dataclass(slots=True)
class DraftReport:
    """What one run did."""

    looked_at: int = 0
    proposed: int = 0
    withheld: int = 0


# (session, how many) → cases that wait for a draft
Pick = Callable[[Session, int], list[Case]]


def live(session: Session, limit: int) -> list[Case]:
    """Open live cases without a draft: what the scheduler drafts for."""
    return session.cases.to_draft(limit)


def draft(
    store: Store,
    compose: Compose,
    source_for: Callable[[Case], str],
    clock: Clock,
    *,
    limit: int = BATCH,
    pick: Pick = live,
) -> DraftReport:
    """Drafts replies for up to `limit` cases. `source_for` names the source whose account posts it."""
    report, now = DraftReport(), clock.now()
    with store.read() as session:
        cases = pick(session, limit)
        conversations = [session.cases.conversation(case.id) for case in cases]
        recent = session.drafts.recent_texts(now - RECENT)
    written: list[tuple[Conversation, Proposal | Withheld]] = []
    for conversation in conversations:
        result = compose(conversation, now, recent)
        written.append((conversation, result))
        if isinstance(result, Proposal):
            recent.insert(0, result.text)
    if not written:
        return report
    with store.write() as session:
        for conversation, result in written:
            case_id = conversation.case.id
            current = session.cases.conversation(case_id)
            if current.hash != conversation.hash or session.drafts.live_of(case_id) is not None:
                continue  # the world moved while we wrote; the next run sees it as it is
            if not isinstance(result, Proposal):
                session.cases.withhold(case_id, result.code, result.why, current.hash, now)
                session.audit.record(now, ACTOR, "draft.withheld", f"case:{case_id}", reason=result.code)
                report.withheld += 1
                continue
            turn = current.to_answer
            if turn is None:
                continue  # removed meanwhile; `remove_post` closed the case
            proposed = session.drafts.propose(
                current.case,
                result,
                source=source_for(current.case),
                in_reply_to=turn.mention.native_id,
                conversation_hash=current.hash,
                at=now,
            )
            session.audit.record(now, ACTOR, "draft.proposed", f"draft:{proposed.id}", macro=result.macro)
            session.cases.relane(current.case, proposed.state)
            report.proposed += 1
    report.looked_at = len(written)
    return report
