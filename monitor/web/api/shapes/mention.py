"""A mention, and a post as a turn of a conversation."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from monitor.domain.conversation import Turn
from monitor.domain.mention import Mention, Origin, StoredMention
from monitor.domain.moments import utc_text
from monitor.domain.reading import Reading
from monitor.store.codec import maybe_text
from monitor.web.api.shape import Moment, Shape


class MediaShape(Shape):
    """A photo, video or link of a post."""

    kind: str
    url: str
    alt: str | None


class QuotedShape(Shape):
    """The post that a post quotes."""

    native_id: str | None
    author: str | None
    text: str


class PostShape(Shape):
    """One public post, as the platform gave it. What was removed has no text and no author any more."""

    mention_id: int
    platform: str
    native_id: str
    own: bool = Field(description="Written by one of our accounts.")
    author: str | None
    text: str
    created_at: Moment
    first_seen_at: Moment
    removed_at: Moment | None
    revision: int = Field(description="1, and one more for each edit that was seen.")
    url: str | None
    in_reply_to: str | None
    lang: str | None
    location: str | None
    media: list[MediaShape]
    quoted: QuotedShape | None
    metrics: dict[str, int]


class TurnShape(PostShape):
    """A post of a conversation."""

    context: bool = Field(description="Somebody else's post, shown to understand the case; no part of it.")
    reading: dict[str, Any] | None = Field(description="What was read in it: docs/nlp.md has its shape.")


class MentionShape(PostShape):
    """A mention, with where it was found and where it belongs."""

    source: str
    origin: Origin
    case_id: int | None
    reposts: int


class MentionDetail(MentionShape):
    """A mention with what was read in it, and what it said before it was edited."""

    reading: dict[str, Any] | None
    revisions: list[RevisionShape]


class RevisionShape(Shape):
    """A text that an edit replaced."""

    revision: int
    text: str
    replaced_at: Moment


class MentionPage(Shape):
    """A page of mentions."""

    items: list[MentionShape]
    next: str | None = Field(description="The cursor of the next page; null: that was all.")


def turn_of(turn: Turn) -> TurnShape:
    """A post of a conversation."""
    return TurnShape(
        **_post(turn.mention),
        mention_id=turn.mention_id,
        own=turn.own,
        first_seen_at=utc_text(turn.first_seen_at),
        removed_at=maybe_text(turn.removed_at),
        revision=turn.revision,
        context=turn.context,
        reading=turn.reading.to_dict() if turn.reading else None,
    )


def mention_of(stored: StoredMention, case_id: int | None) -> MentionShape:
    """A mention as a listing has it."""
    return MentionShape(**_stored(stored, case_id))


def mention_detail(
    stored: StoredMention, case_id: int | None, reading: Reading | None, revisions: list[tuple[int, str, str]]
) -> MentionDetail:
    """A mention with everything that is kept of it."""
    return MentionDetail(
        **_stored(stored, case_id),
        reading=reading.to_dict() if reading else None,
        revisions=[RevisionShape(revision=n, text=t, replaced_at=at) for n, t, at in revisions],
    )


def _stored(stored: StoredMention, case_id: int | None) -> dict[str, Any]:
    return {
        **_post(stored.mention),
        "mention_id": stored.id,
        "own": stored.own,
        "first_seen_at": utc_text(stored.first_seen_at),
        "removed_at": maybe_text(stored.removed_at),
        "revision": stored.revision,
        "source": stored.source,
        "origin": stored.origin,
        "case_id": case_id,
        "reposts": stored.reposts,
    }


def _post(mention: Mention) -> dict[str, Any]:
    quoted = mention.quoted
    return {
        "platform": mention.platform,
        "native_id": mention.native_id,
        "author": mention.author,
        "text": mention.text,
        "created_at": utc_text(mention.created_at),
        "url": mention.url,
        "in_reply_to": mention.in_reply_to,
        "lang": mention.lang,
        "location": mention.location,
        "media": [MediaShape(kind=m.kind, url=m.url, alt=m.alt) for m in mention.media],
        "quoted": QuotedShape(native_id=quoted.native_id, author=quoted.author, text=quoted.text)
        if quoted
        else None,
        "metrics": dict(mention.metrics),
    }
