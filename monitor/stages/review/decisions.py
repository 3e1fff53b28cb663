"""What a person decides about a draft besides the yes: reject, hand off, confirm."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.domain.case import Case, CaseStatus, Lane, Outcome
from monitor.domain.draft import Draft, DraftState
from monitor.domain.errors import WrongUse
from monitor.domain.moments import Clock
from monitor.stages import promising
from monitor.stages.review.words import leave, respect_claim
from monitor.store.protocol import Store
from monitor.store.session import Session

REJECT_REASONS = (
    "wrong_tone",
    "wrong_facts",
    "wrong_intent",
    "no_reply_needed",
    "answered_elsewhere",
    "other",
)


def reject(store: Store, draft_id: int, user: str, reason: str, clock: Clock) -> Draft:
    """Drops a draft. The case stays open, to be answered by hand, unless no reply is needed."""
    now = clock.now()
    if reason not in REJECT_REASONS:
        raise WrongUse(
            f"{reason!r} is no reason to reject.", action=f"Use one of {', '.join(REJECT_REASONS)}."
        )
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        respect_claim(draft, user, now)
        rejected = leave(session, draft, DraftState.REJECTED, user, now, "draft.rejected", reason=reason)
        if reason in ("no_reply_needed", "answered_elsewhere"):
            outcome = Outcome.NO_REPLY_BY_POLICY if reason == "no_reply_needed" else Outcome.REFERRED
            case = session.cases.get(draft.case_id)
            session.cases.relane(session.cases.settle(case, outcome, now, f"{user}: {reason}"), None)
        return rejected


def hand_off(store: Store, draft_id: int, user: str, clock: Clock) -> Draft:
    """A person takes the text and posts it by hand on the platform."""
    now = clock.now()
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        respect_claim(draft, user, now)
        return leave(
            session,
            draft,
            DraftState.HANDED_OFF,
            user,
            now,
            "draft.handed_off",
            claimed_by=user,
            claimed_at=now,
        )


def confirm(store: Store, draft_id: int, user: str, clock: Clock) -> Draft:
    """The person says that they posted it: the customer has been answered."""
    now = clock.now()
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        confirmed = session.drafts.move(draft, DraftState.CONFIRMED, now)
        session.audit.record(now, user, "draft.confirmed", f"draft:{draft_id}")
        case = session.cases.get(draft.case_id)
        promising.record(session, draft, user, now)
        answered(session, case, now)
        return confirmed


def answered(session: Session, case: Case, at: datetime) -> Case:
    """A reply of ours reached the customer: the case waits for them, its first-response clock stops."""
    waiting = replace(case, status=CaseStatus.WAITING, first_response_at=case.first_response_at or at)
    return session.cases.update(replace(waiting, lane=Lane.WAITING))
