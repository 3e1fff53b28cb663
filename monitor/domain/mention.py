"""A mention: one public post about the brand, as the platform gave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

_NOTHING: Mapping[str, int] = MappingProxyType({})


class MentionKey(NamedTuple):
    """The identity of a mention: stable over edits (X: the first id of its edit history)."""

    platform: str
    native_id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.native_id}"


class Origin(StrEnum):
    """Why a mention was collected. Backfilled mentions set no clocks and page nobody."""

    LIVE = "live"
    BACKFILL = "backfill"
    CONTEXT = "context"  # a parent or sibling fetched to understand another post


@dataclass(frozen=True, slots=True)
class Media:
    """A photo, video or link preview attached to a post; never fetched unless a person asks."""

    kind: str  # photo | video | gif | link | file
    url: str
    alt: str | None = None


@dataclass(frozen=True, slots=True)
class Quoted:
    """The post that this one quotes, as far as the platform showed it."""

    native_id: str | None
    author: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """One public post. Times are aware UTC; text is as a person sees it (HTML already removed)."""

    platform: str
    native_id: str
    text: str
    created_at: datetime
    author: str | None = None  # handle without @; None when the platform removed it
    author_id: str | None = None
    author_name: str | None = None
    author_followers: int | None = None
    url: str | None = None
    in_reply_to: str | None = None  # native id of the parent
    conversation: str | None = None  # native id of the root, where the platform tells it
    lang: str | None = None  # BCP 47, as the platform tagged it
    media: tuple[Media, ...] = ()
    location: str | None = None
    metrics: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    quoted: Quoted | None = None
    edited_at: datetime | None = None
    repost_of: str | None = None  # a repost adds reach to that mention, it is none itself

    @property
    def key(self) -> MentionKey:
        """(platform, native_id)."""
        return MentionKey(self.platform, self.native_id)


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not become a mention; kept with its place and the reason."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class StoredMention:
    """A mention with what we know of it. Removed mentions keep their identity and no content."""

    id: int
    mention: Mention
    source: str
    origin: Origin
    own: bool  # written by one of the brand's accounts
    revision: int  # 1, then one more for each edit seen
    reposts: int
    first_seen_at: datetime
    removed_at: datetime | None
