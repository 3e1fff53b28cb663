"""Replies on X: measured as X counts, checked against the world as it is, sent with one request.

A call without a usable answer ends in `Unknown`; so does X's "duplicate content", because the earlier
try may be what it duplicates. Nothing here ever sends twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

import tweepy
from requests import exceptions as http
from urllib3.exceptions import NewConnectionError

from connectors.answers import check_unanswered
from connectors.weighted import is_valid, links_in, weighted_length
from connectors.x.posts import FIELDS, Includes, mention_of, mentions_in, post_url, referenced, text_of
from connectors.x.refusals import refusal_rule, words_of
from connectors.x.rules import (
    CLOCK_SKEW,
    POST_READ_USD,
    POST_WITH_URL_USD,
    REPLY_USD,
    SETTLED,
    TEXT_LIMIT,
    moment_of,
)
from connectors.x.wire import Wire
from monitor.domain.errors import AuthExpired, BadResponse, ParentEdited, Refused, TargetGone
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

_NOT_SENT_WAIT = timedelta(minutes=1)
_OWN_PAGES = 5  # of 100 posts: how far back our own timeline is read in one look
_THREAD_PAGE = 100
_STATUS = re.compile(r"https://(?:www\.|mobile\.)?(?:x|twitter)\.com/\w+/status/(\d+)(?:[/?#].*)?$")
_LEADING_HANDLES = re.compile(r"^(?:@\w+\s+)+")


def intent_url(in_reply_to: str, text: str) -> str:
    """Opens X's own reply box with `text` in it: a person presses the button."""
    return f"https://x.com/intent/tweet?in_reply_to={quote(in_reply_to, safe='')}&text={quote(text, safe='')}"


def id_in(url: str) -> str | None:
    """The id of the post at a web address of X, or None."""
    found = _STATUS.match(url.strip())
    return found[1] if found else None


def addresses(text: str, handle: str) -> bool:
    """True when `text` @mentions `handle` (a handle within a link or an address is no mention)."""
    name = re.escape(handle.lstrip("@"))
    return bool(re.search(rf"(?<![\w!#$%&*./@＠])[@＠]{name}(?![\w@＠])", text, re.IGNORECASE))


def price_of(text: str) -> float:
    """What posting `text` as a reply costs, in US dollars."""
    return POST_WITH_URL_USD if links_in(text) else REPLY_USD


class Replies:
    """The writing side of one account."""

    def __init__(self, wire: Wire, handle: str | None, clock: Clock) -> None:
        self._wire = wire
        self._handle = handle
        self._clock = clock

    def measure(self, text: str) -> tuple[int, int]:
        """(weighted length, 280) by twitter-text configuration 3."""
        return weighted_length(text), TEXT_LIMIT

    def prepare(self, reply: OutgoingReply) -> Prepared:
        """Looks at the parent, and for answers of ours in its conversation.

        Raises Refused, TargetGone, ParentEdited, AnsweredMeanwhile, AuthExpired and what reading raises.
        """
        length, limit = self.measure(reply.text)
        if length > limit:
            raise Refused(f"The reply has {length} characters by X's count, {limit} fit.", rule="x.too_long")
        if not is_valid(reply.text):
            raise Refused("The reply is empty or holds characters that X forbids.", rule="x.invalid_text")
        if not self._wire.may_write:
            raise AuthExpired("Posting needs API_KEY, API_SECRET, ACCESS_TOKEN and ACCESS_SECRET.")
        self._check_parent(reply)
        looked = POST_READ_USD * (1 + self._check_unanswered(reply))
        return Prepared(reply, length, limit, price_of(reply.text), looked)

    def send(self, prepared: Prepared) -> SendResult:
        """Exactly one POST /2/tweets. Raises nothing."""
        reply = prepared.reply
        if not self._wire.may_write:
            return Declined("x.no_credentials", "The four secrets for posting are not all set.")
        try:
            response = self._wire.client.create_tweet(text=reply.text, in_reply_to_tweet_id=reply.in_reply_to)
            native_id = str(response.json()["data"]["id"])
        except tweepy.errors.HTTPException as exc:
            return self._refusal(exc)
        except AuthExpired as exc:
            return Declined("x.no_credentials", exc.cause)
        except http.ConnectionError as exc:
            return self._unconnected(exc)
        except Exception as exc:  # whatever it was, the request may have arrived
            return Unknown(f"No usable answer from X ({type(exc).__name__}).")
        return Posted(native_id, self._clock.now(), post_url(self._handle, native_id))

    def find_own_reply(self, reply: OutgoingReply) -> OwnReply:
        """Reads our own timeline, newest first, back to when this reply could first have been made.

        Absent is PROVEN only if the timeline was read to before the attempt, and the attempt is long
        enough ago for the timeline to show it.
        """
        since = moment_of(reply.in_reply_to)
        if reply.attempted_at is not None:
            since = reply.attempted_at - CLOCK_SKEW
        user_id, token, cost = self._own_id(), None, 0.0
        for _ in range(_OWN_PAGES):
            how = {"max_results": 100, "start_time": since, "pagination_token": token, **FIELDS}
            answer = self._wire.read(partial(_own_posts, user_id=user_id, how=how))
            rows = answer.body.get("data") or ()
            cost += POST_READ_USD * len(rows)
            for row in rows:
                if _is(row, reply):
                    return OwnReply(self._posted(row), cost_usd=cost)
            token = (answer.body.get("meta") or {}).get("next_token")
            if token is None:
                return OwnReply(None, self._absence(reply, answer.body), cost)
        return OwnReply(None, cost_usd=cost)

    def _check_parent(self, reply: OutgoingReply) -> None:
        row, includes = self._newest(reply.in_reply_to)
        mention = mention_of(row, includes)
        if reply.parent_text is not None and mention.text != reply.parent_text:
            raise ParentEdited("The post was edited after the reply was approved.", now=mention)
        if self._handle is None:
            return
        quotes_us = mention.quoted is not None and _same_handle(mention.quoted.author, self._handle)
        if not addresses(mention.text, self._handle) and not quotes_us:
            raise Refused("The author neither mentioned nor quoted this account.", rule="x.not_summoned")

    def _check_unanswered(self, reply: OutgoingReply) -> int:
        """Searches the conversation for posts of ours; returns how many there are. Costs nothing without any.

        Where this access may not search, the look is left out: X itself allows one reply per interaction.
        """
        names = sorted(reply.ours | ({self._handle.lower()} if self._handle else set()))
        if not names or reply.conversation is None:
            return 0
        authors = " OR ".join(f"from:{name}" for name in names)
        query = f"conversation_id:{reply.conversation} ({authors})"
        how: dict[str, Any] = {"max_results": _THREAD_PAGE, "user_auth": True, **FIELDS}
        try:
            body = self._wire.read(lambda c: c.search_recent_tweets(query, **how)).body
        except (Refused, TargetGone):
            return 0
        found = mentions_in(body)[0]
        check_unanswered(reply, found, lambda one, other: _plain(one) == _plain(other), self._handle)
        return len(found)

    def _newest(self, native_id: str) -> tuple[Mapping[str, Any], Includes]:
        """The newest version of a post. X gives the version of the id it is asked for."""
        for _ in range(2):
            body = self._wire.read(partial(_one_post, native_id=native_id)).body
            rows: list[Mapping[str, Any]] = body.get("data") or []
            if not rows:
                if not body.get("errors"):
                    raise BadResponse("X answered a look-up with neither a post nor a reason.")
                raise TargetGone(
                    f"X no longer shows the post {native_id} ({body['errors'][0].get('title')})."
                )
            newest = (rows[0].get("edit_history_tweet_ids") or [native_id])[-1]
            if newest == native_id:
                break
            native_id = newest
        return rows[0], Includes.of(body)

    def _refusal(self, exc: tweepy.errors.HTTPException) -> SendResult:
        status, words = exc.response.status_code, words_of(exc)
        said = f"X answered {status}: {words}"
        if status == 429:
            return Later(self._wire.retry_at(exc.response), said)
        if status >= 500 or status == 408:
            return Unknown(said)
        named = {401: "x.auth", 402: "x.credits", 404: "x.target_gone", 410: "x.target_gone"}
        rule = named.get(status) or refusal_rule(status, words)
        return Unknown(said, rule) if rule == "x.duplicate" else Declined(rule, said)

    def _unconnected(self, exc: http.ConnectionError) -> SendResult:
        """Only a connection that never came about proves that nothing was sent."""
        reason = next((getattr(inner, "reason", None) for inner in exc.args), None)
        if isinstance(exc, http.ConnectTimeout) or isinstance(reason, NewConnectionError):
            return Later(
                self._clock.now() + _NOT_SENT_WAIT, f"X could not be reached ({type(exc).__name__})."
            )
        return Unknown(f"The line to X was cut ({type(exc).__name__}).")

    def _own_id(self) -> str:
        # X's user tokens begin with the id of their user: a request saved.
        head = (self._wire.secret("ACCESS_TOKEN") or "").partition("-")[0]
        if head.isdigit():
            return head
        return str(self._wire.read(lambda c: c.get_me(user_auth=True)).body["data"]["id"])

    def _posted(self, row: Mapping[str, Any]) -> Posted:
        native_id = str((row.get("edit_history_tweet_ids") or [row["id"]])[0])
        return Posted(native_id, moment_of(native_id) or self._clock.now(), post_url(self._handle, native_id))

    def _absence(self, reply: OutgoingReply, body: Mapping[str, Any]) -> Absence:
        understood = "result_count" in (body.get("meta") or {})
        settled = reply.attempted_at is not None and self._clock.now() - reply.attempted_at >= SETTLED
        return Absence.PROVEN if understood and settled else Absence.UNPROVEN


def _own_posts(client: Any, *, user_id: str, how: Mapping[str, Any]) -> Any:
    return client.get_users_tweets(user_id, user_auth=True, **how)


def _one_post(client: Any, *, native_id: str) -> Any:
    return client.get_tweets([native_id], user_auth=True, **FIELDS)


def _is(row: Mapping[str, Any], reply: OutgoingReply) -> bool:
    # The same words to another post of the conversation are another reply.
    return referenced(row, "replied_to") == reply.in_reply_to and _plain(text_of(row)) == _plain(reply.text)


def _plain(text: str) -> str:
    """What stays the same on the way through X: it prepends handles, normalises and spells out links."""
    bare = _LEADING_HANDLES.sub("", unicodedata.normalize("NFC", text).strip())
    return re.sub(r"https?://|/(?=\s|$)", "", " ".join(bare.split()))


def _same_handle(one: str | None, other: str) -> bool:
    return one is not None and one.lower() == other.lstrip("@").lower()
