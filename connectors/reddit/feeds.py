"""The listings that one source reads, and how far it has come in them.

A source may have several feeds: a search, two listings per subreddit, the inbox. A window is drained
feed by feed, always in the same order, newest first within each; the resume token says in which feed,
after which item. Only with the last feed's end is anything proven.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from connectors.reddit.limits import LISTING_ENDS, SEARCH_ENDS
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadMoment, BadResponse, Transient
from monitor.domain.moments import parse_moment, utc_text

# So many of a page's last items must all be older than the window before the feed counts as drained:
# one item out of its order must not end it.
TAIL = 5


@dataclass(frozen=True, slots=True)
class Feed:
    """One listing. `ends`: an end after that many items is Reddit's limit, not the listing's."""

    name: str
    path: str
    params: Mapping[str, str]
    ends: int = LISTING_ENDS
    filtered: bool = False  # only posts that hold one of the brand's terms


def feeds_of(query: str | None, subreddits: Sequence[str], inbox: bool) -> tuple[Feed, ...]:
    """The feeds in their fixed order: search, then each subreddit's submissions and comments, inbox."""
    feeds = []
    if query:
        asked = {"q": query, "sort": "new", "t": "all", "restrict_sr": "false", "type": "link"}
        feeds.append(Feed(f"search:{query}", "r/all/search/", asked | {"include_over_18": "on"}, SEARCH_ENDS))
    for name in subreddits:
        feeds.append(Feed(f"new:{name}", f"r/{name}/new", {}, filtered=True))
        feeds.append(Feed(f"comments:{name}", f"r/{name}/comments/", {}, filtered=True))
    if inbox:
        feeds.append(Feed("inbox", "message/mentions", {}))
    return tuple(feeds)


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer: its things, and where it says that the next page begins."""

    children: tuple[Any, ...]
    after: str | None

    @classmethod
    def read(cls, answer: Any) -> Listing:
        """Raises BadResponse."""
        data = answer.get("data") if isinstance(answer, Mapping) else None
        children = data.get("children") if isinstance(data, Mapping) else None
        if not isinstance(data, Mapping) or not isinstance(children, list):
            raise BadResponse("Reddit's answer is not a listing.")
        after = data.get("after")
        return cls(tuple(children), after if isinstance(after, str) and after else None)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a window has been drained. Its text form is the resume token."""

    feeds: str  # fingerprint: a token of another set of feeds is worth nothing
    feed: int = 0
    after: str | None = None
    spare: tuple[str, ...] = ()  # earlier items of the last page, in case `after` gets deleted
    seen: int = 0
    oldest: str | None = None  # the earliest time seen in this feed
    again: bool = False  # started this feed again from its top
    refused: int = 0  # so many feeds so far could not be read at all
    missing: Mapping[str, str] = field(default_factory=dict)  # reason → nothing is known before then

    @classmethod
    def read(cls, token: str | None, feeds: Sequence[Feed]) -> Place:
        """The place in a token; the beginning when there is none, or it fits other feeds."""
        start = cls(fingerprint(feeds))
        try:
            raw = json.loads(token) if token else {}
            place = cls(**{**raw, "spare": tuple(raw.get("spare", ()))}) if raw else start
            for moment in (*place.missing.values(), *filter(None, [place.oldest])):
                parse_moment(moment)
            fits = place.feeds == start.feeds and 0 <= place.feed < len(feeds)
        except (ValueError, TypeError, AttributeError, BadMoment):
            return start
        return place if fits else start

    def token(self) -> str:
        """Compact JSON."""
        known = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({k: v for k, v in known.items() if v}, separators=(",", ":"))

    def next_feed(self) -> Place:
        """At the top of the next feed."""
        return Place(self.feeds, self.feed + 1, refused=self.refused, missing=self.missing)

    def without(self, reason: str, before: datetime) -> Place:
        """The same place, knowing that this feed says nothing of the time before `before`."""
        known = self.missing.get(reason)
        latest = max(before, parse_moment(known)) if known else before
        return replace(self, missing={**self.missing, reason: utc_text(latest)})

    def after_refusal(self, window: Interval) -> Place:
        """This feed can't be read: nothing of the window is proven, the others go on."""
        return replace(self.without("refused", window.end), refused=self.refused + 1).next_feed()

    def after_page(
        self, listing: Listing, names: Sequence[str], times: Sequence[datetime], feed: Feed, window: Interval
    ) -> Place:
        """Where to go on. `names` and `times` belong to the things that could be understood.

        Raises Transient when the listing hands out the same page again.
        """
        if not listing.children:
            return self._after_nothing(listing, window)
        if listing.after is not None and listing.after == self.after:
            raise Transient(f"The listing {feed.name} did not move on.")
        if times and max(times[-TAIL:]) < window.start:
            return self.next_feed()
        known = [*times, *([parse_moment(self.oldest)] if self.oldest else [])]
        place = replace(
            self,
            seen=self.seen + len(listing.children),
            oldest=utc_text(min(known)) if known else None,
            after=listing.after,
            spare=_spare(names, listing.after),
        )
        if listing.after is not None:
            return place
        return place.cut_off("listing_limit", window) if place.seen >= feed.ends else place.next_feed()

    def cut_off(self, reason: str, window: Interval) -> Place:
        """On to the next feed; of what lies before the earliest post seen in this one, nothing is known."""
        if self.oldest is None:
            return self.without(reason, window.end).next_feed()
        # Times are whole seconds: of the earliest second itself, some posts may have been cut off.
        earliest = parse_moment(self.oldest) + timedelta(seconds=1)
        if earliest <= window.start + timedelta(seconds=1):
            return self.next_feed()
        return self.without(reason, min(earliest, window.end)).next_feed()

    def _after_nothing(self, listing: Listing, window: Interval) -> Place:
        """An empty page is the end only if it is not the page after an item that was deleted since.

        Reddit finds a page by the item before it and answers with an empty listing when that item is
        gone. So the items before that are tried, and at last the feed is read again from its top.
        """
        if listing.after is not None and listing.after != self.after:
            return replace(self, after=listing.after, spare=())
        if self.spare:
            return replace(self, after=self.spare[0], spare=self.spare[1:])
        if not self.again:
            return replace(self, after=None, seen=0, again=True)
        return self.next_feed() if self.after is None else self.cut_off("listing_broken", window)

    def proof(self, window: Interval) -> tuple[Interval | None, tuple[tuple[Interval, str], ...]]:
        """(what is proven, what can't be had and why), once every feed is done."""
        floors = {reason: parse_moment(moment) for reason, moment in self.missing.items()}
        lost = tuple(
            (Interval(window.start, min(floor, window.end)), reason)
            for reason, floor in floors.items()
            if floor > window.start
        )
        floor = max(floors.values(), default=window.start)
        proven = Interval(max(floor, window.start), window.end) if floor < window.end else None
        return proven, lost


def fingerprint(feeds: Sequence[Feed]) -> str:
    """A short hash of the feeds in their order."""
    return sha256("\n".join(f.name for f in feeds).encode()).hexdigest()[:12]


def _spare(names: Sequence[str], after: str | None) -> tuple[str, ...]:
    """A few earlier items of a page, nearest first, spread out so that not all go at once."""
    before = [n for n in names if n != after][::-1]
    return tuple(
        dict.fromkeys(before[i] for i in (0, 3, len(before) // 2, len(before) - 1) if i < len(before))
    )
