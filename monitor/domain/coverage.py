"""Coverage: the proven-complete time intervals of a source, and the gaps between them.

Intervals are half-open, [start, end), in aware UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.moments import MILLISECOND, whole


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """[start, end): start belongs to it, end doesn't."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"an interval can't end ({self.end}) before it starts ({self.start})")

    @property
    def is_empty(self) -> bool:
        """True when it holds no instant."""
        return self.start == self.end

    @property
    def inner(self) -> Interval:
        """The whole milliseconds within it: as much of it as the store can say is proven."""
        start, end = whole(self.start), whole(self.end)
        start = start if start == self.start else start + MILLISECOND
        return Interval(start, max(start, end))

    @property
    def outer(self) -> Interval:
        """The whole milliseconds that it touches: as little as the store can say is missing."""
        start, end = whole(self.start), whole(self.end)
        return Interval(start, end if end == self.end else end + MILLISECOND)

    def overlaps(self, other: Interval) -> bool:
        """True when they share an instant or touch."""
        return self.start <= other.end and other.start <= self.end


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same set of instants as the fewest intervals, in order."""
    result: list[Interval] = []
    for interval in sorted(i for i in intervals if not i.is_empty):
        if result and interval.start <= result[-1].end:
            result[-1] = Interval(result[-1].start, max(result[-1].end, interval.end))
        else:
            result.append(interval)
    return result


def subtract(whole: Interval, covered: Iterable[Interval]) -> list[Interval]:
    """What of `whole` no interval of `covered` holds, in order."""
    left: list[Interval] = []
    at = whole.start
    for interval in merged(covered):
        if interval.end <= at:
            continue
        if interval.start >= whole.end:
            break
        if interval.start > at:
            left.append(Interval(at, interval.start))
        at = max(at, interval.end)
    if at < whole.end:
        left.append(Interval(at, whole.end))
    return left


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch that a source could not cover: shown until filled, and kept when it can't be."""

    source: str
    interval: Interval
    reason: str  # a short code: rate_limited budget interrupted auth window_expired feed_too_short …
    detail: str = ""
    fillable: bool = True
