"""collect: asks a connector for one window after the other, and keeps the ledger honest.

The source's cursor moves only when a window is drained (`monitor.stages.drain`). While a window is
open, what it has not proven yet stands in the ledger as a gap; so the ledger is right at whatever
instant the process dies, and the next poll resumes at the very page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.base import Connector, Paging, SourceConfig
from monitor.domain.coverage import Gap, Interval
from monitor.domain.errors import (
    AuthExpired,
    BadResponse,
    PressZeroError,
    QuotaExhausted,
    RateLimited,
    Refused,
)
from monitor.domain.mention import Mention, Origin
from monitor.domain.moments import Clock
from monitor.stages.drain import CollectReport, Drained, Poll, drain
from monitor.stages.limits import Allowance, Gate, alone
from monitor.store.ledger import SourceState, Window
from monitor.store.protocol import Store
from monitor.store.session import Session

__all__ = ["FIRST_LOOK", "CollectReport", "collect"]

# How far back a source looks when it is polled for the first time; further is what backfill is for.
FIRST_LOOK = timedelta(hours=24)

# An unfinished window older than this no longer holds up the newest posts: a fresh window is
# drained first (P0s are in there), then the old one.
HOLDS_UP = timedelta(minutes=10)

# After an error without a time of its own, the source rests for its interval, or this if longer.
REST = timedelta(seconds=30)
AUTH_REST = timedelta(minutes=5)

NEVER_BY_ITSELF = frozenset({"in_progress"})


def collect(
    store: Store,
    connector: Connector,
    source: SourceConfig,
    clock: Clock,
    *,
    is_own: Callable[[Mention], bool],
    allowance: Allowance | None = None,
    max_pages: int | None = None,
    anew: bool = False,
) -> CollectReport:
    """Polls one source until its windows are drained, it must wait, or `max_pages` were fetched.

    `allowance` says what it shares with other sources of its credential; by default nothing. `anew`:
    a process asks for the first time, perhaps with new secrets, so refused ones are no reason to wait.
    Errors of the platform end up in the report and the ledger; they are not raised.
    """
    poll = Poll(store, connector, source, clock, is_own, Gate(allowance or alone(source)), max_pages)
    report = CollectReport(source.name)
    state, windows = _plan(poll, anew)
    if state.not_before is not None and state.not_before > clock.now():
        report.health, report.next_at = state.health, state.not_before
        return report
    for window in windows:
        if not _drain(poll, window, state, report):
            return report
    while report.complete and (gap := _gap_to_fill(poll)) is not None:
        if not _drain(poll, gap, state, report):
            break
    return report


# --- which windows ---------------------------------------------------------------------------


def _plan(poll: Poll, anew: bool) -> tuple[SourceState, list[Window]]:
    now = poll.clock.now()
    with poll.store.write() as session:
        ledger = session.ledger
        state = ledger.touch(poll.source.name, poll.connector.kind)
        if anew and state.health == "auth":
            state = replace(state, not_before=None)
        unfinished = ledger.unfinished(poll.source.name)
        if state.not_before is not None and state.not_before > now:
            return state, unfinished
        if poll.connector.capabilities.paging in (Paging.SEQUENCE, Paging.SNAPSHOT):
            if not unfinished:
                unfinished = [ledger.open_window(poll.source.name, Origin.LIVE, None, now)]
        elif not unfinished or now - unfinished[0].opened_at > HOLDS_UP:
            fresh = _live_window(session, poll, state, unfinished, now)
            if fresh is not None:
                unfinished.insert(0, fresh)
    return state, unfinished


def _live_window(
    session: Session, poll: Poll, state: SourceState, unfinished: list[Window], now: datetime
) -> Window | None:
    name, capabilities = poll.source.name, poll.connector.capabilities
    # Not the end of the coverage: a backfill may have proven something beyond what was polled.
    ends = [state.frontier] if state.frontier is not None else []
    ends += [w.interval.end for w in unfinished[:1] if w.interval is not None]
    start = max(ends) - capabilities.overlap if ends else now - FIRST_LOOK
    if capabilities.reach_back is not None and start < now - capabilities.reach_back:
        reachable = now - capabilities.reach_back
        expired = Interval(start, reachable)
        detail = "the source was not polled for longer than the platform lets us look back"
        if ends:  # what was shown late, after the last poll, can't be looked for any more
            session.ledger.doubt(name, Interval(start, min(max(ends), reachable)))
        session.ledger.add_gaps([Gap(name, expired, "window_expired", detail, fillable=False)], now)
        start = reachable
    if start >= now:
        return None
    return session.ledger.open_window(name, Origin.LIVE, Interval(start, now), now)


def _gap_to_fill(poll: Poll) -> Window | None:
    """The oldest gap that can be filled, as a window of its own."""
    if poll.connector.capabilities.paging in (Paging.SEQUENCE, Paging.SNAPSHOT):
        return None
    now, reach = poll.clock.now(), poll.connector.capabilities.reach_back
    with poll.store.write() as session:
        for gap in session.ledger.gaps(poll.source.name):
            if not gap.fillable or gap.reason in NEVER_BY_ITSELF:
                continue
            interval = gap.interval
            if reach is not None and interval.start < now - reach:
                lost = Interval(interval.start, min(interval.end, now - reach))
                detail = f"{gap.reason}; now older than the platform lets us look back"
                lost_gap = Gap(gap.source, lost, "window_expired", detail, fillable=False)
                session.ledger.add_gaps([lost_gap], now)
                if lost.end >= interval.end:
                    continue
                interval = Interval(lost.end, interval.end)
            return session.ledger.open_window(poll.source.name, Origin.LIVE, interval, now)
    return None


def _drain(poll: Poll, window: Window, state: SourceState, report: CollectReport) -> bool:
    """True when the window is drained; otherwise the report and the ledger say why it isn't."""
    end = drain(poll, window, report, cursor=state.cursor, page_usd=state.page_usd)
    if isinstance(end, Drained):
        report.complete, report.next_at = True, end.wake_at
        return True
    if end.error is not None:
        return _stop(poll, window, report, end.error)
    report.complete = report.complete and end.wake_at is None
    report.next_at = end.wake_at or report.next_at
    return False


def _stop(poll: Poll, window: Window, report: CollectReport, error: PressZeroError) -> bool:
    """Records why the window can't go on now, and when it may be tried again."""
    now, name = poll.clock.now(), poll.source.name
    rest = now + max(REST, poll.source.every)
    health, reason, again = "failing", "interrupted", rest
    if isinstance(error, RateLimited):
        health, reason, again = "limited", "rate_limited", error.retry_at
    elif isinstance(error, QuotaExhausted):
        health, reason, again = "budget", "budget", error.until or now + timedelta(hours=1)
    elif isinstance(error, AuthExpired):
        health, reason, again = "auth", "auth", now + AUTH_REST
    elif isinstance(error, BadResponse):
        reason = "bad_response"
    elif isinstance(error, Refused):
        reason = "refused"
    with poll.store.write() as session:
        if window.interval is not None:
            gap = Gap(name, window.interval, reason, error.cause, fillable=True)
            session.ledger.add_gaps([gap], now)
        session.ledger.tried(name, now, health, error=(error.code, error.cause), not_before=again)
        session.audit.record(
            now, "machine:collect", "source.stopped", f"source:{name}", code=error.code, reason=reason
        )
    report.health, report.error, report.next_at, report.complete = health, error, again, False
    return False
