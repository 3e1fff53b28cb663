"""The connector of kind `mastodon`: one page per `fetch`, verdicts, rechecks, threads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
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
from connectors.mastodon.advice import POSTING
from connectors.mastodon.config import MastodonConfig
from connectors.mastodon.place import Feed, Kind, Place, feeds_of
from connectors.mastodon.posts import (
    MENTIONED,
    PLATFORM,
    full_name,
    id_in,
    mention_of,
    moment_of,
    native_id_of,
)
from connectors.mastodon.replies import Replies, length_of
from connectors.mastodon.rules import BATCH, ETIQUETTE, OVERLAP, PAGE, TEXT_LIMIT
from connectors.mastodon.wire import Wire
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadResponse, ConnectorError, NotAMention, Refused, TargetGone, WrongUse
from monitor.domain.mention import Mention, MentionKey, Reject
from monitor.domain.moments import Clock, utc_text
from monitor.domain.posting import OutgoingReply, OwnReply, Prepared, SendResult
from monitor.domain.verdict import MayReply, Verdict

_RAW = 2000  # characters kept of something that could not be understood


class MastodonConnector:
    """Reads one Mastodon server; posts only to people who mentioned us."""

    kind: ClassVar[str] = PLATFORM
    # Completeness can't be proven for a search: an instance that reads nothing else is `best_effort`.
    capabilities: ClassVar[Capabilities] = Capabilities(
        paging=Paging.NEWEST_FIRST,
        overlap=OVERLAP,
        can_post=True,
        can_search=True,
        can_backfill=True,
        can_recheck=True,
        can_thread=True,
        text_limit=TEXT_LIMIT,
    )
    Config: ClassVar[type[SourceConfig]] = MastodonConfig
    secrets: ClassVar[tuple[str, ...]] = ("ACCESS_TOKEN",)
    posting: ClassVar[PostingRules] = POSTING

    def __init__(self, config: SourceConfig, account: Account | None, clock: Clock) -> None:
        """Opens nothing: the first call does."""
        if not isinstance(config, MastodonConfig):
            raise TypeError("MastodonConnector takes a MastodonConfig.")
        self._config = config
        if not config.hashtags and not config.notifications:
            self.capabilities = replace(type(self).capabilities, best_effort=True)  # type: ignore[misc]
        self._handle = account.handle.lstrip("@").lower() if account and account.handle else None
        base_url = config.base_url or (account.base_url if account else None)
        self._wire = Wire(account, base_url, config.timeout, clock)
        self._replies = Replies(self._wire, clock)
        self._clock = clock
        self._batches = True  # until a server shows that it knows no look-ups of several posts

    # --- reading ------------------------------------------------------------------------------

    def fetch(self, ask: Ask) -> Page:
        """One page of one feed of the window: one request."""
        if ask.window is None:
            raise WrongUse("Mastodon is read window by window.")
        window, now, config = ask.window, self._clock.now(), self._config
        query = (ask.query or config.query or "").strip() or None
        feeds = feeds_of(query, config.hashtags, config.notifications)
        place = Place.read(ask.resume, feeds, window, now)
        feed = feeds[place.feed]
        try:
            rows = self._rows(feed, place, max(1, min(ask.limit or PAGE, PAGE)))
        except TargetGone as exc:
            raise Refused(f"There is no such listing. {exc.cause}", rule="mastodon.not_found") from None
        found = _Found()
        for line, row in enumerate(rows, start=1):
            self._sort(found, line, row, window)
        then = place.after_page(found.places, len(rows), feeds, window, now)
        drained = then.feed >= len(feeds)
        return Page(
            mentions=tuple(found.mentions.values()),
            resume=None if drained else then.token(),
            cursor=utc_text(window.end) if drained else None,
            proves=then.proof(window, feeds),
            rejects=tuple(found.rejects),
            rate=self._wire.rate,
        )

    def _rows(self, feed: Feed, place: Place, limit: int) -> Sequence[Any]:
        if feed.kind is Kind.SEARCH:
            how: dict[str, Any] = {"resolve": False, "result_type": "statuses", "exclude_unreviewed": False}
            how |= {"offset": place.offset or None, "limit": limit}
            answer = self._wire.read(lambda c: c.search_v2(feed.what, **how))
            rows = answer.get("statuses") if isinstance(answer, dict) else None
        elif feed.kind is Kind.MENTIONS:
            rows = self._wire.read(
                lambda c: c.notifications(types=["mention"], max_id=place.max_id, limit=limit)
            )
        else:
            rows = self._wire.read(lambda c: c.timeline_hashtag(feed.what, max_id=place.max_id, limit=limit))
        if not isinstance(rows, list):
            raise BadResponse("The server's answer is not a list of posts.")
        return rows

    def _sort(self, found: _Found, line: int, row: Any, window: Interval) -> None:
        """What of a row belongs to the window, and where we are. A mention counts when it arrived."""
        try:
            moment = moment_of(row)
            found.places.append((native_id_of(row), moment))
            status = row["status"] if "type" in row and "visibility" not in row else row
            # Of other kinds a notification may have none, and a mention of a post that is gone meanwhile.
            mention = mention_of(status, self._wire.us) if status else None
        except (NotAMention, KeyError) as exc:
            reason = exc.cause if isinstance(exc, NotAMention) else "A notification shows no post."
            found.rejects.append(Reject(line, reason, json.dumps(row, ensure_ascii=False)[:_RAW]))
            return
        if mention is not None and window.start <= moment < window.end:
            if status is not row:  # the server says that it mentions us
                mention = replace(mention, metrics={**mention.metrics, MENTIONED: 1})
            found.mentions[mention.native_id] = mention

    def estimate(self, window: Interval, query: str | None) -> Estimate:  # noqa: ARG002 - the contract's
        """Nothing is known beforehand: Mastodon counts posts of no window. Makes no request."""
        return Estimate(None, None, 0.0, None)

    # --- looking again ------------------------------------------------------------------------

    def recheck(self, keys: Sequence[MentionKey]) -> Rechecked:
        """As they are now, and those that are gone; 20 posts a request, or one by one before Mastodon 4.3.

        Breaks off at the first request without an answer, keeping the ones before; raises without any.
        """
        told: dict[MentionKey, Mention | None] = {}
        ours = [k for k in keys if k.platform == PLATFORM]
        for start in range(0, len(ours), BATCH):
            try:
                told |= self._looked_up(ours[start : start + BATCH])
            except ConnectorError:
                if not told:
                    raise
                break
        alive = tuple(m for m in told.values() if m is not None)
        return Rechecked(alive, tuple(k for k, m in told.items() if m is None), 0.0)

    def _looked_up(self, keys: Sequence[MentionKey]) -> dict[MentionKey, Mention | None]:
        if self._batches:
            try:
                # Purging can't be undone, so an answer without any of them has to be given twice.
                rows = self._statuses(keys) or self._statuses(keys)
            except (TargetGone, Refused):
                self._batches = False
            else:
                return {k: self._public(rows[k.native_id]) if k.native_id in rows else None for k in keys}
        told: dict[MentionKey, Mention | None] = {}
        for key in keys:
            try:
                told[key] = self._public(self._status(key))
            except TargetGone:
                told[key] = None
            except ConnectorError:
                if not told:
                    raise
                break
        return told

    def _status(self, key: MentionKey) -> Any:
        return self._wire.read(lambda c: c.status(key.native_id))

    def _statuses(self, keys: Sequence[MentionKey]) -> dict[str, Any]:
        rows = self._wire.read(lambda c: c.statuses([k.native_id for k in keys]))
        if not isinstance(rows, list):
            raise BadResponse("The server's answer is not a list of posts.")
        return {str(row.get("id")): row for row in rows if isinstance(row, dict)}

    def _public(self, status: Any) -> Mention | None:
        try:
            return mention_of(status, self._wire.us)
        except NotAMention as exc:
            raise BadResponse(exc.cause) from None

    def thread(self, mention: Mention) -> tuple[Mention, ...]:
        """The public posts above and below, oldest first; one request. TargetGone when it is deleted."""
        answer = self._wire.read(lambda c: c.status_context(mention.native_id))
        if not isinstance(answer, dict):
            raise BadResponse("The server's answer is not a conversation.")
        rows = [*(answer.get("ancestors") or ()), *(answer.get("descendants") or ())]
        found = {m.native_id: m for row in rows if (m := self._public(row)) is not None}
        found.pop(mention.native_id, None)
        return tuple(sorted(found.values(), key=lambda m: (m.created_at, m.native_id)))

    def can_reply(self, mention: Mention, own_handles: frozenset[str]) -> Verdict:
        """Postable when mentioned or answered, by hand otherwise. Makes no request."""
        domain = self._wire.us.domain
        own = {full_name(h.lstrip("@"), domain).lower() for h in own_handles}
        if mention.author is not None and full_name(mention.author, domain).lower() in own:
            return Verdict(MayReply.LISTEN_ONLY, "mastodon.own_post", "This post is our own.")
        if mention.repost_of is not None:
            return Verdict(MayReply.LISTEN_ONLY, "mastodon.repost", "A boost adds reach only.")
        if mention.metrics.get(MENTIONED) or any(f"@{handle}" in mention.text.lower() for handle in own):
            why = "The author mentioned our account or answered a post of ours."
            return Verdict(MayReply.POSTABLE, "mastodon.mentioned", why, ETIQUETTE)
        why = "The author didn't mention us: a person decides, and replies by hand."
        return Verdict(MayReply.HANDOFF, "mastodon.not_mentioned", why, ETIQUETTE)

    def check(self) -> str:
        """Reads our own account."""
        me = self._wire.read(lambda c: c.account_verify_credentials())
        name = full_name(str(me.get("acct") or "?"), self._wire.us.domain).lower()
        ours = full_name(self._handle, self._wire.us.domain) if self._handle else name
        if name != ours:
            raise Refused(f"The token belongs to @{name}, not to @{ours}.", rule="mastodon.other_account")
        return f"{self._wire.base_url} knows @{name}; may read, and post if the token has that scope."

    # --- writing: see connectors.mastodon.replies -----------------------------------------------

    def measure(self, text: str) -> tuple[int, int]:
        """(characters as Mastodon counts them, the server's limit). May ask for the limit, once a day."""
        return length_of(text), self._wire.longest()

    def prepare(self, reply: OutgoingReply) -> Prepared:
        """Checks length and the parent. Raises Refused, TargetGone, AuthExpired …"""
        return self._replies.prepare(reply)

    def send(self, prepared: Prepared) -> SendResult:
        """Exactly one write. Raises nothing."""
        return self._replies.send(prepared)

    def find_own_reply(self, reply: OutgoingReply) -> OwnReply:
        """Looks for it among our own posts."""
        return self._replies.find_own_reply(reply)

    def native_id_in(self, url: str) -> str | None:
        """The id of a post at an address of the account's own server."""
        return id_in(url, self._wire.base_url)

    def close(self) -> None:
        """Ends the connections."""
        self._wire.close()


class _Found:
    """What a page holds."""

    def __init__(self) -> None:
        self.mentions: dict[str, Mention] = {}
        self.rejects: list[Reject] = []
        self.places: list[tuple[str, datetime]] = []  # (id, time) of every row that could be understood
