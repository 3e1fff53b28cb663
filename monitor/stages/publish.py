"""publish: takes an approved draft out of the house, at most once.

The order is what makes it safe: the world is re-checked, the attempt is written and committed,
one call is made, the answer is recorded. Whoever dies in between leaves an attempt whose lease
runs out; it becomes `unknown`, and only looking for our own reply on the platform decides it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.base import Publisher
from monitor.domain.approval import Approval, text_hash
from monitor.domain.case import CaseStatus
from monitor.domain.conversation import Conversation
from monitor.domain.draft import Draft, DraftState
from monitor.domain.errors import AuthExpired, ConnectorError, RateLimited, Refused, TargetGone
from monitor.domain.mention import Mention, Origin
from monitor.domain.moments import Clock
from monitor.domain.posting import (
    Absence,
    Attempt,
    AttemptState,
    Declined,
    Later,
    OutgoingReply,
    Posted,
    Prepared,
)
from monitor.domain.verdict import MayReply
from monitor.stages import promising
from monitor.stages.review import answered
from monitor.store.protocol import Store
from monitor.store.session import Session

ACTOR = "machine:publish"
BATCH = 50

# When a platform can't be asked right now, the approved draft waits this long and is tried again:
# no call that writes was made.
POSTPONE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Policy:
    """`lease` must be longer than the longest call: while it runs nobody else judges the attempt.

    `pacing` is the shortest time between two replies on one platform; who is too early waits for the
    next run.
    """

    lease: timedelta = timedelta(minutes=2)
    pacing: timedelta = timedelta(0)


@dataclass(slots=True)
class PublishReport:
    """What one run did, by draft id."""

    posted: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)
    postponed: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)  # provably not posted: a person may approve again
    paused: bool = False


# The publisher and our own handle on a platform for a source, or None where nobody can post.
Route = Callable[[str, str], tuple[Publisher, str | None] | None]


def reply_key(draft: Draft, approval: Approval) -> str:
    """The same however often this yes to this text is tried; never the same for another."""
    return hashlib.sha256(f"{draft.id}:{approval.text_hash}".encode()).hexdigest()


def publish(
    store: Store, route: Route, clock: Clock, *, policy: Policy | None = None, limit: int = BATCH
) -> PublishReport:
    """Reconciles what is unknown, then sends what is approved and due."""
    report = PublishReport()
    _give_up_on_the_dead(store, clock, report)
    _reconcile(store, route, clock, report)
    with store.read() as session:
        report.paused = session.people.posting_paused() is not None
        due = [] if report.paused else session.drafts.due(clock.now(), limit)
    for draft in due:
        _send(store, route, clock, policy or Policy(), draft.id, report)
    return report


# --- sending ------------------------------------------------------------------------------------


def _send(
    store: Store, route: Route, clock: Clock, policy: Policy, draft_id: int, report: PublishReport
) -> None:
    reply = _still_wanted(store, draft_id, clock.now(), report)
    if reply is None:
        return
    with store.read() as session:
        draft = session.drafts.get(draft_id)
    found = route(draft.source, draft.platform)
    if found is None:
        _back_to_person(store, draft_id, clock.now(), f"{draft.source} can't post", report.refused)
        return
    publisher, own_handle = found
    prepared = _prepare(store, publisher, reply, draft_id, clock, report)
    if prepared is None:
        return
    attempt = _begin(store, draft_id, reply, clock, policy, report)
    if attempt is None:
        return
    result = publisher.send(prepared)  # the one call
    now = clock.now()
    with store.write() as session:
        if isinstance(result, Posted):
            _posted(session, attempt, reply, result, own_handle, now)
            report.posted.append(draft_id)
        elif isinstance(result, Declined):
            _settle(session, attempt, AttemptState.REFUSED, DraftState.REFUSED, result.detail, now)
            report.refused.append(draft_id)
        elif isinstance(result, Later):
            _settle(
                session,
                attempt,
                AttemptState.DEFERRED,
                DraftState.APPROVED,
                result.detail,
                now,
                send_after=result.retry_at,
            )
            report.postponed.append(draft_id)
        else:
            _settle(session, attempt, AttemptState.UNKNOWN, DraftState.UNKNOWN, result.detail, now)
            report.unknown.append(draft_id)


def _still_wanted(store: Store, draft_id: int, now: datetime, report: PublishReport) -> OutgoingReply | None:
    """The reply if the yes still stands; otherwise the draft goes where it now belongs."""
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        if draft.state is not DraftState.APPROVED:
            return None
        conversation = session.cases.conversation(draft.case_id)
        approval = session.drafts.approval_of(draft_id)
        objection = _objection(session, draft, conversation, approval)
        if objection is None and approval is not None:
            return OutgoingReply(
                draft_id=draft_id,
                platform=draft.platform,
                in_reply_to=draft.in_reply_to,
                text=approval.text,
                key=reply_key(draft, approval),
                conversation=conversation.case.conversation,
                parent_text=_parent_text(conversation, draft),
            )
        state, why = objection or (DraftState.EDITED, "there is no approval")
        moved = session.drafts.move(draft, state, now, reason=why, send_after=None)
        session.audit.record(now, ACTOR, f"draft.{state.value}", f"draft:{draft_id}", reason=why)
        session.cases.relane(conversation.case, None if moved.state.is_final else moved.state)
        report.stale.append(draft_id)
        return None


def _objection(
    session: Session, draft: Draft, conversation: Conversation, approval: Approval | None
) -> tuple[DraftState, str] | None:
    """What has changed since the yes, if anything."""
    case = conversation.case
    if approval is None:
        return DraftState.EDITED, "there is no approval"
    if not approval.is_enough:
        return DraftState.EDITED, "the second approval is missing"
    if approval.text_hash != text_hash(draft.text) or approval.text_hash != text_hash(approval.text):
        return DraftState.STALE, "the text is not the one that was approved"
    turn = conversation.to_answer
    if all(t.mention.native_id != draft.in_reply_to or t.removed_at for t in conversation.turns):
        return DraftState.WITHDRAWN, "the post was removed by its author"
    if turn is None or approval.conversation_hash != conversation.hash:
        return DraftState.STALE, "the conversation changed after the approval"
    if session.mentions.opted_out(case.platform, case.customer):
        return DraftState.WITHDRAWN, "the author asked us to stop"
    if case.verdict != MayReply.POSTABLE.value:
        return DraftState.STALE, f"we may no longer post here ({case.verdict_rule})"
    return None


def _parent_text(conversation: Conversation, draft: Draft) -> str | None:
    answered_posts = (t.mention for t in conversation.turns if t.mention.native_id == draft.in_reply_to)
    return next((m.text for m in answered_posts), None)


def _prepare(
    store: Store,
    publisher: Publisher,
    reply: OutgoingReply,
    draft_id: int,
    clock: Clock,
    report: PublishReport,
) -> Prepared | None:
    try:
        return publisher.prepare(reply)
    except TargetGone as error:
        with store.write() as session:
            draft = session.drafts.get(draft_id)
            session.drafts.move(draft, DraftState.WITHDRAWN, clock.now(), reason=error.cause, send_after=None)
            session.audit.record(clock.now(), ACTOR, "draft.withdrawn", f"draft:{draft_id}", code=error.code)
            session.cases.relane(session.cases.get(draft.case_id), None)
        report.stale.append(draft_id)
    except Refused as error:
        _back_to_person(store, draft_id, clock.now(), error.cause, report.refused)
    except RateLimited as error:
        _postpone(store, draft_id, clock.now(), error.retry_at, error, report)
    except (AuthExpired, ConnectorError) as error:
        _postpone(store, draft_id, clock.now(), clock.now() + POSTPONE, error, report)
    return None


def _postpone(
    store: Store, draft_id: int, now: datetime, until: datetime, error: ConnectorError, report: PublishReport
) -> None:
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        if draft.state is DraftState.APPROVED:
            session.drafts.move(draft, DraftState.APPROVED, now, send_after=until, reason=error.cause)
            session.audit.record(now, ACTOR, "draft.postponed", f"draft:{draft_id}", code=error.code)
    report.postponed.append(draft_id)


def _back_to_person(store: Store, draft_id: int, now: datetime, why: str, tally: list[int]) -> None:
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        if draft.state is DraftState.APPROVED:
            moved = session.drafts.move(draft, DraftState.EDITED, now, reason=why, send_after=None)
            session.audit.record(now, ACTOR, "draft.returned", f"draft:{draft_id}", reason=why)
            session.cases.relane(session.cases.get(draft.case_id), moved.state)
    tally.append(draft_id)


def _begin(
    store: Store, draft_id: int, reply: OutgoingReply, clock: Clock, policy: Policy, report: PublishReport
) -> Attempt | None:
    """Checks once more and writes the attempt, in one transaction, before the call is made."""
    if _still_wanted(store, draft_id, clock.now(), report) is None:
        return None
    now = clock.now()
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        approval = session.drafts.approval_of(draft_id)
        conversation = session.cases.conversation(draft.case_id)
        if draft.state is not DraftState.APPROVED or approval is None:
            return None
        if _objection(session, draft, conversation, approval) or session.people.posting_paused():
            return None  # the next run says so in the draft
        if policy.pacing and session.drafts.sent_since(draft.platform, now - policy.pacing):
            return None
        session.drafts.move(draft, DraftState.SENDING, now)
        attempt = session.drafts.begin_attempt(draft_id, approval.id, reply.key, now, now + policy.lease)
        session.audit.record(
            now, ACTOR, "attempt.begun", f"draft:{draft_id}", attempt=attempt.id, text=approval.text_hash
        )
        return attempt


def _posted(
    session: Session,
    attempt: Attempt,
    reply: OutgoingReply,
    result: Posted,
    own_handle: str | None,
    now: datetime,
) -> None:
    """Records the answer, the reply as a post of ours, the promise it made, and the stopped clock."""
    first = session.drafts.finish_attempt(
        attempt.id, AttemptState.POSTED, now, native_id=result.native_id, url=result.url
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
    session.mentions.add(
        [own], source=draft.source, origin=Origin.CONTEXT, seen_at=now, is_own=lambda _: True
    )
    stored = session.mentions.by_key(own.key)
    if stored is not None:
        session.cases.take_in(draft.case_id, stored.id)
    case = session.cases.get(draft.case_id)
    approval = session.drafts.approval_of(draft.id)
    promising.record(session, draft, approval.user if approval else ACTOR, now)
    if case.status is not CaseStatus.DONE:
        answered(session, case, result.posted_at)
    session.audit.record(
        now, ACTOR, "draft.posted", f"draft:{draft.id}", attempt=attempt.id, native_id=result.native_id
    )


def _settle(
    session: Session,
    attempt: Attempt,
    result: AttemptState,
    state: DraftState,
    detail: str,
    now: datetime,
    **changes: object,
) -> None:
    if not session.drafts.finish_attempt(attempt.id, result, now, detail=detail):
        return
    draft = session.drafts.get(attempt.draft_id)
    moved = session.drafts.move(draft, state, now, reason=detail, **changes)
    session.audit.record(
        now, ACTOR, f"attempt.{result.value}", f"draft:{draft.id}", attempt=attempt.id, detail=detail
    )
    session.cases.relane(session.cases.get(draft.case_id), moved.state)


# --- what became of an attempt without an answer -------------------------------------------------


def _give_up_on_the_dead(store: Store, clock: Clock, report: PublishReport) -> None:
    now = clock.now()
    with store.read() as session:
        if not session.drafts.abandoned(now):
            return
    with store.write() as session:
        for attempt in session.drafts.abandoned(now):
            why = "no answer was recorded before the process ended"
            _settle(session, attempt, AttemptState.UNKNOWN, DraftState.UNKNOWN, why, now)
            report.unknown.append(attempt.draft_id)


def _reconcile(store: Store, route: Route, clock: Clock, report: PublishReport) -> None:
    with store.read() as session:
        unknown = session.drafts.in_state(DraftState.UNKNOWN)
    for draft in unknown:
        found = route(draft.source, draft.platform)
        with store.read() as session:
            attempt = session.drafts.last_attempt(draft.id)
            approval = session.drafts.approval_of(draft.id)
            case = session.cases.get(draft.case_id)
        if found is None or attempt is None or approval is None:
            continue
        publisher, own_handle = found
        reply = OutgoingReply(
            draft_id=draft.id,
            platform=draft.platform,
            in_reply_to=draft.in_reply_to,
            text=approval.text,
            key=attempt.key,
            conversation=case.conversation,
            attempted_at=attempt.started_at,
        )
        try:
            answer = publisher.find_own_reply(reply)
        except ConnectorError:
            continue  # it stays unknown, in the problems lane, and is looked for again
        now = clock.now()
        with store.write() as session:
            if session.drafts.get(draft.id).state is not DraftState.UNKNOWN:
                continue
            if answer.found is not None:
                _posted(session, attempt, reply, answer.found, own_handle, now)
                report.posted.append(draft.id)
            elif answer.absence is Absence.PROVEN:
                why = "it was not posted: the connection was lost before the platform took it"
                _settle(session, attempt, AttemptState.ABSENT, DraftState.EDITED, why, now)
                report.returned.append(draft.id)


def routes(publishers: Mapping[str, tuple[Publisher, str | None]]) -> Route:
    """A route from a fixed table, by source name."""
    return lambda source, _platform: publishers.get(source)
