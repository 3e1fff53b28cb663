"""The posts and people of the fake X: edits with ids of their own, deletions, late indexing, and their JSON.

A post, as it is loaded (only `author` and `text` are needed; times are ISO-8601):

    {"id": "17…", "author": "ann", "author_name": "Ann", "author_followers": 12, "text": "…",
     "created_at": "…", "indexed_at": "…", "in_reply_to": "17…", "quoted": "17…", "reposted": "17…",
     "lang": "en", "place": "Berlin",
     "media": [{"type": "photo", "url": "…", "alt_text": "…"}], "links": ["https://example.com/a"]}
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH_MS = 1288834974657
_SHOWN = 280  # longer posts are cut there, and whole in note_tweet


@dataclass
class Post:
    """One post with all its versions: (id, text, made at), oldest first."""

    author: str
    versions: list[tuple[str, str, datetime]]
    indexed_at: datetime
    conversation: str
    in_reply_to: str | None = None
    reply_to_author: str | None = None
    quoted: str | None = None
    reposted: str | None = None
    lang: str = "en"
    place: str | None = None
    media: list[dict[str, Any]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The id of the newest version: what lists are ordered by."""
        return self.versions[-1][0]

    @property
    def text(self) -> str:
        """Of the newest version."""
        return self.versions[-1][1]

    @property
    def created_at(self) -> datetime:
        """Of the newest version."""
        return self.versions[-1][2]


@dataclass
class Person:
    """An account."""

    id: str
    handle: str
    name: str
    followers: int = 10
    gone: str | None = None  # protected | suspended


class Posts:
    """Everything that was ever posted here."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self._by_id: dict[str, Post] = {}  # every version's id
        self.deleted: set[str] = set()
        self._sequence = 0

    def person(self, handle: str) -> Person:
        """The account of that name, made when it is new."""
        key = handle.lower()
        if key not in self.people:
            self.people[key] = Person(str(1000 + len(self.people)), handle, handle.title())
        return self.people[key]

    def add(self, raw: Mapping[str, Any], now: datetime) -> Post:
        """A post from its JSON object."""
        made = _moment(raw.get("created_at")) or now
        person = self.person(raw["author"])
        person.followers = int(raw.get("author_followers", person.followers))
        person.name = raw.get("author_name", person.name)
        native_id = str(raw.get("id") or self._new_id(made))
        parent = self._by_id.get(str(raw.get("in_reply_to")))
        post = Post(
            person.handle,
            [(native_id, raw["text"], made)],
            _moment(raw.get("indexed_at")) or made,
            parent.conversation if parent else str(raw.get("in_reply_to") or native_id),
            raw.get("in_reply_to"),
            parent.author if parent else None,
            raw.get("quoted"),
            raw.get("reposted"),
            raw.get("lang", "en"),
            raw.get("place"),
            list(raw.get("media", ())),
            list(raw.get("links", ())),
        )
        self._by_id[native_id] = post
        return post

    def edit(self, native_id: str, text: str, now: datetime) -> Post:
        """A new version, with a new id, under the old identity."""
        post = self._by_id[native_id]
        newest = self._new_id(now)
        post.versions.append((newest, text, now))
        self._by_id[newest] = post
        return post

    def delete(self, ids: Iterable[str]) -> None:
        """All versions of these are gone."""
        for native_id in ids:
            self.deleted.update(v[0] for v in self._by_id[str(native_id)].versions)

    def find(self, native_id: str) -> Post | None:
        """The post that has or had a version with that id, unless it was deleted."""
        return None if native_id in self.deleted else self._by_id.get(native_id)

    def visible(self, now: datetime) -> list[Post]:
        """What lists show at `now`, newest first."""
        seen = {
            id(p): p
            for p in self._by_id.values()
            if p.indexed_at <= now and p.id not in self.deleted and self.person(p.author).gone is None
        }
        return sorted(seen.values(), key=lambda p: int(p.id), reverse=True)

    def all(self) -> list[dict[str, Any]]:
        """Every post that isn't deleted, in the form `add` takes (newest text), oldest first."""
        rows = {id(p): p for p in self._by_id.values() if p.id not in self.deleted}
        return [
            {
                "id": p.versions[0][0],
                "author": p.author,
                "text": p.text,
                "created_at": p.versions[0][2].isoformat(),
                "indexed_at": p.indexed_at.isoformat(),
                **{k: v for k in ("in_reply_to", "quoted", "reposted") if (v := getattr(p, k)) is not None},
                "lang": p.lang,
                "media": p.media,
                "links": p.links,
            }
            for p in rows.values()
        ]

    def _new_id(self, made: datetime) -> str:
        self._sequence += 1
        milliseconds = round(made.timestamp() * 1000) - _EPOCH_MS
        while str((milliseconds << 22) + self._sequence % (1 << 22)) in self._by_id:
            self._sequence += 1
        return str((milliseconds << 22) + self._sequence % (1 << 22))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def api_time(moment: datetime) -> str:
    """As X writes times: whole seconds, with three noughts."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def tweet(posts: Posts, post: Post, wanted: set[str], version: str | None = None) -> dict[str, Any]:
    """The JSON of one version, with the fields that were asked for."""
    native_id, text, made = next(v for v in post.versions if v[0] == (version or post.id))
    shown, entities = _stored_text(posts, post, text)
    full = {
        "author_id": posts.person(post.author).id,
        "conversation_id": post.conversation,
        "created_at": api_time(made),
        "entities": entities,
        "lang": post.lang,
        "public_metrics": dict.fromkeys(
            (
                "retweet_count",
                "reply_count",
                "like_count",
                "quote_count",
                "bookmark_count",
                "impression_count",
            ),
            0,
        ),
        "referenced_tweets": _references(post),
        "attachments": {"media_keys": [_media_key(post, i) for i in range(len(post.media))]}
        if post.media
        else None,
        "geo": {"place_id": _place_id(post.place)} if post.place else None,
        "note_tweet": {"text": shown, "entities": entities} if len(shown) > _SHOWN else None,
    }
    result = {
        "id": native_id,
        "text": shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…",
        "edit_history_tweet_ids": [v[0] for v in post.versions],
    }
    return result | {k: v for k, v in full.items() if k in wanted and v}


def user(person: Person, wanted: set[str]) -> dict[str, Any]:
    """The JSON of one account."""
    result: dict[str, Any] = {"id": person.id, "name": person.name, "username": person.handle}
    if "public_metrics" in wanted:
        result["public_metrics"] = {
            "followers_count": person.followers,
            "following_count": 1,
            "tweet_count": 1,
            "listed_count": 0,
        }
    return result


def media(post: Post, index: int, wanted: set[str]) -> dict[str, Any]:
    """The JSON of one attachment."""
    item = {"media_key": _media_key(post, index), **post.media[index]}
    return {k: v for k, v in item.items() if k in wanted | {"media_key", "type"}}


def place(name: str) -> dict[str, Any]:
    """The JSON of one place."""
    return {"id": _place_id(name), "full_name": name}


def _stored_text(posts: Posts, post: Post, text: str) -> tuple[str, dict[str, Any]]:
    """The text as X keeps it (escaped, links as t.co, attachments as trailing links), and its entities."""
    links: list[tuple[str, dict[str, Any]]] = [(url, {}) for url in post.links]
    links += [
        (
            f"https://x.com/{post.author}/status/{post.versions[0][0]}/photo/1",
            {"media_key": _media_key(post, i)},
        )
        for i in range(len(post.media))
    ]
    quoted = posts.find(post.quoted) if post.quoted else None
    if post.quoted:
        links.append((f"https://x.com/{quoted.author if quoted else 'i'}/status/{post.quoted}", {}))
    stored, urls = html.escape(text, quote=False), []
    for number, (target, extra) in enumerate(links):
        short = f"https://t.co/{post.versions[0][0][-8:]}{number}"
        written = html.escape(target, quote=False)
        stored = stored.replace(written, short) if written in stored else f"{stored} {short}"
        start = stored.index(short)
        urls.append(
            {
                "start": start,
                "end": start + len(short),
                "url": short,
                "expanded_url": target,
                "display_url": target,
            }
            | extra
        )
    handles = [
        {"start": m.start(), "end": m.end(), "username": m[1], "id": posts.person(m[1]).id}
        for m in re.finditer(r"(?<!\w)@(\w{1,15})", stored)
    ]
    return stored, {k: v for k, v in (("urls", urls), ("mentions", handles)) if v}


def _references(post: Post) -> list[dict[str, str]]:
    named = (("replied_to", post.in_reply_to), ("quoted", post.quoted), ("retweeted", post.reposted))
    return [{"type": kind, "id": native_id} for kind, native_id in named if native_id]


def _media_key(post: Post, index: int) -> str:
    return f"3_{post.versions[0][0]}{index}"


def _place_id(name: str | None) -> str:
    return "".join(f"{ord(c):x}" for c in name or "")[:16]


def spread(count: int, start: datetime, every: timedelta, **raw: Any) -> list[dict[str, Any]]:
    """`count` posts, oldest first, for tests: text "{text} {n}", authors `customer0` …"""
    text = raw.pop("text", "northwind delayed again")
    return [
        {
            "author": f"customer{n % 50}",
            "text": f"{text} {n}",
            "created_at": (start + n * every).isoformat(),
            **raw,
        }
        for n in range(count)
    ]
