"""The connector of kind `hackernews`: one page per `fetch`; deletions and threads by looking items up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, TypeVar

import httpx
import msgspec

from connectors import web
from connectors.base import Account, Ask, Capabilities, Estimate, Page, Paging, Rechecked, SourceConfig
from connectors.hackernews.config import HackerNewsConfig
from connectors.hackernews.drain import Place, ceil_second, step
from connectors.hackernews.limits import (
    API_SOURCE,
    HOST,
    MOST_HITS,
    OVERLAP,
    RECHECK_BATCH,
    REQUESTS_PER_HOUR,
    THREAD_POSTS,
)
from connectors.hackernews.posts import Found, Hit, Item, mention_of_hit, mention_of_item, moment_of
from connectors.hackernews.words import Words
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadResponse, ConnectorError, Refused, TargetGone
from monitor.domain.mention import Mention, MentionKey, Reject
from monitor.domain.moments import Clock, utc_text
from monitor.domain.verdict import MayReply, Verdict

_T = TypeVar("_T")
_FIELDS = "title,story_text,comment_text,url"  # not the author, nor the title of the story around a comment
_FASTEST = 0.5  # seconds an answer takes: the estimate's own guess


class HackerNewsConnector:
    """Reads stories and comments. See `connectors.base` for what each method promises."""

    kind: ClassVar[str] = "hackernews"
    capabilities: ClassVar[Capabilities] = Capabilities(
        paging=Paging.NEWEST_FIRST,
        overlap=OVERLAP,
        can_search=True,
        can_backfill=True,
        can_recheck=True,
        can_thread=True,
    )
    Config: ClassVar[type[SourceConfig]] = HackerNewsConfig
    secrets: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: SourceConfig, account: Account | None, clock: Clock) -> None:
        if not isinstance(config, HackerNewsConfig):
            raise TypeError("a hackernews source needs a HackerNewsConfig")
        self._config = config
        self._clock = clock
        base_url = config.base_url or (account.base_url if account else None) or HOST
        self._base_url = base_url.rstrip("/")
        self._client: httpx.Client | None = None

    # --- reading ------------------------------------------------------------------------------

    def fetch(self, ask: Ask) -> Page:
        """One page of a window. Raises RateLimited, Refused, Transient, BadResponse."""
        now = self._clock.now()
        window = ask.window or Interval(now - timedelta(days=1), now)
        place = Place.of(ask.resume, window)
        cursor = utc_text(window.end)
        if place.below <= ceil_second(window.start):
            return Page((), None, cursor, place.proven(window))
        words = self._words(ask.query)
        page_size = max(1, min(self._config.page_size, ask.limit or self._config.page_size))
        asked = min(MOST_HITS, page_size + len(place.seen))
        found = self._search(words, ceil_second(window.start), place.below, asked)
        hits, rejects = _hits_in(found)
        took = step(place, window, hits, asked, found.number, found.exact)
        posts = [hit for hit in took.new if not hit.is_gone]
        return Page(
            mentions=tuple(mention_of_hit(hit) for hit in posts if _is_about(hit, words)),
            resume=took.place.token if took.place else None,
            cursor=None if took.place else cursor,
            proves=took.proves,
            rejects=rejects,
            removed=tuple(MentionKey(self.kind, hit.id) for hit in took.new if hit.is_gone),
            missing=took.missing,
        )

    def _words(self, query: str | None) -> Words:
        try:
            return Words.of(query or self._config.query)
        except ValueError as exc:
            raise Refused(f"The query can't be asked: {exc}.", rule="hackernews.bad_query") from None

    def _search(self, words: Words, start: int, end: int, asked: int) -> Found:
        query = {
            "query": words.asked,
            "tags": self._config.tags,
            "numericFilters": f"created_at_i>={start},created_at_i<{end}",
            "hitsPerPage": str(asked),
            "advancedSyntax": "true",
            "typoTolerance": "false",
            "queryType": "prefixNone",
            "restrictSearchableAttributes": _FIELDS,
        }
        return self._get(f"/api/v1/search_by_date?{httpx.QueryParams(query)}", Found)

    def _get(self, path: str, shape: type[_T]) -> _T:
        if self._client is None:
            self._client = web.client(self._config.timeout)
        answer = web.get(
            self._client,
            self._base_url + path,
            {"Accept": "application/json"},
            what="Hacker News' search",
            timeout=self._config.timeout,
            now=self._clock.now(),
            rules=self.kind,
        )
        return _decoded(answer.body, shape)

    # --- what else it can tell ------------------------------------------------------------------

    def recheck(self, keys: Sequence[MentionKey]) -> Rechecked:
        """Looks the first 50 up, one request each; what comes after them gets no answer this time."""
        alive: list[Mention] = []
        removed: list[MentionKey] = []
        for key in keys[:RECHECK_BATCH]:
            try:
                item = self._item(key.native_id)
            except TargetGone:
                removed.append(key)
                continue
            except ConnectorError:
                if not alive and not removed:
                    raise
                break
            if item.is_gone:
                removed.append(key)
            else:
                alive.append(mention_of_item(item))
        return Rechecked(tuple(alive), tuple(removed), 0.0)

    def thread(self, mention: Mention) -> tuple[Mention, ...]:
        """The way up to the story, then answers and siblings: up to 100 posts, oldest first."""
        root = self._item(mention.conversation or mention.native_id)
        items = {str(item.id): item for item in (root, *root.below())}
        here = items.get(mention.native_id)
        above: list[Item] = []
        parent = items.get(mention.in_reply_to or "")
        while parent is not None:
            above.append(parent)
            parent = items.get(str(parent.parent_id)) if parent.parent_id else None
        around = [*above, *(here.below() if here else ()), *(above[0].children if above else ())]
        chosen = {i.id: i for i in around if not i.is_gone and str(i.id) != mention.native_id}
        posts = [mention_of_item(item) for item in list(chosen.values())[:THREAD_POSTS]]
        return tuple(sorted(posts, key=lambda post: (post.created_at, int(post.native_id))))

    def _item(self, native_id: str) -> Item:
        if not native_id.isascii() or not native_id.isdigit():
            raise TargetGone("Hacker News knows no such post.")
        try:
            return self._get(f"/api/v1/items/{native_id}", Item)
        except Refused as exc:
            if exc.rule == "hackernews.gone":
                raise TargetGone("The post is no longer on Hacker News.") from None
            raise

    def estimate(self, window: Interval, query: str | None) -> Estimate:
        """Asks for the number of matching posts: one request."""
        start, end = ceil_second(window.start), ceil_second(window.end)
        number = self._search(self._words(query), start, end, 0).number
        requests = max(1, math.ceil(number / self._config.page_size))
        pace = 3600 / REQUESTS_PER_HOUR
        return Estimate(number, requests, 0.0, requests * max(_FASTEST, pace))

    def can_reply(self, mention: Mention, own_handles: frozenset[str]) -> Verdict:
        """By hand: nothing can post to Hacker News but its own pages."""
        own = {handle.lstrip("@").lower() for handle in own_handles}
        if mention.author is not None and mention.author.lower() in own:
            return Verdict(MayReply.LISTEN_ONLY, "hackernews.own_post", "This post is our own.")
        why = "Hacker News has no interface for writing: a person replies there, as themselves."
        return Verdict(MayReply.HANDOFF, "hackernews.by_hand", why, API_SOURCE)

    def check(self) -> str:
        """Counts what matches: one request."""
        now = self._clock.now()
        number = self._search(self._words(None), 0, ceil_second(now), 0).number
        return f"Hacker News' search answers; {number:,} posts hold these words."

    def close(self) -> None:
        """Closes the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None


def _is_about(hit: Hit, words: Words) -> bool:
    """Whether the words are really in it; a link counts with its address."""
    return words.found_in(f"{mention_of_hit(hit).text} \n {hit.url or ''}")


def _hits_in(found: Found) -> tuple[list[Hit], tuple[Reject, ...]]:
    hits: list[Hit] = []
    rejects: list[Reject] = []
    for number, raw in enumerate(found.hits, 1):
        try:
            hit = msgspec.json.decode(raw, type=Hit)
            moment_of(hit.created_at_i)
            hits.append(hit)
        except (msgspec.MsgspecError, BadResponse) as exc:
            rejects.append(Reject(number, f"not a post: {exc}", bytes(raw).decode("utf-8", "replace")[:2000]))
    if rejects and not hits:
        raise BadResponse(f"Hacker News' search answered in another form. {rejects[0].reason}.")
    return hits, tuple(rejects)


def _decoded(body: bytes, shape: type[_T]) -> _T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadResponse("Hacker News' search answered something that can't be understood.") from None
