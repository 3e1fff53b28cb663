"""From Mastodon's JSON to mentions: HTML as a person sees it, and names that say which server they are of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from connectors.mastodon.rules import PUBLIC
from connectors.text import html_to_text
from monitor.domain.errors import BadMoment, NotAMention
from monitor.domain.mention import Media, Mention, Quoted
from monitor.domain.moments import parse_moment

PLATFORM = "mastodon"
MENTIONED = "mentioned"  # in `metrics`: it mentions us, or answers a post of ours

_COUNTS = {"favourites_count": "likes", "replies_count": "replies", "reblogs_count": "reposts"}
_COUNTS |= {"quotes_count": "quotes"}
_MEDIA_KINDS = {"image": "photo", "video": "video", "gifv": "gif"}
# What servers put into the text for software that can't show a quote.
_QUOTE_FALLBACK = re.compile(r'<p class="quote-inline">.*?</p>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Us:
    """Our account. `domain` is that of the server's people; `handle` is name@domain, in lower case."""

    domain: str
    handle: str | None
    id: str | None

    def full_handle(self) -> str | None:
        """The handle with its domain."""
        return full_name(self.handle, self.domain).lower() if self.handle else None


def full_name(acct: str, domain: str) -> str:
    """name@domain: a server leaves the domain of its own people out."""
    return acct if "@" in acct or not domain else f"{acct}@{domain}"


def mention_of(status: Any, us: Us) -> Mention | None:
    """One post, or None when not everybody may read it. Raises NotAMention."""
    try:
        return _mention(status, us) if status["visibility"] in PUBLIC else None
    except BadMoment as exc:
        raise NotAMention(f"A post's time can't be read: {exc.cause}") from None
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as exc:
        raise NotAMention(f"A post lacks something it must have ({type(exc).__name__}: {exc}).") from None


def _mention(status: Mapping[str, Any], us: Us) -> Mention:
    account, native_id = status["account"], str(status["id"])
    parent = status.get("in_reply_to_id")
    reposted = status.get("reblog")
    url = str(status.get("url") or status.get("uri") or "")
    return Mention(
        platform=PLATFORM,
        native_id=native_id,
        text=text_of(reposted or status),
        created_at=parse_moment(status["created_at"]),
        author=full_name(account["acct"], us.domain),
        author_id=str(account["id"]),
        author_name=account.get("display_name") or None,
        author_followers=account.get("followers_count"),
        url=url if url.startswith(("https://", "http://")) else None,
        in_reply_to=str(parent) if parent is not None else None,
        conversation=None if parent is not None else native_id,  # Mastodon doesn't tell the root of a reply
        lang=status.get("language") or None,
        media=tuple(_media(status)),
        metrics=_metrics(status, us),
        quoted=_quoted(status, us),
        edited_at=parse_moment(status["edited_at"]) if status.get("edited_at") else None,
        repost_of=str(reposted["id"]) if reposted else None,
    )


def id_in(url: str, base_url: str) -> str | None:
    """The id of the post at a web address of the server at `base_url` (/@name/ID), or None."""
    at = urlsplit(url.strip())
    found = re.fullmatch(r"/(?:web/)?(?:@[\w.@-]+|users/\w+/statuses|deck/@[\w.@-]+)/(\w+)/?", at.path)
    same = at.scheme in ("https", "http") and at.netloc.lower() == urlsplit(base_url).netloc.lower()
    return found[1] if found and same else None


def text_of(status: Mapping[str, Any]) -> str:
    """Content warning, text and poll as a person sees them."""
    content = str(status["content"])
    if status.get("quote"):
        content = _QUOTE_FALLBACK.sub("", content)
    parts = [html_to_text(str(status.get("spoiler_text") or "")), html_to_text(content, status.get("url"))]
    options = (status.get("poll") or {}).get("options") or ()
    parts.append("\n".join(f"• {html_to_text(str(option.get('title', '')))}" for option in options))
    return "\n\n".join(part for part in parts if part).replace("\0", "")


def moment_of(row: Any) -> datetime:
    """When a post was made, or a notification given. Raises NotAMention."""
    try:
        return parse_moment(row["created_at"])
    except (BadMoment, KeyError, TypeError):
        raise NotAMention("It has no time that can be read.") from None


def native_id_of(row: Any) -> str:
    """The id of a post or notification. Raises NotAMention."""
    found = row.get("id") if isinstance(row, dict) else None
    if not isinstance(found, str | int) or not str(found):
        raise NotAMention("It has no id.")
    return str(found)


def _metrics(status: Mapping[str, Any], us: Us) -> Mapping[str, int]:
    found = {name: int(status[key]) for key, name in _COUNTS.items() if status.get(key) is not None}
    named = {full_name(str(m.get("acct", "")), us.domain).lower() for m in status.get("mentions") or ()}
    answered = status.get("in_reply_to_account_id")
    if us.full_handle() in named or (us.id is not None and answered is not None and str(answered) == us.id):
        found[MENTIONED] = 1
    return found


def _media(status: Mapping[str, Any]) -> Iterator[Media]:
    for item in status.get("media_attachments") or ():
        url = item.get("url") or item.get("remote_url") or item.get("preview_url")
        if url:
            yield Media(_MEDIA_KINDS.get(item.get("type"), "file"), url, item.get("description") or None)
    card = status.get("card") or {}
    if urlsplit(str(card.get("url") or "")).scheme in ("https", "http"):
        yield Media("link", card["url"], card.get("title") or None)


def _quoted(status: Mapping[str, Any], us: Us) -> Quoted | None:
    quote = status.get("quote") or {}
    post = quote.get("quoted_status")
    if isinstance(post, dict):
        readable = post.get("visibility") in PUBLIC
        author = full_name(post["account"]["acct"], us.domain)
        return Quoted(str(post["id"]), author, text_of(post) if readable else "")
    native_id = quote.get("quoted_status_id")  # quotes within quotes are only named
    return Quoted(str(native_id), None, "") if native_id else None
