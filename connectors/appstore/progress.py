"""What one poll tells the next, and how far a poll has come: country by country, page by page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

import msgspec

from connectors.appstore.feed import Review
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadResponse

# A feed shows 10 pages of 50 reviews; page 11 is a 400 ("page depth is limited to 10").
MOST_PAGES = 10
# How far behind the newest known review a poll goes on reading (ours): reviews appear late.
OVERLAP = timedelta(days=1)
# Reviews whose first date is remembered, per country, to tell an edit from a new review (ours).
REMEMBERED = 200
TOO_SHORT = "feed_too_short"
REFUSED = "refused"
Missing = tuple[tuple[Interval, str], ...]


class Seen(msgspec.Struct, omit_defaults=True):
    """A country after a poll: when that began, its newest review, and the first dates of the newest ones."""

    polled: datetime
    newest: datetime | None = None
    dates: dict[str, datetime] = {}


class Cursor(msgspec.Struct):
    """All countries after a poll."""

    countries: dict[str, Seen] = {}

    @classmethod
    def of(cls, token: str | None) -> Self:
        """What an earlier poll told; nothing when it can't be read: then everything is read again."""
        try:
            return msgspec.json.decode(token, type=cls) if token else cls()
        except msgspec.MsgspecError:
            return cls()


class Place(msgspec.Struct, omit_defaults=True):
    """Where a poll stands. Its text form is the resume token.

    `since`: everything since then was returned, in the countries that are done. `newest`, `oldest`, `met`
    and `dates` are of the country being read; `met`: something that the last poll saw was met again.
    """

    started: datetime
    country: int = 0
    page: int = 1
    since: datetime | None = None
    refused: int = 0
    done: dict[str, Seen] = {}
    newest: datetime | None = None
    oldest: datetime | None = None
    met: bool = False
    dates: dict[str, datetime] = {}

    @classmethod
    def of(cls, token: str | None, now: datetime) -> Self:
        """The place in a token. Raises BadResponse for one that isn't ours."""
        try:
            return msgspec.json.decode(token, type=cls) if token else cls(started=now)
        except msgspec.MsgspecError:
            raise BadResponse("The stored place in the feed can't be read.") from None

    def first_date(self, review: Review, before: Seen | None) -> datetime:
        """When a review was first dated; without a date, when it was first seen."""
        known = before.dates.get(review.id) if before else None
        return known or min(review.updated or self.started, self.started)

    def take(self, reviews: Iterable[Review], before: Seen | None) -> bool:
        """Counts a page in. True when the rest of the country was seen by the last poll."""
        enough = False
        for review in reviews:
            self.dates.setdefault(review.id, self.first_date(review, before))
            moment = review.updated
            if before is None:
                known = False
            elif moment is None or before.newest is None:
                known = enough = enough or review.id in before.dates
            else:
                known = moment <= before.newest
                enough = enough or moment <= before.newest - OVERLAP
            self.met = self.met or known
            dated = min(moment, self.started) if moment else self.dates[review.id]
            self.newest = max(dated, self.newest or dated)
            self.oldest = min(dated, self.oldest or dated)
        return enough

    def close_country(self, name: str, before: Seen | None) -> Missing:
        """On to the next country; returns what of this one can't be had."""
        missing: Missing = ()
        if self.newest is None or self.oldest is None:
            self._close_empty(name, before)
        else:
            start = before.polled if before else self.oldest
            if before and not self.met and (lost_from := before.newest or before.polled) < self.oldest:
                missing = ((Interval(lost_from, self.oldest), TOO_SHORT),)
                start = max(start, self.oldest)
            dates = (before.dates if before else {}) | self.dates
            newest = sorted(dates.items(), key=lambda pair: pair[1], reverse=True)[:REMEMBERED]
            self.done[name] = Seen(self.started, self.newest, dict(newest))
            self._only_since(start)
        self._next_country()
        return missing

    def _close_empty(self, name: str, before: Seen | None) -> None:
        if before is not None and before.newest is not None:
            # Feeds that had reviews come up empty now and then: that says nothing, and nothing moves.
            self.done[name] = before
            self._only_since(self.started)
        else:
            self.done[name] = Seen(self.started)
            self._only_since(before.polled if before else self.started)

    def refuse_country(self, name: str, before: Seen | None) -> Missing:
        """This country can't be read; the others go on."""
        self.refused += 1
        self._only_since(self.started)
        self._next_country()
        if before is None:
            return ()
        self.done[name] = before
        return ((Interval(before.polled, self.started), REFUSED),) if before.polled < self.started else ()

    def _only_since(self, moment: datetime) -> None:
        self.since = max(moment, self.since or moment)

    def _next_country(self) -> None:
        self.country, self.page = self.country + 1, 1
        self.newest = self.oldest = None
        self.met, self.dates = False, {}

    def proven(self) -> Interval | None:
        """What the whole poll proves, once every country is done."""
        since = self.since
        return Interval(since, self.started) if since is not None and since < self.started else None
