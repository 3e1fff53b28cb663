"""The yes: to one exact text, in one exact conversation; and a second one where the house asks for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.domain.approval import Approval, text_hash
from monitor.domain.conversation import Conversation
from monitor.domain.draft import APPROVABLE, Draft, DraftState
from monitor.domain.errors import (
    DraftBlocked,
    ForbiddenTransition,
    NotOpened,
    PressZeroError,
    SecondYesNeeded,
    StaleApproval,
    WrongUse,
)
from monitor.domain.moments import Clock, utc_text
from monitor.domain.seconding import SecondReason, is_new, reasons_for_second
from monitor.domain.verdict import MayReply, Verdict
from monitor.stages.review.words import leave, respect_claim
from monitor.stages.verdict import Judge, verdict_of
from monitor.store.drafts import MACHINE
from monitor.store.protocol import Store
from monitor.store.session import Session


class BlockingFinding(Protocol):
    """What review needs to know of a lint finding."""

    @property
    def code(self) -> str: ...
    @property
    def why(self) -> str: ...


# Nobody approves a reply for later than this.
FURTHEST = timedelta(days=30)

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
    second: Collection[SecondReason],
    send_at: datetime | None = None,
    judge: Judge | None = None,
    check: Check | None = None,
    override_reason: str | None = None,
) -> Approval:
    """A named person's yes to exactly what they were shown. It leaves when the undo window is over, or at
    `send_at` (aware UTC) where that is later.

    `second` is what the house asks a second yes for: then this is the first one, or, from another person
    and to the same words in the same conversation, the second. `judge` is asked once more whether we may
    post here. Raises StaleApproval when the text or the conversation is no longer what was shown,
    ForbiddenTransition when somebody was faster, SecondYesNeeded when the first yes was theirs,
    DraftBlocked when lint, the verdict or a freeze stops it, WrongUse for a moment that can't be.
    """
    now = clock.now()
    _can_leave_at(send_at, now)
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        if draft.state not in APPROVABLE:
            raise ForbiddenTransition(f"Draft {draft_id} is {draft.state}; it can't be approved now.")
        respect_claim(draft, user, now)
        conversation = session.cases.conversation(draft.case_id)
        _nothing_changed(draft, conversation, shown)
        _may_be_posted(verdict_of(session, conversation, judge))
        _not_frozen(session, draft)
        if check is not None:
            lately = session.drafts.sent_texts(now - LATELY)
            _not_blocked(check(draft.text, conversation, draft, user, lately), override_reason)
        needs = needs_of(session, conversation, draft, user, second, now)
        first = _first_yes(session, conversation, draft, user)
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
                needs=tuple(needs),
                first_id=first.id if first else None,
                send_at=send_at or (first.send_at if first else None),
            ),
            override_reason,
        )
        _take(session, draft, conversation, approval, undo, override_reason)
        return approval


def _take(
    session: Session,
    draft: Draft,
    conversation: Conversation,
    approval: Approval,
    undo: timedelta,
    override_reason: str | None,
) -> None:
    """The draft goes where the yes takes it: out of the house, or to whoever says the second one."""
    now = approval.at
    moved = session.drafts.move(
        draft,
        DraftState.APPROVED if approval.is_enough else DraftState.SECONDING,
        now,
        conversation_hash=conversation.hash,
        send_after=max(now + undo, approval.send_at or now) if approval.is_enough else None,
        claimed_by=None,
        claimed_at=None,
        reason=None,
    )
    session.audit.record(
        now,
        approval.user,
        "draft.approved" if approval.is_enough else "draft.approved_first",
        f"draft:{draft.id}",
        approval=approval.id,
        text=approval.text_hash,
        conversation=approval.conversation_hash,
        override=override_reason,
        needs=list(approval.needs),
        first=approval.first_id,
        send_at=utc_text(approval.send_at) if approval.send_at else None,
    )
    session.cases.relane(conversation.case, moved.state)


def _can_leave_at(send_at: datetime | None, now: datetime) -> None:
    if send_at is None:
        return
    if send_at < now:
        raise WrongUse("That moment is over.", action="Name one that is still to come.")
    if send_at - now > FURTHEST:
        raise WrongUse(
            f"That is more than {FURTHEST.days} days ahead.",
            action="Approve it nearer the time: what it answers will hardly stand still that long.",
        )


def _not_frozen(session: Session, draft: Draft) -> None:
    freeze = session.outgoing.freeze_of(draft.id)
    if freeze is not None:
        raise DraftBlocked(freeze.why, action=f"Have it thawed first: `presszero thaw {freeze.scope}`.")


def needs_of(
    session: Session,
    conversation: Conversation,
    draft: Draft,
    user: str,
    second: Collection[SecondReason],
    now: datetime,
) -> tuple[SecondReason, ...]:
    """Why a reply needs two people, if it does: what a page shows beforehand and `approve` goes by."""
    if not second:
        return ()
    newcomers = {u.name for u in session.people.all() if is_new(u.created_at, now)}
    return reasons_for_second(second, conversation, draft, newcomers=newcomers, approver=user)


def _first_yes(session: Session, conversation: Conversation, draft: Draft, user: str) -> Approval | None:
    """The yes that this one seconds, if the draft waits for a second one."""
    if draft.state is not DraftState.SECONDING:
        return None
    first = session.drafts.approval_of(draft.id)
    if first is None or first.text_hash != text_hash(draft.text):
        raise StaleApproval(f"The first yes to draft {draft.id} was to other words.")
    if first.conversation_hash != conversation.hash:
        raise StaleApproval(f"The conversation changed since {first.user} said the first yes.")
    if first.user == user:
        raise SecondYesNeeded(
            f"{user} said the first yes to draft {draft.id}; the second is somebody else's."
        )
    return first


def undo(store: Store, draft_id: int, user: str, clock: Clock) -> Draft:
    """Takes a yes back: while its undo window lasts, or while it waits for a second one.

    Raises ForbiddenTransition afterwards.
    """
    now = clock.now()
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        if draft.state not in (DraftState.APPROVED, DraftState.SECONDING):
            raise ForbiddenTransition(f"Draft {draft_id} is {draft.state}; there is no approval to undo.")
        return leave(session, draft, DraftState.EDITED, user, now, "draft.approval_undone", send_after=None)


# --- several at once ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one of several: a yes, or why there is none."""

    draft_id: int
    approval: Approval | None = None
    error: PressZeroError | None = None


def approve_opened(
    store: Store,
    draft_ids: Sequence[int],
    user: str,
    clock: Clock,
    *,
    undo: timedelta,
    second: Collection[SecondReason],
    judge: Judge | None = None,
    check: Check | None = None,
    send_at: Callable[[Draft], datetime | None] = lambda _draft: None,
) -> list[Decided]:
    """Says yes to several drafts, each of which this person has opened and that nothing happened to since.

    Each yes is to what they saw when they opened it; one that does not go through stops no other. `send_at`
    says of each when it should leave.
    """
    found = []
    for draft_id in dict.fromkeys(draft_ids):
        try:
            shown = _as_opened(store, draft_id, user)
            with store.read() as session:
                leaves = send_at(session.drafts.get(draft_id))
            approval = approve(
                store,
                draft_id,
                user,
                shown,
                clock,
                undo=undo,
                second=second,
                send_at=leaves,
                judge=judge,
                check=check,
            )
            found.append(Decided(draft_id, approval=approval))
        except PressZeroError as error:
            found.append(Decided(draft_id, error=error))
    return found


def _as_opened(store: Store, draft_id: int, user: str) -> Shown:
    with store.read() as session:
        draft = session.drafts.get(draft_id)
        opening = session.attention.opening(user, draft_id)
    if opening is None:
        raise NotOpened(f"{user} has not opened draft {draft_id}.")
    return Shown(draft.text, opening.conversation_hash, opening.version, opening.seconds)


# --- what stops a yes -------------------------------------------------------------------------------


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
    machines = [t["text"] for t in session.drafts.texts(draft.id) if t["written_by"] == MACHINE]
    return bool(machines) and machines[-1] == draft.text
