"""The posts and people of the fake Bluesky, and their JSON.

A post, as it is loaded (only `author` and `text` are needed; times are ISO-8601):

    {"id": "3k…", "author": "ann.test", "author_name": "Ann", "text": "…", "created_at": "…",
     "indexed_at": "…", "in_reply_to": "at://…", "quoted": "at://…", "lang": "en",
     "media": [{"type": "photo" | "video" | "link", "url": "…", "alt": "…"}],
     "links": [{"shown": "example.com/a…", "url": "https://example.com/a"}],
     "closed": true}                            its author lets nobody reply

Handles in the text that somebody here has become mentions, as the app makes them.
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

Json = dict[str, Any]
COLLECTION = "app.bsky.feed.post"
_HANDLE = re.compile(r"(?:^|(?<=[\s(]))@([a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+)")


@dataclass
class Post:
    """One post: its record as it was written, and when this server indexed it."""

    uri: str
    cid: str
    did: str
    record: Json
    created_at: datetime
    indexed_at: datetime
    media: list[Json] = field(default_factory=list)
    closed: bool = False

    @cached_property
    def sorted_at(self) -> datetime:
        """What lists go by."""
        return min(self.created_at, self.indexed_at)

    @cached_property
    def place(self) -> tuple[int, str]:
        """Where it stands in a list."""
        return round(self.sorted_at.timestamp() * 1000), self.cid

    @cached_property
    def words(self) -> str:
        """What a search looks through."""
        return str(self.record["text"]).lower()

    @property
    def cursor(self) -> str:
        """Where a list goes on after this post."""
        return "{}__{}".format(*self.place)


class Posts:
    """Everything that is posted here."""

    def __init__(self) -> None:
        self.people: dict[str, Json] = {}  # by handle
        self._handles: dict[str, str] = {}  # by DID
        self.by_uri: dict[str, Post] = {}
        self._answers: Counter[str] = Counter()  # by the address of what they answer
        self.blocking: set[str] = set()  # DIDs that have blocked the account
        self._count = 0
        self._listed: list[Post] = []

    def person(self, handle: str) -> Json:
        """The account of that name, made when it is new."""
        key = handle.lower()
        if key not in self.people:
            self.people[key] = {"handle": key, "did": f"did:plc:{_hashed(key, 24)}"}
            self._handles[str(self.people[key]["did"])] = key
        return self.people[key]

    def handle_of(self, did: str) -> str:
        """The name of an account."""
        return self._handles.get(did, "handle.invalid")

    def add(self, raw: Mapping[str, Any], now: datetime) -> Post:
        """A post from its JSON object."""
        person = self.person(raw["author"])
        if "author_name" in raw:
            person["displayName"] = raw["author_name"]
        made = _moment(raw.get("created_at")) or now
        record: Json = {"$type": COLLECTION, "text": raw["text"], "createdAt": api_time(made)}
        if "lang" in raw:
            record["langs"] = [raw["lang"]]
        if facets := self._facets(raw):
            record["facets"] = facets
        if parent := self.by_uri.get(str(raw.get("in_reply_to"))):
            root = (parent.record.get("reply") or {}).get("root") or ref(parent)
            record["reply"] = {"root": root, "parent": ref(parent)}
        media = list(raw.get("media", ()))
        if embed := self._embed(raw, media):
            record["embed"] = embed
        self._count += 1
        rkey = str(raw.get("id") or f"3k{_hashed(f'{self._count}', 11)}").rpartition("/")[2]
        post = self.create(person["did"], rkey, record, _moment(raw.get("indexed_at")) or made)
        post.media, post.closed = media, bool(raw.get("closed"))
        return post

    def create(self, did: str, rkey: str, record: Json, indexed_at: datetime) -> Post:
        """A record as an app writes it."""
        uri = f"at://{did}/{COLLECTION}/{rkey}"
        cid = f"bafyrei{_hashed(repr(sorted(record.items())) + uri, 52)}"
        self.by_uri[uri] = Post(uri, cid, did, record, _read(record["createdAt"]), indexed_at)
        self._listed = []
        self._answers[parent_of(self.by_uri[uri]) or ""] += 1
        return self.by_uri[uri]

    def listed(self, now: datetime) -> list[Post]:
        """What lists show at `now`, newest first."""
        if len(self._listed) != len(self.by_uri):
            self._listed = sorted(self.by_uri.values(), key=lambda p: p.place, reverse=True)
        return [p for p in self._listed if p.indexed_at <= now]

    def delete(self, uris: Iterable[str]) -> None:
        """These are gone."""
        for uri in uris:
            self.by_uri.pop(uri, None)
            self._listed = []

    def view(self, post: Post) -> Json:
        """As `app.bsky.feed.defs#postView`."""
        return {
            "uri": post.uri,
            "cid": post.cid,
            "author": self.author(post),
            "record": post.record,
            **({"embed": found} if (found := self._embed_view(post)) else {}),
            "bookmarkCount": 0,
            "replyCount": self._answers[post.uri],
            "repostCount": 0,
            "likeCount": 0,
            "quoteCount": 0,
            "indexedAt": api_time(post.sorted_at),
            "viewer": {
                "bookmarked": False,
                "threadMuted": False,
                "embeddingDisabled": False,
                **({"replyDisabled": True} if post.closed else {}),
            },
            "labels": [],
        }

    def author(self, post: Post) -> Json:
        """As `app.bsky.actor.defs#profileViewBasic`."""
        person = self.person(self.handle_of(post.did))
        viewer = {"muted": False, "blockedBy": post.did in self.blocking}
        return {**person, "viewer": viewer, "labels": []}

    def all(self) -> list[Json]:
        """Every post, in the form `add` takes."""
        return [
            {
                "id": p.uri,
                "author": self.handle_of(p.did),
                "text": p.record["text"],
                "created_at": p.created_at.isoformat(),
                "indexed_at": p.indexed_at.isoformat(),
                "in_reply_to": parent_of(p),
            }
            for p in self.by_uri.values()
        ]

    def _facets(self, raw: Mapping[str, Any]) -> list[Json]:
        text, found = raw["text"], []
        for match in _HANDLE.finditer(text):
            known = self.people.get(match[1].lower())
            if known is not None:
                feature = {"$type": "app.bsky.richtext.facet#mention", "did": known["did"]}
                found.append(_facet(text, match.start(), match.end(), feature))
        for link in raw.get("links", ()):
            at = text.index(link["shown"])
            feature = {"$type": "app.bsky.richtext.facet#link", "uri": link["url"]}
            found.append(_facet(text, at, at + len(link["shown"]), feature))
        return found

    def _embed(self, raw: Mapping[str, Any], media: list[Json]) -> Json | None:
        """As in the record: pictures are blobs there, without an address."""
        if quoted := self.by_uri.get(str(raw.get("quoted"))):
            return {"$type": "app.bsky.embed.record", "record": ref(quoted)}
        if link := next((m for m in media if m["type"] == "link"), None):
            external = {"uri": link["url"], "title": link.get("alt", ""), "description": ""}
            return {"$type": "app.bsky.embed.external", "external": external}
        if pictures := [m for m in media if m["type"] == "photo"]:
            images = [{"alt": m.get("alt", ""), "image": {"$type": "blob"}} for m in pictures]
            return {"$type": "app.bsky.embed.images", "images": images}
        return {"$type": "app.bsky.embed.video", "video": {"$type": "blob"}} if media else None

    def _embed_view(self, post: Post) -> Json | None:
        embed = post.record.get("embed")
        if embed is None:
            return None
        view: Json = {"$type": f"{embed['$type']}#view"}
        if embed["$type"] == "app.bsky.embed.record":
            quoted = self.by_uri.get(embed["record"]["uri"])
            if quoted is None:
                missing = {"uri": embed["record"]["uri"], "notFound": True}
                return view | {"record": {"$type": "app.bsky.embed.record#viewNotFound", **missing}}
            shown = {"author": self.author(quoted), "value": quoted.record, **ref(quoted)}
            return view | {"record": {"$type": "app.bsky.embed.record#viewRecord", **shown}}
        if embed["$type"] == "app.bsky.embed.external":
            return view | {"external": embed["external"]}
        if embed["$type"] == "app.bsky.embed.video":
            return view | {"playlist": post.media[0]["url"], "alt": post.media[0].get("alt")}
        pictures = [m for m in post.media if m["type"] == "photo"]
        images = [{"fullsize": m["url"], "thumb": m["url"], "alt": m.get("alt", "")} for m in pictures]
        return view | {"images": images}


def ref(post: Post) -> Json:
    """A strong reference."""
    return {"uri": post.uri, "cid": post.cid}


def parent_of(post: Post) -> str | None:
    """The address of the post it answers."""
    return ((post.record.get("reply") or {}).get("parent") or {}).get("uri")


def api_time(moment: datetime) -> str:
    """As Bluesky writes times: milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def spread(count: int, start: datetime, every: timedelta, **raw: Any) -> list[Json]:
    """`count` posts, oldest first, for tests: text "{text} {n}", authors `customer0.test` …"""
    text = raw.pop("text", "northwind delayed again")
    made = (start + n * every for n in range(count))
    return [
        {"author": f"customer{n % 50}.test", "text": f"{text} {n}", "created_at": at.isoformat(), **raw}
        for n, at in enumerate(made)
    ]


def _facet(text: str, start: int, end: int, feature: Json) -> Json:
    index = {"byteStart": len(text[:start].encode()), "byteEnd": len(text[:end].encode())}
    return {"index": index, "features": [feature]}


def _hashed(of: str, length: int) -> str:
    return b32encode(sha256(of.encode()).digest() * 2).decode().lower()[:length]


def _moment(text: str | None) -> datetime | None:
    return None if text is None else _read(text)


def _read(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
