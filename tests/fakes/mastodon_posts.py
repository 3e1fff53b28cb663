"""The posts and people of the fake Mastodon server, and their JSON.

A post, as it is loaded (only `author` and `text` are needed; times are ISO-8601):

    {"id": "116…", "author": "ann@tram.example", "author_name": "Ann", "text": "… #northwind",
     "created_at": "…", "arrived_at": "…", "visibility": "public" | "unlisted" | "private" | "direct",
     "in_reply_to": "116…", "quoted": "116…", "warning": "…", "poll": ["…"], "lang": "en",
     "media": [{"type": "image", "url": "…", "description": "…"}]}

An author without a domain is one of this server's own. Ids are Mastodon's: milliseconds, then 16 bits.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

Json = dict[str, Any]
DOMAIN = "northwind.example"
_MENTION = re.compile(r"(?<![\w/])@(\w+)(@[\w.-]*\w)?")
_TAG = re.compile(r"(?<![\w/&])#(\w+)")
_LINK = re.compile(r"https?://[^\s<]+")


@dataclass
class Post:
    """One post, as it is now."""

    id: str
    author: str
    text: str
    created_at: datetime
    arrived_at: datetime
    visibility: str = "public"
    in_reply_to: str | None = None
    quoted: str | None = None
    warning: str = ""
    poll: list[str] = field(default_factory=list)
    lang: str | None = None
    media: list[Json] = field(default_factory=list)
    edited_at: datetime | None = None
    notification: int = 0

    @cached_property
    def tags(self) -> frozenset[str]:
        """Its hashtags, in lower case."""
        return frozenset(t.lower() for t in _TAG.findall(self.text))

    @cached_property
    def named(self) -> tuple[str, ...]:
        """Whom it mentions, as this server calls them."""
        return tuple(dict.fromkeys(_local(name + domain) for name, domain in _MENTION.findall(self.text)))


class Posts:
    """Everything this server knows."""

    def __init__(self) -> None:
        self.by_id: dict[str, Post] = {}
        self.people: dict[str, Json] = {}
        self._newest_first: list[Post] = []
        self._sequence = 0

    def person(self, acct: str) -> Json:
        """The account of that name, made when it is new."""
        acct = _local(acct)
        name, _, domain = acct.partition("@")
        if acct not in self.people:
            self.people[acct] = {
                "id": str(109_000_000_000_000_000 + len(self.people)),
                "username": name,
                "acct": acct,
                "display_name": "",
                "bot": False,
                "url": f"https://{domain or DOMAIN}/@{name}",
                "followers_count": 10,
            }
        return self.people[acct]

    def add(self, raw: Mapping[str, Any], now: datetime) -> Post:
        """A post from its JSON object."""
        made = _moment(raw.get("created_at")) or now
        self.person(raw["author"])["display_name"] = raw.get("author_name", "")
        self._sequence += 1
        # As on real servers, the time in the id is up to 2 ms off the post's own.
        milliseconds = int(made.timestamp() * 1000) - self._sequence % 3
        native_id = str(raw.get("id") or (milliseconds << 16) + self._sequence % 65536)
        post = Post(
            native_id,
            _local(raw["author"]),
            raw["text"],
            made,
            _moment(raw.get("arrived_at")) or made,
            raw.get("visibility", "public"),
            raw.get("in_reply_to"),
            raw.get("quoted"),
            raw.get("warning", ""),
            list(raw.get("poll", ())),
            raw.get("lang"),
            list(raw.get("media", ())),
            notification=self._sequence,
        )
        self.by_id[native_id] = post
        self._newest_first = []
        return post

    def edit(self, native_id: str, text: str, now: datetime) -> None:
        """Another text under the same id."""
        old = self.by_id[native_id]
        kept = {name: getattr(old, name) for name in old.__dataclass_fields__}
        self.by_id[native_id] = Post(**{**kept, "text": text, "edited_at": now})
        self._newest_first = []

    def delete(self, ids: Iterable[str]) -> None:
        """These are gone."""
        for native_id in ids:
            self.by_id.pop(str(native_id), None)
        self._newest_first = []

    def listed(self, now: datetime) -> list[Post]:
        """What has arrived at `now`, newest first by id."""
        if not self._newest_first:
            self._newest_first = sorted(self.by_id.values(), key=lambda p: int(p.id), reverse=True)
        return [p for p in self._newest_first if p.arrived_at <= now]

    def all(self) -> list[Json]:
        """Every post, in the form `add` takes."""
        return [
            {
                "id": p.id,
                "author": p.author,
                "text": p.text,
                "created_at": p.created_at.isoformat(),
                "arrived_at": p.arrived_at.isoformat(),
                "visibility": p.visibility,
                "in_reply_to": p.in_reply_to,
            }
            for p in self.by_id.values()
        ]

    def status(self, post: Post, *, deep: bool = True) -> Json:
        """As the entity Status."""
        parent = self.by_id.get(post.in_reply_to or "")
        author = self.person(post.author)
        return {
            "id": post.id,
            "created_at": api_time(post.created_at),
            "in_reply_to_id": post.in_reply_to,
            "in_reply_to_account_id": self.person(parent.author)["id"] if parent else None,
            "sensitive": bool(post.warning),
            "spoiler_text": post.warning,
            "visibility": post.visibility,
            "language": post.lang,
            "uri": f"{author['url']}/{post.id}",
            "url": f"{author['url']}/{post.id}",
            "replies_count": 0,
            "reblogs_count": 0,
            "favourites_count": 0,
            "edited_at": api_time(post.edited_at) if post.edited_at else None,
            "content": content(post.text),
            "reblog": None,
            "account": author,
            "media_attachments": [{"id": "1", **m} for m in post.media],
            "mentions": [
                {k: person[k] for k in ("id", "username", "url", "acct")}
                for name in post.named
                if (person := self.people.get(name)) is not None
            ],
            "tags": [{"name": tag} for tag in sorted(post.tags)],
            "emojis": [],
            "card": None,
            "poll": {"options": [{"title": o, "votes_count": 0} for o in post.poll]} if post.poll else None,
            "quote": self._quote(post) if deep else None,
        }

    def _quote(self, post: Post) -> Json | None:
        if post.quoted is None:
            return None
        quoted = self.by_id.get(post.quoted)
        shown = self.status(quoted, deep=False) if quoted else None
        return {"state": "accepted" if quoted else "deleted", "quoted_status": shown}


def content(text: str) -> str:
    """The text as Mastodon renders it: paragraphs, links shortened for the eye, handles without domain."""
    rendered = html.escape(text, quote=False)
    rendered = _LINK.sub(lambda m: _link(m[0]), rendered)
    rendered = _MENTION.sub(
        lambda m: (
            f'<span class="h-card"><a href="https://{(m[2] or DOMAIN).lstrip("@")}/@{m[1]}" '
            f'class="u-url mention">@<span>{m[1]}</span></a></span>'
        ),
        rendered,
    )
    rendered = _TAG.sub(
        rf'<a href="https://{DOMAIN}/tags/\1" class="mention hashtag" rel="tag">#<span>\1</span></a>',
        rendered,
    )
    return "".join(f"<p>{part}</p>" for part in rendered.replace("\n\n", "\0").split("\0")).replace(
        "\n", "<br />"
    )


def _link(url: str) -> str:
    scheme, _, rest = url.partition("//")
    shown, hidden = rest[:30], rest[30:]
    return (
        f'<a href="{url}" target="_blank"><span class="invisible">{scheme}//</span>'
        f'<span class="ellipsis">{shown}</span><span class="invisible">{hidden}</span></a>'
    )


def api_time(moment: datetime) -> str:
    """As Mastodon writes times: milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def spread(count: int, start: datetime, every: timedelta, **raw: Any) -> list[Json]:
    """`count` posts, oldest first, for tests: text "{text} {n}", authors `customer0@tram.example` …"""
    text = raw.pop("text", "delayed again #northwind")
    made = (start + n * every for n in range(count))
    return [
        {
            "author": f"customer{n % 50}@tram.example",
            "text": f"{text} {n}",
            "created_at": at.isoformat(),
            **raw,
        }
        for n, at in enumerate(made)
    ]


def _local(acct: str) -> str:
    return acct.lstrip("@").lower().removesuffix(f"@{DOMAIN}")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
