"""Look-ups and texts: the x connector against the fake X, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connectors.base import Ask
from connectors.x.rules import id_at
from monitor.domain.coverage import Interval
from monitor.domain.mention import MentionKey
from monitor.domain.verdict import MayReply
from tests.fakes.server import FakeServer
from tests.fakes.x import FakeX
from tests.fakes.x_posts import spread
from tests.integration.connectors.x_setting import (
    NOW,
    START,
    WINDOW,
    connector,
    running,
)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    yield from running()


def test_recheck_tells_edited_deleted_and_protected(server: FakeServer) -> None:
    server.platform.load(spread(230, START, timedelta(minutes=1)))
    posts = server.platform.posts()
    deleted, edited, hidden = posts[0]["id"], posts[1]["id"], posts[2]
    platform = server.platform
    assert isinstance(platform, FakeX)
    platform.store.delete([deleted])
    platform.store.edit(edited, "northwind is fine again", START + timedelta(minutes=20))
    platform.store.person(hidden["author"]).gone = "protected"
    keys = [MentionKey("x", p["id"]) for p in posts]
    reader = connector(server)
    alive, removed, cost = reader.recheck(keys)
    reader.close()
    gone = {p["id"] for p in posts if p["author"] == hidden["author"]} | {deleted}
    assert {k.native_id for k in removed} == gone
    mended = next(m for m in alive if m.native_id == edited)
    assert (mended.text, mended.edited_at) == ("northwind is fine again", START + timedelta(minutes=20))
    assert mended.created_at == START + timedelta(minutes=1)
    assert len(alive) + len(removed) == 230
    assert len(server.requests("lookup")) == 4  # three batches, and the newest version of the edited one
    assert cost == pytest.approx((230 - len(gone) + 1) * 0.005)


def test_a_recheck_that_breaks_off_keeps_what_was_answered(server: FakeServer) -> None:
    server.platform.load(spread(150, START, timedelta(minutes=1)))
    keys = [MentionKey("x", p["id"]) for p in server.platform.posts()]
    server.faults.add(on="lookup", after=1, do="503")
    reader = connector(server)
    alive, removed, _ = reader.recheck(keys)
    reader.close()
    assert (len(alive), removed) == (100, ())


def test_a_thread_is_root_parents_and_replies_in_order(server: FakeServer) -> None:
    root = {"id": str(id_at(START)), "author": "ann", "text": "northwind?", "created_at": START.isoformat()}
    answers = [
        {
            "id": str(id_at(START + timedelta(minutes=n))),
            "author": f"c{n}",
            "text": f"me too {n}",
            "created_at": (START + timedelta(minutes=n)).isoformat(),
            "in_reply_to": root["id"],
        }
        for n in range(1, 4)
    ]
    server.platform.load([root, *answers])
    reader = connector(server)
    middle = next(
        m for m in reader.fetch(Ask(WINDOW, query="too")).mentions if m.native_id == answers[1]["id"]
    )
    thread = reader.thread(middle)
    reader.close()
    assert [m.native_id for m in thread] == [root["id"], answers[0]["id"], answers[2]["id"]]


def test_estimates_come_from_counts(server: FakeServer) -> None:
    server.platform.load(spread(2500, START, timedelta(seconds=60)))
    recent = connector(server)
    told = recent.estimate(Interval(NOW - timedelta(days=10), NOW - timedelta(hours=1)), None)
    recent.close()
    assert told.posts is not None
    assert told.cost_usd == pytest.approx(told.posts * 0.005)
    assert (told.posts, told.requests, told.spent_usd) == (2500, 25, 0.005)
    assert [reason for _, reason in told.cannot] == ["window_expired"]
    archive = connector(server, mode="all")
    told = archive.estimate(Interval(NOW - timedelta(days=70), NOW - timedelta(hours=1)), "northwind")
    archive.close()
    assert (told.posts, told.requests, told.cannot) == (2500, 5, ())
    assert told.spent_usd == pytest.approx(0.03)  # 70 days are three pages of 31


# --- what a person sees ---------------------------------------------------------------------------


def test_text_and_surroundings_are_as_a_person_sees_them(server: FakeServer) -> None:
    ours = {
        "id": str(id_at(START)),
        "author": "northwindair",
        "text": "On time & cheap",
        "created_at": START.isoformat(),
    }
    long = "northwind <3 " + "very " * 70 + "late & see https://example.com/a?b=1&copy=2"
    at = (START + timedelta(minutes=1)).isoformat()
    post = {
        "author": "ann",
        "author_name": "Ann Ö.",
        "author_followers": 3,
        "text": long,
        "created_at": at,
        "quoted": ours["id"],
        "lang": "in",
        "place": "Kiel, Germany",
        "links": ["https://example.com/a?b=1&copy=2"],
        "media": [{"type": "photo", "url": "https://pbs.example/1.jpg", "alt_text": "a torn suitcase"}],
    }
    server.platform.load([ours, post])
    reader = connector(server)
    (mention,) = reader.fetch(Ask(WINDOW, query="northwind")).mentions
    verdict = reader.can_reply(mention, frozenset({"northwindair"}))
    reader.close()
    assert mention.text == long
    assert mention.quoted is not None
    assert (mention.quoted.author, mention.quoted.text) == ("northwindair", "On time & cheap")
    assert [(m.kind, m.url, m.alt) for m in mention.media] == [
        ("photo", "https://pbs.example/1.jpg", "a torn suitcase")
    ]
    assert (mention.author, mention.author_name, mention.author_followers) == ("ann", "Ann Ö.", 3)
    assert (mention.lang, mention.location) == ("id", "Kiel, Germany")
    assert mention.url == f"https://x.com/ann/status/{mention.native_id}"
    assert (verdict.may_reply, verdict.rule) == (MayReply.POSTABLE, "x.summoned")


def test_reposts_add_reach_and_are_no_mentions_of_their_own(server: FakeServer) -> None:
    original = str(id_at(NOW - timedelta(minutes=30)))
    at = (NOW - timedelta(minutes=30)).isoformat()
    server.platform.load(
        [{"id": original, "author": "ann", "text": "@northwindair lost bag", "created_at": at}]
    )
    late = (NOW - timedelta(minutes=20)).isoformat()
    repost = {
        "author": "bob",
        "text": "RT @ann: @northwindair lost b…",
        "created_at": late,
        "reposted": original,
    }
    server.platform.load([repost])
    reader = connector(server, mode="mentions", query=None)
    mentions = reader.fetch(Ask(Interval(NOW - timedelta(hours=1), NOW))).mentions
    verdict = reader.can_reply(mentions[0], frozenset({"northwindair"}))
    reader.close()
    assert [(m.repost_of, m.text) for m in mentions] == [
        (original, "@northwindair lost bag"),
        (None, "@northwindair lost bag"),
    ]
    assert verdict.may_reply is MayReply.LISTEN_ONLY
