"""How far a window has been drained, as pure arithmetic: what to ask next, what the answer proves.

The search shows newest first, to the second, and of any query its first 1,000 hits only. So the next
page is not "page 2" but "what is not newer than the oldest post so far". The second of that post is
asked again, as it may hold more; what was returned of it is left out, and room is made for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from connectors.hackernews.limits import MOST_HITS
from connectors.hackernews.posts import Hit, moment_of
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadResponse, Transient

CROWDED = "too_many_in_one_second"
Missing = tuple[tuple[Interval, str], ...]


class Place(msgspec.Struct, frozen=True):
    """Everything from `below` up to `top` (epoch seconds) has been returned, and `seen` of the second before.

    Its text form is the resume token.
    """

    below: int
    top: int
    seen: tuple[str, ...] = ()

    @classmethod
    def begin(cls, window: Interval) -> Place:
        """At the newest end of a window."""
        end = ceil_second(window.end)
        return cls(end, end)

    @classmethod
    def of(cls, token: str | None, window: Interval) -> Place:
        """The place in a token. Raises BadResponse for one that isn't ours."""
        try:
            return msgspec.json.decode(token, type=cls) if token else cls.begin(window)
        except msgspec.MsgspecError:
            raise BadResponse("The stored place in the search can't be read.") from None

    @property
    def token(self) -> str:
        """The text to give back."""
        return msgspec.json.encode(self).decode()

    def proven(self, window: Interval) -> Interval | None:
        """What the pages so far prove of the window, below what could not be had."""
        end = window.end if self.top == ceil_second(window.end) else moment_of(self.top)
        # Posts have whole seconds: none lies between the window's start and the first of them.
        start = window.start if self.below <= ceil_second(window.start) else moment_of(self.below)
        return Interval(start, end) if start < end else None


@dataclass(frozen=True, slots=True)
class Step:
    """What one answer comes to. `place` None: the window is drained."""

    new: tuple[Hit, ...]
    place: Place | None
    proves: Interval | None
    missing: Missing = ()


def step(place: Place, window: Interval, hits: Sequence[Hit], asked: int, number: int, exact: bool) -> Step:
    """Takes one answer to a question for `asked` posts, of which `number` match.

    Raises BadResponse when the order is not that of time, Transient when the index contradicts itself.
    """
    times = [hit.created_at_i for hit in hits]
    if times != sorted(times, reverse=True):
        raise BadResponse("Hacker News' search answered out of the order of time: nothing of it was kept.")
    start = ceil_second(window.start)
    inside = [hit for hit in hits if start <= hit.created_at_i < place.below]
    seen = set(place.seen)
    new = tuple({hit.id: hit for hit in inside if hit.id not in seen}.values())
    if len(inside) >= number and (exact or len(hits) < asked):
        return Step(new, None, _whole(place, window))
    if not inside:
        if exact:
            raise Transient(f"Hacker News' search says there are {number} posts more and shows none.")
        return Step((), None, _whole(place, window))
    oldest = inside[-1].created_at_i
    if new:
        known = {hit.id for hit in inside if hit.created_at_i == oldest}
        known |= seen if oldest == place.below - 1 else set()
        then = Place(oldest + 1, place.top, tuple(sorted(known)))
        return Step(new, then, then.proven(window))
    if asked < MOST_HITS:  # there was room, and the index had nothing else to show of this second
        then = Place(oldest, place.top)
        return Step((), then, then.proven(window))
    lost = Interval(moment_of(oldest), moment_of(oldest + 1))
    return Step((), Place(oldest, oldest), None, ((lost, CROWDED),))


def _whole(place: Place, window: Interval) -> Interval | None:
    return Place(ceil_second(window.start), place.top).proven(window)


def ceil_second(moment: datetime) -> int:
    """The first whole epoch second not before `moment`."""
    whole = moment.replace(microsecond=0)
    return int((whole if whole == moment else whole + timedelta(seconds=1)).timestamp())
