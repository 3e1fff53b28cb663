"""Reconciling: what became of an attempt without an answer is found out by looking for our own reply.

Found: it was posted. Provably absent: a person may approve it again. Neither: it is looked for again, by a
stated schedule, and after the last look it is a person's turn. It is never sent again by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.domain.draft import DraftState
from monitor.domain.errors import ConnectorError, RateLimited
from monitor.domain.moments import Clock, say_duration
from monitor.domain.posting import Absence, Attempt, AttemptState, OutgoingReply, OwnReply
from monitor.domain.preflight import ABSENT, UNPROVABLE
from monitor.stages.publish import recording
from monitor.stages.publish.outlet import Outlet, Policy, PublishReport, Route
from monitor.store.protocol import Store
from monitor.store.session import Session

# A look that failed (the platform is down, or says "not now") is no look: it is made again after this.
LOOK_AGAIN = timedelta(minutes=2)


def give_up_on_the_dead(store: Store, clock: Clock, policy: Policy, report: PublishReport) -> None:
    """Attempts whose lease ran out without an answer become unknown: whoever made them has died."""
    now = clock.now()
    with store.read() as session:
        if not session.drafts.abandoned(now):
            return
    with store.write() as session:
        for attempt in session.drafts.abandoned(now):
            why = "No answer was recorded before the process ended."
            recording.unknown(session, attempt, why, now, policy)
            report.unknown.append(attempt.draft_id)


def reconcile(store: Store, route: Route, clock: Clock, policy: Policy, report: PublishReport) -> None:
    """Looks for every unknown reply whose next look is due."""
    with store.read() as session:
        due = session.outgoing.to_look_for(clock.now())
    resting: set[str] = set()
    for attempt in due:
        if attempt.account not in resting and not _look(store, route, clock, policy, attempt, report):
            resting.add(attempt.account)


def _look(
    store: Store, route: Route, clock: Clock, policy: Policy, attempt: Attempt, report: PublishReport
) -> bool:
    """One look. False when the platform can't be asked now."""
    with store.read() as session:
        draft = session.drafts.get(attempt.draft_id)
        outlet = route(draft.source, draft.platform)
        reply = reply_of(session, attempt)
    if outlet is None:
        with store.write() as session:
            _unprovable(session, attempt, f"Its source {draft.source} is no longer configured.", clock.now())
        return True
    try:
        answer = outlet.publisher.find_own_reply(reply)
    except ConnectorError as error:
        again = error.retry_at if isinstance(error, RateLimited) else clock.now() + LOOK_AGAIN
        with store.write() as session:
            session.outgoing.looked(attempt.id, attempt.looks, again)
        return False
    with store.write() as session:
        _conclude(session, attempt, reply, answer, outlet, clock.now(), policy, report)
    return True


def reply_of(session: Session, attempt: Attempt) -> OutgoingReply:
    """The reply that an attempt was about, to look for it."""
    draft = session.drafts.get(attempt.draft_id)
    approval = session.drafts.approval_of(attempt.draft_id)
    return OutgoingReply(
        draft_id=draft.id,
        platform=draft.platform,
        in_reply_to=draft.in_reply_to,
        text=approval.text if approval else draft.text,
        key=attempt.key,
        conversation=session.cases.get(draft.case_id).conversation,
        attempted_at=attempt.started_at,
    )


def _conclude(
    session: Session,
    attempt: Attempt,
    reply: OutgoingReply,
    answer: OwnReply,
    outlet: Outlet,
    now: datetime,
    policy: Policy,
    report: PublishReport,
) -> None:
    draft = session.drafts.get(attempt.draft_id)
    if answer.cost_usd:
        session.ledger.spent(draft.source, now, answer.cost_usd)
    if draft.state is not DraftState.UNKNOWN:
        return
    if answer.found is not None:
        recording.posted(session, attempt, reply, answer.found, outlet.handle, now)
        report.posted.append(draft.id)
    elif answer.absence is Absence.PROVEN:
        why = f"It was not posted. {attempt.detail or ''}".strip()
        code = attempt.code or ABSENT
        if recording.not_posted(session, attempt, AttemptState.ABSENT, DraftState.EDITED, why, now, code):
            report.returned.append(draft.id)
    else:
        _look_later(session, attempt, now, policy)


def _look_later(session: Session, attempt: Attempt, now: datetime, policy: Policy) -> None:
    """The next moment of the schedule that is still to come; after the last one it is a person's turn."""
    moments = [(n, attempt.started_at + after) for n, after in enumerate(policy.looks, start=1)]
    ahead = [(n, moment) for n, moment in moments if moment > now]
    if ahead:
        number, moment = ahead[0]
        session.outgoing.looked(attempt.id, number - 1, moment)
        return
    waited = say_duration(now - attempt.started_at)
    why = f"It was looked for {len(moments)} times within {waited}: it is neither found nor provably absent."
    session.outgoing.looked(attempt.id, len(moments), None)
    _unprovable(session, attempt, why, now)


def _unprovable(session: Session, attempt: Attempt, why: str, now: datetime) -> None:
    draft = session.drafts.get(attempt.draft_id)
    if draft.state is DraftState.UNKNOWN:
        session.outgoing.looked(attempt.id, attempt.looks, None)
        session.drafts.move(draft, DraftState.UNKNOWN, now, reason=why, reason_code=UNPROVABLE)
