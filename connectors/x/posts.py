"""From X's JSON to mentions: text as a person sees it, and one identity over all edits."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.x.rules import moment_of
from monitor.domain.errors import BadMoment, NotAMention
from monitor.domain.mention import Media, Mention, Quoted, Reject
from monitor.domain.moments import parse_moment

# What is asked of every post. Nothing that X forbids to derive from is asked for.
FIELDS: Mapping[str, Sequence[str]] = {
    "tweet_fields": [
        "attachments",
        "author_id",
        "conversation_id",
        "created_at",
        "edit_history_tweet_ids",
        "entities",
        "geo",
        "lang",
        "note_tweet",
        "public_metrics",
        "referenced_tweets",
    ],
    "expansions": [
        "attachments.media_keys",
        "author_id",
        "geo.place_id",
        "referenced_tweets.id",
        "referenced_tweets.id.author_id",
    ],
    "user_fields": ["name", "public_metrics", "username"],
    "media_fields": ["alt_text", "media_key", "preview_image_url", "type", "url"],
    "place_fields": ["full_name"],
}

# X's tags that name no language, and two that BCP 47 has renamed ("Supported languages").
_NO_LANGUAGE = frozenset({"und", "zxx", "qam", "qct", "qht", "qme", "qst", "art"})
_RENAMED = {"in": "id", "iw": "he"}
_MEDIA_KINDS = {"photo": "photo", "video": "video", "animated_gif": "gif"}


@dataclass(frozen=True, slots=True)
class Includes:
    """What came along with a page, by id."""

    users: Mapping[str, Mapping[str, Any]]
    posts: Mapping[str, Mapping[str, Any]]
    media: Mapping[str, Mapping[str, Any]]
    places: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Includes:
        """From the `includes` of an answer, which may be missing."""
        given = body.get("includes") or {}
        return cls(
            {u["id"]: u for u in given.get("users", ())},
            {p["id"]: p for p in given.get("tweets", ())},
            {m["media_key"]: m for m in given.get("media", ()) if "media_key" in m},
            {p["id"]: p for p in given.get("places", ())},
        )


def mentions_in(body: Mapping[str, Any]) -> tuple[tuple[Mention, ...], tuple[Reject, ...]]:
    """The mentions of an answer in its order, one per identity (the newest version), and the rejects."""
    includes = Includes.of(body)
    found: dict[str, Mention] = {}
    rejects: list[Reject] = []
    for line, row in enumerate(body.get("data") or (), start=1):
        try:
            mention = mention_of(row, includes)
        except NotAMention as exc:
            rejects.append(Reject(line, exc.cause, json.dumps(row, ensure_ascii=False)))
            continue
        known = found.get(mention.native_id)
        if known is None or (mention.edited_at or mention.created_at) > (known.edited_at or known.created_at):
            found[mention.native_id] = mention
    return tuple(found.values()), tuple(rejects)


def mention_of(row: Any, includes: Includes) -> Mention:
    """One post. Raises NotAMention when it has no id, text or time that can be read."""
    try:
        return _mention(row, includes)
    except BadMoment as exc:
        raise NotAMention(f"A post's time can't be read: {exc.cause}") from None
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as exc:
        raise NotAMention(f"A post lacks something it must have ({type(exc).__name__}: {exc}).") from None


def _mention(row: Mapping[str, Any], includes: Includes) -> Mention:
    history = row.get("edit_history_tweet_ids") or [row["id"]]
    native_id = str(history[0])
    made, edited = _times(row, native_id, was_edited=len(history) > 1)
    author = includes.users.get(str(row.get("author_id")), {})
    handle = author.get("username")
    reposted = referenced(row, "retweeted")
    original = includes.posts.get(reposted or "")
    return Mention(
        platform="x",
        native_id=native_id,
        # The text of a repost is cut off; what was reposted comes along in full.
        text=text_of(original if original is not None else row),
        created_at=made,
        author=handle,
        author_id=row.get("author_id"),
        author_name=author.get("name"),
        author_followers=(author.get("public_metrics") or {}).get("followers_count"),
        url=post_url(handle, native_id),
        in_reply_to=referenced(row, "replied_to"),
        conversation=row.get("conversation_id"),
        lang=_language(row.get("lang")),
        media=_media(row, includes),
        location=includes.places.get((row.get("geo") or {}).get("place_id", ""), {}).get("full_name"),
        metrics={k.removesuffix("_count"): int(v) for k, v in (row.get("public_metrics") or {}).items()},
        quoted=_quoted(row, includes),
        edited_at=edited,
        repost_of=_identity(original, reposted),
    )


def _times(row: Mapping[str, Any], native_id: str, *, was_edited: bool) -> tuple[datetime, datetime | None]:
    """(made, edited): an edited post carries the time of its newest version; the first id knows the other."""
    given = row.get("created_at")
    stamped = parse_moment(given) if isinstance(given, str) else moment_of(str(row["id"]))
    if stamped is None:
        raise NotAMention("A post has no time.")
    if not was_edited:
        return stamped, None
    return min(moment_of(native_id) or stamped, stamped), stamped


def referenced(row: Mapping[str, Any], kind: str) -> str | None:
    """The id of the post that this one has `kind` (replied_to, quoted, retweeted), or None."""
    return next((r["id"] for r in row.get("referenced_tweets") or () if r.get("type") == kind), None)


def _identity(post: Mapping[str, Any] | None, native_id: str | None) -> str | None:
    history = (post or {}).get("edit_history_tweet_ids")
    return str(history[0]) if history else native_id


def text_of(row: Mapping[str, Any]) -> str:
    """The text as a person sees it: long posts in full, links spelt out, media links gone."""
    note = row.get("note_tweet") or {}
    text = html.unescape(str(note.get("text") or row["text"]))
    quoted = referenced(row, "quoted")
    links = [
        *((row.get("entities") or {}).get("urls") or ()),
        *((note.get("entities") or {}).get("urls") or ()),
    ]
    for link in links:
        target = str(link.get("expanded_url") or link["url"])
        # A link to the photo or to the quoted post is how X stores an attachment, not what was written.
        attached = "media_key" in link or (
            quoted is not None and target.rstrip("/").endswith(f"/status/{quoted}")
        )
        text = text.replace(str(link["url"]), "" if attached else target)
    return text.strip()


def _quoted(row: Mapping[str, Any], includes: Includes) -> Quoted | None:
    native_id = referenced(row, "quoted")
    if native_id is None:
        return None
    post = includes.posts.get(native_id)
    if post is None:  # deleted or protected: X names it and shows nothing
        return Quoted(native_id, None, "")
    author = includes.users.get(str(post.get("author_id")), {}).get("username")
    return Quoted(_identity(post, native_id), author, text_of(post))


def _media(row: Mapping[str, Any], includes: Includes) -> tuple[Media, ...]:
    keys = (row.get("attachments") or {}).get("media_keys") or ()
    items = [includes.media[k] for k in keys if k in includes.media]
    return tuple(
        Media(
            _MEDIA_KINDS.get(m["type"], "file"),
            m.get("url") or m.get("preview_image_url") or "",
            m.get("alt_text"),
        )
        for m in items
    )


def _language(tag: str | None) -> str | None:
    return None if tag is None or tag in _NO_LANGUAGE else _RENAMED.get(tag, tag)


def post_url(handle: str | None, native_id: str) -> str:
    """Where a person reads it; without the handle X redirects there."""
    return f"https://x.com/{handle or 'i/web'}/status/{native_id}"
