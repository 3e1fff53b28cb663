"""The ``rss`` kind: RSS and Atom feeds, Google Alerts among them.

A feed is a snapshot of its newest items; what fell out of it between two polls can't be had, and is
reported as missing when nothing of the last poll is left in it. Feeds can't be answered.
"""

from __future__ import annotations

import calendar
import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import feedparser
import httpx
import msgspec
from pydantic import Field

from connectors import web
from connectors.base import Account, Ask, Capabilities, Page, Paging, SourceConfig
from connectors.text import html_to_text
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadResponse
from monitor.domain.mention import Media, Mention
from monitor.domain.moments import Clock
from monitor.domain.verdict import MayReply, Verdict

TEXT_LIMIT = 20_000  # characters kept of an item: full articles are not what is watched
TOO_SHORT = "feed_too_short"
_ID_LIMIT = 300  # characters
_WORLDWIDE = ("tag:", "urn:", "http://", "https://")  # ids that are unique beyond their feed
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_cid|mc_eid")
_TICK = timedelta(milliseconds=1)


class RssConfig(SourceConfig):
    """One feed."""

    feed: str = Field(
        min_length=1,
        description="Address of the feed; with `base_url` only its path and query count.",
    )


class _Cursor(msgspec.Struct, omit_defaults=True):
    """What one poll tells the next. `undated`: when items without a date were first seen."""

    etag: str = ""
    modified: str = ""
    polled: datetime | None = None
    newest: datetime | None = None
    undated: dict[str, datetime] = {}

    @classmethod
    def of(cls, token: str | None) -> _Cursor:
        try:
            return msgspec.json.decode(token, type=cls) if token else cls()
        except msgspec.MsgspecError:
            return cls()


class RssConnector:
    """Reads one feed, with conditional requests."""

    kind: ClassVar[str] = "rss"
    capabilities: ClassVar[Capabilities] = Capabilities(paging=Paging.SNAPSHOT, best_effort=True)
    Config: ClassVar[type[SourceConfig]] = RssConfig
    secrets: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: SourceConfig, account: Account | None, clock: Clock) -> None:  # noqa: ARG002
        if not isinstance(config, RssConfig):
            raise TypeError("an rss source needs an RssConfig")
        self._config = config
        self._clock = clock
        self._client: httpx.Client | None = None
        self._url = _address(config)

    def fetch(self, ask: Ask) -> Page:
        """The feed as it is now. Raises RateLimited, AuthExpired, Refused, Transient, BadResponse."""
        now = self._clock.now()
        before = _Cursor.of(ask.cursor)
        answer = self._get(before, now)
        if answer.status == 304:
            before.polled, since = now, before.polled
            return Page((), None, _token(before), Interval(since, now) if since and since < now else None)
        parsed = self._parsed(answer)
        mentions, undated = _Items(self._url, parsed, now, before.undated).read()
        dated = [m.created_at for m in mentions if m.native_id not in undated]
        whole = not parsed.get("bozo")
        missing, proves = _progress(before, dated, now)
        after = _Cursor(
            # A damaged feed is asked for again in full.
            etag=answer.headers.get("etag", "") if whole else "",
            modified=answer.headers.get("last-modified", "") if whole else "",
            polled=now if whole else before.polled,
            newest=max([*dated, *([before.newest] if before.newest else [])], default=None),
            undated=undated,
        )
        return Page(tuple(mentions), None, _token(after), proves if whole else None, missing=missing)

    def _get(self, before: _Cursor, now: datetime) -> web.Answer:
        headers = {"Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"}
        if before.etag:
            headers["If-None-Match"] = before.etag
        if before.modified:
            headers["If-Modified-Since"] = before.modified
        if self._client is None:
            self._client = web.client(self._config.timeout)
        timeout = self._config.timeout
        return web.get(self._client, self._url, headers, what="The feed", timeout=timeout, now=now)

    def _parsed(self, answer: web.Answer) -> Mapping[str, Any]:
        headers = {"content-location": answer.url, "content-type": answer.headers.get("content-type", "")}
        parsed: Mapping[str, Any] = feedparser.parse(answer.body, response_headers=headers)
        if not parsed.get("version"):
            raise BadResponse(f"What {web.host_of(self._url)} answered is no feed.")
        return parsed

    def check(self) -> str:
        """Reads the feed once. Raises like `fetch`."""
        page = self.fetch(Ask(None))
        newest = max((m.created_at for m in page.mentions), default=None)
        items = "1 item" if len(page.mentions) == 1 else f"{len(page.mentions)} items"
        return f"{items}, the newest of {newest:%Y-%m-%d %H:%M} UTC" if newest else "the feed is empty"

    def can_reply(self, mention: Mention, own_handles: frozenset[str]) -> Verdict:  # noqa: ARG002
        """Never."""
        return Verdict(
            MayReply.LISTEN_ONLY,
            "rss.no_reply_channel",
            "A feed only reports what was said elsewhere; there is nothing to reply to.",
            "docs/connectors.md#rss",
        )

    def close(self) -> None:
        """Closes the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None


def _address(config: RssConfig) -> str:
    if not config.base_url:
        return config.feed
    parts = urlsplit(config.feed)
    return urljoin(config.base_url, urlunsplit(("", "", parts.path or "/", parts.query, "")))


def _token(cursor: _Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


def _progress(
    before: _Cursor, dated: list[datetime], now: datetime
) -> tuple[tuple[tuple[Interval, str], ...], Interval | None]:
    """What fell out of the feed unseen, and what this poll proves."""
    if not dated:
        return (), Interval(before.polled, now) if before.polled and before.polled < now else None
    oldest = min(dated)
    if before.newest and oldest > before.newest:
        lost = Interval(before.newest + _TICK, oldest)
        return (((lost, TOO_SHORT),) if lost.start < lost.end else ()), Interval(oldest, now)
    start = before.polled or oldest
    return (), Interval(start, now) if start < now else None


class _Items:
    """The items of one parsed feed, each once."""

    def __init__(
        self, url: str, parsed: Mapping[str, Any], now: datetime, undated: Mapping[str, datetime]
    ) -> None:
        feed = parsed.get("feed") or {}
        # Plain dicts: feedparser's own answers a question for `updated` with `published`, and warns.
        self._entries: list[Mapping[str, Any]] = [dict(entry) for entry in parsed.get("entries") or ()]
        self._url, self._now, self._before = url, now, undated
        self._lang = feed.get("language") or None
        self._undated: dict[str, datetime] = {}

    def read(self) -> tuple[list[Mention], dict[str, datetime]]:
        """The mentions in the feed's order, and when those without a date were first seen."""
        mentions: list[Mention] = []
        seen: set[str] = set()
        for entry in self._entries:
            link = plain_link(str(entry.get("link") or ""), self._url)
            title = _words(entry, "title", self._url)
            native_id = self._identity(entry, link, title)
            same = "\n".join((link, " ".join(title.casefold().split()))) if link else native_id
            if native_id in seen or same in seen:
                continue
            seen |= {native_id, same}
            mentions.append(self._mention(entry, native_id, link, title))
        return mentions, self._undated

    def _identity(self, entry: Mapping[str, Any], link: str, title: str) -> str:
        given = str(entry.get("id") or "").strip()
        if given.startswith(("http://", "https://")):
            given = plain_link(given, self._url)
        elif given and not given.startswith(_WORLDWIDE):  # "12" means something in this feed only
            given = f"{web.host_of(self._url)}/{given}"
        if given and len(given) <= _ID_LIMIT:
            return given
        return hashlib.sha256((given or link or title + _body(entry, self._url)).encode()).hexdigest()

    def _mention(self, entry: Mapping[str, Any], native_id: str, link: str, title: str) -> Mention:
        created = _moment(entry.get("published_parsed")) or _moment(entry.get("updated_parsed"))
        if created is None:
            created = self._undated[native_id] = self._before.get(native_id, self._now)
        created = min(created, self._now)  # a date in the future would hide what comes before it
        updated = _moment(entry.get("updated_parsed"))
        body = _body(entry, self._url)
        text = body if not title or body.startswith(title) else f"{title}\n\n{body}".strip()
        author = str(entry.get("author") or "").strip() or None
        return Mention(
            platform="rss",
            native_id=native_id,
            text=text[:TEXT_LIMIT],
            created_at=created,
            author=author,
            author_name=author,
            url=link or None,
            lang=self._lang,
            media=tuple(_media(entry)),
            edited_at=updated if updated and created < updated <= self._now else None,
        )


def _moment(parsed: Any) -> datetime | None:
    """An aware UTC datetime from feedparser's struct_time (which is UTC)."""
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, TypeError):
        return None


def _words(entry: Mapping[str, Any], name: str, base: str) -> str:
    text = str(entry.get(name) or "")
    kind = (entry.get(f"{name}_detail") or {}).get("type")
    return " ".join(text.split()) if kind == "text/plain" else html_to_text(text, base)


def _body(entry: Mapping[str, Any], base: str) -> str:
    for content in entry.get("content") or ():
        if value := content.get("value"):
            return value.strip() if content.get("type") == "text/plain" else html_to_text(value, base)
    return _words(entry, "summary", base)


def _media(entry: Mapping[str, Any]) -> Iterable[Media]:
    enclosures = [link for link in entry.get("links") or () if link.get("rel") == "enclosure"]
    links = [*enclosures, *(entry.get("media_content") or ())]
    for link in links:
        url = str(link.get("href") or link.get("url") or "")
        kind = str(link.get("type") or link.get("medium") or "").partition("/")[0]
        if url.startswith(("http://", "https://")):
            yield Media({"image": "photo", "video": "video"}.get(kind, "file"), url)


def plain_link(link: str, base: str = "") -> str:
    """`link` made whole, out of its Google-Alerts wrapping, without tracking parameters and fragment.

    "" for what is no http(s) address.
    """
    try:
        parts = urlsplit(urljoin(base, link.strip()) if link else "")
        if parts.path == "/url" and re.fullmatch(r"(www\.)?google(\.\w{2,3}){1,2}", parts.hostname or ""):
            query = dict(parse_qsl(parts.query))
            target = query.get("url") or query.get("q") or ""
            if target.startswith(("http://", "https://")):
                return plain_link(target)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [pair for pair in pairs if not _TRACKING.fullmatch(pair[0].lower())]
    query_text = parts.query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, query_text, ""))
