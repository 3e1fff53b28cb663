"""Posting under a comment or submission: what must hold before, what an answer means, finding our own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from praw.exceptions import RedditAPIException

from connectors.answers import check_unanswered
from connectors.reddit.feeds import Listing
from connectors.reddit.limits import DECLINED, OWN_PAGES, PAUSE, SETTLES, TEXT_LIMIT
from connectors.reddit.posts import closed_by, created_at, is_removed, location_of, mention_of, plain, url_of
from connectors.reddit.wire import Client
from monitor.domain.errors import (
    NotAMention,
    OutcomeUnknown,
    ParentEdited,
    PressZeroError,
    RateLimited,
    Refused,
    TargetClosed,
    TargetGone,
)
from monitor.domain.mention import Mention
from monitor.domain.moments import Clock
from monitor.domain.posting import (
    Absence,
    Declined,
    Later,
    OutgoingReply,
    OwnReply,
    Posted,
    Prepared,
    SendResult,
    Unknown,
)


def fits(reply: OutgoingReply) -> bool:
    """True when the text is neither empty nor too long."""
    return 0 < len(reply.text) <= TEXT_LIMIT and bool(reply.text.strip())


def prepared(reply: OutgoingReply, things: Mapping[str, Any], may_post_in: Callable[[str], bool]) -> Prepared:
    """`things`: the parent and its submission as they are now.

    Raises Refused, TargetGone, TargetClosed, ParentEdited.
    """
    if not fits(reply):
        raise Refused(
            f"{len(reply.text)} characters; Reddit takes 1 to {TEXT_LIMIT}.", rule="reddit.too_long"
        )
    parent = things.get(reply.in_reply_to)
    # Deleted, or in a subreddit that was closed: in both cases nobody could read our answer.
    if parent is None or is_removed(parent):
        raise TargetGone(f"{reply.in_reply_to} is no longer on Reddit.")
    now = mention_of(parent)
    if reply.parent_text is not None and now.text != reply.parent_text:
        raise ParentEdited("The post was edited after the reply was approved.", now=now)
    for thing in things.values():
        if closed := closed_by(thing["data"]):
            raise TargetClosed(f"The thread is {closed}: Reddit takes no answers there.")
    place = (location_of(parent["data"]) or "").removeprefix("r/")
    if not may_post_in(place):
        raise Refused(f"r/{place} is not on this source's allow-list.", rule="reddit.contract")
    return Prepared(reply, len(reply.text), TEXT_LIMIT)


def unanswered(reply: OutgoingReply, thread: Iterable[Mention], user: str | None) -> None:
    """Raises AnsweredMeanwhile when somebody of ours has answered in `thread`."""
    check_unanswered(reply, thread, lambda one, other: plain(one).split() == plain(other).split(), user)


def send(client: Client, ready: Prepared, clock: Clock) -> SendResult:
    """Exactly one write. Whatever is not proven to have failed is unknown."""
    before = client.writes
    try:
        comment = client.reply(ready.reply.in_reply_to, ready.reply.text)
        return _posted(comment)
    except RedditAPIException as exc:
        return _told(exc)
    except Exception as exc:
        # What never left this process, or was turned away at the door, can't have been posted.
        if client.writes == before:
            return not_sent(exc, clock.now())
        if isinstance(exc, Refused):
            return Declined(exc.rule, exc.cause)
        if isinstance(exc, PressZeroError) and not isinstance(exc, OutcomeUnknown):
            return not_sent(exc, clock.now())
        return Unknown(exc.cause if isinstance(exc, PressZeroError) else type(exc).__name__)


def not_sent(exc: Exception, now: datetime) -> Later:
    """Nothing was posted; when to come back."""
    detail = exc.cause if isinstance(exc, PressZeroError) else type(exc).__name__
    return Later(exc.retry_at if isinstance(exc, RateLimited) else now + PAUSE, detail)


def _posted(comment: Mapping[str, Any] | None) -> SendResult:
    if comment is None:
        # In a quarantined subreddit the comment is created and not shown.
        return Unknown("Reddit took it and did not say which comment it became.")
    try:
        data = {**comment, "name": comment.get("name") or f"t1_{comment.get('id')}"}
        return Posted(data["name"], created_at(data), url_of("t1", data))
    except NotAMention as exc:
        return Unknown(f"Reddit's answer can't be understood: {exc.cause}")


def _told(exc: RedditAPIException) -> SendResult:
    """RATELIMIT has been seen with the comment created, and its text is in any language: unknown."""
    words = "; ".join(f"{item.error_type}: {item.message}" for item in exc.items)[:300]
    if exc.items and all(item.error_type in DECLINED for item in exc.items):
        return Declined(f"reddit.{exc.items[0].error_type.lower()}", words)
    rule = f"reddit.{exc.items[0].error_type.lower()}" if exc.items else ""
    return Unknown(f"Reddit said {words}, and may have posted it all the same.", rule)


def find_own(reply: OutgoingReply, own_comments: Callable[[str | None], Listing], now: datetime) -> OwnReply:
    """Our comment under the parent with this text, in our own list, newest first.

    Its absence is proven only when that list was read back to before the attempt, and Reddit has had
    time (`SETTLES`) to show what the attempt may have left.
    """
    since = reply.attempted_at - SETTLES if reply.attempted_at else None
    after: str | None = None
    for _ in range(OWN_PAGES):
        listing = own_comments(after)
        for thing in listing.children:
            if _is_ours(thing, reply):
                data = thing["data"]
                return OwnReply(Posted(data["name"], created_at(data), url_of("t1", data)))
        after = listing.after
        if since is not None and _reaches(listing, since):
            settled = now - since >= 2 * SETTLES
            return OwnReply(None, Absence.PROVEN if settled else Absence.UNPROVEN)
        if since is None or after is None:
            break
    return OwnReply(None, Absence.UNPROVEN)


def _is_ours(thing: Any, reply: OutgoingReply) -> bool:
    data = thing.get("data") if isinstance(thing, Mapping) else None
    if not isinstance(data, Mapping) or data.get("parent_id") != reply.in_reply_to:
        return False
    body = data.get("body")
    # Reddit trims and re-wraps blanks; the words stay.
    return isinstance(body, str) and plain(body).split() == plain(reply.text).split()


def _reaches(listing: Listing, moment: datetime) -> bool:
    """True when a list, newest first, was read to before `moment` or to its end.

    An empty answer proves nothing: an account that replies has comments, and Reddit's hiccups are empty.
    """
    if not listing.children:
        return False
    try:
        return listing.after is None or created_at(listing.children[-1]["data"]) < moment
    except (NotAMention, TypeError, LookupError):
        return False
