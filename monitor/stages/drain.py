"""Draining one window, page by page: the part of collecting that live polls and backfills share.

Each page is committed with everything it proves, in one transaction: the mentions, how far the
window has come, the coverage, the money. Whoever dies in between resumes at the very next page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from connectors.base import Ask, Connector, Page, SourceConfig
from monitor.domain.coverage import Gap, Interval
from monitor.domain.errors import PressZeroError, Refused
from monitor.domain.mention import Mention
from monitor.domain.moments import Clock
from monitor.stages.limits import Gate
from monitor.stages.removal import remove_post
from monitor.store.ledger import Window
from monitor.store.mentions import Added
from monitor.store.protocol import Store
from monitor.store.session import Session

# Files are read in chunks of this many rows: large enough that a commit costs little, small
# enough that memory stays flat.
CHUNK = 10000


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
    gate: Gate
    max_pages: int | None = None
    after_page: Callable[[], None] = lambda: None  # called when a page is committed


@dataclass(frozen=True, slots=True)
class Left:
    """Why a window is not drained yet: an error, or a pause that the platform wants."""

    error: PressZeroError | None = None
    wake_at: datetime | None = None


@dataclass(slots=True)
class Drained:
    """A window that is drained; `wake_at` is when there will be more, if the connector knows."""

    wake_at: datetime | None = None


def drain(
    poll: Poll, window: Window, report: CollectReport, *, cursor: str | None = None, page_usd: float = 0.0
) -> Drained | Left:
    """Fetches pages until the window is drained or has to wait; `page_usd` is what one may cost."""
    resume, restarted = window.resume, False
    while True:
        if poll.max_pages is not None and report.pages >= poll.max_pages:
            return Left()
        try:
            with poll.store.read() as session:
                poll.gate.check(session, poll.clock.now(), page_usd)
            page = poll.connector.fetch(
                Ask(window.interval, resume=resume, cursor=cursor, query=window.query, limit=CHUNK)
            )
        except Refused as error:
            if resume is None or restarted:
                return Left(error)
            # The token died (it was too old, or the platform changed): start over what is left.
            window, resume, restarted = _restart(poll, window), None, True
            continue
        except PressZeroError as error:
            with poll.store.write() as session:
                poll.gate.refused(session, poll.clock.now(), error)
            return Left(error)
        _commit(poll, window, page, report)
        poll.after_page()
        resume, page_usd = page.resume, page.cost_usd
        if resume is None:
            return Drained(page.wake_at)
        if page.wake_at is not None:  # the platform wants a pause between pages; the window stays open
            return Left(wake_at=page.wake_at)


def _commit(poll: Poll, window: Window, page: Page, report: CollectReport) -> None:
    now, name = poll.clock.now(), poll.source.name
    with poll.store.write() as session:
        added = session.mentions.add(
            page.mentions, source=name, origin=window.origin, seen_at=now, is_own=poll.is_own
        )
        removed = sum(1 for key in page.removed if remove_post(session, key, now, "removed at the source"))
        poll.gate.passed(session, now, _price(page, added), page.rate)
        _advance(session, window, page, added.new, now)
        if window.run is None:
            _advance_live(session, window, page, now)
        if added.new or added.revised or removed or page.rejects or added.reposts:
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
    _count(report, page, added, removed)


def _price(page: Page, added: Added) -> float:
    """What a page really cost: the overlap with the last window is not charged again."""
    return max(0.0, round(page.cost_usd - added.known_today * page.again_usd, 6))


def _advance(session: Session, window: Window, page: Page, new: int, now: datetime) -> None:
    """How far the window has come, and what that proves of its source."""
    ledger, name = session.ledger, window.source
    ledger.counted(name, mentions=new, rejects=len(page.rejects))
    ledger.progress(window, now, resume=page.resume, drained=page.resume is None, mentions=new)
    if window.query is not None:  # another question than the source's own proves nothing for it
        return
    if page.proves is not None:
        ledger.cover(name, page.proves)
    ledger.add_gaps([Gap(name, missing, reason, fillable=False) for missing, reason in page.missing], now)


def _advance_live(session: Session, window: Window, page: Page, now: datetime) -> None:
    """What a backfill leaves alone: the cursor, the frontier, the health."""
    ledger, name = session.ledger, window.source
    if page.rate is not None:
        ledger.rated(name, remaining=page.rate.remaining, limit=page.rate.limit, reset_at=page.rate.reset_at)
    if page.cost_usd:
        ledger.page_cost(name, page.cost_usd)
    if page.proves is not None and window.interval is not None:  # a file's posts have times of their own
        ledger.looked_up_to(name, page.proves.end)
    if page.resume is None:
        _close(session, window, now)
        ledger.completed(name, now, page.cursor)
    ledger.tried(name, now, "ok")


def _close(session: Session, window: Window, now: datetime) -> None:
    """What a drained window did not prove: the newest tail belongs to the next window, the rest is a gap."""
    if window.interval is None:
        return
    frontier = session.ledger.frontier(window.source)
    is_newest = frontier is None or frontier <= window.interval.end
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
    interval = window.interval
    with poll.store.write() as session:
        if interval is not None and window.query is None:
            for covered in session.ledger.coverage(window.source):
                if covered.start > interval.start and covered.start < interval.end <= covered.end:
                    interval = Interval(interval.start, covered.start)
        return session.ledger.restart(window, interval, poll.clock.now())


def _count(report: CollectReport, page: Page, added: Added, removed: int) -> None:
    report.pages += 1
    report.new += added.new
    report.known += added.known
    report.revised += len(added.revised)
    report.reposts += added.reposts
    report.removed += removed
    report.rejects += len(page.rejects)
