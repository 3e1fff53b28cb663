"""Preflight: everything that we can know without asking the platform, in the order of the table of checks.

Called before the platform is asked, and again inside the transaction that writes the attempt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.approval import Approval, text_hash
from monitor.domain.conversation import Conversation, Turn
from monitor.domain.draft import Draft, DraftState
from monitor.domain.moments import parse_moment, say_duration, utc_text
from monitor.domain.posting import AttemptState, OutgoingReply
from monitor.domain.preflight import Hold
from monitor.domain.verdict import MayReply
from monitor.stages.publish.outlet import Outlet, Policy
from monitor.stages.verdict import verdict_of
from monitor.store.session import Session

# While the newest reply of an account got no answer, the next one waits this long: a platform that is
# down must not turn every approved reply into one whose outcome nobody knows.
BREATH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Cleared:
    """A draft that may be sent as far as we know."""

    draft: Draft
    approval: Approval
    reply: OutgoingReply


def reply_key(draft: Draft, approval: Approval) -> str:
    """The same however often this yes to this text is tried; never the same for another."""
    return hashlib.sha256(f"{draft.id}:{approval.text_hash}".encode()).hexdigest()


def cleared(
    session: Session, draft_id: int, outlet: Outlet | None, now: datetime, policy: Policy
) -> Cleared | Hold | None:
    """The reply, or why it may not be sent now. None when the draft is not approved any more."""
    draft = session.drafts.get(draft_id)
    if draft.state is not DraftState.APPROVED:
        return None
    approval = session.drafts.approval_of(draft_id)
    if approval is None:
        return Hold("publish.no_approval", "Nobody approved it.")
    conversation = session.cases.conversation(draft.case_id)
    hold = next(_objections(session, draft, approval, conversation, outlet, now, policy), None)
    if hold is not None or outlet is None:
        return hold
    return Cleared(draft, approval, _reply(draft, approval, conversation, outlet))


def _objections(
    session: Session,
    draft: Draft,
    approval: Approval,
    conversation: Conversation,
    outlet: Outlet | None,
    now: datetime,
    policy: Policy,
) -> Iterator[Hold]:
    case = conversation.case
    if not approval.is_enough:
        yield Hold("publish.no_approval", "The second approval is missing.")
    if approval.text_hash != text_hash(draft.text) or approval.text_hash != text_hash(approval.text):
        yield Hold("publish.text_changed", "The text is not the one that was approved.")
    if now - (approval.send_at or approval.at) > policy.approval_lasts:
        lasts = say_duration(policy.approval_lasts)
        yield Hold("publish.too_old", f"It could not leave within {lasts} of the yes.")
    if freeze := session.outgoing.freeze_of(draft.id):
        yield Hold("publish.frozen", freeze.why)
    if all(t.mention.native_id != draft.in_reply_to or t.removed_at for t in conversation.turns):
        yield Hold("publish.parent_gone", "The post was removed by its author.")
    if session.mentions.opted_out(case.platform, case.customer):
        yield Hold("publish.opted_out", "The author asked us to stop.")
    if conversation.to_answer is None or approval.conversation_hash != conversation.hash:
        yield _what_moved(session, draft, approval, conversation)
    verdict = verdict_of(session, conversation, outlet.judge if outlet else None)
    if verdict.may_reply is not MayReply.POSTABLE:
        why = f"We may no longer post here ({verdict.rule}). {verdict.why}"
        yield Hold("publish.not_permitted", why.strip())
    if outlet is None:
        yield Hold("publish.no_outlet", f"The source {draft.source} is not configured, or can't post.")
        return
    if paused := session.people.posting_paused(draft.source):
        yield Hold("publish.paused", f"Posting is paused by {paused['user_name']}: {paused['reason']}")
    yield from _limits(session, draft, outlet, now, policy)


def _limits(session: Session, draft: Draft, outlet: Outlet, now: datetime, policy: Policy) -> Iterator[Hold]:
    last = session.outgoing.last_try(outlet.account)
    if last is not None:
        started, state = last
        pace = policy.pace(outlet.account, draft.platform)
        if started + pace > now:
            yield Hold("publish.pacing", f"Replies of one account keep {say_duration(pace)}.", started + pace)
        if state is AttemptState.UNKNOWN and started + BREATH > now:
            yield Hold("publish.platform", "The last reply of this account got no answer.", started + BREATH)
    for limit in outlet.rules.writes:
        until = session.outgoing.full_until(outlet.account, limit.count, limit.per, now)
        if until is not None:
            said = f"{limit.count} replies within {say_duration(limit.per)} are the limit ({limit.source})."
            yield Hold("publish.rate", said, until)


def _what_moved(session: Session, draft: Draft, approval: Approval, conversation: Conversation) -> Hold:
    """Why the conversation is no longer the one that was approved."""
    since = [t for t in conversation.turns if not t.context and t.first_seen_at > approval.at]
    ours = [t.mention for t in since if t.own and t.removed_at is None]
    if ours:
        where = f": {ours[-1].url}" if ours[-1].url else "."
        return Hold("publish.answered", f"{ours[-1].author or 'Somebody of ours'} answered meanwhile{where}")
    if any(not t.own for t in since):
        return Hold("publish.customer_wrote", "The customer wrote again after the approval.")
    if any(_edited_since(session, t, approval.at) for t in _parents(conversation, draft)):
        return Hold("publish.parent_edited", "The post was edited after the reply was approved.")
    return Hold("publish.conversation_moved", "The conversation changed after the approval.")


def _edited_since(session: Session, turn: Turn, moment: datetime) -> bool:
    return any(parse_moment(seen) > moment for _, _, seen in session.mentions.revisions(turn.mention_id))


def _parents(conversation: Conversation, draft: Draft) -> Iterator[Turn]:
    return (t for t in conversation.turns if t.mention.native_id == draft.in_reply_to)


def _reply(draft: Draft, approval: Approval, conversation: Conversation, outlet: Outlet) -> OutgoingReply:
    return OutgoingReply(
        draft_id=draft.id,
        platform=draft.platform,
        in_reply_to=draft.in_reply_to,
        text=approval.text,
        key=reply_key(draft, approval),
        conversation=conversation.case.conversation,
        parent_text=next((t.mention.text for t in _parents(conversation, draft)), None),
        ours=outlet.ours,
        theirs=frozenset(t.mention.native_id for t in conversation.turns if not t.own and not t.context),
        known=frozenset(t.mention.native_id for t in conversation.turns if t.own),
    )


def too_dear(session: Session, outlet: Outlet, cost_usd: float, now: datetime) -> Hold | None:
    """Why a reply of that price doesn't fit into the day's money, if it doesn't."""
    purse, today = outlet.purse, utc_text(now)[:10]
    if not cost_usd or purse.cap_usd is None:
        return None
    if purse.ending:
        spent = session.outgoing.spent_on(today, purse.ending)
    else:
        spent = session.ledger.spend_since(purse.name, today)[0]
    if spent + cost_usd <= purse.cap_usd + 1e-9:
        return None
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    why = f"It costs ${cost_usd:.2f}, and ${spent:.2f} of ${purse.cap_usd:.2f} is spent for this day (UTC)."
    return Hold("publish.budget", why, midnight)
