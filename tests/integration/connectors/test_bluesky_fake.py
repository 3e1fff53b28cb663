"""Reading: the bluesky connector against the fake Bluesky, over HTTP, through the real client library."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest

from connectors.base import Ask, Estimator, Threader
from connectors.bluesky import BlueskyConnector
from monitor.domain.coverage import Interval
from monitor.domain.errors import AuthExpired, BadResponse, RateLimited, Refused, TargetGone
from monitor.domain.mention import MentionKey, Quoted
from monitor.domain.verdict import MayReply
from tests.fakes.bluesky import SECRETS, FakeBluesky
from tests.fakes.bluesky_posts import spread
from tests.fakes.server import FakeServer
from tests.integration.connectors.bluesky_setting import (
    NOW,
    START,
    WINDOW,
    connector,
    drained,
    ids,
    post,
    running,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    yield from running()


def asked(server: FakeServer) -> list[str]:
    return [line.endpoint for line in server.requests()]


# --- windows ------------------------------------------------------------------------------------


def test_a_page_proves_down_to_the_millisecond_after_its_oldest_post(server: FakeServer) -> None:
    server.platform.load(spread(250, START, timedelta(seconds=60)))
    reader = connector(server)
    pages = drained(reader)
    reader.close()
    assert len(ids(pages)) == len(set(ids(pages))) == 250
    assert asked(server) == ["login", "search", "search", "search"]
    proven = [p.proves for p in pages]
    assert proven[0] == Interval(START + timedelta(seconds=150 * 60, milliseconds=1), NOW)
    assert proven[-1] == WINDOW
    assert all(a and b and a.start >= b.start for a, b in pairwise(proven))
    query = server.requests("search")[0].query
    assert (query["since"], query["until"]) == ("2026-03-06T12:00:00.000Z", "2026-03-08T12:00:00.000Z")
    assert pages[0].rate is not None
    assert (pages[0].rate.limit, pages[0].rate.remaining) == (3000, 2999)
    assert pages[0].rate.reset_at == NOW + timedelta(minutes=5)


def test_posts_of_one_millisecond_on_two_pages_are_all_there(server: FakeServer) -> None:
    at = (NOW - HOUR).isoformat()
    server.platform.load(
        [{"author": "a.test", "text": f"northwind {n}", "created_at": at} for n in range(25)]
    )
    pages = drained(reader := connector(server), limit=10)
    reader.close()
    assert len(set(ids(pages))) == 25
    assert pages[0].proves == Interval(NOW - HOUR + timedelta(milliseconds=1), NOW)


def test_a_search_that_just_ends_goes_on_by_time() -> None:
    for server in running(search_limit=5000):
        server.platform.load(spread(5300, START, timedelta(seconds=30)))
        pages = drained(reader := connector(server))
        reader.close()
        assert len(set(ids(pages))) == 5300
        assert pages[-1].proves == WINDOW
        assert {m for p in pages for m in p.missing} == set()
        assert len(server.requests("search")) == 54  # 53 pages, one of them put anew by time


def test_posts_deleted_and_added_between_pages_disturb_nothing(server: FakeServer) -> None:
    server.platform.load(spread(30, START, timedelta(seconds=60)))
    listed = sorted(server.platform.posts(), key=lambda p: str(p["created_at"]), reverse=True)
    gone = [str(listed[9]["id"]), str(listed[12]["id"])]  # the one the cursor stands at, and one to come
    server.faults.add(on="search", after=1, do="delete", ids=gone)
    server.faults.add(on="search", after=1, do="add", posts=[{"author": "a.test", "text": "northwind new"}])
    pages = drained(reader := connector(server), limit=10)
    reader.close()
    assert len(set(ids(pages))) == 29
    assert gone[1] not in ids(pages)


def test_a_cursor_that_is_no_longer_taken_is_replaced_by_its_time(server: FakeServer) -> None:
    server.platform.load(spread(30, START, timedelta(seconds=60)))
    server.faults.add(on="search", after=1, do="stale-cursor")
    pages = drained(reader := connector(server), limit=10)
    reader.close()
    # The millisecond where it goes on may hold more posts, so its one post comes twice.
    assert len(set(ids(pages))) == 30
    assert len(ids(pages)) == 31
    assert len(server.requests("search")) == 5


def test_odd_pages(server: FakeServer) -> None:
    server.platform.load(spread(30, START, timedelta(seconds=60)))
    server.faults.add(on="search", do="odd")
    server.faults.add(on="search", after=1, do="empty")
    server.faults.add(on="search", after=2, do="shuffle")
    pages = drained(reader := connector(server), limit=10)
    reader.close()
    assert [len(p.rejects) for p in pages] == [1, 0, 0, 0]
    assert "author" in pages[0].rejects[0].reason
    assert [len(p.mentions) for p in pages] == [9, 0, 10, 10]
    # Neither nothing nor disorder proves anything.
    assert pages[1].proves == pages[0].proves == pages[2].proves
    assert pages[3].proves == WINDOW


def test_a_foreign_place_starts_over_and_a_broken_one_is_told(server: FakeServer) -> None:
    server.platform.load(spread(30, START, timedelta(seconds=60)))
    reader, other = connector(server), connector(server, query="delayed")
    resume = other.fetch(Ask(WINDOW, limit=10)).resume
    again = reader.fetch(Ask(WINDOW, limit=10, resume=resume))
    assert ids([again]) == ids([reader.fetch(Ask(WINDOW, limit=10))])
    for broken in ("x", "[]", '{"source": 1}', '{"source":"' + "0" * 12 + '","low":"now"}'):
        if "source" not in broken:
            with pytest.raises(BadResponse):
                reader.fetch(Ask(WINDOW, resume=broken))
    reader.close()
    other.close()


# --- notifications ------------------------------------------------------------------------------


def test_notifications_come_first_and_nothing_is_proven_before_the_search(server: FakeServer) -> None:
    server.platform.load(spread(3, START, HOUR))
    own = post(server, "We are looking into it.", author="northwind.test")
    found = {
        post(server),
        post(server, "no, you are not", in_reply_to=own),
        post(server, "look at this", quoted=own),
        *ids(drained(reader := connector(server))),
    }
    reader.close()
    post(server, "nothing to do with anybody")
    reader = connector(server, notifications=True)
    pages = drained(reader)
    assert [p.proves for p in pages] == [None, WINDOW]
    assert {m.native_id: m.metrics.get("tagged") for m in pages[0].mentions}.keys() < found
    verdicts = [reader.can_reply(m, frozenset({"northwind.test"})).rule for m in pages[0].mentions]
    reader.close()
    assert sorted(verdicts) == ["bluesky.not_tagged", "bluesky.tagged", "bluesky.tagged"]
    assert set(ids(pages)) == found | {p["id"] for p in server.platform.posts() if "northwind" in p["text"]}


def test_notifications_alone_are_read_until_they_are_past_the_window(server: FakeServer) -> None:
    server.platform.load(spread(60, START - 2 * HOUR, timedelta(minutes=10), text="@northwind.test hello"))
    window = Interval(START, START + 4 * HOUR)
    reader = connector(server, query=None, notifications=True)
    pages = drained(reader, window, limit=10)
    reader.close()
    assert len(ids(pages)) == len(set(ids(pages))) == 24
    assert pages[-1].proves == window
    assert len(pages) == 6, "the sixth page lies before the window: nobody asks for a seventh"
    assert {line.query["reasons"] for line in server.requests("notifications")} == {"quote"}


def test_times_that_authors_make_up(server: FakeServer) -> None:
    future = post(server, created_at="2099-01-01T00:00:00Z", indexed_at=(NOW - HOUR).isoformat())
    past = post(server, created_at="2020-01-01T00:00:00Z", indexed_at=(NOW - HOUR).isoformat())
    late = post(server, created_at=(NOW - 2 * HOUR).isoformat(), indexed_at=(NOW + HOUR).isoformat())
    reader = connector(server)
    (found,) = drained(reader)[0].mentions
    assert found.native_id == future
    assert found.created_at == NOW - HOUR
    server.platform.clock.advance(2 * 3600)
    later = drained(reader, Interval(NOW - 3 * HOUR, NOW + 2 * HOUR))
    reader.close()
    assert set(ids(later)) == {future, late}
    assert past not in ids(later), "lists go by the earlier of both times: nobody can ask for it"


# --- what a mention holds -----------------------------------------------------------------------


def test_a_mention_is_whole(server: FakeServer) -> None:
    quoted = post(server, "I like northwind", author="bob.test", author_name="Bob")
    photo = {"type": "photo", "url": "https://cdn.example/1.jpg", "alt": "an empty belt"}
    link = {"shown": "example.com/a…", "url": "https://example.com/about"}
    words = {"shown": "here", "url": "https://example.com/here"}
    text = "😡 northwind: example.com/a… and here"
    post(server, text, links=[link, words], media=[photo], lang="en", author_name="Ann")
    post(server, "northwind, see", quoted=quoted)
    post(
        server,
        "northwind film",
        media=[{"type": "video", "url": "https://v.example/1", "alt": "-"}],
    )
    post(server, "northwind page", media=[{"type": "link", "url": "https://e.example", "alt": "A page"}])
    reader = connector(server)
    found = {m.text: m for m in drained(reader)[0].mentions}
    reader.close()
    whole = found["😡 northwind: https://example.com/about and here (https://example.com/here)"]
    assert (whole.author, whole.author_name, whole.lang) == ("ann.test", "Ann", "en")
    assert whole.author_id is not None and whole.author_id.startswith("did:plc:")
    assert whole.url == f"https://bsky.app/profile/ann.test/post/{whole.native_id.rpartition('/')[2]}"
    assert [(m.kind, m.url, m.alt) for m in whole.media] == [("photo", photo["url"], photo["alt"])]
    assert whole.conversation == whole.native_id
    assert found["northwind, see"].quoted == Quoted(quoted, "bob.test", "I like northwind")
    assert [m.kind for m in found["northwind film"].media] == ["video"]
    assert [(m.kind, m.alt) for m in found["northwind page"].media] == [("link", "A page")]


def test_a_thread_is_shown_around_a_post(server: FakeServer) -> None:
    root = post(server, "northwind?", author="bob.test")
    middle = post(server, "northwind!", in_reply_to=root)
    leaf = post(server, "indeed", author="carl.test", in_reply_to=middle)
    reader = connector(server)
    assert isinstance(reader, Threader) and isinstance(reader, Estimator)
    mention = next(m for m in drained(reader)[0].mentions if m.native_id == middle)
    assert {m.native_id for m in reader.thread(mention)} == {root, leaf}
    assert {m.conversation for m in reader.thread(mention)} == {root} == {mention.conversation}
    server.platform.store.delete([root])  # type: ignore[attr-defined]
    assert [m.native_id for m in reader.thread(mention)] == [leaf]
    server.platform.store.delete([middle])  # type: ignore[attr-defined]
    with pytest.raises(TargetGone):
        reader.thread(mention)
    reader.close()


def test_rechecks_tell_what_is_gone_25_at_a_time(server: FakeServer) -> None:
    server.platform.load(spread(60, START, HOUR / 2))
    reader = connector(server)
    keys = [m.key for m in drained(reader)[0].mentions]
    server.platform.store.delete([k.native_id for k in keys[:3]])  # type: ignore[attr-defined]
    told = reader.recheck([*keys, MentionKey("x", "1")])
    assert len(told.alive) == 57
    assert list(told.removed) == keys[:3]
    assert asked(server).count("posts") == 3
    server.faults.add(on="posts", after=1, do="503")
    assert len(reader.recheck(keys).alive) == 22, "what was answered counts"
    server.faults.add(on="posts", do="empty")
    assert len(reader.recheck(keys[3:13]).alive) == 10, "a single empty answer purges nothing"
    reader.close()


def test_may_we_reply(server: FakeServer) -> None:
    mine = post(server, "northwind here", author="northwind.test")
    post(server, "@northwind.test northwind tagged")
    post(server, "northwind answered", in_reply_to=mine)
    post(server, "northwind overheard")
    post(server, "@northwind.test northwind closed", closed=True)
    reader = connector(server)
    rules = {
        m.text.rpartition(" ")[2]: (v.rule, v.may_reply)
        for m in drained(reader)[0].mentions
        if (v := reader.can_reply(m, frozenset({"northwind.test"})))
    }
    reader.close()
    assert rules == {
        "here": ("bluesky.own_post", MayReply.LISTEN_ONLY),
        "tagged": ("bluesky.tagged", MayReply.POSTABLE),
        "answered": ("bluesky.tagged", MayReply.POSTABLE),
        "overheard": ("bluesky.not_tagged", MayReply.HANDOFF),
        "closed": ("bluesky.replies_limited", MayReply.LISTEN_ONLY),
    }


# --- sessions -----------------------------------------------------------------------------------


def test_sources_of_an_account_share_one_session(server: FakeServer) -> None:
    readers = [connector(server), connector(server, query="other"), connector(server, notifications=True)]
    for reader in readers:
        reader.fetch(Ask(WINDOW))
        reader.close()
        reader.fetch(Ask(WINDOW))
    assert asked(server).count("login") == 1
    for reader in readers:
        reader.close()
    del reader, readers
    gc.collect()
    again = connector(server)
    again.fetch(Ask(WINDOW))
    again.close()
    assert asked(server).count("login") == 2, "a session ends with the last source that uses it"


def test_tokens_are_renewed_in_time_and_shared(server: FakeServer) -> None:
    one, two = connector(server), connector(server)
    one.fetch(Ask(WINDOW))
    two.fetch(Ask(WINDOW))
    server.platform.clock.advance(110 * 60)  # they live two hours; the client renews 15 minutes before
    one.fetch(Ask(WINDOW))
    two.fetch(Ask(WINDOW))
    assert asked(server) == ["login", "search", "search", "refresh", "search", "search"]
    server.platform.clock.advance(3 * 3600)
    two.fetch(Ask(WINDOW))
    one.fetch(Ask(WINDOW))
    assert asked(server)[6:] == ["refresh", "search", "search"]
    one.close()
    two.close()


def test_a_session_that_ended_is_replaced_once(server: FakeServer) -> None:
    reader = connector(server)
    reader.fetch(Ask(WINDOW))
    server.faults.add(on="search", do="expire-all")
    assert reader.fetch(Ask(WINDOW)).proves == WINDOW
    assert asked(server) == ["login", "search", "search", "login", "search"]
    server.faults.add(on="search", do="revoke")  # and the password was changed
    with pytest.raises(AuthExpired) as caught:
        reader.fetch(Ask(WINDOW))
    reader.close()
    assert asked(server)[5:] == ["search", "login"]
    assert "Invalid identifier or password" in caught.value.cause


def test_missing_secrets_ask_nothing(server: FakeServer) -> None:
    config = connector(server)._config
    reader = BlueskyConnector(config, None, server.platform.clock)
    with pytest.raises(AuthExpired):
        reader.fetch(Ask(WINDOW))
    reader.close()
    assert asked(server) == []


def test_a_429_says_when_to_come_back_by_our_own_clock(server: FakeServer) -> None:
    reader = connector(server)
    reader.fetch(Ask(WINDOW))
    server.faults.add(on="search", do="429", seconds=90)
    with pytest.raises(RateLimited) as caught:
        reader.fetch(Ask(WINDOW))
    assert caught.value.retry_at == NOW + timedelta(seconds=90)
    server.faults.add(on="search", do="429-bare")
    with pytest.raises(RateLimited) as bare:
        reader.fetch(Ask(WINDOW))
    assert bare.value.retry_at == NOW + timedelta(minutes=5)
    reader.close()


def test_another_account_is_found_out(server: FakeServer) -> None:
    reader = connector(server)
    assert reader.check() == "Bluesky knows @northwind.test; may read, and post as @northwind.test."
    reader._handle = "somebody.test"
    with pytest.raises(Refused) as caught:
        reader.check()
    reader.close()
    assert caught.value.rule == "bluesky.other_account"


def test_no_password_and_no_token_in_any_log(server: FakeServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.DEBUG)
    reader = connector(server)
    reader.fetch(Ask(WINDOW))
    reader.close()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    platform = server.platform
    assert isinstance(platform, FakeBluesky)
    assert SECRETS["APP_PASSWORD"] not in caplog.text
    assert "eyJ" not in caplog.text, "nor the beginning of any token"
