"""Replies on Mastodon: checked against the world as it is, and sent with one request under a fixed key.

The server takes a post with the same Idempotency-Key only once within an hour. The text goes out as it was
approved: no handle is put in front of it, so an author who is to be notified has to be mentioned in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from connectors.answers import check_unanswered
from connectors.mastodon.posts import MENTIONED, Us, mention_of
from connectors.mastodon.rules import CLOCK_SKEW, NOT_SENT_WAIT, OWN_PAGES, PAGE, PUBLIC, SETTLED
from connectors.mastodon.wire import NotSent, Wire
from connectors.text import html_to_text
from monitor.domain.errors import (
    AnsweredMeanwhile,
    AuthExpired,
    BadMoment,
    BadResponse,
    ConnectorError,
    NotAMention,
    ParentEdited,
    RateLimited,
    Refused,
    TargetGone,
)
from monitor.domain.mention import Mention
from monitor.domain.moments import Clock, parse_moment
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

_DOMAIN = re.compile(r"(?<!\w)@(\w+)@[\w.:-]*\w")


@lru_cache(maxsize=256)
def length_of(text: str) -> int:
    """Characters as Mastodon counts them: a link 23, a handle without its domain."""
    from mastodon import Mastodon  # noqa: PLC0415 - takes a while to import

    return int(Mastodon.get_status_length(text))


@dataclass(frozen=True, slots=True)
class Ready(Prepared):
    """A prepared reply that is as public as the post it answers."""

    visibility: str = "unlisted"


class Replies:
    """The writing side of one account."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock

    def prepare(self, reply: OutgoingReply) -> Ready:
        """Looks at the server's limit, at the parent, and for answers of ours below it.

        Raises Refused, TargetGone, ParentEdited, AnsweredMeanwhile, AuthExpired …
        """
        length, limit = length_of(reply.text), self._wire.longest(must_know=True)
        if length > limit:
            raise Refused(f"The reply has {length} characters, {limit} fit here.", rule="mastodon.too_long")
        if not reply.text.strip():
            raise Refused("The reply is empty.", rule="mastodon.empty")
        us = self._wire.know_us()
        status = self._wire.read(lambda c: c.status(reply.in_reply_to))
        if not isinstance(status, dict):
            raise BadResponse("The server answered a look-up with something that is no post.")
        mention = mention_of(status, us)
        if mention is None:
            raise Refused("The post is no longer public.", rule="mastodon.not_public")
        if reply.parent_text is not None and mention.text != reply.parent_text:
            raise ParentEdited("The post was edited after the reply was approved.", now=mention)
        if MENTIONED not in mention.metrics:
            raise Refused("The author neither mentioned nor answered us.", rule="mastodon.not_mentioned")
        self._check_unanswered(reply, us)
        visibility = str(status["visibility"])
        return Ready(reply, length, limit, visibility=visibility if visibility in PUBLIC else "unlisted")

    def _check_unanswered(self, reply: OutgoingReply, us: Us) -> None:
        context = self._wire.read(lambda c: c.status_context(reply.in_reply_to))
        below = context.get("descendants") if isinstance(context, dict) else None
        if not isinstance(below, list):
            raise BadResponse("The server's answer is not a conversation.")
        found = (_understood(row, us) for row in below)
        ours = (us.full_handle(), us.handle, us.id)
        check_unanswered(reply, [m for m in found if m is not None], _same_words, *ours)

    def send(self, prepared: Prepared) -> SendResult:
        """Exactly one POST /api/v1/statuses. Raises nothing."""
        try:
            ready = prepared if isinstance(prepared, Ready) else self.prepare(prepared.reply)
        except (TargetGone, Refused, ParentEdited, AnsweredMeanwhile) as exc:
            return Declined(getattr(exc, "rule", "mastodon.not_as_approved"), exc.cause)
        except Exception as exc:
            return self._later(exc)
        reply = ready.reply
        try:
            answer = self._wire.write(
                lambda c: c.status_post(
                    reply.text,
                    in_reply_to_id=reply.in_reply_to,
                    visibility=ready.visibility,
                    idempotency_key=reply.key,
                )
            )
            return _posted(answer)
        except NotSent as exc:
            return self._later(exc.__cause__ or exc)
        except RateLimited as exc:
            return Later(exc.retry_at, exc.cause)
        except Refused as exc:
            return Declined(exc.rule, exc.cause)
        except TargetGone as exc:
            return Declined("mastodon.target_gone", exc.cause)
        except AuthExpired as exc:
            return Declined("mastodon.auth", exc.cause)
        except Exception as exc:  # whatever it was, the request may have arrived
            return Unknown(exc.cause if isinstance(exc, ConnectorError) else type(exc).__name__)

    def find_own_reply(self, reply: OutgoingReply) -> OwnReply:
        """Looks through our own posts, newest first, for this text under this parent.

        Absent is PROVEN only if the list was read to before the attempt, and the attempt is long enough ago.
        """
        us, max_id = self._wire.know_us(), None
        since = reply.attempted_at - CLOCK_SKEW if reply.attempted_at else None
        for _ in range(OWN_PAGES):
            rows = self._own(us, max_id)
            for row in rows:
                if _is(row, reply):
                    return OwnReply(_posted(row))
            if not rows or (since is not None and parse_moment(str(rows[-1]["created_at"])) < since):
                return OwnReply(None, self._absence(reply))
            if since is None:
                break
            max_id = str(rows[-1]["id"])
        return OwnReply(None)

    def _own(self, us: Us, max_id: str | None) -> Sequence[Mapping[str, Any]]:
        rows = self._wire.read(
            lambda c: c.account_statuses(us.id, exclude_reblogs=True, max_id=max_id, limit=PAGE)
        )
        if not isinstance(rows, list) or not all(isinstance(r, dict) and "created_at" in r for r in rows):
            raise BadResponse("The list of our own posts can't be understood.")
        return rows

    def _absence(self, reply: OutgoingReply) -> Absence:
        settled = reply.attempted_at is not None and self._clock.now() - reply.attempted_at >= SETTLED
        return Absence.PROVEN if settled else Absence.UNPROVEN

    def _later(self, exc: BaseException) -> Later:
        """Nothing was sent; when to come back."""
        detail = exc.cause if isinstance(exc, ConnectorError) else type(exc).__name__
        wait = self._clock.now() + NOT_SENT_WAIT
        return Later(exc.retry_at if isinstance(exc, RateLimited) else wait, detail)


def _posted(row: Mapping[str, Any]) -> Posted:
    try:
        return Posted(str(row["id"]), parse_moment(str(row["created_at"])), row.get("url") or row.get("uri"))
    except (KeyError, BadMoment):
        raise BadResponse("The server took it without saying what it became.") from None


def _understood(row: Any, us: Us) -> Mention | None:
    try:
        return mention_of(row, us)
    except NotAMention:
        return None


def _same_words(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _is(row: Mapping[str, Any], reply: OutgoingReply) -> bool:
    # The same words to another post are another reply.
    if str(row.get("in_reply_to_id")) != reply.in_reply_to:
        return False
    return _plain(html_to_text(str(row.get("content", "")))) == _plain(reply.text)


def _plain(text: str) -> str:
    """What stays the same on the way through the server: it shows handles without their domain."""
    return " ".join(_DOMAIN.sub(r"@\1", text).split())
