"""What X tells of posts that are known already: edits, deletions, the conversation around, and counts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from connectors.base import Estimate, Rechecked
from connectors.x import drain as draining
from connectors.x.drain import Drain
from connectors.x.posts import FIELDS, mentions_in
from connectors.x.rules import (
    COUNT_ALL_USD,
    COUNT_RECENT_USD,
    LISTINGS,
    LOOKUP_BATCH,
    POST_READ_USD,
    RATE_WINDOW,
    Mode,
    moment_of,
)
from connectors.x.wire import Wire
from monitor.domain.coverage import Interval
from monitor.domain.errors import ConnectorError
from monitor.domain.mention import Mention, MentionKey

_FASTEST = 0.4  # seconds an answer takes, where no limit is slower: the estimate's own guess
_NO_LONGER_PUBLIC = frozenset({"resource-not-found", "not-authorized-for-resource", "resource-unavailable"})
_THREAD_PAGE = 100
_ARCHIVE_DEFAULT = timedelta(days=30)


class Lookups:
    """The reading side that isn't a window."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def recheck(self, keys: Sequence[MentionKey]) -> Rechecked:
        """Two rounds: X gives the version of the id it is asked for, the second fetches newer ones."""
        alive: dict[str, Mention] = {}
        removed: list[MentionKey] = []
        cost = 0.0
        newer: list[str] = []
        for first_round, batch in _batches([k.native_id for k in keys if k.platform == "x"], newer):
            try:
                body = self._lookup(batch)
            except ConnectorError:
                if not alive and not removed:
                    raise
                break  # what was answered counts; the rest is asked again another time
            rows = body.get("data") or ()
            cost += len(rows) * POST_READ_USD
            alive |= _by_id(body)
            if first_round:
                newer += [h[-1] for r in rows if (h := _history(r))[-1] != r["id"]]
                removed += [MentionKey("x", i) for i in _gone(body)]
        return Rechecked(tuple(alive.values()), tuple(removed), round(cost, 4))

    def thread(self, mention: Mention, *, archive: bool) -> tuple[Mention, ...]:
        """Root and parent by id, then the newest 100 posts of the conversation through search."""
        root = mention.conversation or mention.native_id
        found: dict[str, Mention] = {}
        above = [i for i in dict.fromkeys((root, mention.in_reply_to)) if i and i != mention.native_id]
        if above:
            found |= _by_id(self._lookup(above))
        query, how = f"conversation_id:{root}", {"max_results": _THREAD_PAGE, **FIELDS}
        reach = LISTINGS[Mode.RECENT].reach
        if archive:
            # Without a start time the full archive covers 30 days only.
            since = draining.floor_second(moment_of(root) or mention.created_at - _ARCHIVE_DEFAULT)
            found |= _by_id(
                self._wire.read(lambda c: c.search_all_tweets(query, start_time=since, **how)).body
            )
        elif reach is None or mention.created_at > self._wire.now() - reach:
            found |= _by_id(self._wire.read(lambda c: c.search_recent_tweets(query, **how)).body)
        found.pop(mention.native_id, None)
        return tuple(sorted(found.values(), key=lambda m: (m.created_at, m.native_id)))

    def estimate(self, mode: Mode, window: Interval, query: str) -> Estimate:
        """Posts by X's own count; requests and seconds by its page sizes and limits."""
        drain, cannot = draining.begin(mode, window, self._wire.now())
        if drain is None:
            return Estimate(0, 0, 0.0, 0.0, cannot)
        posts, spent = 0, 0.0
        token: str | None = None
        while True:
            meta = self._count(mode, drain, query, token).get("meta") or {}
            posts += int(meta.get("total_tweet_count", 0))
            spent += COUNT_ALL_USD if mode is Mode.ALL else COUNT_RECENT_USD
            token = meta.get("next_token")
            if token is None:
                break
        listing = LISTINGS[drain.listing]
        requests = max(1, math.ceil(posts / listing.largest_page))
        waits = (requests - 1) // listing.requests * RATE_WINDOW.total_seconds()
        seconds = requests * max(_FASTEST, listing.pause.total_seconds())
        cost = round(posts * listing.post_usd, 4)
        return Estimate(posts, requests, cost, max(waits, seconds), cannot, round(spent, 4))

    def _lookup(self, ids: Sequence[str]) -> Mapping[str, Any]:
        return self._wire.read(lambda c: c.get_tweets(list(ids), **FIELDS)).body

    def _count(self, mode: Mode, drain: Drain, query: str, token: str | None) -> Mapping[str, Any]:
        how: dict[str, Any] = {"start_time": drain.start, "end_time": drain.end, "granularity": "day"}
        if mode is Mode.ALL:
            return self._wire.read(lambda c: c.get_all_tweets_count(query, next_token=token, **how)).body
        return self._wire.read(lambda c: c.get_recent_tweets_count(query, **how)).body


def _batches(ids: Sequence[str], newer: list[str]) -> Iterator[tuple[bool, Sequence[str]]]:
    for at in range(0, len(ids), LOOKUP_BATCH):
        yield True, ids[at : at + LOOKUP_BATCH]
    for at in range(0, len(newer), LOOKUP_BATCH):
        yield False, newer[at : at + LOOKUP_BATCH]


def _history(row: Mapping[str, Any]) -> Sequence[str]:
    return row.get("edit_history_tweet_ids") or [row["id"]]


def _gone(body: Mapping[str, Any]) -> Iterator[str]:
    """Ids that X says it doesn't show: deleted, or of a protected or suspended account.

    Errors about what a post refers to (a deleted parent) have another `parameter` and don't count.
    """
    for error in body.get("errors") or ():
        kind = str(error.get("type", "")).rsplit("/", 1)[-1]
        if error.get("parameter") in ("ids", "id") and kind in _NO_LONGER_PUBLIC:
            yield str(error.get("resource_id") or error.get("value"))


def _by_id(body: Mapping[str, Any]) -> dict[str, Mention]:
    return {m.native_id: m for m in mentions_in(body)[0]}
