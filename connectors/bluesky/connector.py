"""The connector of kind `bluesky`: one page per `fetch`, verdicts, rechecks, threads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from connectors.base import (
    Account,
    Ask,
    Capabilities,
    Estimate,
    Page,
    Paging,
    PostingRules,
    Rechecked,
    SourceConfig,
)
from connectors.bluesky.advice import POSTING
from connectors.bluesky.config import BlueskyConfig
from connectors.bluesky.place import NOTIFICATIONS, SEARCH, Place, fingerprint, floor_tick
from connectors.bluesky.posts import (
    CLOSED,
    COLLECTION,
    PLATFORM,
    TAGGED,
    addresses,
    key_in,
    mention_of,
    noticed_at,
    posts_of,
    sorted_at,
    understood,
)
from connectors.bluesky.replies import Replies
from connectors.bluesky.rules import (
    BOTS_SOURCE,
    LOOKUP_BATCH,
    OVERLAP,
    PAGE,
    RATE_WINDOW,
    REASONS,
    REQUESTS_PER_WINDOW,
    TEXT_LIMIT,
    THREAD_DEPTH,
    THREAD_HEIGHT,
)
from connectors.bluesky.wire import Json, Wire
from connectors.bluesky.writing import measure
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadResponse, ConnectorError, NotAMention, Refused, TargetGone, WrongUse
from monitor.domain.mention import Mention, MentionKey, Reject
from monitor.domain.moments import Clock, utc_text
from monitor.domain.posting import OutgoingReply, OwnReply, Prepared, SendResult
from monitor.domain.verdict import MayReply, Verdict

_FASTEST = 0.2  # seconds an answer takes: the estimate's own guess
_RAW = 2000  # characters kept of something that could not be understood


class BlueskyConnector:
    """Reads Bluesky through atproto; posts only to people who tagged us."""

    kind: ClassVar[str] = PLATFORM
    capabilities: ClassVar[Capabilities] = Capabilities(
        paging=Paging.NEWEST_FIRST,
        overlap=OVERLAP,
        can_post=True,
        can_search=True,
        can_backfill=True,
        can_recheck=True,
        can_thread=True,
        text_limit=TEXT_LIMIT,
        seeks=False,  # notifications begin with the newest, whatever the window
    )
    Config: ClassVar[type[SourceConfig]] = BlueskyConfig
    secrets: ClassVar[tuple[str, ...]] = ("HANDLE", "APP_PASSWORD")
    posting: ClassVar[PostingRules] = POSTING

    def __init__(self, config: SourceConfig, account: Account | None, clock: Clock) -> None:
        """Opens nothing: the first call does."""
        if not isinstance(config, BlueskyConfig):
            raise TypeError("BlueskyConnector takes a BlueskyConfig.")
        self._config = config
        self._handle = account.handle.lstrip("@").lower() if account and account.handle else None
        base_url = config.base_url or (account.base_url if account else None)
        self._wire = Wire(account, base_url, config.timeout, clock)
        self._replies = Replies(self._wire, self._handle, clock)

    # --- reading ------------------------------------------------------------------------------

    def fetch(self, ask: Ask) -> Page:
        """One page of one feed of the window: one request, and a sign-in when there is no session."""
        if ask.window is None:
            raise WrongUse("Bluesky is read window by window.")
        window, query = ask.window, (ask.query or self._config.query or "").strip() or None
        feeds = [NOTIFICATIONS] * self._config.notifications + [SEARCH] * (query is not None)
        place = Place.read(ask.resume, fingerprint(feeds, query), window)
        limit = max(1, min(ask.limit or PAGE, PAGE))
        try:
            if feeds[place.feed] == NOTIFICATIONS:
                found, then = self._notified(place, window, limit)
            else:
                found, then = self._searched(place, window, str(query), limit)
        except TargetGone as exc:
            raise Refused(f"There is no such listing. {exc.cause}", rule="bluesky.not_found") from None
        drained = then.feed >= len(feeds)
        return Page(
            mentions=tuple(found.mentions.values()),
            resume=None if drained else then.token(),
            cursor=utc_text(window.end) if drained else None,
            proves=then.proof(window, len(feeds)),
            missing=then.missing(window, len(feeds)),
            rejects=tuple(found.rejects),
            rate=self._wire.rate,
        )

    def _notified(self, place: Place, window: Interval, limit: int) -> tuple[_Found, Place]:
        params = {"limit": limit, "reasons": list(REASONS), "cursor": place.cursor}
        answer = self._wire.read("app.bsky.notification.listNotifications", params)
        rows = [r for r in _rows(answer, "notifications") if _get(r, "reason") in REASONS]
        found = _Found(rows, self._wire.did, noticed_at, window)
        return found, place.after_notifications(found.times, _cursor(answer), window)

    def _searched(self, place: Place, window: Interval, query: str, limit: int) -> tuple[_Found, Place]:
        try:
            answer = self._search(place, window, query, limit)
        except Refused:
            again = place.by_time() if place.cursor else None
            if again is None:
                raise
            place = again  # the cursor is no good any more; the time it stands for is
            answer = self._search(place, window, query, limit)
        found = _Found(_rows(answer, "posts"), self._wire.did, sorted_at, None)
        return found, place.after_search(found.times, _cursor(answer), window)

    def _search(self, place: Place, window: Interval, query: str, limit: int) -> Json:
        params = {
            "q": query,
            "sort": "latest",
            "since": utc_text(floor_tick(window.start)),
            "until": utc_text(place.until),
            "limit": limit,
            "cursor": place.cursor,
        }
        return self._wire.read("app.bsky.feed.searchPosts", params)

    def estimate(self, window: Interval, query: str | None) -> Estimate:
        """Asks one page of the search; its count of hits is Bluesky's own, and may be missing."""
        wanted = (query or self._config.query or "").strip()
        if not wanted:
            return Estimate(None, None, 0.0, None)
        place = Place.begin(fingerprint([SEARCH], wanted), window)
        hits = self._search(place, window, wanted, 1).get("hitsTotal")
        if not isinstance(hits, int):
            return Estimate(None, None, 0.0, None)
        requests = max(1, -(-hits // PAGE))
        waits = (requests - 1) // REQUESTS_PER_WINDOW * RATE_WINDOW.total_seconds()
        return Estimate(hits, requests, 0.0, max(waits, requests * _FASTEST))

    # --- looking again ------------------------------------------------------------------------

    def recheck(self, keys: Sequence[MentionKey]) -> Rechecked:
        """As they are now, and those that are gone; 25 posts a request.

        Breaks off at the first batch without an answer, keeping the ones before; raises when there are none.
        """
        alive: list[Mention] = []
        removed: list[MentionKey] = []
        ours = [k for k in keys if k.platform == PLATFORM]
        for start in range(0, len(ours), LOOKUP_BATCH):
            batch = ours[start : start + LOOKUP_BATCH]
            try:
                # Purging can't be undone, so an answer without any of them has to be given twice.
                views = self._posts(batch) or self._posts(batch)
            except ConnectorError:
                if not start:
                    raise
                break
            for key in batch:
                view = views.get(key.native_id)
                if view is None:
                    removed.append(key)
                elif (mention := understood(view, self._wire.did)) is not None:
                    alive.append(mention)
        return Rechecked(tuple(alive), tuple(removed), 0.0)

    def _posts(self, keys: Sequence[MentionKey]) -> dict[str, Any]:
        answer = self._wire.read("app.bsky.feed.getPosts", {"uris": [k.native_id for k in keys]})
        return {str(_get(view, "uri")): view for view in _rows(answer, "posts")}

    def thread(self, mention: Mention) -> tuple[Mention, ...]:
        """The posts above and the replies below, oldest first; one request. TargetGone when it is deleted."""
        params = {"uri": mention.native_id, "depth": THREAD_DEPTH, "parentHeight": THREAD_HEIGHT}
        thread = self._wire.read("app.bsky.feed.getPostThread", params).get("thread")
        found = {m.native_id: m for m in posts_of(thread, self._wire.did)}
        found.pop(mention.native_id, None)
        return tuple(sorted(found.values(), key=lambda m: (m.created_at, m.native_id)))

    def can_reply(self, mention: Mention, own_handles: frozenset[str]) -> Verdict:
        """Postable when tagged, by hand otherwise. Makes no request."""
        own = {h.lstrip("@").lower() for h in own_handles}
        if (mention.author or "").lower() in own or (mention.author_id or "").lower() in own:
            return Verdict(MayReply.LISTEN_ONLY, "bluesky.own_post", "This post is our own.")
        if mention.metrics.get(CLOSED):
            why = "Its author doesn't let us reply."
            return Verdict(MayReply.LISTEN_ONLY, "bluesky.replies_limited", why)
        if mention.metrics.get(TAGGED) or any(addresses(mention.text, handle) for handle in own):
            why = "The author mentioned our account or answered a post of ours."
            return Verdict(MayReply.POSTABLE, "bluesky.tagged", why, BOTS_SOURCE)
        why = "The author didn't tag us: Bluesky wants no automated replies there, a person posts this one."
        return Verdict(MayReply.HANDOFF, "bluesky.not_tagged", why, BOTS_SOURCE)

    def check(self) -> str:
        """Reads the session: who we are."""
        session = self._wire.read("com.atproto.server.getSession", {})
        handle = str(session.get("handle") or "?")
        if self._handle is not None and handle.lower() != self._handle:
            raise Refused(
                f"The app password belongs to @{handle}, not to @{self._handle}.",
                rule="bluesky.other_account",
            )
        return f"Bluesky knows @{handle}; may read, and post as @{handle}."

    # --- writing: see connectors.bluesky.replies ------------------------------------------------

    def measure(self, text: str) -> tuple[int, int]:
        """(graphemes or tenths of bytes, whichever are more; 300)."""
        return measure(text)

    def prepare(self, reply: OutgoingReply) -> Prepared:
        """Checks length and the parent. Raises Refused, TargetGone, AuthExpired …"""
        return self._replies.prepare(reply)

    def send(self, prepared: Prepared) -> SendResult:
        """Exactly one write. Raises nothing."""
        return self._replies.send(prepared)

    def find_own_reply(self, reply: OutgoingReply) -> OwnReply:
        """Looks for the record under this reply's key."""
        return self._replies.find_own_reply(reply)

    def native_id_in(self, url: str) -> str | None:
        """The at:// address of a post of ours by its address at bsky.app; signs in to know our DID."""
        key = key_in(url, self._handle)
        return f"at://{self._wire.sign_in()}/{COLLECTION}/{key}" if key else None

    def close(self) -> None:
        """Ends the connections."""
        self._wire.close()


class _Found:
    """What a page holds: mentions of the window, what could not be understood, and the times listed."""

    def __init__(
        self,
        rows: Sequence[Any],
        own_did: str | None,
        moment_of: Callable[[Mapping[str, Any]], datetime],
        window: Interval | None,
    ) -> None:
        self.mentions: dict[str, Mention] = {}
        self.rejects: list[Reject] = []
        self.times: list[datetime] = []
        for line, row in enumerate(rows, start=1):
            try:
                moment, mention = moment_of(row), mention_of(row, own_did)
            except NotAMention as exc:
                self.rejects.append(Reject(line, exc.cause, json.dumps(row, ensure_ascii=False)[:_RAW]))
                continue
            self.times.append(moment)
            if window is None or window.start <= moment < window.end:
                self.mentions[mention.native_id] = mention


def _rows(answer: Json, name: str) -> list[Any]:
    rows = answer.get(name)
    if not isinstance(rows, list):
        raise BadResponse(f"Bluesky's answer holds no list of {name}.")
    return rows


def _get(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, dict) else None


def _cursor(answer: Json) -> str | None:
    cursor = answer.get("cursor")
    return str(cursor) if cursor else None
