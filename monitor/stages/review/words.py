"""What a person does to the words of a draft: read, claim, edit, write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from monitor.domain.approval import text_hash
from monitor.domain.conversation import Conversation
from monitor.domain.draft import Draft, DraftState, PromisePlan, Proposal
from monitor.domain.errors import (
    ClaimedByOther,
    DraftBlocked,
    ForbiddenTransition,
    NotFound,
    StaleApproval,
    WrongUse,
)
from monitor.domain.moments import Clock
from monitor.store.protocol import Store
from monitor.store.session import Session

# A claim is a courtesy, not a lock: it ends by itself when somebody goes to lunch.
CLAIM_LASTS = timedelta(minutes=15)

_STATES_WITH_TEXT = frozenset(
    {
        DraftState.PROPOSED,
        DraftState.CLAIMED,
        DraftState.EDITED,
        DraftState.SECONDING,
        DraftState.STALE,
        DraftState.REFUSED,
        DraftState.FROZEN,
        DraftState.HANDED_OFF,
    }
)


def show(store: Store, draft_id: int) -> tuple[Draft, Conversation]:
    """A draft with its conversation, in one snapshot. Raises NotFound."""
    with store.read() as session:
        draft = session.drafts.get(draft_id)
        return draft, session.cases.conversation(draft.case_id)


def claim(store: Store, draft_id: int, user: str, clock: Clock) -> Draft:
    """Marks a draft as being worked on by `user`. Raises ClaimedByOther while another's claim lasts."""
    now = clock.now()
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        respect_claim(draft, user, now)
        if draft.state is DraftState.EDITED:
            return session.drafts.move(draft, DraftState.EDITED, now, claimed_by=user, claimed_at=now)
        if draft.state is DraftState.CLAIMED:
            draft = session.drafts.move(draft, DraftState.PROPOSED, now)
        claimed = session.drafts.move(draft, DraftState.CLAIMED, now, claimed_by=user, claimed_at=now)
        session.audit.record(now, user, "draft.claimed", f"draft:{draft_id}")
        return claimed


def release(store: Store, draft_id: int, user: str, clock: Clock) -> Draft:
    """Gives a claim back; nothing happens when it isn't theirs."""
    now = clock.now()
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        if draft.claimed_by != user:
            return draft
        state = DraftState.PROPOSED if draft.state is DraftState.CLAIMED else draft.state
        if draft.state not in (DraftState.CLAIMED, DraftState.EDITED):
            return draft
        return session.drafts.move(draft, state, now, claimed_by=None, claimed_at=None)


# (text, user) → what the words of a person promise, if they name a time
Promised = Callable[[str, str], PromisePlan | None]


def edit(
    store: Store,
    draft_id: int,
    user: str,
    text: str,
    version: int,
    clock: Clock,
    promised: Promised | None = None,
) -> Draft:
    """Saves a person's words. Raises StaleApproval when `version` is not the one they edited.

    Saving the same text again changes nothing, so an autosave may repeat itself. A promise that the words
    make is recorded with them: the one that was there, or a new one that names its time.
    """
    now = clock.now()
    text = tidy(text)
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        if draft.text == text and draft.state in _STATES_WITH_TEXT:
            return draft
        _same_version(draft, version)
        respect_claim(draft, user, now)
        if not text:
            raise WrongUse("A reply can't be empty.", action="Write something, or reject the draft.")
        conversation = session.cases.conversation(draft.case_id)
        edited = session.drafts.move(
            draft,
            DraftState.EDITED,
            now,
            text=text,
            written_by=user,
            claimed_by=user,
            claimed_at=now,
            conversation_hash=conversation.hash,
            reason=None,
            promise=_promise(draft.promise, text, user, promised),
        )
        session.audit.record(now, user, "draft.edited", f"draft:{draft_id}", text=text_hash(text))
        session.cases.relane(conversation.case, edited.state)
        return edited


def keep(store: Store, draft_id: int, user: str, version: int, clock: Clock) -> Draft:
    """A person says that the words still fit although the conversation moved, or the platform refused them.

    The draft can be approved again afterwards. Raises StaleApproval when `version` is not the one they
    read, DraftBlocked while a freeze covers it.
    """
    now = clock.now()
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        _same_version(draft, version)
        respect_claim(draft, user, now)
        freeze = session.outgoing.freeze_of(draft_id) if draft.state is DraftState.FROZEN else None
        if freeze is not None:
            raise DraftBlocked(freeze.why, action=f"Have it thawed first: `presszero thaw {freeze.scope}`.")
        seen = session.cases.conversation(draft.case_id).hash
        return leave(
            session, draft, DraftState.EDITED, user, now, "draft.kept",
            written_by=user, claimed_by=user, claimed_at=now, conversation_hash=seen, reason=None,
        )  # fmt: skip


def _promise(was: PromisePlan | None, text: str, user: str, promised: Promised | None) -> PromisePlan | None:
    if was is not None and was.text in text:
        return was
    return promised(text, user) if promised is not None else None


def write(
    store: Store,
    case_id: int,
    user: str,
    text: str,
    source: str,
    clock: Clock,
    promised: Promised | None = None,
) -> Draft:
    """A person writes the reply to a case that has no draft. Raises ForbiddenTransition if it has one."""
    now = clock.now()
    text = tidy(text)
    if not text:
        raise WrongUse("A reply can't be empty.")
    with store.write() as session:
        conversation = session.cases.conversation(case_id)
        turn = conversation.to_answer
        if turn is None:
            raise NotFound(f"Case {case_id} has no post that could be answered.")
        if session.drafts.live_of(case_id) is not None:
            raise ForbiddenTransition(f"Case {case_id} already has a draft.")
        draft = session.drafts.propose(
            conversation.case,
            Proposal(text, "", (), _promise(None, text, user, promised)),
            source=source,
            in_reply_to=turn.mention.native_id,
            conversation_hash=conversation.hash,
            at=now,
            written_by=user,
        )
        session.audit.record(now, user, "draft.written", f"draft:{draft.id}", text=text_hash(text))
        session.cases.relane(conversation.case, draft.state)
        return draft


def conversation_moved(
    session: Session,
    case_id: int,
    now: datetime,
    why: str = "The customer wrote again after this was written.",
    code: str = "publish.customer_wrote",
) -> Draft | None:
    """The posts of a case changed: a machine's draft makes way for a new one, a person's words are kept.

    Returns the draft that is left.
    """
    draft = session.drafts.live_of(case_id)
    if draft is None:
        return None
    if draft.state in (DraftState.PROPOSED, DraftState.CLAIMED):
        session.drafts.move(draft, DraftState.SUPERSEDED, now, reason="the conversation moved")
        return None
    if draft.state in (DraftState.EDITED, DraftState.SECONDING, DraftState.APPROVED):
        return session.drafts.move(
            draft, DraftState.STALE, now, reason=why, reason_code=code, send_after=None
        )
    return draft


def tidy(text: str) -> str:
    """The text as it will be sent: one kind of newline, no trailing blanks, no NUL."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def respect_claim(draft: Draft, user: str, now: datetime) -> None:
    """Raises ClaimedByOther while somebody else's claim on the draft lasts."""
    if draft.claimed_by in (None, user) or draft.claimed_at is None:
        return
    if now - draft.claimed_at < CLAIM_LASTS:
        raise ClaimedByOther(f"{draft.claimed_by} is working on draft {draft.id}.")


def _same_version(draft: Draft, version: int) -> None:
    if draft.version != version:
        raise StaleApproval(
            f"Draft {draft.id} was changed since it was loaded (by {draft.claimed_by or draft.written_by}).",
            action="Reload to see the newer text; yours is still in the editor.",
        )


def leave(
    session: Session,
    draft: Draft,
    state: DraftState,
    user: str,
    now: datetime,
    action: str,
    **changes: object,
) -> Draft:
    """Takes a draft to another state, with its audit record and the lane its case now belongs in."""
    moved = session.drafts.move(draft, state, now, **changes)
    session.audit.record(now, user, action, f"draft:{draft.id}", reason=moved.reason)
    live = None if state is DraftState.REJECTED else moved.state
    session.cases.relane(session.cases.get(draft.case_id), live)
    return moved
