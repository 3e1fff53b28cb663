"""How far a window has been drained: what to ask next, and what the answers prove. Pure arithmetic.

A source reads up to two feeds, notifications and then a search, both newest first. Nothing is proven before
the last of them; from then on each page proves the window down to the millisecond after its oldest post,
because later pages may hold more of that one. A resume token holds all of a `Place`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from connectors.bluesky.rules import SEARCH_ENDS
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadMoment, BadResponse
from monitor.domain.moments import parse_moment, utc_text

NOTIFICATIONS, SEARCH = "notifications", "search"
_TICK = timedelta(milliseconds=1)
_TAIL = 5  # so many posts in a row before the window's start: the list is past it


def floor_tick(moment: datetime) -> datetime:
    """The whole millisecond that `moment` lies in; Bluesky's times have no finer grain."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def ceil_tick(moment: datetime) -> datetime:
    """The first whole millisecond not before `moment`."""
    return moment if floor_tick(moment) == moment else floor_tick(moment) + _TICK


@dataclass(frozen=True, slots=True)
class Place:
    """Where a window stands. Times are aware UTC.

    Of the current feed everything in [low, the window's end) has been returned. `until` is the upper end
    that the search was asked for, `cursor` leads to its next page, `seen` counts its posts.
    """

    source: str  # fingerprint: a token of other feeds or another query is worth nothing
    low: datetime
    until: datetime
    feed: int = 0
    cursor: str | None = None
    seen: int = 0
    lost: datetime | None = None  # nothing before this can be had

    @classmethod
    def begin(cls, source: str, window: Interval) -> Place:
        """At the top of the first feed."""
        return cls(source, window.end, ceil_tick(window.end))

    @classmethod
    def read(cls, token: str | None, source: str, window: Interval) -> Place:
        """The place in a token; the beginning when there is none, or it fits another configuration."""
        try:
            raw = json.loads(token) if token else None
            if raw is None or raw["source"] != source:
                return cls.begin(source, window)
            for name in ("low", "until", "lost"):
                raw[name] = parse_moment(raw[name]) if raw.get(name) else None
            return cls(**raw)
        except (ValueError, TypeError, KeyError, AttributeError, BadMoment):
            raise BadResponse("The stored place in the listing can't be read.") from None

    def token(self) -> str:
        """Compact JSON, without what goes without saying."""
        raw = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({k: v for k, v in raw.items() if v}, default=utc_text, separators=(",", ":"))

    def next_feed(self, window: Interval) -> Place:
        """At the top of the next feed."""
        return replace(Place.begin(self.source, window), feed=self.feed + 1, lost=self.lost)

    def by_time(self) -> Place | None:
        """Goes on without the cursor, at the oldest moment that may still hold more; None: it can't."""
        if ceil_tick(self.low) >= self.until:
            return None
        return replace(self, cursor=None, seen=0, until=ceil_tick(self.low))

    def after_search(self, times: Sequence[datetime], cursor: str | None, window: Interval) -> Place:
        """After a page of the search with posts of `times`. Raises BadResponse when it doesn't move on."""
        place = replace(self._lowered(times, window), seen=self.seen + len(times))
        if cursor is not None:
            return place._moved(cursor)
        if place.seen < SEARCH_ENDS:
            return place.next_feed(window)
        return place.by_time() or place.cut_off(window)

    def after_notifications(self, times: Sequence[datetime], cursor: str | None, window: Interval) -> Place:
        """After a page of notifications. The list knows no windows: it is read until it is past ours."""
        place = self._lowered(times, window)
        if cursor is None or (times and max(times[-_TAIL:]) < window.start):
            return place.next_feed(window)
        return place._moved(cursor)

    def cut_off(self, window: Interval) -> Place:
        """The list ended too early: of what lies below, nothing is known."""
        return replace(self, lost=max(self.low, self.lost or self.low)).next_feed(window)

    def proof(self, window: Interval, feeds: int) -> Interval | None:
        """What all pages so far prove, or None."""
        if self.feed >= feeds:
            start = self.lost or window.start
        elif self.feed == feeds - 1:
            start = max(self.low, self.lost or self.low)
        else:
            return None
        return Interval(start, window.end) if start < window.end else None

    def missing(self, window: Interval, feeds: int) -> tuple[tuple[Interval, str], ...]:
        """What can't be had, once every feed is done."""
        if self.feed < feeds or self.lost is None or self.lost <= window.start:
            return ()
        return ((Interval(window.start, min(self.lost, window.end)), "search_limit"),)

    def _lowered(self, times: Sequence[datetime], window: Interval) -> Place:
        # A page out of order proves nothing: what comes later may be newer than its oldest post.
        if not times or list(times) != sorted(times, reverse=True):
            return self
        low = min(self.low, floor_tick(times[-1]) + _TICK)
        return replace(self, low=max(window.start, low))

    def _moved(self, cursor: str) -> Place:
        if cursor == self.cursor:
            raise BadResponse("Bluesky's next page points at itself.")
        return replace(self, cursor=cursor)


def fingerprint(feeds: Sequence[str], query: str | None) -> str:
    """A short hash of what is read."""
    return sha256(f"{'+'.join(feeds)}\n{query or ''}".encode()).hexdigest()[:12]
