"""How far a window has been drained: what to ask next, and what the answers prove. Pure arithmetic.

A source reads several feeds one after the other: a search, then mentions, then each hashtag, all newest first
and paged by `max_id`. Ids are compared by the server, not looked up, so that posts deleted or made meanwhile
disturb nothing; and as ids of notifications hold no time, this is the one order that works for every feed.
The search proves nothing. Nothing is proven before the last feed; from then on each page proves the window
down to the second after its oldest post, because ids and times
agree only roughly. A resume token holds all of a `Place`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from connectors.mastodon.rules import DRIFT, LONG_AGO, SEARCH_DEPTH, id_at
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadMoment, BadResponse
from monitor.domain.moments import parse_moment, utc_text

_TAIL = 5  # so many rows at a page's end, all from before the window's start: the list is past it


class Kind(StrEnum):
    """What a feed is."""

    SEARCH = "search"
    MENTIONS = "mentions"
    HASHTAG = "hashtag"


class Feed(NamedTuple):
    """One list: `what` is the query or the hashtag."""

    kind: Kind
    what: str = ""


def feeds_of(query: str | None, hashtags: Sequence[str], notifications: bool) -> list[Feed]:
    """The feeds of a source in the order they are read: what proves most comes last."""
    found = [Feed(Kind.SEARCH, query)] if query else []
    found += [Feed(Kind.MENTIONS)] * notifications
    return found + [Feed(Kind.HASHTAG, tag) for tag in dict.fromkeys(hashtags)]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a window stands.

    Of the current feed everything in [low, the window's end) has been returned; below `max_id` it goes on
    (search: after `offset` rows). `jumped`: the first id was reckoned from a time, not seen on a page.
    `empty`: the page was empty; a list counts as ended when it is so twice, as a hiccup looks the same.
    """

    source: str  # fingerprint: a token of other feeds is worth nothing
    low: datetime
    feed: int = 0
    max_id: str | None = None
    offset: int = 0
    jumped: bool = False
    empty: bool = False

    @classmethod
    def read(cls, token: str | None, feeds: Sequence[Feed], window: Interval, now: datetime) -> Place:
        """The place in a token; the beginning when there is none, or it fits another configuration."""
        source = fingerprint(feeds)
        try:
            raw = json.loads(token) if token else None
            if raw is None or raw["source"] != source:
                return cls(source, window.end).at(0, feeds, window, now)
            place = cls(**{**raw, "low": parse_moment(raw["low"])})
        except (ValueError, TypeError, KeyError, AttributeError, BadMoment):
            raise BadResponse("The stored place in the listing can't be read.") from None
        if not 0 <= place.feed < len(feeds):
            raise BadResponse("The stored place lies in no listing.")
        return place

    def token(self) -> str:
        """Compact JSON, without what goes without saying."""
        raw = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({k: v for k, v in raw.items() if v}, default=utc_text, separators=(",", ":"))

    def at(self, feed: int, feeds: Sequence[Feed], window: Interval, now: datetime) -> Place:
        """At the top of a feed; for windows of long ago near where their ids must be."""
        start = Place(self.source, window.end, feed)
        hashtag = feed < len(feeds) and feeds[feed].kind is Kind.HASHTAG
        if not hashtag or window.end > now - LONG_AGO:
            return start
        return replace(start, max_id=str(id_at(window.end + timedelta(minutes=1))), jumped=True)

    def after_page(
        self,
        rows: Sequence[tuple[str, datetime]],
        count: int,
        feeds: Sequence[Feed],
        window: Interval,
        now: datetime,
    ) -> Place:
        """After a page of `count` rows, of which `rows` (id, time) could be understood.

        Raises BadResponse when the list doesn't move on.
        """
        if count == 0:
            return self._after_nothing(feeds, window, now)
        times = [t for _, t in rows]
        place = replace(self._lowered(times, window), empty=False)
        past = bool(times) and max(times[-_TAIL:]) < window.start - DRIFT
        if feeds[self.feed].kind is Kind.SEARCH:
            place = replace(place, offset=self.offset + count)
            return place._next(feeds, window, now) if past or place.offset >= SEARCH_DEPTH else place
        if past:
            return place._next(feeds, window, now)
        if not rows or not _is_below(rows[-1][0], self.max_id):
            raise BadResponse("The server's list does not move on.")
        return replace(place, max_id=rows[-1][0], jumped=False)

    def proof(self, window: Interval, feeds: Sequence[Feed]) -> Interval | None:
        """What all pages so far prove, or None."""
        if self.feed >= len(feeds):
            return window
        if self.feed < len(feeds) - 1 or feeds[self.feed].kind is Kind.SEARCH or self.low >= window.end:
            return None
        return Interval(self.low, window.end)

    def _next(self, feeds: Sequence[Feed], window: Interval, now: datetime) -> Place:
        return self.at(self.feed + 1, feeds, window, now)

    def _after_nothing(self, feeds: Sequence[Feed], window: Interval, now: datetime) -> Place:
        if self.jumped:  # where ids are not Mastodon's, the reckoned one may lie before everything
            return replace(self, max_id=None, jumped=False)
        if self.empty or feeds[self.feed].kind is Kind.SEARCH:  # a search proves nothing anyway
            return self._next(feeds, window, now)
        return replace(self, empty=True)

    def _lowered(self, times: Sequence[datetime], window: Interval) -> Place:
        # A page out of order proves nothing: what comes later may be newer than its oldest post.
        if not times or list(times) != sorted(times, reverse=True):
            return self
        return replace(self, low=max(window.start, min(self.low, times[-1] + DRIFT)))


def fingerprint(feeds: Sequence[Feed]) -> str:
    """A short hash of the feeds in their order."""
    return sha256("\n".join(f"{f.kind}:{f.what}" for f in feeds).encode()).hexdigest()[:12]


def _is_below(native_id: str, max_id: str | None) -> bool:
    if max_id is None:
        return True
    if native_id.isdigit() and max_id.isdigit():
        return int(native_id) < int(max_id)
    return native_id != max_id  # other software has other ids
