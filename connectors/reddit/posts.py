"""From Reddit's JSON to a mention: the text as a person sees it, and what is gone."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from monitor.domain.errors import NotAMention
from monitor.domain.mention import Media, Mention, MentionKey, Quoted

PLATFORM = "reddit"
SITE = "https://www.reddit.com"

_GONE = frozenset({"deleted", "removed", "deleted by user", "removed by reddit"})
_INLINE = re.compile(r"!\[[^\]]*\]\(([^\s)]+)(?:\s+\"[^\"]*\")?\)")
_PERMALINK = re.compile(
    r"https://(?:\w+\.)?reddit\.com/(?:r/\w+/|user/[\w-]+/|u/[\w-]+/)?comments/(\w+)"
    r"(?:/[^/?#]*(?:/(\w+))?)?/?(?:[?#].*)?$"
)
_PHOTO = re.compile(r"\.(?:jpe?g|png|webp)$", re.IGNORECASE)
_KINDS = {"Image": "photo", "AnimatedImage": "gif", "RedditVideo": "video"}


def mention_of(thing: Any) -> Mention:
    """The mention in a ``{"kind": "t1" | "t3", "data": {…}}``. Raises NotAMention."""
    kind, data = _opened(thing)
    name, text = fullname(kind, data), _text(kind, data)
    return Mention(
        platform=PLATFORM,
        native_id=name,
        text=text,
        created_at=created_at(data),
        author=author_of(data),
        author_id=_string(data, "author_fullname"),
        url=url_of(kind, data),
        in_reply_to=_string(data, "parent_id") if kind == "t1" else None,
        conversation=_conversation(kind, name, data),
        media=tuple(_media(kind, data)),
        location=location_of(data),
        metrics=_metrics(data),
        quoted=_quoted(data),
        edited_at=_edited(data),
    )


def is_removed(thing: Any) -> bool:
    """True when nothing is left of it: by its author, the moderators or Reddit."""
    kind, data = _opened(thing)
    if data.get("removed_by_category"):
        return True
    text = data.get("body") if kind == "t1" else data.get("selftext")
    return isinstance(text, str) and text.strip("[] \n").lower() in _GONE


def key_of(thing: Any) -> MentionKey:
    """The identity of a thing. Raises NotAMention."""
    return MentionKey(PLATFORM, fullname(*_opened(thing)))


def closed_by(data: Mapping[str, Any]) -> str | None:
    """``locked`` or ``archived`` when no reply is possible, else None."""
    return next((word for word in ("locked", "archived") if data.get(word) is True), None)


def plain(text: str) -> str:
    """Markdown with its entities decoded, zero-width spaces and carriage returns out."""
    return html.unescape(text).replace("\u200b", "").replace("\r\n", "\n").strip()


def fullname(kind: str, data: Mapping[str, Any]) -> str:
    """``t1_…`` or ``t3_…``."""
    name = _string(data, "name")
    if name is None and (bare := _string(data, "id")):
        name = f"{kind}_{bare}"
    if name is None or not name.startswith(f"{kind}_"):
        raise NotAMention("It has no name.")
    return name


def created_at(data: Mapping[str, Any]) -> datetime:
    """When it was written; aware UTC. Raises NotAMention."""
    moment = _moment(data.get("created_utc"))
    if moment is None:
        raise NotAMention("It has no time.")
    return moment


def author_of(data: Mapping[str, Any]) -> str | None:
    """The name without ``u/``; None when the account is gone."""
    name = _string(data, "author")
    return None if name == "[deleted]" else name


def location_of(data: Mapping[str, Any]) -> str | None:
    """``r/name`` (or ``u/name`` for a post on somebody's profile)."""
    prefixed = _string(data, "subreddit_name_prefixed")
    if prefixed:
        return prefixed
    name = _string(data, "subreddit")
    return f"r/{name}" if name else None


def url_of(kind: str, data: Mapping[str, Any]) -> str:
    """The page a person would open."""
    path = _string(data, "permalink") or (_string(data, "context") or "").partition("?")[0]
    if not path.startswith("/"):
        bare = fullname(kind, data).partition("_")[2]
        link = (_string(data, "link_id") or "").partition("_")[2]
        path = f"/comments/{link}/_/{bare}/" if kind == "t1" else f"/comments/{bare}/"
    return SITE + path


def name_in(url: str) -> str | None:
    """``t1_…`` or ``t3_…`` of the page at `url`, or None."""
    found = _PERMALINK.match(url.strip())
    return None if found is None else f"t1_{found[2]}" if found[2] else f"t3_{found[1]}"


def _opened(thing: Any) -> tuple[str, Mapping[str, Any]]:
    data = thing.get("data") if isinstance(thing, Mapping) else None
    kind = thing.get("kind") if isinstance(thing, Mapping) else None
    if kind not in ("t1", "t3") or not isinstance(data, Mapping):
        raise NotAMention("It is neither a comment nor a submission.")
    return kind, data


def _string(data: Mapping[str, Any], key: str) -> str | None:
    value = data.get(key)
    return value if isinstance(value, str) and value else None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _edited(data: Mapping[str, Any]) -> datetime | None:
    """`edited` is false or a time; very old edits are just ``true``, and those have no time."""
    return _moment(data.get("edited"))


def _text(kind: str, data: Mapping[str, Any]) -> str:
    body = data.get("body") if kind == "t1" else data.get("selftext", "")
    title = "" if kind == "t1" else data.get("title")
    if not isinstance(body, str) or not isinstance(title, str):
        raise NotAMention("It has no text.")
    shown = _without_inline(plain(body), data)
    return "\n\n".join(part for part in (plain(title), shown) if part)


def _without_inline(text: str, data: Mapping[str, Any]) -> str:
    """Pictures inside the text are shown as pictures: they go to `media`, not into the words."""
    known = data.get("media_metadata")
    if not isinstance(known, Mapping):
        return text
    return _INLINE.sub(lambda found: "" if found[1] in known else found[0], text).strip()


def _conversation(kind: str, name: str, data: Mapping[str, Any]) -> str | None:
    if kind == "t3":
        return name
    if link := _string(data, "link_id"):
        return link
    # A comment from the inbox names its submission only in the path: /r/SUB/comments/ID/TITLE/…
    parts = (_string(data, "context") or "").split("/")
    if "comments" in parts and len(parts) > parts.index("comments") + 1:
        return "t3_" + parts[parts.index("comments") + 1]
    return None


def _metrics(data: Mapping[str, Any]) -> dict[str, int]:
    """Score and comments, and whether it is closed for replies (`locked`, `archived`: 1)."""
    names = {"score": "score", "num_comments": "comments"}
    found = {ours: data[theirs] for theirs, ours in names.items() if type(data.get(theirs)) is int}
    if closed := closed_by(data):
        found[closed] = 1
    return found


def _quoted(data: Mapping[str, Any]) -> Quoted | None:
    """The submission that this one cross-posts."""
    parents = data.get("crosspost_parent_list")
    if not isinstance(parents, list) or not parents or not isinstance(parents[0], Mapping):
        return None
    origin = parents[0]
    parts = [plain(origin[k]) for k in ("title", "selftext") if isinstance(origin.get(k), str)]
    return Quoted(_string(origin, "name"), author_of(origin), "\n\n".join(p for p in parts if p))


def _media(kind: str, data: Mapping[str, Any]) -> Iterator[Media]:
    yield from _embedded(data)
    url = _string(data, "url") or ""
    if kind == "t1" or data.get("is_self") or not url.startswith(("http://", "https://")):
        return
    if data.get("is_gallery"):
        return
    if data.get("is_video"):
        yield Media("video", _video(data) or url)
    elif data.get("post_hint") == "image" or _PHOTO.search(url.partition("?")[0]):
        yield Media("photo", url)
    else:
        yield Media("link", url)


def _video(data: Mapping[str, Any]) -> str | None:
    media = data.get("media")
    video = media.get("reddit_video") if isinstance(media, Mapping) else None
    return _string(video, "fallback_url") if isinstance(video, Mapping) else None


def _embedded(data: Mapping[str, Any]) -> Iterator[Media]:
    """Galleries (in their order, captions as description) and pictures inside the text."""
    known = data.get("media_metadata")
    if not isinstance(known, Mapping):
        return
    gallery = data.get("gallery_data")
    items = gallery.get("items") if isinstance(gallery, Mapping) else None
    order = [(str(i.get("media_id")), i.get("caption")) for i in items or () if isinstance(i, Mapping)]
    placed = {media_id for media_id, _ in order}
    for media_id, caption in [*order, *((m, None) for m in known if m not in placed)]:
        entry = known.get(media_id)
        if not isinstance(entry, Mapping):
            continue
        source = entry.get("s")
        found = [_string(source, k) for k in ("u", "gif", "mp4")] if isinstance(source, Mapping) else []
        if url := next(filter(None, found), None):
            yield Media(_KINDS.get(str(entry.get("e")), "photo"), html.unescape(url), caption or None)
