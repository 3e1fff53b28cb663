"""draft: writes a reply for each case that may have one, or notes why it must not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.domain.case import Case
from monitor.domain.conversation import Conversation
from monitor.domain.draft import Draft, DraftState, Proposal
from monitor.domain.moments import Clock
from monitor.respond.similar import Said
from monitor.stages.verdict import Judge, verdict_of
from monitor.store.protocol import Store
from monitor.store.session import Session

ACTOR = "machine:draft"

# Writing takes some hundredths of a second a draft: a process that dies loses less than a second of it.
BATCH = 20

# No two near-identical replies leave within a day.
RECENT = timedelta(hours=24)

# No promise of the voice allows more: drafts that are due later need no look.
LONGEST_ALLOWANCE = timedelta(days=3)


class Withheld(Protocol):
    """Why a case must have no automatic draft."""

    @property
    def code(self) -> str: ...
    @property
    def why(self) -> str: ...


# (conversation, now, what was said lately) → what to propose, or why nothing may be proposed
Compose = Callable[[Conversation, datetime, Said], Proposal | Withheld]


@dataclass(slots=True)
class DraftReport:
    """What one run did."""

    looked_at: int = 0
    proposed: int = 0
    withheld: int = 0
    renewed: int = 0  # drafts written anew, with a time that can be kept


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
    judge: Judge | None = None,
    limit: int = BATCH,
    pick: Pick = live,
) -> DraftReport:
    """Drafts replies for up to `limit` cases. `source_for` names the source whose account posts it.

    Whether we may reply is asked anew before a word is written: the thread may be locked by now, the place
    taken off the allow-list, the customer answered by hand.
    """
    report, now = DraftReport(), clock.now()
    report.renewed = _renew(store, compose, now, limit)
    with store.read() as session:
        conversations = [_judged(session, case, judge) for case in pick(session, limit)]
        recent = Said(session.drafts.recent_texts(now - RECENT))
    written: list[tuple[Conversation, Proposal | Withheld]] = []
    for conversation in conversations:
        result = compose(conversation, now, recent)
        written.append((conversation, result))
        if isinstance(result, Proposal):
            recent.add(result.text)
    if not written:
        return report
    with store.write() as session:
        for conversation, result in written:
            case_id = conversation.case.id
            current = session.cases.conversation(case_id)
            if current.hash != conversation.hash or session.drafts.live_of(case_id) is not None:
                continue  # the world moved while we wrote; the next run sees it as it is
            current = replace(current, case=_keep_verdict(session, current.case, conversation.case, now))
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
            session.audit.record(
                now, ACTOR, "draft.proposed", f"draft:{proposed.id}", macro=result.macro, **_by(result)
            )
            session.cases.relane(current.case, proposed.state)
            report.proposed += 1
    report.looked_at = len(written)
    return report


def _by(result: Proposal) -> dict[str, str]:
    """For the audit log: which model reworded it, if one did."""
    return {"ai": result.ai} if result.ai else {}


def _renew(store: Store, compose: Compose, now: datetime, limit: int) -> int:
    """A draft nobody has touched is written anew before the time it promises comes too near.

    Nobody should have to approve "by 14:00" at a quarter to two, or to mend it by hand.
    """
    with store.read() as session:
        near = [d for d in session.drafts.promising(now + LONGEST_ALLOWANCE, limit) if _is_too_near(d, now)]
        conversations = [session.cases.conversation(d.case_id) for d in near]
        said = Said(session.drafts.recent_texts(now - RECENT)) if near else Said()
    written = [(d, c, compose(c, now, said)) for d, c in zip(near, conversations, strict=True)]
    if not written:
        return 0
    with store.write() as session:
        renewed = 0
        for draft, conversation, result in written:
            if session.cases.conversation(draft.case_id).hash != conversation.hash:
                continue  # triage has replaced it, or will
            if isinstance(result, Proposal):
                done = session.drafts.renew(draft, result, now)
            else:
                done = _drop(session, draft, result, conversation.hash, now)
            if done:
                session.audit.record(now, ACTOR, "draft.renewed", f"draft:{draft.id}")
                renewed += 1
        return renewed


def _drop(session: Session, draft: Draft, why: Withheld, conversation: str, now: datetime) -> bool:
    """What could be written hours ago may not be written any more."""
    current = session.drafts.get(draft.id)
    if current.version != draft.version:
        return False
    session.drafts.move(current, DraftState.SUPERSEDED, now, reason=why.why)
    session.cases.withhold(draft.case_id, why.code, why.why, conversation, now)
    session.cases.relane(session.cases.get(draft.case_id), None)
    return True


def _is_too_near(draft: Draft, now: datetime) -> bool:
    """When only a third of the time is left that the promise allowed when it was written."""
    if draft.promise is None:
        return False
    return draft.promise.due_at - now < (draft.promise.due_at - draft.created_at) / 3


def _judged(session: Session, case: Case, judge: Judge | None) -> Conversation:
    """The conversation with the verdict that holds now."""
    conversation = session.cases.conversation(case.id)
    verdict = verdict_of(session, conversation, judge)
    now = replace(conversation.case, verdict=verdict.may_reply.value, verdict_rule=verdict.rule)
    return replace(conversation, case=now)


def _keep_verdict(session: Session, case: Case, judged: Case, now: datetime) -> Case:
    if (case.verdict, case.verdict_rule) == (judged.verdict, judged.verdict_rule):
        return case
    session.audit.record(
        now, ACTOR, "case.verdict", f"case:{case.id}", was=case.verdict_rule, became=judged.verdict_rule
    )
    return session.cases.update(replace(case, verdict=judged.verdict, verdict_rule=judged.verdict_rule))
