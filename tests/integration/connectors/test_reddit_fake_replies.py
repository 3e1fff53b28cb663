"""Replying on Reddit, through real praw, against the fake Reddit on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import praw
import pytest

from monitor.domain.errors import (
    AuthExpired,
    ConnectorError,
    ParentEdited,
    Refused,
    TargetClosed,
    TargetGone,
)
from monitor.domain.posting import (
    Absence,
    Declined,
    Later,
    OutgoingReply,
    Posted,
    Prepared,
    SendResult,
    Unknown,
)
from tests.fakes.faults import Fault
from tests.fakes.reddit import RedditFake
from tests.fakes.reddit_account import NOON, Reddit
from tests.fakes.server import FakeClock, FakeServer


@pytest.fixture
def reddit() -> Iterator[Reddit]:
    clock = FakeClock(NOON)
    fake = RedditFake(clock=clock)
    with FakeServer(fake) as server:
        yield Reddit(server, fake, clock)


def reply(parent: str = "t1_00000", text: str = "We are sorry.", **more: Any) -> OutgoingReply:
    return OutgoingReply(1, "reddit", parent, text, "key-1", **more)


def sent(reddit: Reddit, **config: Any) -> SendResult:
    return reddit.connector(**config).send(Prepared(reply(), 13, 10_000))


def ours(reddit: Reddit) -> list[dict[str, Any]]:
    return [p for p in reddit.fake.posts() if p.get("author") == "NorthwindAir"]


# --- replying ----------------------------------------------------------------------------------


def test_prepare_and_send(reddit: Reddit) -> None:
    reddit.load(1)
    connector = reddit.connector(allow_reply=("Northwind",))
    ready = connector.prepare(reply(conversation="t3_northwind", parent_text="northwind lost bag 0"))
    result = connector.send(ready)
    assert isinstance(result, Posted)
    assert result.posted_at == NOON and result.native_id in (result.url or "").replace("/", "/t1_")
    (post,) = ours(reddit)
    assert (post["parent"], post["text"]) == ("t1_00000", "We are sorry.")
    found = connector.find_own_reply(reply()).found
    assert found is not None and found.native_id == result.native_id == post["id"]


@pytest.mark.parametrize("fault", ["503-after", "500-after", "drop-after", "hang-after", "truncate"])
def test_a_write_whose_answer_is_lost_is_made_once(reddit: Reddit, fault: str) -> None:
    """Unmodified, praw posts the comment two or three times here."""
    reddit.load(1)
    reddit.server.faults.add(do=fault, on="create", times=1, seconds=5)
    result = sent(reddit, timeout=timedelta(seconds=0.4))
    assert isinstance(result, Unknown)
    assert len(ours(reddit)) == 1, "exactly one comment"
    assert len(reddit.server.requests("create")) == 1
    found = reddit.connector().find_own_reply(reply())
    assert found.found is not None and found.found.native_id == ours(reddit)[0]["id"]


def test_praw_left_alone_posts_it_twice(reddit: Reddit) -> None:
    """What the connector is there to prevent: the reason for all of this, kept as a test."""
    reddit.load(1)
    reddit.server.faults.add(do="503-after", on="create", times=1)
    base = reddit.server.base_url
    plain = praw.Reddit(
        client_id="id",
        client_secret="s3cret",
        username="NorthwindAir",
        password="pa55word",
        user_agent="python:test:1",
        reddit_url=base,
        oauth_url=base,
        check_for_updates=False,
    )
    plain.comment("00000").reply("We are sorry.")
    assert len(ours(reddit)) == 2


@pytest.mark.parametrize("fault", ["503", "drop", "hang", "html"])
def test_a_write_that_had_no_effect_is_unknown_too(reddit: Reddit, fault: str) -> None:
    reddit.load(1)
    reddit.server.faults.add(do=fault, on="create", times=1, seconds=5)
    result = sent(reddit, timeout=timedelta(seconds=0.4))
    assert isinstance(result, Unknown)
    assert len(reddit.server.requests("create")) == 1


@pytest.mark.parametrize(("quirk", "created"), [("ratelimit", 0), ("ratelimit-after", 1), ("quiet", 1)])
def test_ratelimit_may_hide_a_comment(reddit: Reddit, quirk: str, created: int) -> None:
    """The text says "4 milliseconds": praw would sleep and post again, even at ratelimit_seconds=0."""
    reddit.load(1)
    reddit.server.faults.add(do=quirk, on="create", times=1)
    began = time.monotonic()
    assert isinstance(sent(reddit), Unknown)
    assert time.monotonic() - began < 0.9
    assert len(ours(reddit)) == created
    assert len(reddit.server.requests("create")) == 1


@pytest.mark.parametrize(
    ("change", "rule"),
    [("lock", "reddit.thread_locked"), ("delete", "reddit.deleted_comment")],
)
def test_a_plain_no_is_declined(reddit: Reddit, change: str, rule: str) -> None:
    reddit.load(1)
    reddit.fake.happen(Fault(change, args={"ids": ["t1_00000"]}))
    result = sent(reddit)
    assert isinstance(result, Declined) and result.rule == rule
    assert ours(reddit) == []


@pytest.mark.parametrize(("fault", "result"), [("403", Declined), ("429", Later), ("401", Later)])
def test_turned_away_at_the_door(reddit: Reddit, fault: str, result: type[SendResult]) -> None:
    reddit.load(1)
    reddit.server.faults.add(do=fault, on="create", times=1)
    assert isinstance(sent(reddit), result)
    assert ours(reddit) == [] and len(reddit.server.requests("create")) == 1


def test_what_never_left_is_for_later(reddit: Reddit) -> None:
    for fault in ("503", "html", "truncate", "401"):
        reddit.server.faults.clear()
        reddit.server.faults.add(do=fault, on="token", times=None)
        assert isinstance(sent(reddit), Later), fault
    assert reddit.server.requests("create") == []
    connector = reddit.connector(base_url="http://127.0.0.1:1")
    later = connector.send(Prepared(reply(), 13, 10_000))
    assert isinstance(later, Later) and later.retry_at > NOON


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"do": "delete"}, TargetGone),
        ({"do": "remove"}, TargetGone),
        ({"do": "lock"}, TargetClosed),
        ({"do": "archive"}, TargetClosed),
        ({"do": "edit", "text": "never mind"}, ParentEdited),
    ],
)
def test_prepare_sees_what_changed(
    reddit: Reddit, change: dict[str, Any], error: type[ConnectorError]
) -> None:
    reddit.load(1)
    reddit.fake.happen(Fault.parse({**change, "ids": ["t1_00000"]}))
    with pytest.raises(error):
        reddit.connector(allow_reply=("northwind",)).prepare(reply(parent_text="northwind lost bag 0"))


def test_prepare_refuses_outside_the_allow_list_and_what_is_too_long(reddit: Reddit) -> None:
    reddit.load(1)
    with pytest.raises(Refused, match="allow-list"):
        reddit.connector(allow_reply=("other",)).prepare(reply())
    with pytest.raises(Refused, match="10001"):
        reddit.connector(allow_reply=("northwind",)).prepare(reply(text="x" * 10_001))
    with pytest.raises(AuthExpired):
        reddit.connector(secrets={"CLIENT_ID": "a", "CLIENT_SECRET": "b"}).prepare(reply())


def test_absence_is_proven_only_by_a_list_that_reaches_back(reddit: Reddit) -> None:
    mine = {"author": "NorthwindAir", "parent": "t3_x", "subreddit": "northwind", "text": "another"}
    reddit.fake.load([{**mine, "id": "t1_old", "created_at": (NOON - timedelta(hours=9)).isoformat()}])
    connector = reddit.connector()
    tried = reply(attempted_at=NOON)
    assert connector.find_own_reply(tried).absence is Absence.UNPROVEN, "it may still turn up"
    reddit.clock.advance(180)
    assert connector.find_own_reply(tried).absence is Absence.PROVEN
    assert connector.find_own_reply(reply()).absence is Absence.UNPROVEN, "when it was tried is not known"
    reddit.server.faults.add(do="empty", on="user")
    assert connector.find_own_reply(tried).absence is Absence.UNPROVEN, "an empty list is no proof"


def test_a_reply_that_shows_up_late_is_found(reddit: Reddit) -> None:
    reddit.load(1)
    connector = reddit.connector()
    result = connector.send(Prepared(reply(), 13, 10_000))
    assert isinstance(result, Posted)
    ours(reddit)[0]["indexed_at"] = (NOON + timedelta(seconds=60)).isoformat()
    tried = reply(attempted_at=NOON)
    early = connector.find_own_reply(tried)
    assert early.found is None and early.absence is Absence.UNPROVEN
    reddit.clock.advance(61)
    assert connector.find_own_reply(tried).found is not None
