"""The hackernews connector over HTTP, against the fake search."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.base import Ask, Page
from connectors.hackernews import HackerNewsConfig, HackerNewsConnector
from monitor.domain.coverage import Interval
from monitor.domain.errors import RateLimited, Refused, Transient
from monitor.domain.mention import MentionKey
from tests.fakes.hackernews import FakeHackerNews, spread
from tests.fakes.server import FakeServer

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
NEWEST = NOW - timedelta(seconds=1)
WINDOW = Interval(NOW - timedelta(days=1), NOW)
OPEN: list[HackerNewsConnector] = []


@pytest.fixture
def server() -> Iterator[FakeServer]:
    fake = FakeHackerNews(now=NOW)
    fake.load([{"id": 1, "title": "Airlines", "author": "pg", "created_at": NOW - timedelta(days=2)}])
    with FakeServer(fake) as made:
        yield made
    while OPEN:
        OPEN.pop().close()


def connector(server: FakeServer, **config: Any) -> HackerNewsConnector:
    given = {"name": "hn", "kind": "hackernews", "query": "northwind", "timeout": timedelta(seconds=2)}
    made = HackerNewsConfig(**{**given, "base_url": server.base_url + "/", **config})
    OPEN.append(HackerNewsConnector(made, None, server.platform.clock))
    return OPEN[-1]


def drained(reader: HackerNewsConnector, window: Interval = WINDOW, **ask: Any) -> list[Page]:
    pages = [reader.fetch(Ask(window, **ask))]
    while pages[-1].resume is not None:
        pages.append(reader.fetch(Ask(window, resume=pages[-1].resume, **ask)))
    return pages


def ids(pages: list[Page]) -> list[str]:
    return [m.native_id for p in pages for m in p.mentions]


def test_beyond_1000_hits_the_window_goes_on_by_time(server: FakeServer) -> None:
    server.platform.load(spread(2345, NEWEST, timedelta(seconds=30)))
    pages = drained(connector(server, page_size=1000))
    assert len(ids(pages)) == len(set(ids(pages))) == 2345
    assert [p.proves.end for p in pages if p.proves] == [NOW] * len(pages)
    assert pages[-1].proves == WINDOW
    assert len(server.requests("search")) == 3
    assert all("page" not in line.query for line in server.log)


def test_neither_typos_nor_beginnings_nor_other_fields_count(server: FakeServer) -> None:
    at = NOW - timedelta(hours=1)
    for native_id, text in (
        (5, "northwird"),
        (6, "northwindair"),
        (7, "Northwind"),
        (8, "<i>northwind</i>!"),
    ):
        server.platform.load([{"id": native_id, "parent": 1, "text": text, "created_at": at}])
    server.platform.load([{"id": 9, "parent": 1, "author": "northwind", "text": "hello", "created_at": at}])
    assert sorted(ids(drained(connector(server)))) == ["7", "8"]
    asked = server.log[-1].query
    assert (asked["query"], asked["advancedSyntax"]) == ('"northwind"', "true")


def test_a_search_that_forgives_all_the_same_is_checked_here(server: FakeServer) -> None:
    """The server's word is not taken for it: of what it shows, only what holds the words counts."""
    server.platform.load(
        [
            {"id": 5, "parent": 1, "text": "Northwind Traders again", "created_at": NOW - timedelta(hours=1)},
            {"id": 6, "parent": 1, "text": "Northwind lost it", "created_at": NOW - timedelta(hours=2)},
        ]
    )
    pages = drained(connector(server, query="northwind -traders", page_size=1))
    assert ids(pages) == ["6"]
    assert pages[-1].proves == WINDOW


def test_a_story_counts_by_its_title_text_or_address(server: FakeServer) -> None:
    at = NOW - timedelta(hours=1)
    stories = [
        {"id": 5, "title": "Northwind is down", "created_at": at},
        {"id": 6, "title": "A post-mortem", "url": "https://northwind.example/blog", "created_at": at},
        {"id": 7, "title": "Ask HN", "text": "<p>Has Northwind answered you?", "created_at": at},
    ]
    server.platform.load(stories)
    assert sorted(ids(drained(connector(server, tags="story")))) == ["5", "6", "7"]
    assert ids(drained(connector(server, tags="comment"))) == []


def test_late_indexed_and_edited_posts_lie_within_the_overlap(server: FakeServer) -> None:
    reader = connector(server)
    late = {"id": 5, "parent": 1, "text": "northwind", "created_at": NOW - timedelta(minutes=50)}
    server.platform.load([{**late, "indexed_at": NOW + timedelta(minutes=3)}])
    server.platform.load([{**late, "id": 6}])
    assert ids(drained(reader)) == ["6"]
    server.platform.clock.advance(300)
    server.faults.add(do="edit", id="6", text="northwind, edited")
    overlap = Interval(NOW - reader.capabilities.overlap, NOW + timedelta(minutes=5))
    (page,) = drained(reader, overlap)
    assert {m.native_id: m.text for m in page.mentions} == {"5": "northwind", "6": "northwind, edited"}


def test_deletions_while_paging_cost_nothing_else(server: FakeServer) -> None:
    posts = spread(30, NEWEST, timedelta(seconds=30))
    server.platform.load(posts)
    gone = [posts[9]["id"], posts[10]["id"], posts[25]["id"]]
    server.faults.add(do="delete", on="search", after=1, ids=gone)
    found = ids(drained(connector(server, page_size=10)))
    assert sorted(found) == sorted(str(p["id"]) for p in posts if p not in (posts[10], posts[25]))


def test_repeated_posts_are_handed_on_once(server: FakeServer) -> None:
    posts = spread(30, NEWEST, timedelta(seconds=30))
    server.platform.load(posts)
    server.faults.add(do="duplicate", on="search", after=1, times=None)
    found = ids(drained(connector(server, page_size=10)))
    assert sorted(found) == sorted(str(p["id"]) for p in posts)


def test_an_empty_page_in_the_middle_is_no_end(server: FakeServer) -> None:
    server.platform.load(spread(30, NEWEST, timedelta(seconds=30)))
    server.faults.add(do="empty", on="search", after=1)
    reader = connector(server, page_size=10)
    first = reader.fetch(Ask(WINDOW))
    with pytest.raises(Transient):
        reader.fetch(Ask(WINDOW, resume=first.resume))
    assert len(reader.fetch(Ask(WINDOW, resume=first.resume)).mentions) == 10


def test_a_429_says_when(server: FakeServer) -> None:
    server.faults.add({"do": "429", "seconds": 90}, {"do": "429-bare"})
    for wait in (timedelta(seconds=90), timedelta(minutes=15)):
        with pytest.raises(RateLimited) as caught:
            connector(server).fetch(Ask(WINDOW))
        assert caught.value.retry_at == NOW + wait


def test_refusals_name_their_rule_and_never_the_address(server: FakeServer) -> None:
    server.faults.add(do="403")
    with pytest.raises(Refused) as caught:
        connector(server).fetch(Ask(WINDOW))
    assert caught.value.rule == "hackernews.forbidden"
    assert "/api/" not in str(caught.value)


def test_a_backfill_may_ask_for_something_else(server: FakeServer) -> None:
    server.platform.load(
        [{"id": 5, "parent": 1, "text": "southwind", "created_at": NOW - timedelta(hours=3)}]
    )
    reader = connector(server)
    assert ids(drained(reader, query="southwind")) == ["5"]
    with pytest.raises(Refused) as caught:
        reader.fetch(Ask(WINDOW, query="a OR b"))
    assert caught.value.rule == "hackernews.bad_query"


def test_the_estimate_counts_before_anything_is_fetched(server: FakeServer) -> None:
    server.platform.load(spread(450, NEWEST, timedelta(seconds=30)))
    estimate = connector(server).estimate(WINDOW, None)
    assert (estimate.posts, estimate.requests, estimate.cost_usd) == (450, 3, 0.0)
    assert len(server.log) == 1


def test_a_recheck_tells_edits_deletions_and_what_moderators_took_out(server: FakeServer) -> None:
    server.platform.load(
        [{"id": i, "parent": 1, "text": f"northwind {i}", "created_at": NOW} for i in range(5, 9)]
    )
    server.faults.add({"do": "delete", "ids": [5]}, {"do": "kill", "ids": [6]})
    server.faults.add(do="edit", id=7, text="northwind, mended")
    keys = [MentionKey("hackernews", str(i)) for i in (5, 6, 7, 8)]
    server.faults.add(do="503", on="item", after=3)
    result = connector(server).recheck([MentionKey("hackernews", "none"), *keys])
    assert {k.native_id for k in result.removed} == {"none", "5", "6"}
    assert {m.native_id: m.text for m in result.alive} == {"7": "northwind, mended"}
    with pytest.raises(Transient):
        server.faults.add(do="503", on="item")
        connector(server).recheck(keys)


def test_a_thread_is_the_way_up_the_answers_and_the_neighbours(server: FakeServer) -> None:
    parents = {10: 1, 11: 10, 12: 10, 13: 11, 14: 1, 15: 14}
    for i, (native_id, parent) in enumerate(parents.items()):
        at = NOW - timedelta(hours=1) + timedelta(seconds=i)
        server.platform.load(
            [{"id": native_id, "parent": parent, "text": f"northwind {i}", "created_at": at}]
        )
    reader = connector(server)
    (post,) = [m for p in drained(reader) for m in p.mentions if m.native_id == "11"]
    assert (post.in_reply_to, post.conversation) == ("10", "1")
    assert [m.native_id for m in reader.thread(post)] == ["1", "10", "12", "13"]


def test_check_counts_what_matches(server: FakeServer) -> None:
    server.platform.load(spread(3, NEWEST, timedelta(seconds=30)))
    assert connector(server).check() == "Hacker News' search answers; 3 posts hold these words."
