"""Before a backfill: which windows it takes, what they will cost, and what can't be had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from connectors.base import Connector, Estimate, Estimator, Paging, SourceConfig
from monitor.domain.coverage import Interval
from monitor.domain.errors import NotCapable, PressZeroError
from monitor.stages.limits import Allowance

# A chunk is what is drained, and given up for good, as a whole: a day, more for long stretches, so
# that years don't become thousands of windows.
_CHUNKS = ((timedelta(days=120), 1), (timedelta(days=1000), 7), (timedelta.max, 30))


@dataclass(frozen=True, slots=True)
class Target:
    """A source to be read over the past. `word` is what names it on the command line."""

    word: str
    source: SourceConfig
    connector: Connector
    allowance: Allowance
    adhoc: bool = False  # a file that is no source of the configuration


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a backfill of one source will take."""

    source: str
    reachable: Interval | None  # what of the wish the platform still shows; None: nothing
    chunks: int
    estimate: Estimate
    error: PressZeroError | None = None  # why there is no estimate, or why it can't be done at all


def forecast(target: Target, window: Interval, query: str | None, now: datetime) -> Forecast:
    """What a backfill of one source will take. May ask the platform for counts; fetches no post."""
    try:
        parts, lost = plan(target, window, query, now)
    except NotCapable as error:
        return Forecast(
            target.source.name, None, 0, Estimate(0, 0, 0.0, 0.0, ((window, "not_capable"),)), error
        )
    if not parts:
        return Forecast(target.source.name, None, 0, Estimate(0, 0, 0.0, 0.0, lost))
    reachable = Interval(parts[0].start, parts[-1].end)
    unknown = Estimate(None, None, None, None, lost)
    if not isinstance(target.connector, Estimator):
        return Forecast(target.source.name, reachable, len(parts), unknown)
    try:
        found = target.connector.estimate(reachable, query)
    except PressZeroError as error:
        return Forecast(target.source.name, reachable, len(parts), unknown, error)
    every_loss = (*lost, *found.cannot)
    estimate = Estimate(
        found.posts, found.requests, found.cost_usd, found.seconds, every_loss, found.spent_usd
    )
    return Forecast(target.source.name, reachable, len(parts), estimate)


Lost = tuple[tuple[Interval, str], ...]


def plan(
    target: Target, window: Interval, query: str | None, now: datetime
) -> tuple[Sequence[Interval], Lost]:
    """The windows of a backfill, oldest first, and what is out of reach. Raises NotCapable."""
    name, can = target.source.name, target.connector.capabilities
    if not can.can_backfill or can.paging is Paging.SNAPSHOT:
        raise NotCapable(
            f"{name} can't be read over the past: a {target.source.kind} source shows only what is newest."
        )
    if query is not None and not can.can_search:
        raise NotCapable(f"{name} can't be searched.", action="Leave out --query for this source.")
    lost: Lost = ()
    if can.reach_back is not None and window.start < now - can.reach_back:
        edge = min(now - can.reach_back, window.end)
        lost = ((Interval(window.start, edge), "window_expired"),)
        window = Interval(edge, window.end)
    if window.is_empty:
        return (), lost
    if can.paging is Paging.SEQUENCE or not can.seeks:
        return (window,), lost  # every window would go through all of it again
    return tuple(chunks(window)), lost


def chunks(window: Interval) -> Iterator[Interval]:
    """A stretch, cut at UTC midnights into days, or into more of them when it is long."""
    length = window.end - window.start
    days = next(days for up_to, days in _CHUNKS if length <= up_to)
    at = window.start
    while at < window.end:
        midnight = datetime.combine(at.date() + timedelta(days=days), time(), at.tzinfo)
        end = min(midnight, window.end)
        yield Interval(at, end)
        at = end
