"""collect: asks a connector for one window after the other, and keeps the ledger honest.

Each page is committed with everything it proves, in one transaction: the mentions, how far the
window has come, the coverage, the money. The source's cursor moves only when the window is
drained. While a window is open, what it has not proven yet stands in the ledger as a gap; so the
ledger is right at whatever instant the process dies, and the next poll resumes at the very page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.base import Ask, Connector, Page, Paging, SourceConfig
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
from monitor.domain.moments import Clock, utc_text
from monitor.stages.removal import remove_post
from monitor.store.ledger import SourceState, Window
from monitor.store.protocol import Store
from monitor.store.session import Session

# How far back a source looks when it is polled for the first time; further is what backfill is for.
FIRST_LOOK = timedelta(hours=24)

# An unfinished window older than this no longer holds up the newest posts: a fresh window is
# drained first (P0s are in there), then the old one.
HOLDS_UP = timedelta(minutes=10)

# Files are read in chunks of this many rows: large enough that a commit costs little, small
# enough that memory stays flat.
CHUNK = 5000

# After an error without a time of its own, the source rests for its interval, or this if longer.
REST = timedelta(seconds=30)
AUTH_REST = timedelta(minutes=5)

NEVER_BY_ITSELF = frozenset({"in_progress"})


@dataclass(slots=True)
class CollectReport:
    """What one poll of one source did."""

    source: str
    pages: int = 0
    new: int = 0
    known: int = 0
    revised: int = 0
    reposts: int = 0
    removed: int = 0
    rejects: int = 0
    complete: bool = False
    health: str = "ok"
    error: PressZeroError | None = None
    next_at: datetime | None = None  # when there is something to ask again, if the connector knows


@dataclass(frozen=True, slots=True)
class Poll:
    """What a poll works with."""

    store: Store
    connector: Connector
    source: SourceConfig
    clock: Clock
    is_own: Callable[[Mention], bool]
    max_pages: int | None = None


def collect(
    store: Store,
    connector: Connector,
    source: SourceConfig,
    clock: Clock,
    *,
    is_own: Callable[[Mention], bool],
    max_pages: int | None = None,
) -> CollectReport:
    """Polls one source until its windows are drained, it must wait, or `max_pages` were fetched.

    Errors of the platform end up in the report and the ledger; they are not raised.
    """
    poll = Poll(store, connector, source, clock, is_own, max_pages)
    report = CollectReport(source.name)
    state, windows = _plan(poll)
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


def _plan(poll: Poll) -> tuple[SourceState, list[Window]]:
    now = poll.clock.now()
    with poll.store.write() as session:
        ledger = session.ledger
        state = ledger.touch(poll.source.name, poll.connector.kind)
        unfinished = ledger.unfinished(poll.source.name)
        if state.not_before is not None and state.not_before > now:
            return state, unfinished
        if poll.connector.capabilities.paging in (Paging.SEQUENCE, Paging.SNAPSHOT):
            if not unfinished:
                unfinished = [ledger.open_window(poll.source.name, Origin.LIVE, None, now)]
        elif not unfinished or now - unfinished[0].opened_at > HOLDS_UP:
            fresh = _live_window(session, poll, unfinished, now)
            if fresh is not None:
                unfinished.insert(0, fresh)
    return state, unfinished


def _live_window(session: Session, poll: Poll, unfinished: list[Window], now: datetime) -> Window | None:
    name, capabilities = poll.source.name, poll.connector.capabilities
    ends = [i.end for i in session.ledger.coverage(name)[-1:]]
    ends += [w.interval.end for w in unfinished[:1] if w.interval is not None]
    start = max(ends) - capabilities.overlap if ends else now - FIRST_LOOK
    if capabilities.reach_back is not None and start < now - capabilities.reach_back:
        reachable = now - capabilities.reach_back
        expired = Interval(start, reachable)
        detail = "the source was not polled for longer than the platform lets us look back"
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


# --- draining one window ---------------------------------------------------------------------


def _drain(poll: Poll, window: Window, state: SourceState, report: CollectReport) -> bool:
    """Fetches pages until the window is drained (True) or has to wait (False)."""
    resume, cursor, restarted = window.resume, state.cursor, False
    while True:
        if poll.max_pages is not None and report.pages >= poll.max_pages:
            return False
        try:
            _within_budget(poll)
            page = poll.connector.fetch(
                Ask(window.interval, resume=resume, cursor=cursor, query=window.query, limit=CHUNK)
            )
        except Refused as error:
            if resume is None or restarted:
                return _stop(poll, window, report, error)
            # The token died (it was too old, or the platform changed): start over what is left.
            window, resume, restarted = _restart(poll, window), None, True
            continue
        except PressZeroError as error:
            return _stop(poll, window, report, error)
        _commit(poll, window, page, report)
        resume = page.resume
        if resume is None:
            report.complete, report.next_at = True, page.wake_at
            return True
        if page.wake_at is not None:  # the platform wants a pause between pages; the window stays open
            report.complete, report.next_at = False, page.wake_at
            return False


def _within_budget(poll: Poll) -> None:
    cap = poll.source.budget_per_day
    if cap is None:
        return
    now = poll.clock.now()
    with poll.store.read() as session:
        usd, _ = session.ledger.spend_since(poll.source.name, utc_text(now)[:10])
    if usd >= cap:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        raise QuotaExhausted(
            f"{poll.source.name} spent ${usd:.2f} of its ${cap:.2f} for today.", until=midnight
        )


def _commit(poll: Poll, window: Window, page: Page, report: CollectReport) -> None:
    now, name = poll.clock.now(), poll.source.name
    drained = page.resume is None
    with poll.store.write() as session:
        ledger = session.ledger
        added = session.mentions.add(
            page.mentions, source=name, origin=window.origin, seen_at=now, is_own=poll.is_own
        )
        removed = sum(1 for key in page.removed if remove_post(session, key, now, "removed at the source"))
        ledger.counted(name, mentions=added.new, rejects=len(page.rejects))
        ledger.spent(name, now, page.cost_usd)
        if page.rate is not None:
            ledger.rated(
                name, remaining=page.rate.remaining, limit=page.rate.limit, reset_at=page.rate.reset_at
            )
        if page.proves is not None:
            ledger.cover(name, page.proves)
        ledger.add_gaps([Gap(name, missing, reason, fillable=False) for missing, reason in page.missing], now)
        ledger.progress(window, now, resume=page.resume, drained=drained, mentions=added.new)
        if drained:
            _close(session, window, now)
            ledger.completed(name, now, page.cursor)
        ledger.tried(name, now, "ok")
        changed = added.new + len(added.revised) + removed + len(page.rejects) + added.reposts
        if changed:
            session.audit.record(
                now,
                "machine:collect",
                "mentions.collected",
                f"source:{name}",
                window=window.id,
                new=added.new,
                known=added.known,
                revised=len(added.revised),
                removed=removed,
                reposts=added.reposts,
                rejects=len(page.rejects),
            )
    report.pages += 1
    report.new += added.new
    report.known += added.known
    report.revised += len(added.revised)
    report.reposts += added.reposts
    report.removed += removed
    report.rejects += len(page.rejects)


def _close(session: Session, window: Window, now: datetime) -> None:
    """What a drained window did not prove: the newest tail belongs to the next window, the rest is a gap."""
    if window.interval is None or window.run is not None:
        return
    is_newest = all(i.start < window.interval.end for i in session.ledger.coverage(window.source))
    for gap in session.ledger.gaps(window.source):
        inside = window.interval.start <= gap.interval.start and gap.interval.end <= window.interval.end
        if gap.reason != "in_progress" or not inside:
            continue
        if is_newest and gap.interval.end == window.interval.end:
            session.ledger.drop_gap(gap)
        else:
            detail = "the platform did not confirm that it showed everything"
            session.ledger.add_gaps(
                [Gap(window.source, gap.interval, "unproven", detail, fillable=False)], now
            )


def _restart(poll: Poll, window: Window) -> Window:
    if window.interval is None:
        interval = None
    else:
        interval = window.interval
        with poll.store.read() as session:
            for covered in session.ledger.coverage(window.source):
                if covered.start > interval.start and covered.start < interval.end <= covered.end:
                    interval = Interval(interval.start, covered.start)
    with poll.store.write() as session:
        return session.ledger.restart(window, interval, poll.clock.now())


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
        if window.interval is not None and window.run is None:
            gap = Gap(name, window.interval, reason, error.cause, fillable=True)
            session.ledger.add_gaps([gap], now)
        session.ledger.tried(name, now, health, error=(error.code, error.cause), not_before=again)
        session.audit.record(
            now, "machine:collect", "source.stopped", f"source:{name}", code=error.code, reason=reason
        )
    report.health, report.error, report.next_at, report.complete = health, error, again, False
    return False
