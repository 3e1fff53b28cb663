"""review: a person reads, edits, approves, rejects or hands off a draft.

Every function is one transaction, compare-and-swap on the draft's version, and leaves a record in
the audit log. The inbox, the JSON API and the CLI all come through here; nothing else may.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.domain.approval import Approval, text_hash
from monitor.domain.case import Case, CaseStatus, Lane, Outcome, due_at
from monitor.domain.conversation import Conversation
from monitor.domain.draft import APPROVABLE, Draft, DraftState, Proposal
from monitor.domain.errors import (
    ClaimedByOther,
    DraftBlocked,
    ForbiddenTransition,
    NotFound,
    StaleApproval,
    WrongUse,
)
from monitor.domain.moments import Clock
from monitor.domain.reading import INTENTS, Urgency
from monitor.domain.verdict import MayReply
from monitor.store.protocol import Store
from monitor.store.session import Session

# A claim is a courtesy, not a lock: it ends by itself when somebody goes to lunch.
CLAIM_LASTS = timedelta(minutes=15)

REJECT_REASONS = (
    "wrong_tone",
    "wrong_facts",
    "wrong_intent",
    "no_reply_needed",
    "answered_elsewhere",
    "other",
)

# How far the text must differ from the machine's words for the meter to count it as changed.
_STATES_WITH_TEXT = frozenset(
    {
        DraftState.PROPOSED,
        DraftState.CLAIMED,
        DraftState.EDITED,
        DraftState.STALE,
        DraftState.REFUSED,
        DraftState.FROZEN,
        DraftState.HANDED_OFF,
    }
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
        _respect_claim(draft, user, now)
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


def edit(store: Store, draft_id: int, user: str, text: str, version: int, clock: Clock) -> Draft:
    """Saves a person's words. Raises StaleApproval when `version` is not the one they edited.

    Saving the same text again changes nothing, so an autosave may repeat itself.
    """
    now = clock.now()
    text = tidy(text)
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        if draft.text == text and draft.state in _STATES_WITH_TEXT:
            return draft
        _same_version(draft, version)
        _respect_claim(draft, user, now)
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
            # A promise that the words no longer make is not recorded; lint asks about new ones.
            promise=draft.promise if draft.promise and draft.promise.text in text else None,
        )
        session.audit.record(now, user, "draft.edited", f"draft:{draft_id}", text=text_hash(text))
        session.cases.relane(conversation.case, edited.state)
        return edited


def keep(store: Store, draft_id: int, user: str, version: int, clock: Clock) -> Draft:
    """A person says that the words still fit although the conversation moved, or the platform refused them.

    The draft can be approved again afterwards. Raises StaleApproval when `version` is not the one they read.
    """
    now = clock.now()
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        _same_version(draft, version)
        _respect_claim(draft, user, now)
        seen = session.cases.conversation(draft.case_id).hash
        return _leave(
            session, draft, DraftState.EDITED, user, now, "draft.kept",
            written_by=user, claimed_by=user, claimed_at=now, conversation_hash=seen, reason=None,
        )  # fmt: skip


def write(store: Store, case_id: int, user: str, text: str, source: str, clock: Clock) -> Draft:
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
            Proposal(text=text, macro="", moves=()),
            source=source,
            in_reply_to=turn.mention.native_id,
            conversation_hash=conversation.hash,
            at=now,
            written_by=user,
        )
        session.audit.record(now, user, "draft.written", f"draft:{draft.id}", text=text_hash(text))
        session.cases.relane(conversation.case, draft.state)
        return draft


def approve(
    store: Store,
    draft_id: int,
    user: str,
    shown: Shown,
    clock: Clock,
    *,
    undo: timedelta,
    check: Check | None = None,
    override_reason: str | None = None,
) -> Approval:
    """A named person's yes to exactly what they were shown.

    Raises StaleApproval when the text or the conversation is no longer what was shown,
    ForbiddenTransition when somebody was faster, DraftBlocked when lint stops it.
    """
    now = clock.now()
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        if draft.state not in APPROVABLE:
            raise ForbiddenTransition(f"Draft {draft_id} is {draft.state}; it can't be approved now.")
        _respect_claim(draft, user, now)
        conversation = session.cases.conversation(draft.case_id)
        _nothing_changed(draft, conversation, shown)
        _may_be_posted(conversation)
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
        return _leave(session, draft, DraftState.EDITED, user, now, "draft.approval_undone", send_after=None)


def reject(store: Store, draft_id: int, user: str, reason: str, clock: Clock) -> Draft:
    """Drops a draft. The case stays open, to be answered by hand, unless no reply is needed."""
    now = clock.now()
    if reason not in REJECT_REASONS:
        raise WrongUse(
            f"{reason!r} is no reason to reject.", action=f"Use one of {', '.join(REJECT_REASONS)}."
        )
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        _respect_claim(draft, user, now)
        rejected = _leave(session, draft, DraftState.REJECTED, user, now, "draft.rejected", reason=reason)
        if reason in ("no_reply_needed", "answered_elsewhere"):
            outcome = Outcome.NO_REPLY_BY_POLICY if reason == "no_reply_needed" else Outcome.REFERRED
            case = session.cases.get(draft.case_id)
            _closed(session, session.cases.settle(case, outcome, now, f"{user}: {reason}"))
        return rejected


def hand_off(store: Store, draft_id: int, user: str, clock: Clock) -> Draft:
    """A person takes the text and posts it by hand on the platform."""
    now = clock.now()
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        _respect_claim(draft, user, now)
        return _leave(
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
        if draft.promise is not None:
            session.cases.promise(case.id, draft_id, draft.promise, now)
        answered(session, case, now)
        return confirmed


def assign(store: Store, case_id: int, user: str, assignee: str | None, clock: Clock) -> Case:
    """Gives a case to a person, or to nobody."""
    now = clock.now()
    with store.write() as session:
        case = session.cases.update(replace(session.cases.get(case_id), assignee=assignee))
        session.audit.record(now, user, "case.assigned", f"case:{case_id}", to=assignee)
        return case


def close(store: Store, case_id: int, user: str, outcome: Outcome, clock: Clock) -> Case:
    """A person says what became of the customer. A draft that is still waiting is dropped."""
    now = clock.now()
    with store.write() as session:
        case = session.cases.get(case_id)
        draft = session.drafts.live_of(case_id)
        if draft is not None:
            session.drafts.move(draft, DraftState.REJECTED, now, reason="case closed")
        case = session.cases.settle(case, outcome, now, user)
        session.audit.record(now, user, "case.closed", f"case:{case_id}", outcome=outcome.value)
        return _closed(session, case)


def reopen(store: Store, case_id: int, user: str, clock: Clock) -> Case:
    """Brings a case back that was closed or set aside."""
    now = clock.now()
    with store.write() as session:
        case = session.cases.update(
            replace(session.cases.get(case_id), status=CaseStatus.OPEN, closed_at=None, outcome=None)
        )
        session.cases.clear_withheld(case_id)
        session.audit.record(now, user, "case.reopened", f"case:{case_id}")
        draft = session.drafts.live_of(case_id)
        return session.cases.relane(case, draft.state if draft else None)


def correct(store: Store, case_id: int, user: str, field: str, value: str, clock: Clock) -> Case:
    """A person corrects a reading: `field` is "urgency" or "intent". The clock follows at once."""
    now = clock.now()
    with store.write() as session:
        conversation = session.cases.conversation(case_id)
        case, turn = conversation.case, conversation.to_answer
        if field == "urgency" and value in Urgency.__members__:
            was, level = case.urgency.value, Urgency(value)
            new = replace(case, urgency=level, due_at=due_at(level, case.clock_start, case.origin))
        elif field == "intent" and value in INTENTS:
            was, new = case.primary_intent, replace(case, primary_intent=value)
        else:
            raise WrongUse(f"{field} can't become {value!r}.", action="Correct urgency (P0–P4) or intent.")
        if new.status is CaseStatus.ASIDE:
            new = replace(new, status=CaseStatus.OPEN)
        new = session.cases.update(new)
        if turn is not None:
            session.readings.correct(
                case_id=case_id,
                mention_id=turn.mention_id,
                what=field,
                was=was,
                became=value,
                user=user,
                at=now,
            )
        session.audit.record(now, user, f"case.{field}_corrected", f"case:{case_id}", was=was, became=value)
        draft = session.drafts.live_of(case_id)
        return session.cases.relane(new, draft.state if draft else None)


def note(store: Store, case_id: int, user: str, text: str, clock: Clock) -> None:
    """Adds an internal note to a case."""
    now = clock.now()
    if not text.strip():
        raise WrongUse("A note can't be empty.")
    with store.write() as session:
        session.cases.get(case_id)
        session.cases.note(case_id, user, text.strip(), now)
        session.audit.record(now, user, "case.noted", f"case:{case_id}")


def settle_promise(store: Store, promise_id: int, user: str, kept: bool, clock: Clock) -> bool:
    """A person says that a promise was kept, or not. False when it was settled before."""
    now = clock.now()
    with store.write() as session:
        settled = session.cases.settle_promise(promise_id, kept, now, user)
        if settled:
            session.audit.record(now, user, "promise.settled", f"promise:{promise_id}", kept=kept)
        return settled


def pause(store: Store, user: str, on: bool, reason: str, clock: Clock) -> None:
    """The one visible switch that stops all posting, with a reason; or starts it again."""
    now = clock.now()
    if on and not reason.strip():
        raise WrongUse("Say why posting is paused: everybody will see it.")
    with store.write() as session:
        session.people.set_switch("pause_posting", "on" if on else "off", reason.strip(), user, now)
        session.audit.record(now, user, "posting.paused" if on else "posting.resumed", "switch:pause_posting")


def answered(session: Session, case: Case, at: datetime) -> Case:
    """A reply of ours reached the customer: the case waits for them, its first-response clock stops."""
    waiting = replace(case, status=CaseStatus.WAITING, first_response_at=case.first_response_at or at)
    return session.cases.update(replace(waiting, lane=Lane.WAITING))


def tidy(text: str) -> str:
    """The text as it will be sent: one kind of newline, no trailing blanks, no NUL."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _leave(
    session: Session,
    draft: Draft,
    state: DraftState,
    user: str,
    now: datetime,
    action: str,
    **changes: object,
) -> Draft:
    moved = session.drafts.move(draft, state, now, **changes)
    session.audit.record(now, user, action, f"draft:{draft.id}", reason=moved.reason)
    live = None if state is DraftState.REJECTED else moved.state
    session.cases.relane(session.cases.get(draft.case_id), live)
    return moved


def _closed(session: Session, case: Case) -> Case:
    return session.cases.relane(case, None)


def _respect_claim(draft: Draft, user: str, now: datetime) -> None:
    if draft.claimed_by in (None, user) or draft.claimed_at is None:
        return
    if now - draft.claimed_at < CLAIM_LASTS:
        raise ClaimedByOther(f"{draft.claimed_by} is working on draft {draft.id}.")


def _same_version(draft: Draft, version: int) -> None:
    if draft.version != version:
        raise StaleApproval(
            f"Draft {draft.id} was changed since this page was loaded (by {draft.claimed_by or draft.written_by}).",
            action="Reload to see the newer text; yours is still in the editor.",
        )


def _nothing_changed(draft: Draft, conversation: Conversation, shown: Shown) -> None:
    if draft.text != shown.text or draft.version != shown.draft_version:
        raise StaleApproval(f"The text of draft {draft.id} changed since it was shown.")
    if conversation.hash != shown.conversation_hash:
        raise StaleApproval(
            "The conversation changed since it was shown: a post was added, edited or removed."
        )


def _may_be_posted(conversation: Conversation) -> None:
    if conversation.case.verdict != MayReply.POSTABLE.value:
        raise DraftBlocked(
            f"We may not post here ({conversation.case.verdict_rule}).",
            action="Hand it off: copy the text and post it by hand."
            if conversation.case.verdict == MayReply.HANDOFF.value
            else "Close the case; this place is for listening only.",
        )


def _not_blocked(findings: Sequence[BlockingFinding], override_reason: str | None) -> None:
    if findings and not (override_reason and override_reason.strip()):
        said = "; ".join(f"{f.code}: {f.why}" for f in findings)
        raise DraftBlocked(said, action="Change the text, or approve with a reason for the exception.")


def _is_machines_words(session: Session, draft: Draft) -> bool:
    texts = session.drafts.texts(draft.id)
    return bool(texts) and texts[0]["written_by"] == "machine" and texts[0]["text"] == draft.text
