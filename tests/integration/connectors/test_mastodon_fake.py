"""Reading: the mastodon connector against the fake server, over HTTP, through the real client library."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest

from connectors.base import Ask, Estimator, Threader
from connectors.mastodon import MastodonConnector
from monitor.domain.coverage import Interval
from monitor.domain.errors import AuthExpired, BadResponse, RateLimited, Refused, TargetGone, Transient
from monitor.domain.mention import MentionKey, Quoted
from monitor.domain.verdict import MayReply
from tests.fakes.mastodon import HANDLE, SECRETS, FakeMastodon, account
from tests.fakes.mastodon_posts import spread
from tests.fakes.server import FakeServer
from tests.integration.connectors.mastodon_setting import (
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
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    yield from running()


def asked(server: FakeServer) -> list[str]:
    return [line.endpoint for line in server.requests()]


# --- windows ------------------------------------------------------------------------------------


def test_a_page_proves_down_to_the_second_after_its_oldest_post(server: FakeServer) -> None:
    server.platform.load(spread(10, START - HOUR, MINUTE))
    server.platform.load(spread(100, START, MINUTE))
    reader = connector(server)
    pages = drained(reader)
    reader.close()
    assert len(ids(pages)) == len(set(ids(pages))) == 100
    assert asked(server) == ["tag"] * 3, "no request but for the pages, and none to see that it was the last"
    proven = [p.proves for p in pages]
    assert proven[0] == Interval(START + timedelta(minutes=60, seconds=1), NOW)
    assert proven[-1] == WINDOW
    assert all(a and b and a.start >= b.start for a, b in pairwise(proven))
    assert pages[0].rate is not None
    assert (pages[0].rate.limit, pages[0].rate.remaining) == (300, 299)
    assert pages[0].rate.reset_at == NOW + timedelta(minutes=5)


def test_a_hashtag_that_is_younger_than_the_window_ends_with_two_empty_pages(server: FakeServer) -> None:
    server.platform.load(spread(45, START, MINUTE))
    pages = drained(reader := connector(server))
    reader.close()
    assert [len(p.mentions) for p in pages] == [40, 5, 0, 0]
    assert pages[-1].proves == WINDOW


def test_one_empty_page_in_the_middle_is_not_the_end(server: FakeServer) -> None:
    server.platform.load(spread(90, START, MINUTE))
    server.faults.add(on="tag", after=1, do="empty")
    pages = drained(reader := connector(server))
    reader.close()
    assert [len(p.mentions) for p in pages] == [40, 0, 40, 10, 0, 0]
    assert [p.proves for p in pages[1:2]] == [pages[0].proves], "an empty page proves nothing more"


def test_windows_of_long_ago_are_jumped_to(server: FakeServer) -> None:
    server.platform.load(spread(400, START, 6 * MINUTE))
    window = Interval(START, START + 2 * HOUR)
    pages = drained(reader := connector(server), window)
    assert len(set(ids(pages))) == 20
    assert pages[-1].proves == window
    assert len(server.requests("tag")) == 3, "its own page, and the empty ones below"
    reader.close()


def test_servers_with_ids_of_their_own_are_read_just_as_completely(server: FakeServer) -> None:
    server.platform.load(raw | {"id": str(n + 1)} for n, raw in enumerate(spread(100, START, 6 * MINUTE)))
    window = Interval(START + HOUR, START + 4 * HOUR)
    pages = drained(reader := connector(server), window)
    reader.close()
    assert sorted(int(i) for i in ids(pages)) == list(range(11, 41))
    assert pages[-1].proves == window


def test_posts_deleted_and_added_between_pages_disturb_nothing(server: FakeServer) -> None:
    server.platform.load(spread(30, START, MINUTE))
    listed = sorted(server.platform.posts(), key=lambda p: int(p["id"]), reverse=True)
    gone = [listed[9]["id"], listed[12]["id"]]  # the one where the next page begins, and one to come
    server.faults.add(on="tag", after=1, do="delete", ids=gone)
    server.faults.add(on="tag", after=1, do="add", posts=[{"author": "a", "text": "#northwind new"}])
    pages = drained(reader := connector(server), limit=10)
    reader.close()
    assert len(set(ids(pages))) == 29
    assert gone[1] not in ids(pages)


def test_odd_pages(server: FakeServer) -> None:
    server.platform.load(spread(30, START, MINUTE))
    server.faults.add(on="tag", do="odd")
    server.faults.add(on="tag", after=1, do="duplicate")
    reader = connector(server)
    first = reader.fetch(Ask(WINDOW, limit=10))
    assert ["account" in r.reason for r in first.rejects] == [True]
    assert len(first.mentions) == 9
    with pytest.raises(BadResponse):
        reader.fetch(Ask(WINDOW, limit=10, resume=first.resume))
    server.faults.add(on="tag", do="shuffle")
    second = reader.fetch(Ask(WINDOW, limit=10, resume=first.resume))
    assert second.proves == first.proves, "disorder proves nothing"
    for broken in ("x", "[]", '{"source": 1', first.resume and first.resume.replace("2026", "year")):
        with pytest.raises(BadResponse):
            reader.fetch(Ask(WINDOW, resume=broken))
    foreign = connector(server, hashtags=("other",)).fetch(Ask(WINDOW, resume=first.resume))
    assert foreign.mentions == ()
    reader.close()


def test_posts_that_arrive_late_are_found_within_the_overlap(server: FakeServer) -> None:
    times = {"created_at": (NOW - MINUTE).isoformat(), "arrived_at": (NOW + MINUTE).isoformat()}
    late = post(server, "#northwind", **times)
    reader = connector(server)
    assert ids(drained(reader)) == []
    server.platform.clock.advance(120)
    overlap = MastodonConnector.capabilities.overlap
    assert ids(drained(reader, Interval(NOW - overlap, NOW + 2 * MINUTE))) == [late]
    reader.close()


# --- several feeds ------------------------------------------------------------------------------


def test_feeds_are_read_in_turn_and_only_the_last_one_proves(server: FakeServer) -> None:
    tagged = {post(server, "#northwind"), post(server, "#Travel with them"), post(server, "@care #northwind")}
    named = post(server, "@care hello")
    found = post(server, "northwind again")
    post(server, "@care in private", visibility="direct")
    post(server, "@care for friends", visibility="private")
    unlisted = post(server, "@care quietly", visibility="unlisted")
    reader = connector(server, hashtags=("northwind", "#Travel"), query="northwind", notifications=True)
    pages = drained(reader)
    assert set(ids(pages)) == tagged | {named, found, unlisted}
    assert asked(server) == ["search"] * 2 + ["notifications"] * 3 + ["tag"] * 6
    assert [p.proves for p in pages][:8] == [None] * 8
    assert pages[8].proves == Interval(NOW - HOUR + timedelta(seconds=1), NOW)
    assert pages[-1].proves == WINDOW
    assert not reader.capabilities.best_effort
    reader.close()


def test_a_search_alone_is_best_effort() -> None:
    for server in running(elasticsearch=False):
        post(server, "northwind")
        reader = connector(server, hashtags=(), query="northwind")
        assert ids(drained(reader)) == []
        assert reader.capabilities.best_effort
        reader.close()


def test_a_long_search_is_paged_by_offset_until_it_is_past_the_window(server: FakeServer) -> None:
    server.platform.load(spread(200, START - 3 * HOUR, 2 * MINUTE, text="northwind"))
    reader = connector(server, hashtags=(), query="northwind")
    pages = drained(reader, limit=40)
    assert len(set(ids(pages))) == 110
    assert [line.query.get("offset") for line in server.requests("search")] == [None, "40", "80"]
    assert {line.query.get("resolve") for line in server.requests("search")} == {None}
    assert [p.proves for p in pages] == [None, None, WINDOW]
    reader.close()


def test_mentions_count_when_they_arrive(server: FakeServer) -> None:
    server.platform.load(spread(50, START - 5 * HOUR, 6 * MINUTE, text="@care hello"))
    late = post(
        server, "@care sent long ago", created_at=(START - 9 * HOUR).isoformat(), arrived_at=NOW.isoformat()
    )
    server.platform.clock.advance(60)
    reader = connector(server, hashtags=(), notifications=True)
    window = Interval(START - 2 * HOUR, NOW + MINUTE)
    pages = drained(reader, window, limit=10)
    reader.close()
    assert len(ids(pages)) == 21
    assert late in ids(pages)
    assert all(m.metrics["mentioned"] for p in pages for m in p.mentions)
    assert {line.query["types[]"] for line in server.requests("notifications")} == {"mention"}


# --- what a mention holds -----------------------------------------------------------------------


def test_a_mention_is_whole(server: FakeServer) -> None:
    quoted = post(server, "I like them & their #planes", author="bob@tram.example")
    link = "https://example.com/a/very/long/path/that/is/shortened?x=1&y=2"
    text = f"@care @ann@tram.example look: {link}\n\n5 < 6 & so on\n#northwind"
    media = [{"type": "image", "url": "https://m.example/1.png", "description": "an empty belt"}]
    how = {"author_name": "Ann", "lang": "en", "warning": "luggage", "poll": ["yes", "no"]}
    whole = post(server, text, quoted=quoted, media=media, **how)
    answer = post(server, "#northwind it is", in_reply_to=whole, author="care")
    reader = connector(server)
    found = {m.native_id: m for m in drained(reader)[0].mentions}
    reader.close()
    mention = found[whole]
    assert mention.text == f"luggage\n\n@care @ann look: {link}\n\n5 < 6 & so on\n#northwind\n\n• yes\n• no"
    assert (mention.author, mention.author_name, mention.lang) == ("ann@tram.example", "Ann", "en")
    assert (mention.author_followers, mention.url) == (10, f"https://tram.example/@ann/{whole}")
    assert [(m.kind, m.url, m.alt) for m in mention.media] == [("photo", media[0]["url"], "an empty belt")]
    assert mention.quoted == Quoted(quoted, "bob@tram.example", "I like them & their #planes")
    assert (mention.conversation, mention.in_reply_to) == (whole, None)
    assert (found[answer].author, found[answer].in_reply_to) == (HANDLE, whole)
    assert found[answer].conversation is None


def test_a_thread_is_shown_around_a_post(server: FakeServer) -> None:
    root = post(server, "northwind?", author="bob@tram.example")
    middle = post(server, "#northwind!", in_reply_to=root)
    leaf = post(server, "indeed", in_reply_to=middle)
    post(server, "@ann@tram.example hush", in_reply_to=middle, visibility="direct")
    reader = connector(server)
    assert isinstance(reader, Threader) and isinstance(reader, Estimator)
    (mention,) = drained(reader)[0].mentions
    assert {m.native_id for m in reader.thread(mention)} == {root, leaf}
    server.platform.store.delete([middle])  # type: ignore[attr-defined]
    with pytest.raises(TargetGone):
        reader.thread(mention)
    reader.close()


@pytest.mark.parametrize("old", [False, True])
def test_rechecks_tell_edits_and_what_is_gone(server: FakeServer, old: bool) -> None:
    server.platform.load(spread(38, START, HOUR))
    reader = connector(server)
    keys = [m.key for m in drained(reader)[0].mentions]
    server.platform.store.delete([k.native_id for k in keys[:3]])  # type: ignore[attr-defined]
    server.faults.add(on="*", do="edit", id=keys[5].native_id, text="#northwind found it")
    if old:
        server.faults.add(on="*", do="old")
    before = len(server.log)
    told = reader.recheck([*keys, MentionKey("x", "1")])
    assert len(told.alive) == 35
    assert list(told.removed) == keys[:3]
    edited = next(m for m in told.alive if m.key == keys[5])
    assert (edited.text, edited.edited_at) == ("#northwind found it", NOW)
    assert len(server.log) - before == (39 if old else 2)
    reader.close()


def test_a_recheck_that_breaks_off_keeps_what_was_answered(server: FakeServer) -> None:
    server.platform.load(spread(38, START, HOUR))
    reader = connector(server)
    keys = [m.key for m in drained(reader)[0].mentions]
    server.faults.add(on="statuses", after=1, do="503")
    assert len(reader.recheck(keys).alive) == 20
    server.faults.add(on="statuses", do="503")
    with pytest.raises(Transient):
        reader.recheck(keys)
    server.faults.add(on="statuses", do="empty")
    assert len(reader.recheck(keys[:5]).alive) == 5, "a single empty answer purges nothing"
    reader.close()


def test_may_we_reply(server: FakeServer) -> None:
    mine = post(server, "#northwind we are here", author="care")
    post(server, "@care #northwind mentioned")
    post(server, f"@{HANDLE} #northwind spelt out")
    post(server, "@care@other.example #northwind somebody else")
    post(server, "#northwind overheard")
    post(server, "#northwind answered", in_reply_to=mine)
    reader = connector(server)
    own = frozenset({HANDLE})

    def rules() -> dict[str, tuple[str, MayReply]]:
        found = drained(reader)[0].mentions
        verdicts = [(m.text.rpartition(" ")[2], reader.can_reply(m, own)) for m in found]
        return {word: (v.rule, v.may_reply) for word, v in verdicts}

    told = rules()
    assert told["here"] == ("mastodon.own_post", MayReply.LISTEN_ONLY)
    assert told["mentioned"] == told["out"] == ("mastodon.mentioned", MayReply.POSTABLE)
    assert told["else"] == told["overheard"] == ("mastodon.not_mentioned", MayReply.HANDOFF)
    reader._wire.know_us()  # whose post was answered can be told once our id is known
    assert rules()["answered"] == ("mastodon.mentioned", MayReply.POSTABLE)
    reader.close()


# --- trouble ------------------------------------------------------------------------------------


def test_a_429_says_when_to_come_back_by_our_own_clock(server: FakeServer) -> None:
    reader = connector(server)
    server.faults.add(on="tag", do="429", seconds=90)
    with pytest.raises(RateLimited) as caught:
        reader.fetch(Ask(WINDOW))
    assert caught.value.retry_at == NOW + timedelta(seconds=90)
    server.faults.add(on="tag", do="429-bare")
    with pytest.raises(RateLimited) as bare:
        reader.fetch(Ask(WINDOW))
    assert bare.value.retry_at == NOW + timedelta(minutes=5)
    reader.close()


def test_the_servers_own_limit_is_obeyed() -> None:
    for server in running(limit=3):
        server.platform.load(spread(500, START, MINUTE))
        reader = connector(server)
        page = reader.fetch(Ask(WINDOW))
        for _ in range(2):
            page = reader.fetch(Ask(WINDOW, resume=page.resume))
        assert page.rate is not None and page.rate.remaining == 0
        with pytest.raises(RateLimited) as caught:
            reader.fetch(Ask(WINDOW, resume=page.resume))
        assert caught.value.retry_at == page.rate.reset_at == NOW + timedelta(minutes=5)
        reader.close()


def test_the_limit_of_a_post_is_asked_for_once_a_day() -> None:
    for server in running(longest=1000):
        reader = connector(server)
        server.faults.add(on="instance", do="503")
        assert reader.measure("Sorry.") == (6, 500), "until the server tells"
        assert reader.measure("Sorry.") == (6, 500)
        server.platform.clock.advance(301)
        assert [reader.measure("Sorry.")[1] for _ in range(9)] == [1000] * 9
        assert len(server.requests("instance")) == 2
        server.platform.clock.advance(25 * 3600)
        reader.measure("Sorry.")
        assert len(server.requests("instance")) == 3
        reader.close()


def test_accounts_that_are_not_complete_say_so(server: FakeServer) -> None:
    config = connector(server)._config
    clock = server.platform.clock
    with pytest.raises(AuthExpired):
        MastodonConnector(config, None, clock).fetch(Ask(WINDOW))
    with pytest.raises(Refused) as caught:
        MastodonConnector(config, account(""), clock).fetch(Ask(WINDOW))
    assert caught.value.rule == "mastodon.no_server"
    assert asked(server) == []


def test_another_account_is_found_out(server: FakeServer) -> None:
    reader = connector(server)
    assert f"knows @{HANDLE};" in reader.check()
    reader._handle = "somebody"
    with pytest.raises(Refused) as caught:
        reader.check()
    reader.close()
    assert caught.value.rule == "mastodon.other_account"


def test_no_token_in_any_log(server: FakeServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    reader = connector(server)
    reader.fetch(Ask(WINDOW))
    server.faults.add(on="*", do="revoke")
    with pytest.raises(AuthExpired):
        reader.fetch(Ask(WINDOW))
    reader.close()
    assert isinstance(server.platform, FakeMastodon)
    assert SECRETS["ACCESS_TOKEN"] not in caplog.text
