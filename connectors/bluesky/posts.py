"""From Bluesky's JSON to mentions: the text as a person sees it, links in full, times not far forged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from connectors.bluesky.rules import BACK_DATED
from monitor.domain.errors import BadMoment, NotAMention
from monitor.domain.mention import Media, Mention, Quoted
from monitor.domain.moments import parse_moment

PLATFORM = "bluesky"
COLLECTION = "app.bsky.feed.post"
SITE = "https://bsky.app"
TAGGED = "tagged"  # in `metrics`: it mentions us, or answers a post of ours
CLOSED = "replies_closed"  # in `metrics`: its author doesn't let us reply

_PAGE = re.compile(r"https://bsky\.app/profile/([\w.:-]+)/post/(\w+)/?(?:[?#].*)?$")
_COUNTS = {"likeCount": "likes", "replyCount": "replies", "repostCount": "reposts", "quoteCount": "quotes"}


def mention_of(view: Any, own_did: str | None) -> Mention:
    """A `postView` or a notification about a post. Raises NotAMention."""
    try:
        return _mention(view, own_did)
    except BadMoment as exc:
        raise NotAMention(f"A post's time can't be read: {exc.cause}") from None
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as exc:
        raise NotAMention(f"A post lacks something it must have ({type(exc).__name__}: {exc}).") from None


def _mention(view: Mapping[str, Any], own_did: str | None) -> Mention:
    record, author = view["record"], view["author"]
    reply = record.get("reply") or {}
    parent = (reply.get("parent") or {}).get("uri")
    handle = author.get("handle")
    handle = author["did"] if handle in (None, "handle.invalid") else handle
    return Mention(
        platform=PLATFORM,
        native_id=_post_uri(view["uri"]),
        text=text_of(record),
        created_at=created_at(view),
        author=handle,
        author_id=author["did"],
        author_name=author.get("displayName") or None,
        url=post_url(handle, view["uri"]),
        in_reply_to=parent,
        conversation=(reply.get("root") or {}).get("uri") or view["uri"],
        lang=next((str(tag) for tag in record.get("langs") or ()), None),
        media=tuple(_media(view.get("embed") or record.get("embed") or {})),
        metrics=_metrics(view, record, parent, own_did),
        quoted=_quoted(view.get("embed") or record.get("embed") or {}),
    )


def sorted_at(view: Mapping[str, Any]) -> datetime:
    """The time that lists go by: the earlier of when its author says it was made and when it was indexed.

    Raises NotAMention.
    """
    try:
        return min(parse_moment(view["indexedAt"]), parse_moment(view["record"]["createdAt"]))
    except (BadMoment, KeyError, TypeError):
        raise NotAMention("A post has no time that can be read.") from None


def noticed_at(view: Mapping[str, Any]) -> datetime:
    """When we were notified. Raises NotAMention."""
    try:
        return parse_moment(view["indexedAt"])
    except (BadMoment, KeyError, TypeError):
        raise NotAMention("A notification has no time that can be read.") from None


def created_at(view: Mapping[str, Any]) -> datetime:
    """When it was posted. An author may write any time there: one that is far off doesn't count."""
    indexed, claimed = parse_moment(view["indexedAt"]), parse_moment(view["record"]["createdAt"])
    return claimed if indexed - BACK_DATED <= claimed <= indexed else indexed


def text_of(record: Mapping[str, Any]) -> str:
    """The text with its links in full: what is shown of them may be shortened, or be words."""
    raw = str(record["text"]).encode()
    for start, end, uri in _links(record):
        if not 0 <= start < end <= len(raw):
            continue
        shown = raw[start:end].decode("utf-8", "replace")
        whole = uri if _is_shortened(shown, uri) else f"{shown} ({uri})"
        raw = raw[:start] + whole.encode() + raw[end:]
    return raw.decode("utf-8", "replace").replace("\0", "").strip()


def _links(record: Mapping[str, Any]) -> list[tuple[int, int, str]]:
    """(first byte, byte after the last, address), last first, so that replacing moves nothing to come."""
    found = []
    for facet in record.get("facets") or ():
        for feature in facet.get("features") or ():
            uri = feature.get("uri")
            if feature.get("$type") == "app.bsky.richtext.facet#link" and isinstance(uri, str):
                found.append((int(facet["index"]["byteStart"]), int(facet["index"]["byteEnd"]), uri))
    found = [f for f in found if f[2].startswith(("https://", "http://"))]
    return sorted(found, reverse=True)


def _is_shortened(shown: str, uri: str) -> bool:
    start = shown.strip().rstrip("…").removesuffix("...")
    start = start.removeprefix("https://").removeprefix("http://").rstrip("/")
    return " " not in start and "." in start and start.lower() in uri.lower()


def mentions(record: Mapping[str, Any], did: str) -> bool:
    """True when the post really mentions that account, not only writes its name."""
    return any(
        feature.get("$type") == "app.bsky.richtext.facet#mention" and feature.get("did") == did
        for facet in record.get("facets") or ()
        for feature in facet.get("features") or ()
    )


def addresses(text: str, handle: str) -> bool:
    """True when `text` @mentions `handle`, a domain name, and no longer one."""
    name = re.escape(handle.lstrip("@"))
    return bool(re.search(rf"(?<![\w@./-])@{name}(?![\w-]|\.\w)", text, re.IGNORECASE))


def did_of(uri: str) -> str:
    """Whose post an at:// address is."""
    return uri.removeprefix("at://").partition("/")[0]


def post_url(handle: str, uri: str) -> str:
    """Where a person reads it."""
    return f"{SITE}/profile/{handle}/post/{uri.rpartition('/')[2]}"


def key_in(url: str, handle: str | None) -> str | None:
    """The record key in the web address of a post by `handle` (or by a bare DID), or None."""
    found = _PAGE.match(url.strip())
    if found is None or not (found[1].startswith("did:") or handle in (None, found[1].lower())):
        return None
    return found[2]


def understood(view: Any, own_did: str | None) -> Mention | None:
    """The mention, or None for what can't be understood."""
    try:
        return mention_of(view, own_did)
    except NotAMention:
        return None


def posts_of(thread: Any, own_did: str | None) -> Iterator[Mention]:
    """Every post of an answer of getPostThread; deleted and blocked ones are none."""
    waiting = [thread]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        if "post" in node and (mention := understood(node["post"], own_did)) is not None:
            yield mention
        waiting += [node.get("parent"), *(node.get("replies") or ())]


def _post_uri(uri: str) -> str:
    if not uri.startswith("at://did:") or f"/{COLLECTION}/" not in uri:
        raise NotAMention(f"{uri[:100]!r} is not the address of a post.")
    return uri


def _metrics(
    view: Mapping[str, Any], record: Mapping[str, Any], parent: str | None, own_did: str | None
) -> Mapping[str, int]:
    found = {name: int(view[key]) for key, name in _COUNTS.items() if view.get(key) is not None}
    if own_did is not None and (mentions(record, own_did) or (parent and did_of(parent) == own_did)):
        found[TAGGED] = 1
    if (view.get("viewer") or {}).get("replyDisabled"):
        found[CLOSED] = 1
    return found


def _media(embed: Mapping[str, Any]) -> Iterator[Media]:
    """From the view of an embed; a notification has only the record of it, with links but no pictures."""
    kind = str(embed.get("$type", "")).removesuffix("#view")
    if kind == "app.bsky.embed.recordWithMedia":
        yield from _media(embed.get("media") or {})
    for image in embed.get("images") or ():
        if image.get("fullsize"):
            yield Media("photo", image["fullsize"], image.get("alt") or None)
    if kind == "app.bsky.embed.video" and embed.get("playlist"):
        yield Media("video", embed["playlist"], embed.get("alt") or None)
    external = embed.get("external") or {}
    if str(external.get("uri", "")).startswith(("https://", "http://")):
        yield Media("link", external["uri"], external.get("title") or None)


def _quoted(embed: Mapping[str, Any]) -> Quoted | None:
    quoted = embed.get("record") or {}
    quoted = quoted.get("record") or quoted  # recordWithMedia has it one level down
    uri = quoted.get("uri")
    if not isinstance(uri, str) or f"/{COLLECTION}/" not in uri:
        return None
    value = quoted.get("value")  # missing when it was deleted, or in a notification
    author = (quoted.get("author") or {}).get("handle")
    return Quoted(uri, author, text_of(value) if isinstance(value, dict) and "text" in value else "")
