"""One page of the customer-review feed, read leniently: it has had three forms, and all of them occur.

A single review is an object instead of a list of one; a feed without reviews has no `entry` at all; the
older form begins with an entry for the app itself, which has no rating, and gives no dates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from monitor.domain.errors import BadMoment, BadResponse
from monitor.domain.mention import Reject
from monitor.domain.moments import parse_moment

_PAGE = re.compile(r"/page=(\d+)/")
_AUTHOR = re.compile(r"/id(\d+)")


@dataclass(frozen=True, slots=True)
class Review:
    """One review. `updated` is when it was written or last changed (aware UTC), None in the older form."""

    id: str
    title: str
    body: str
    rating: int
    votes: int
    helpful: int
    author: str | None
    author_id: str | None
    updated: datetime | None


@dataclass(frozen=True, slots=True)
class Feed:
    """A page. `last` is the number of the last page, None when the feed doesn't say."""

    reviews: tuple[Review, ...]
    rejects: tuple[Reject, ...]
    last: int | None


def read_feed(body: bytes) -> Feed:
    """Raises BadResponse for what is no review feed."""
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadResponse("The App Store answered something that is no JSON.") from None
    feed = raw.get("feed") if isinstance(raw, Mapping) else None
    if not isinstance(feed, Mapping):
        raise BadResponse("The App Store answered something that is no review feed.")
    found = feed.get("entry", [])
    entries = found if isinstance(found, list) else [found]
    reviews: dict[str, Review] = {}
    rejects: list[Reject] = []
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, Mapping) and "im:rating" not in entry:  # the app itself
            continue
        try:
            review = _review(entry)
            reviews.setdefault(review.id, review)
        except ValueError as exc:
            shown = msgspec.json.encode(entry).decode()[:2000]
            rejects.append(Reject(number, f"not a review: {exc}", shown))
    if rejects and not reviews:
        raise BadResponse(f"The App Store's feed has another form: {rejects[0].reason}.")
    return Feed(tuple(reviews.values()), tuple(rejects), _last(feed.get("link")))


def _review(entry: object) -> Review:
    native_id = _label(entry, "id")
    if not native_id:
        raise ValueError("no `id`")
    rating = _number(_label(entry, "im:rating"))
    if not 1 <= rating <= 5:
        raise ValueError("`im:rating` is not 1 to 5")
    updated = _label(entry, "updated")
    found = _AUTHOR.search(_label(entry, "author", "uri"))
    try:
        moment = parse_moment(updated) if updated else None
    except BadMoment:
        raise ValueError("`updated` is no time") from None
    return Review(
        id=native_id,
        title=" ".join(_label(entry, "title").split()),
        body=_label(entry, "content"),
        rating=rating,
        votes=_number(_label(entry, "im:voteCount")),
        helpful=_number(_label(entry, "im:voteSum")),
        author=_label(entry, "author", "name") or None,
        author_id=found[1] if found else None,
        updated=moment,
    )


def _label(entry: object, *names: str) -> str:
    """The text at ``entry[name]…["label"]``, "" when there is none."""
    at: Any = entry
    for name in (*names, "label"):
        at = at.get(name) if isinstance(at, Mapping) else None
    return at.replace("\0", "").strip() if isinstance(at, str) else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _last(links: object) -> int | None:
    for link in links if isinstance(links, list) else [links]:
        attributes = link.get("attributes") if isinstance(link, Mapping) else None
        if isinstance(attributes, Mapping) and attributes.get("rel") == "last":
            found = _PAGE.search(str(attributes.get("href") or ""))
            return int(found[1]) if found else None
    return None
