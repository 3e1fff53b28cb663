"""What a person decides about a draft, through their own token: approve, undo, reject, hand off, confirm.

An approval repeats what its person was shown. It is theirs: a token that may approve is made by nobody
else, and the audit log says which one it was.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from monitor.domain.approval import text_hash
from monitor.domain.conversation import Conversation
from monitor.domain.draft import Draft
from monitor.domain.errors import StaleApproval
from monitor.domain.moments import parse_moment, utc_text
from monitor.domain.refusals import ShownIsPast
from monitor.stages import review
from monitor.stages.review import REJECT_REASONS
from monitor.store.codec import maybe_text
from monitor.web.api.access import LARGEST_ID, Act, Approving, Drafting, Id
from monitor.web.api.casework import Standing, standing
from monitor.web.api.document import problems
from monitor.web.api.shape import Body, Moment, Shape, Text
from monitor.web.api.shapes.draft import Shown
from monitor.web.caseview import changes

router = APIRouter(tags=["decisions"])

Reason = StrEnum("Reason", [(name, name) for name in REJECT_REASONS])  # type: ignore[misc]


class ApproveBody(Shown):
    """The yes: `approve_with` of the draft as it was shown, sent back as it is."""

    override_reason: Annotated[Text, Field(min_length=1, max_length=500)] | None = Field(
        default=None, description="Why it is right although lint blocks it; it stays with the approval."
    )


class Approved(Shape):
    """A yes that was taken."""

    approval_id: int
    draft_id: int
    case_id: int
    at: Moment
    needs: list[str] = Field(description="Why one yes is not enough; empty where it is.")
    send_after: Moment | None = Field(
        description="Until then it can be taken back; null while it waits for a second person's yes."
    )


@router.post("/drafts/{draft_id}/approve", responses=problems(404))
def approve(act: Approving, draft_id: Id, body: ApproveBody) -> Approved:
    """Approves a draft: this text, in this state of the conversation; else 409 says what changed."""
    services = act.services
    draft, conversation = review.show(act.store, draft_id)
    if text_hash(draft.text) != body.text_sha256:
        raise _past(draft, conversation, body)
    seconds = None
    if body.shown_at:
        seconds = max(0.0, (services.clock.now() - parse_moment(body.shown_at)).total_seconds())
    try:
        approval = review.approve(
            act.store,
            draft_id,
            act.user,
            review.Shown(draft.text, body.conversation_sha256, draft.version, seconds),
            services.clock,
            undo=services.undo,
            second=services.second,
            judge=services.judge,
            check=services.check,
            override_reason=body.override_reason,
        )
    except StaleApproval as error:
        draft, conversation = review.show(act.store, draft_id)
        raise _past(draft, conversation, body) from error
    with act.store.read() as session:
        approved = session.drafts.get(draft_id)
    return Approved(
        approval_id=approval.id,
        draft_id=draft_id,
        case_id=draft.case_id,
        at=utc_text(approval.at),
        needs=[] if approval.is_enough else list(approval.needs),
        send_after=maybe_text(approved.send_after),
    )


def _past(draft: Draft, conversation: Conversation, shown: Shown) -> ShownIsPast:
    """What changed since it was shown, in words and one by one."""
    found: list[dict[str, Any]] = []
    if text_hash(draft.text) != shown.text_sha256:
        by = draft.claimed_by or draft.written_by
        found.append({"what": "text", "by": by, "at": utc_text(draft.updated_at)})
    if conversation.hash != shown.conversation_sha256:
        posts = changes(shown.seen, conversation)
        found += [{"what": f"post_{how}", "mention_id": n} for n, (how, _) in posts.items()]
        if not posts:
            found.append({"what": "conversation"})
    said = {"text": "the text was changed", "conversation": "the conversation changed"}
    told = [said.get(c["what"], c["what"].replace("_", " was ")) for c in found]
    told = ["a post was added" if t == "post was new" else t for t in dict.fromkeys(told)]
    why = " and ".join(told) or "somebody touched the draft at the same moment"
    return ShownIsPast(f"Draft {draft.id} is no longer what was shown: {why}.", changes=found)


@router.post("/drafts/{draft_id}/undo", responses=problems(404))
def undo(act: Approving, draft_id: Id) -> Standing:
    """Takes a yes back while its window lasts."""
    return _decided(act, draft_id, review.undo)


class RejectBody(Body):
    """The no, with its reason."""

    reason: Reason = Field(strict=False)


@router.post("/drafts/{draft_id}/reject", responses=problems(404))
def reject(act: Drafting, draft_id: Id, body: RejectBody) -> Standing:
    """Drops a draft. "no_reply_needed" and "answered_elsewhere" close the case."""
    draft = review.reject(act.store, draft_id, act.user, str(body.reason), act.services.clock)
    return standing(act, draft.case_id)


class KeepBody(Body):
    """The version whose words still fit."""

    version: Annotated[int, Field(ge=1, le=LARGEST_ID)]


@router.post("/drafts/{draft_id}/keep", responses=problems(404))
def keep(act: Drafting, draft_id: Id, body: KeepBody) -> Standing:
    """The words still fit: a stale, refused or handed-off draft becomes one that can be approved."""
    draft = review.keep(act.store, draft_id, act.user, body.version, act.services.clock)
    return standing(act, draft.case_id)


@router.post("/drafts/{draft_id}/claim", responses=problems(404))
def claim(act: Drafting, draft_id: Id) -> Standing:
    """Tells the others that somebody is at it, for a quarter of an hour."""
    return _decided(act, draft_id, review.claim)


@router.post("/drafts/{draft_id}/release", responses=problems(404))
def release(act: Drafting, draft_id: Id) -> Standing:
    """Gives a draft back."""
    return _decided(act, draft_id, review.release)


@router.post("/drafts/{draft_id}/hand-off", responses=problems(404))
def hand_off(act: Drafting, draft_id: Id) -> Standing:
    """Takes the words to post them by hand."""
    return _decided(act, draft_id, review.hand_off)


@router.post("/drafts/{draft_id}/confirm", responses=problems(404))
def confirm(act: Drafting, draft_id: Id) -> Standing:
    """Says that they were posted by hand: the customer has been answered."""
    return _decided(act, draft_id, review.confirm)


def _decided(act: Act, draft_id: int, do: Callable[..., Draft]) -> Standing:
    draft = do(act.store, draft_id, act.user, act.services.clock)
    return standing(act, draft.case_id)
