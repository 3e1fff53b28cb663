"""Sending: the world is looked at, the attempt committed, one call made, the answer recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.domain.draft import Draft, DraftState
from monitor.domain.errors import (
    AnsweredMeanwhile,
    AuthExpired,
    ConnectorError,
    ParentEdited,
    QuotaExhausted,
    RateLimited,
    Refused,
    TargetClosed,
    TargetGone,
)
from monitor.domain.moments import Clock
from monitor.domain.posting import Attempt, Later, Prepared, Unknown
from monitor.domain.preflight import NOT_NOW, Hold
from monitor.stages.publish import preflight, recording
from monitor.stages.publish.outlet import ACTOR, Outlet, Policy, PublishReport, Route
from monitor.stages.publish.preflight import Cleared
from monitor.stages.troubles import got_on, noted
from monitor.store.protocol import Store
from monitor.store.session import Session
from monitor.store.troubles import Doing

# When a platform can't be asked right now, the approved draft waits this long and is tried again:
# no call that writes was made.
POSTPONE = timedelta(minutes=2)
OUT_OF_CREDIT = timedelta(minutes=15)

# These concern all replies of an account: in this run none of them needs to be tried.
_OF_THE_ACCOUNT = frozenset({"publish.pacing", "publish.platform", "publish.rate"})
# These pass by themselves within seconds, or stand on every page: nothing is written into the draft.
_UNWRITTEN = frozenset({"publish.pacing", "publish.paused"})


@dataclass(slots=True)
class Round:
    """One run over what is due. An account in `resting` is not asked for anything more in it."""

    store: Store
    route: Route
    clock: Clock
    policy: Policy
    report: PublishReport
    resting: set[str] = field(default_factory=set)
    waiting: list[tuple[int, str]] = field(default_factory=list)  # (draft, account) still to come

    def send_all(self, due: Sequence[Draft]) -> None:
        """Sends what may be sent, in the order given."""
        places = {(draft.source, draft.platform) for draft in due}
        outlets = {place: self.route(*place) for place in places}
        found = [(draft.id, outlets[draft.source, draft.platform]) for draft in due]
        self.waiting = [(draft_id, outlet.account) for draft_id, outlet in found if outlet is not None]
        for draft_id, outlet in found:
            if outlet is not None:
                self.waiting.pop(0)
            if outlet is None or outlet.account not in self.resting:
                self._send(draft_id, outlet)

    def _send(self, draft_id: int, outlet: Outlet | None) -> None:
        found = self._cleared(draft_id, outlet)
        if found is None or outlet is None:
            return
        prepared = self._prepared(found, outlet)
        if prepared is None:
            return
        attempt = self._begun(draft_id, outlet, prepared)
        if attempt is None:
            return
        if self.clock.now() >= attempt.lease_until:
            # This machine slept since the attempt was written: others may have judged it by now.
            detail = "The call was not made: this machine was away for longer than the lease."
            with self.store.write() as session:
                recording.later(session, attempt, detail, self.clock.now(), self.clock.now(), NOT_NOW)
            return
        result = outlet.publisher.send(prepared)  # the one call
        with self.store.write() as session:
            recording.concluded(
                session, attempt, found.reply, result, outlet, self.clock.now(), self.policy, self.report
            )
        if isinstance(result, Later):
            self._rest(outlet, Hold("publish.rate", result.detail, result.retry_at))
        elif isinstance(result, Unknown):
            self.resting.add(outlet.account)

    def _rest(self, outlet: Outlet, hold: Hold) -> None:
        """The account can't post now: what else waits for it in this run waits as long, unasked."""
        self.resting.add(outlet.account)
        if hold.code == "publish.platform":
            return  # it may have been about that one post: the next run tries another
        with self.store.write() as session:
            for draft_id, account in self.waiting:
                if account == outlet.account:
                    recording.held(session, draft_id, hold, self.clock.now(), self.report)

    def _cleared(self, draft_id: int, outlet: Outlet | None) -> Cleared | None:
        """What we know ourselves. A reading look first: most drafts that wait for their turn need no more."""
        with self.store.read() as session:
            found = preflight.cleared(session, draft_id, outlet, self.clock.now(), self.policy)
        if isinstance(found, Cleared) or found is None:
            return found
        if outlet is not None and found.code in _OF_THE_ACCOUNT:
            self.resting.add(outlet.account)
        if found.code in _UNWRITTEN:
            return None
        with self.store.write() as session:
            self._hold(session, draft_id, outlet)
        return None

    def _hold(self, session: Session, draft_id: int, outlet: Outlet | None) -> None:
        """Judges once more in this transaction, and writes down what stands against the draft."""
        now = self.clock.now()
        found = preflight.cleared(session, draft_id, outlet, now, self.policy)
        if isinstance(found, Hold) and found.code not in _UNWRITTEN:
            recording.held(session, draft_id, found, now, self.report)

    def _prepared(self, found: Cleared, outlet: Outlet) -> Prepared | None:
        """The look at the platform. What stands against the reply there is written down."""
        draft_id = found.draft.id
        try:
            prepared = outlet.publisher.prepare(found.reply)
        except AnsweredMeanwhile as error:
            self._answered(found, outlet, error)
            return None
        except Exception as error:
            now = self.clock.now()
            hold = _meaning(error, now)
            with self.store.write() as session:
                recording.held(session, draft_id, hold, now, self.report)
                if isinstance(error, AuthExpired):
                    noted(session, found.draft.source, Doing.POSTING, now, error)
                if isinstance(error, ParentEdited):
                    recording.seen_edited(session, draft_id, error, now)
                if isinstance(error, TargetGone):
                    recording.seen_gone(session, draft_id, hold.why, now)
            if hold.check.then.keeps_the_yes:
                self._rest(outlet, hold)
            return None
        if prepared.looked_usd:
            with self.store.write() as session:
                session.ledger.spent(found.draft.source, self.clock.now(), prepared.looked_usd)
        return prepared

    def _answered(self, found: Cleared, outlet: Outlet, error: AnsweredMeanwhile) -> None:
        """Somebody of ours was faster; or an earlier try of this very reply arrived late."""
        now, draft_id = self.clock.now(), found.draft.id
        with self.store.write() as session:
            if session.drafts.get(draft_id).state is not DraftState.APPROVED:
                return
            if error.itself is not None:
                attempt = _write_attempt(session, found, outlet, now, self.policy, 0.0)
                recording.posted(session, attempt, found.reply, error.itself, outlet.handle, now)
                self.report.posted.append(draft_id)
                return
            recording.held(session, draft_id, Hold("publish.answered", error.cause), now, self.report)
            recording.seen_answers(session, draft_id, error.posts, now)

    def _begun(self, draft_id: int, outlet: Outlet, prepared: Prepared) -> Attempt | None:
        """Checks once more and writes the attempt, in one transaction, before the call is made."""
        now = self.clock.now()
        with self.store.write() as session:
            found = preflight.cleared(session, draft_id, outlet, now, self.policy)
            if found is None:
                return None
            if isinstance(found, Cleared):
                dear = preflight.too_dear(session, outlet, prepared.cost_usd, now)
                got_on(session, found.draft.source, Doing.POSTING, now)
                if dear is None and found.reply == prepared.reply:
                    return _write_attempt(session, found, outlet, now, self.policy, prepared.cost_usd)
                hold = dear or Hold("publish.conversation_moved", "The conversation changed just now.")
            elif found.code in _UNWRITTEN:
                return None
            else:
                hold = found
            recording.held(session, draft_id, hold, now, self.report)
        return None


def _write_attempt(
    session: Session, found: Cleared, outlet: Outlet, now: datetime, policy: Policy, cost_usd: float
) -> Attempt:
    draft, purse = found.draft, outlet.purse.name or found.draft.source
    session.drafts.move(draft, DraftState.SENDING, now, reason=None)
    attempt = session.drafts.begin_attempt(
        draft.id,
        found.approval.id,
        found.reply.key,
        now,
        now + policy.lease,
        account=outlet.account,
        cost_usd=cost_usd,
        purse=purse,
    )
    if cost_usd:
        session.ledger.spent(purse, now, cost_usd)
    session.audit.record(
        now, ACTOR, "attempt.begun", f"draft:{draft.id}", attempt=attempt.id, text=found.approval.text_hash
    )
    return attempt


def _meaning(error: Exception, now: datetime) -> Hold:
    """What the platform's answer to the look means for the draft."""
    cause = error.cause if isinstance(error, ConnectorError) else f"The look failed ({type(error).__name__})."
    if isinstance(error, TargetGone):
        return Hold("publish.parent_gone", cause)
    if isinstance(error, TargetClosed):
        return Hold("publish.closed", cause)
    if isinstance(error, ParentEdited):
        return Hold("publish.parent_edited", cause)
    if isinstance(error, Refused):
        return Hold("publish.refused", cause, rule=error.rule)
    if isinstance(error, RateLimited):
        return Hold("publish.rate", cause, error.retry_at)
    if isinstance(error, QuotaExhausted):
        return Hold("publish.budget", cause, error.until or now + OUT_OF_CREDIT)
    if isinstance(error, AuthExpired):
        return Hold("publish.credential", cause, now + POSTPONE)
    return Hold("publish.platform", cause, now + POSTPONE)
