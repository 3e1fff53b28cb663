"""How far a window has been drained, as pure arithmetic: what to ask next, what the answer proves.

X lists newest first, to the second, start inclusive and end exclusive. A resume token holds all of a
`Drain`, so that another process goes on with the very next page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from connectors.x.rules import END_LAG, FRESH, LISTINGS, REACH_MARGIN, Mode
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadMoment, BadResponse
from monitor.domain.moments import parse_moment, utc_text

_SECOND = timedelta(seconds=1)
Missing = tuple[tuple[Interval, str], ...]


@dataclass(frozen=True, slots=True)
class Drain:
    """A window on its way from `top` down to `bottom`, both aware UTC.

    Everything in [low, top) has been returned. `start` and `end` are what X is asked for, in whole
    seconds; `token` leads to the next page of that question.
    """

    listing: Mode
    bottom: datetime
    top: datetime
    start: datetime
    end: datetime
    low: datetime
    token: str | None = None
    seen: int = 0
    user_id: str | None = None

    @property
    def proven(self) -> Interval | None:
        """What all pages so far prove, or None."""
        return Interval(self.low, self.top) if self.low < self.top else None

    def to_text(self) -> str:
        """As a resume token."""
        return json.dumps(asdict(self), default=utc_text, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Drain:
        """The inverse. Raises BadResponse for a token that isn't ours."""
        try:
            raw = json.loads(text)
            for name in ("bottom", "top", "start", "end", "low"):
                raw[name] = parse_moment(raw[name])
            return cls(**{**raw, "listing": Mode(raw["listing"])})
        except (ValueError, KeyError, TypeError, AttributeError, BadMoment):
            raise BadResponse("The stored place in the listing can't be read.") from None

    def by_time(self) -> Drain:
        """Goes on without the token: at the oldest second that may still hold more."""
        return replace(self, token=None, end=min(self.end, ceil_second(self.low)))

    def kept_in_reach(self, now: datetime) -> tuple[Drain, Missing]:
        """The same drain, cut off where X no longer shows anything, and what was cut off."""
        earliest = earliest_start(self.listing, now)
        if earliest is None or self.start >= earliest:
            return self, ()
        # X's token belongs to the old start time, so the rest is asked for by time.
        lost = Interval(self.bottom, max(self.bottom, min(earliest, self.low)))
        cut = replace(self.by_time(), start=earliest, bottom=max(self.bottom, min(earliest, self.low)))
        return cut, () if lost.is_empty else ((lost, "window_expired"),)

    def after(self, times: Iterable[datetime], count: int, token: str | None) -> Drain | None:
        """Where it stands after a page with posts of `times`, or None when it is drained.

        A page out of order proves nothing: what comes later may be newer than its oldest post.
        """
        listed = list(times)
        seen = self.seen + count
        low = self.low
        if listed and listed == sorted(listed, reverse=True):
            # Later pages may still hold posts of the oldest second.
            low = max(self.bottom, min(low, floor_second(listed[-1]) + _SECOND))
        if token is not None:
            if token == self.token:
                raise BadResponse("X's next page points at itself.")
            return replace(self, low=low, token=token, seen=seen)
        holds = LISTINGS[self.listing].holds
        if holds is not None and seen >= holds * 7 // 8:
            # The timeline may have ended because it holds no more; search goes on where it stopped.
            return replace(replace(self, low=low, seen=seen).by_time(), listing=Mode.RECENT)
        return None


def begin(
    mode: Mode, window: Interval, now: datetime, *, searchable: bool = True
) -> tuple[Drain | None, Missing]:
    """The first question for `window`, and what of it is out of reach. None: nothing can be asked yet.

    `searchable`: mentions that are no longer fresh may be read through search.
    """
    stale = mode is Mode.MENTIONS and window.end < now - FRESH
    listing = Mode.RECENT if stale and searchable else mode
    earliest = earliest_start(listing, now)
    bottom = window.start if earliest is None else min(max(window.start, earliest), window.end)
    missing: Missing = ((Interval(window.start, bottom), "window_expired"),) if bottom > window.start else ()
    end = min(ceil_second(window.end), latest_end(now))
    start = floor_second(bottom)
    if start >= end:
        return None, missing
    top = min(window.end, end)
    return Drain(listing, bottom, top, start, end, top), missing


def earliest_start(listing: Mode, now: datetime) -> datetime | None:
    """The oldest start time that X takes now, or None when it takes any."""
    reach = LISTINGS[listing].reach
    return None if reach is None else ceil_second(now - reach + REACH_MARGIN)


def latest_end(now: datetime) -> datetime:
    """The newest end time that X takes now."""
    return floor_second(now - END_LAG - _SECOND)


def floor_second(moment: datetime) -> datetime:
    """The whole second that `moment` lies in."""
    return moment.replace(microsecond=0)


def ceil_second(moment: datetime) -> datetime:
    """The first whole second not before `moment`."""
    return moment if moment.microsecond == 0 else floor_second(moment) + _SECOND
