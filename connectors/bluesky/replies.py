"""Replies on Bluesky: checked against the world as it is, and sent with one request under a fixed key.

The key of a reply decides the address of its record, so a second try can never make a second post: Bluesky
refuses to create what is there. Whether it is there is asked by that address; there is no list to search.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.answers import check_unanswered
from connectors.bluesky.posts import (
    CLOSED,
    COLLECTION,
    TAGGED,
    addresses,
    did_of,
    mention_of,
    post_url,
    posts_of,
)
from connectors.bluesky.rules import ANSWER_DEPTH, BYTE_LIMIT, NOT_SENT_WAIT, SETTLED
from connectors.bluesky.wire import NotSent, Wire
from connectors.bluesky.writing import facets_of, measure, record_key, record_of
from monitor.domain.errors import (
    AnsweredMeanwhile,
    AuthExpired,
    BadMoment,
    BadResponse,
    ConnectorError,
    ParentEdited,
    RateLimited,
    Refused,
    TargetGone,
)
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


@dataclass(frozen=True, slots=True)
class Ready(Prepared):
    """A prepared reply with the very record that will be sent."""

    record: Mapping[str, Any] = field(default_factory=dict)


class Replies:
    """The writing side of one account."""

    def __init__(self, wire: Wire, handle: str | None, clock: Clock) -> None:
        self._wire = wire
        self._handle = handle
        self._clock = clock

    def prepare(self, reply: OutgoingReply) -> Ready:
        """Looks at the parent, for answers of ours below it, and up the handles that the text mentions.

        Raises Refused, TargetGone, ParentEdited, AnsweredMeanwhile, AuthExpired …
        """
        length, limit = measure(reply.text)
        if length > limit or len(reply.text.encode()) > BYTE_LIMIT:
            raise Refused(
                f"The reply counts {length} by Bluesky's measure (300 characters, 3,000 bytes), {limit} fit.",
                rule="bluesky.too_long",
            )
        if not reply.text.strip():
            raise Refused("The reply is empty.", rule="bluesky.empty")
        # Bluesky takes replies to posts that are gone, so we look first.
        parent = self._parent(reply)
        self._check_unanswered(reply)
        known = {str(parent["author"].get("handle", "")).lower(): str(parent["author"]["did"])}
        record = record_of(
            reply.text,
            root=_ref((parent["record"].get("reply") or {}).get("root") or parent),
            parent=_ref(parent),
            facets=facets_of(reply.text, lambda handle: known.get(handle) or self._did_of(handle)),
            at=self._clock.now(),
        )
        return Ready(reply, length, limit, record=record)

    def send(self, prepared: Prepared) -> SendResult:
        """Exactly one createRecord. Raises nothing."""
        try:
            ready = prepared if isinstance(prepared, Ready) else self.prepare(prepared.reply)
            repo = self._wire.sign_in()
        except (TargetGone, Refused, ParentEdited, AnsweredMeanwhile) as exc:
            return Declined(getattr(exc, "rule", "bluesky.not_as_approved"), exc.cause)
        except Exception as exc:
            return self._later(exc)
        data = {"repo": repo, "collection": COLLECTION, "rkey": record_key(ready.reply.key)}
        try:
            answer = self._wire.write("com.atproto.repo.createRecord", {**data, "record": ready.record})
            uri = str(answer["uri"])
        except NotSent as exc:
            return self._later(exc.__cause__ or exc)
        except RateLimited as exc:
            return Later(exc.retry_at, exc.cause)
        except Refused as exc:
            return Declined(exc.rule, exc.cause)
        except TargetGone as exc:
            return Declined("bluesky.target_gone", exc.cause)
        except AuthExpired as exc:
            return Declined("bluesky.auth", exc.cause)
        except Exception as exc:  # whatever it was, the request may have arrived
            return Unknown(exc.cause if isinstance(exc, ConnectorError) else type(exc).__name__)
        return self._posted(uri, ready.record)

    def find_own_reply(self, reply: OutgoingReply) -> OwnReply:
        """Asks our own repository for the record under this reply's key.

        Absent is PROVEN once the attempt is a minute old: a request still under way has arrived by then.
        """
        where = {
            "repo": self._wire.sign_in(),
            "collection": COLLECTION,
            "rkey": record_key(reply.key),
        }
        try:
            answer = self._wire.read("com.atproto.repo.getRecord", where)
        except TargetGone:
            return OwnReply(None, self._absence(reply))
        record = answer.get("value")
        if not isinstance(record, dict) or not isinstance(answer.get("uri"), str):
            raise BadResponse("Bluesky answered a record without its content.")
        return OwnReply(self._posted(answer["uri"], record))

    def _parent(self, reply: OutgoingReply) -> Mapping[str, Any]:
        answer = self._wire.read("app.bsky.feed.getPosts", {"uris": [reply.in_reply_to]})
        posts = answer.get("posts")
        if not isinstance(posts, list):
            raise BadResponse("Bluesky answered a look-up without a list of posts.")
        view = next((p for p in posts if p.get("uri") == reply.in_reply_to), None)
        if view is None:
            raise TargetGone(f"Bluesky no longer shows the post {reply.in_reply_to}.")
        mention = mention_of(view, self._wire.did)
        if reply.parent_text is not None and mention.text != reply.parent_text:
            raise ParentEdited("The post was edited after the reply was approved.", now=mention)
        if (view["author"].get("viewer") or {}).get("blockedBy"):
            raise Refused("Its author has blocked this account.", rule="bluesky.blocked")
        if CLOSED in mention.metrics:
            raise Refused("Its author doesn't let this account reply.", rule="bluesky.replies_limited")
        named = self._handle is not None and addresses(mention.text, self._handle)
        if TAGGED not in mention.metrics and not named:
            raise Refused("The author neither mentioned nor answered us.", rule="bluesky.not_tagged")
        return dict(view)

    def _check_unanswered(self, reply: OutgoingReply) -> None:
        where = {"uri": reply.in_reply_to, "depth": ANSWER_DEPTH, "parentHeight": 0}
        thread = self._wire.read("app.bsky.feed.getPostThread", where).get("thread")
        found = posts_of(thread, self._wire.did)
        check_unanswered(reply, found, _same_words, self._handle, self._wire.did)

    def _did_of(self, handle: str) -> str | None:
        try:
            found = self._wire.read("com.atproto.identity.resolveHandle", {"handle": handle}).get("did")
        except (Refused, TargetGone):
            return None  # nobody has that handle: it stays plain text
        return str(found) if found else None

    def _posted(self, uri: str, record: Mapping[str, Any]) -> Posted:
        try:
            at: datetime = parse_moment(str(record.get("createdAt")))
        except BadMoment:
            at = self._clock.now()
        return Posted(uri, at, post_url(self._handle or did_of(uri), uri))

    def _absence(self, reply: OutgoingReply) -> Absence:
        settled = reply.attempted_at is not None and self._clock.now() - reply.attempted_at >= SETTLED
        return Absence.PROVEN if settled else Absence.UNPROVEN

    def _later(self, exc: BaseException) -> Later:
        """Nothing was sent; when to come back."""
        now = self._clock.now()
        wait = timedelta(seconds=1) if isinstance(exc, AuthExpired) else NOT_SENT_WAIT
        detail = exc.cause if isinstance(exc, ConnectorError) else type(exc).__name__
        return Later(exc.retry_at if isinstance(exc, RateLimited) else now + wait, detail)


def _same_words(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    """What stays the same when links are spelt out."""
    return re.sub(r"https?://|/(?=\s|$)", "", " ".join(text.split()))


def _ref(of: Mapping[str, Any]) -> dict[str, str]:
    return {"uri": str(of["uri"]), "cid": str(of["cid"])}
