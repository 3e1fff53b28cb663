"""What a person decides about a draft: approve, undo, reject, hand off, confirm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.domain.approval import Approval, text_hash
from monitor.domain.case import Case, CaseStatus, Lane, Outcome
from monitor.domain.conversation import Conversation
from monitor.domain.draft import APPROVABLE, Draft, DraftState
from monitor.domain.errors import (
    DraftBlocked,
    ForbiddenTransition,
    StaleApproval,
    WrongUse,
)
from monitor.domain.moments import Clock
from monitor.domain.verdict import MayReply, Verdict
from monitor.stages import promising
from monitor.stages.review.words import leave, respect_claim
from monitor.stages.verdict import Judge, verdict_of
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


class BlockingFinding(Protocol):
    """What review needs to know of a lint finding."""

    @property
    def code(self) -> str: ...
    @property
    def why(self) -> str: ...


# What was said this long before counts as "lately" for the check against near-identical replies.
LATELY = timedelta(hours=24)

# (text, conversation, draft, user, texts sent lately) → the findings that stop an approval. It is called
# inside the transaction of the approval: it must be pure.
Check = Callable[[str, Conversation, Draft, str, Sequence[str]], Sequence[BlockingFinding]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page showed a person when they decided: what their yes is about."""

    text: str
    conversation_hash: str
    draft_version: int
    seconds: float | None = None  # from opening the case to the decision


def approve(
    store: Store,
    draft_id: int,
    user: str,
    shown: Shown,
    clock: Clock,
    *,
    undo: timedelta,
    judge: Judge | None = None,
    check: Check | None = None,
    override_reason: str | None = None,
) -> Approval:
    """A named person's yes to exactly what they were shown.

    `judge` is asked once more whether we may post here. Raises StaleApproval when the text or the
    conversation is no longer what was shown, ForbiddenTransition when somebody was faster, DraftBlocked
    when lint or the verdict stops it.
    """
    now = clock.now()
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        if draft.state not in APPROVABLE:
            raise ForbiddenTransition(f"Draft {draft_id} is {draft.state}; it can't be approved now.")
        respect_claim(draft, user, now)
        conversation = session.cases.conversation(draft.case_id)
        _nothing_changed(draft, conversation, shown)
        _may_be_posted(verdict_of(session, conversation, judge))
        if check is not None:
            lately = session.drafts.sent_texts(now - LATELY)
            _not_blocked(check(draft.text, conversation, draft, user, lately), override_reason)
        approval = session.drafts.approve(
            Approval(
                id=0,
                draft_id=draft_id,
                user=user,
                text=draft.text,
                text_hash=text_hash(draft.text),
                conversation_hash=conversation.hash,
                at=now,
                seconds_to_decide=shown.seconds,
                unchanged=_is_machines_words(session, draft),
            ),
            override_reason,
        )
        moved = session.drafts.move(
            draft,
            DraftState.APPROVED,
            now,
            conversation_hash=conversation.hash,
            send_after=now + undo,
            claimed_by=None,
            claimed_at=None,
            reason=None,
        )
        session.audit.record(
            now,
            user,
            "draft.approved",
            f"draft:{draft_id}",
            approval=approval.id,
            text=approval.text_hash,
            conversation=approval.conversation_hash,
            override=override_reason,
        )
        session.cases.relane(conversation.case, moved.state)
        return approval


def undo(store: Store, draft_id: int, user: str, clock: Clock) -> Draft:
    """Takes an approval back while its undo window lasts. Raises ForbiddenTransition afterwards."""
    now = clock.now()
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        if draft.state is not DraftState.APPROVED:
            raise ForbiddenTransition(f"Draft {draft_id} is {draft.state}; there is no approval to undo.")
        return leave(session, draft, DraftState.EDITED, user, now, "draft.approval_undone", send_after=None)


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


def _nothing_changed(draft: Draft, conversation: Conversation, shown: Shown) -> None:
    if draft.text != shown.text or draft.version != shown.draft_version:
        raise StaleApproval(f"The text of draft {draft.id} changed since it was shown.")
    if conversation.hash != shown.conversation_hash:
        raise StaleApproval(
            "The conversation changed since it was shown: a post was added, edited or removed."
        )


def _may_be_posted(verdict: Verdict) -> None:
    if verdict.may_reply is not MayReply.POSTABLE:
        raise DraftBlocked(
            f"We may not post here ({verdict.rule}). {verdict.why}",
            action="Hand it off: copy the text and post it by hand."
            if verdict.may_reply is MayReply.HANDOFF
            else "Close the case; this place is for listening only.",
        )


def _not_blocked(findings: Sequence[BlockingFinding], override_reason: str | None) -> None:
    if findings and not (override_reason and override_reason.strip()):
        said = "; ".join(f"{f.code}: {f.why}" for f in findings)
        raise DraftBlocked(said, action="Change the text, or approve with a reason for the exception.")


def _is_machines_words(session: Session, draft: Draft) -> bool:
    texts = session.drafts.texts(draft.id)
    return bool(texts) and texts[0]["written_by"] == "machine" and texts[0]["text"] == draft.text
