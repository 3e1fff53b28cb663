"""A draft, what lint finds in it, and what an approval of it has to repeat."""

from __future__ import annotations

from pydantic import Field

from monitor.domain.approval import Approval, text_hash
from monitor.domain.conversation import Conversation
from monitor.domain.draft import Draft, DraftState, PromisePlan
from monitor.domain.moments import utc_text
from monitor.domain.posting import Attempt, AttemptState
from monitor.store.codec import maybe_text
from monitor.web.api.shape import Body, Moment, Sha256, Shape, Text, When
from monitor.web.caseview import seen_of
from monitor.web.editor import Editor


class Shown(Body):
    """What somebody was shown. A draft gives it as `approve_with`; an approval repeats it."""

    text_sha256: Sha256 = Field(description="Of the UTF-8 bytes of the text that will be posted.")
    conversation_sha256: Sha256 = Field(description="Of the state of the conversation.")
    seen: Text = Field(
        default="", max_length=4000, description="Which posts were shown; with it, a 409 names what changed."
    )
    shown_at: When | None = Field(default=None, description="When it was shown: how long the decision took.")


class DraftRef(Shape):
    """A draft in short."""

    draft_id: int
    state: DraftState
    version: int


class MoveShape(Shape):
    """One sentence of a reply, and what it is there for."""

    move: str
    text: str
    why: str


class PlanShape(Shape):
    """What a reply promises."""

    text: str
    owner: str
    due_at: Moment
    kind: str


class FindingShape(Shape):
    """What lint objects to. `level` "block" stops an approval unless a reason is given."""

    code: str
    level: str
    start: int
    end: int
    why: str
    suggestion: str | None


class CheckShape(Shape):
    """A text as a reply: its length by the platform's own count, its price, what lint finds."""

    length: int
    limit: int | None
    price_usd: float | None
    findings: list[FindingShape]


class AttemptShape(Shape):
    """One try at posting."""

    state: AttemptState
    native_id: str | None
    url: str | None
    started_at: Moment
    finished_at: Moment | None
    detail: str | None


class ApprovalShape(Shape):
    """The yes to a draft."""

    user: str
    at: Moment
    text_sha256: str
    conversation_sha256: str
    needs: list[str] = Field(description="Why one yes is not enough.")
    seconds: int | None = Field(description="The number of the first yes, if this is the second.")


class DraftShape(DraftRef):
    """A draft as it is stored. Its ETag is what an edit sends as If-Match."""

    case_id: int
    text: str
    written_by: str = Field(description='"machine", or the person whose words these are.')
    ai: str | None = Field(
        description="The language model that reworded it, and the hash of what it was asked."
    )
    macro: str
    moves: list[MoveShape]
    promise: PlanShape | None
    source: str = Field(description="The source whose account posts it.")
    platform: str
    in_reply_to: str
    claimed_by: str | None
    claimed_at: Moment | None
    reason: str | None = Field(description="Why it was rejected, refused, frozen …")
    send_after: Moment | None
    created_at: Moment
    updated_at: Moment


class DraftDetail(DraftShape):
    """A draft with all that a decision about it needs."""

    check: CheckShape
    approve_with: Shown
    approval: ApprovalShape | None
    attempts: list[AttemptShape]


class DraftPage(Shape):
    """A page of drafts."""

    items: list[DraftShape]
    next: str | None = Field(description="The cursor of the next page; null: that was all.")


def draft_of(draft: Draft) -> DraftShape:
    """A draft as a listing has it."""
    return DraftShape.model_validate(_fields(draft))


def draft_detail(
    draft: Draft,
    conversation: Conversation,
    editor: Editor,
    approval: Approval | None,
    attempts: list[Attempt],
    shown_at: str,
) -> DraftDetail:
    """A draft with all that a decision about it needs."""
    return DraftDetail(
        **_fields(draft),
        check=check_of(editor),
        approve_with=Shown(
            text_sha256=text_hash(draft.text),
            conversation_sha256=conversation.hash,
            seen=seen_of(conversation)[:4000],
            shown_at=shown_at,
        ),
        approval=_approval(approval) if approval else None,
        attempts=[_attempt(a) for a in attempts],
    )


def check_of(editor: Editor) -> CheckShape:
    """What the editor says of a text."""
    findings = [
        FindingShape(code=f.code, level=f.level, start=f.start, end=f.end, why=f.why, suggestion=f.suggestion)
        for f in editor.findings
    ]
    price = editor.price.usd if editor.price else None
    return CheckShape(length=editor.length, limit=editor.limit, price_usd=price, findings=findings)


def etag_of(draft: Draft) -> str:
    """Another one whenever the draft was touched."""
    return f'"draft-{draft.id}-{draft.version}"'


def _fields(draft: Draft) -> dict[str, object]:
    return {
        "draft_id": draft.id,
        "case_id": draft.case_id,
        "state": draft.state,
        "version": draft.version,
        "text": draft.text,
        "written_by": draft.written_by,
        "ai": draft.ai,
        "macro": draft.macro,
        "moves": [MoveShape(move=m.move, text=m.text, why=m.why) for m in draft.moves],
        "promise": plan_of(draft.promise),
        "source": draft.source,
        "platform": draft.platform,
        "in_reply_to": draft.in_reply_to,
        "claimed_by": draft.claimed_by,
        "claimed_at": maybe_text(draft.claimed_at),
        "reason": draft.reason,
        "send_after": maybe_text(draft.send_after),
        "created_at": utc_text(draft.created_at),
        "updated_at": utc_text(draft.updated_at),
    }


def plan_of(plan: PromisePlan | None) -> PlanShape | None:
    """What a reply promises."""
    if plan is None:
        return None
    return PlanShape(text=plan.text, owner=plan.owner, due_at=utc_text(plan.due_at), kind=plan.kind.value)


def _approval(approval: Approval) -> ApprovalShape:
    return ApprovalShape(
        user=approval.user,
        at=utc_text(approval.at),
        text_sha256=approval.text_hash,
        conversation_sha256=approval.conversation_hash,
        needs=list(approval.needs),
        seconds=approval.first_id,
    )


def _attempt(attempt: Attempt) -> AttemptShape:
    return AttemptShape(
        state=attempt.state,
        native_id=attempt.native_id,
        url=attempt.url,
        started_at=utc_text(attempt.started_at),
        finished_at=maybe_text(attempt.finished_at),
        detail=attempt.detail,
    )
