"""What came of a draft on its way out, written down in one transaction with its audit record."""

from __future__ import annotations

from datetime import datetime

from monitor.domain.case import CaseStatus
from monitor.domain.draft import DraftState
from monitor.domain.errors import ParentEdited
from monitor.domain.mention import Mention, MentionKey, Origin
from monitor.domain.moments import utc_text
from monitor.domain.posting import (
    Attempt,
    AttemptState,
    Declined,
    Later,
    OutgoingReply,
    Posted,
    SendResult,
)
from monitor.domain.preflight import LOOKING, NOT_NOW, Hold, Then
from monitor.stages import promising
from monitor.stages.publish.outlet import ACTOR, Outlet, Policy, PublishReport
from monitor.stages.review import answered
from monitor.store.session import Session

_SAID = {Then.BACK: "returned"}


def held(session: Session, draft_id: int, hold: Hold, now: datetime, report: PublishReport) -> None:
    """A check failed: the draft goes where it now belongs. Nothing happens when somebody was faster."""
    draft = session.drafts.get(draft_id)
    if draft.state is not DraftState.APPROVED:
        return
    then = hold.check.then
    until = (hold.until or now) if then.keeps_the_yes else None
    code = hold.rule or hold.code
    moved = session.drafts.move(draft, then.state, now, reason=hold.why, reason_code=code, send_after=until)
    action = "draft.postponed" if then.keeps_the_yes else f"draft.{_SAID.get(then, then.value)}"
    told = {"code": code, "reason": hold.why, "until": utc_text(until) if until else None}
    session.audit.record(now, ACTOR, action, f"draft:{draft_id}", **told)
    live = None if moved.state.is_final else moved.state
    session.cases.relane(session.cases.get(draft.case_id), live, stopped=then is Then.STOPS)
    tally = {Then.WAITS: report.postponed, Then.STOPS: report.postponed, Then.FROZEN: report.frozen}
    (report.refused if hold.rule else tally.get(then, report.stale)).append(draft_id)


def seen_edited(session: Session, draft_id: int, error: ParentEdited, now: datetime) -> None:
    """The platform showed another text than the one we keep: it becomes a revision, and is read anew."""
    draft = session.drafts.get(draft_id)
    stored = session.mentions.by_key(MentionKey(draft.platform, draft.in_reply_to))
    if stored is None:
        return
    session.mentions.add(
        [error.now], source=stored.source, origin=stored.origin, seen_at=now, is_own=lambda _: stored.own
    )
    session.audit.record(now, ACTOR, "mention.edited", f"mention:{stored.id}")


def seen_gone(session: Session, draft_id: int, why: str, now: datetime) -> None:
    """The platform did not show the post: nothing new is drafted; the recheck makes sure, and purges it."""
    draft = session.drafts.get(draft_id)
    stored = session.mentions.by_key(MentionKey(draft.platform, draft.in_reply_to))
    if stored is None:
        return
    session.rechecks.soon(stored, now)
    conversation = session.cases.conversation(draft.case_id)
    session.cases.withhold(draft.case_id, "post_gone", why, conversation.hash, now)


def seen_answers(session: Session, draft_id: int, posts: tuple[Mention, ...], now: datetime) -> None:
    """Posts of ours that were found in the thread become part of the case: the customer was answered."""
    draft = session.drafts.get(draft_id)
    for post in posts:
        _take_in(session, draft.case_id, draft.source, post, now)
    case = session.cases.get(draft.case_id)
    newest = max(post.created_at for post in posts)
    if newest >= case.last_customer_at and case.status is not CaseStatus.DONE:
        answered(session, case, newest)
    session.audit.record(now, ACTOR, "case.answered_by_hand", f"case:{case.id}", draft=draft_id)


def _take_in(session: Session, case_id: int, source: str, post: Mention, now: datetime) -> None:
    session.mentions.add([post], source=source, origin=Origin.CONTEXT, seen_at=now, is_own=lambda _: True)
    stored = session.mentions.by_key(post.key)
    if stored is not None:
        session.cases.take_in(case_id, stored.id)


def concluded(
    session: Session,
    attempt: Attempt,
    reply: OutgoingReply,
    result: SendResult,
    outlet: Outlet,
    now: datetime,
    policy: Policy,
    report: PublishReport,
) -> None:
    """The answer to the one call."""
    if isinstance(result, Posted):
        posted(session, attempt, reply, result, outlet.handle, now)
        report.posted.append(attempt.draft_id)
    elif isinstance(result, Declined):
        not_posted(
            session, attempt, AttemptState.REFUSED, DraftState.REFUSED, result.detail, now, result.rule
        )
        report.refused.append(attempt.draft_id)
    elif isinstance(result, Later):
        code = result.rule or NOT_NOW
        later(session, attempt, result.detail, now, result.retry_at, code)
        report.postponed.append(attempt.draft_id)
    else:
        unknown(session, attempt, result.detail, now, policy, result.rule)
        report.unknown.append(attempt.draft_id)


def posted(
    session: Session,
    attempt: Attempt,
    reply: OutgoingReply,
    result: Posted,
    own_handle: str | None,
    now: datetime,
    *,
    by: str = ACTOR,
) -> None:
    """Records the answer, the reply as a post of ours, the promise it made, and the stopped clock.

    `by` is the person who found it, where a person did.
    """
    first = session.drafts.finish_attempt(
        attempt.id,
        AttemptState.POSTED,
        now,
        native_id=result.native_id,
        url=result.url,
        settled_by=by if by != ACTOR else None,
    )
    if not first:
        return
    draft = session.drafts.get(attempt.draft_id)
    session.drafts.move(draft, DraftState.POSTED, now, reason=None)
    own = Mention(
        platform=reply.platform,
        native_id=result.native_id,
        text=reply.text,
        created_at=result.posted_at,
        author=own_handle,
        url=result.url,
        in_reply_to=reply.in_reply_to,
        conversation=reply.conversation,
    )
    _take_in(session, draft.case_id, draft.source, own, now)
    case = session.cases.get(draft.case_id)
    approval = session.drafts.approval_of(draft.id)
    promising.record(session, draft, approval.user if approval else by, now)
    if case.status is not CaseStatus.DONE:
        answered(session, case, result.posted_at)
    session.audit.record(
        now, by, "draft.posted", f"draft:{draft.id}", attempt=attempt.id, native_id=result.native_id
    )


def not_posted(
    session: Session,
    attempt: Attempt,
    result: AttemptState,
    state: DraftState,
    detail: str,
    now: datetime,
    code: str,
    *,
    by: str = ACTOR,
) -> bool:
    """The reply is provably not on the platform: back to a person. False when it was judged already."""
    draft = session.drafts.get(attempt.draft_id)
    if result is AttemptState.REFUSED and draft.state is not DraftState.SENDING:
        return False  # the lease ran out meanwhile: whoever looks for it finds that it is not there
    settled_by = by if by != ACTOR else None
    if not session.drafts.finish_attempt(
        attempt.id, result, now, detail=detail, code=code, settled_by=settled_by
    ):
        return False
    session.outgoing.give_back(attempt)
    moved = session.drafts.move(draft, state, now, reason=detail, reason_code=code)
    _judged(session, attempt, result, detail, now, by)
    session.cases.relane(session.cases.get(draft.case_id), moved.state)
    return True


def later(
    session: Session, attempt: Attempt, detail: str, now: datetime, retry_at: datetime, code: str
) -> None:
    """The platform said "not now", or the call was not made: the yes stands."""
    draft = session.drafts.get(attempt.draft_id)
    if draft.state is not DraftState.SENDING:
        return
    if not session.drafts.finish_attempt(attempt.id, AttemptState.DEFERRED, now, detail=detail, code=code):
        return
    session.outgoing.give_back(attempt)
    moved = session.drafts.move(
        draft, DraftState.APPROVED, now, reason=detail, reason_code=code, send_after=retry_at
    )
    _judged(session, attempt, AttemptState.DEFERRED, detail, now, ACTOR)
    session.cases.relane(session.cases.get(draft.case_id), moved.state)


def unknown(
    session: Session, attempt: Attempt, detail: str, now: datetime, policy: Policy, rule: str = ""
) -> None:
    """No usable answer: it may be there. It will be looked for, and never sent again by itself."""
    draft = session.drafts.get(attempt.draft_id)
    if draft.state is not DraftState.SENDING:
        return
    first_look = attempt.started_at + policy.looks[0] if policy.looks else None
    session.drafts.finish_attempt(
        attempt.id, AttemptState.UNKNOWN, now, detail=detail, code=rule or None, next_look_at=first_look
    )
    moved = session.drafts.move(
        draft, DraftState.UNKNOWN, now, reason=detail, reason_code=LOOKING, send_after=None
    )
    _judged(session, attempt, AttemptState.UNKNOWN, detail, now, ACTOR)
    session.cases.relane(session.cases.get(draft.case_id), moved.state)


def _judged(
    session: Session, attempt: Attempt, result: AttemptState, detail: str, now: datetime, by: str
) -> None:
    session.audit.record(
        now, by, f"attempt.{result.value}", f"draft:{attempt.draft_id}", attempt=attempt.id, detail=detail
    )
