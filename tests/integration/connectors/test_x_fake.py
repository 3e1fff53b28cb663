"""The x connector against the fake X, over real HTTP, through the real client library."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from connectors.base import Ask, Page
from connectors.x import XConfig, XConnector
from connectors.x.rules import id_at
from monitor.domain.coverage import Interval
from monitor.domain.errors import (
    AuthExpired,
    BadResponse,
    ConnectorError,
    QuotaExhausted,
    RateLimited,
    Refused,
    TargetGone,
    Transient,
)
from monitor.domain.mention import Mention, MentionKey
from monitor.domain.posting import Absence, Declined, Later, OutgoingReply, Posted, Prepared, Unknown
from monitor.domain.verdict import MayReply
from tests.fakes import x as fake_x
from tests.fakes.server import FakeServer
from tests.fakes.x import FakeX
from tests.fakes.x_posts import spread

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
START = NOW - timedelta(days=2)
WINDOW = Interval(START, NOW - timedelta(minutes=1))


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(FakeX(now=NOW)) as running:
        yield running


def connector(server: FakeServer, *, only: Iterable[str] = fake_x.SECRETS, **config: Any) -> XConnector:
    given = {"name": "x-test", "kind": "x", "query": "northwind", "timeout": timedelta(seconds=2)} | config
    return XConnector(XConfig(**given), fake_x.account(server.base_url, only=only), server.platform.clock)


def drained(reader: XConnector, window: Interval = WINDOW, **ask: Any) -> list[Page]:
    pages = [reader.fetch(Ask(window, **ask))]
    while pages[-1].resume is not None:
        pages.append(reader.fetch(Ask(window, resume=pages[-1].resume, **ask)))
    return pages


def ids(pages: list[Page]) -> list[str]:
    return [m.native_id for p in pages for m in p.mentions]


def test_drains_2500_posts_through_a_429_and_a_crash_without_a_request_too_many(server: FakeServer) -> None:
    server.platform.load(spread(2500, START, timedelta(seconds=60)))
    server.faults.add(on="search", after=3, do="429", seconds=300)
    kept: dict[str, Mention] = {}  # what a store would hold: mentions and the place, committed together
    resume: str | None = None
    proven: list[Interval] = []
    reader, pages = connector(server), 0
    while True:
        try:
            page = reader.fetch(Ask(WINDOW, resume=resume))
        except RateLimited as exc:
            assert exc.retry_at == NOW + timedelta(seconds=300)
            server.platform.clock.set(exc.retry_at)
            continue
        pages += 1
        assert not {m.native_id for m in page.mentions} & set(kept)
        kept |= {m.native_id: m for m in page.mentions}
        resume = page.resume
        assert page.proves is not None
        # What a page proves, the store really holds.
        assert all(
            r["id"] in kept
            for r in server.platform.posts()
            if _at(r) >= page.proves.start and _at(r) < WINDOW.end
        )
        proven.append(page.proves)
        if pages == 9:
            reader.close()
            reader = connector(server)  # another process: it knows the resume token and the mentions
        if resume is None:
            break
    reader.close()
    assert len(kept) == 2500
    assert pages == 25
    assert [line.status for line in server.requests()] == [200] * 3 + [429] + [200] * 22
    assert proven[-1] == WINDOW
    assert all(earlier.start >= later.start for earlier, later in pairwise(proven))


def _at(raw: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(raw["created_at"])


def test_windows_are_asked_by_time_never_by_id_and_replies_are_in(server: FakeServer) -> None:
    server.platform.load(
        [{"author": "ann", "text": "northwind", "created_at": START.isoformat(), "id": "900"}]
    )
    server.platform.load(
        [{"author": "bob", "text": "northwind too", "created_at": START.isoformat(), "in_reply_to": "900"}]
    )
    reader = connector(server)
    page = reader.fetch(Ask(WINDOW))
    reader.close()
    query = server.requests("search")[0].query
    assert "since_id" not in query
    assert query["start_time"] == "2026-03-06T12:00:00Z"
    assert query["query"] == "northwind"
    assert [m.in_reply_to for m in page.mentions] == ["900", None]
    assert page.rate is not None
    assert (page.rate.limit, page.rate.remaining) == (450, 449)
    assert page.rate.reset_at == NOW + timedelta(minutes=15)
    # Two posts, and the parent that came along.
    assert page.cost_usd == pytest.approx(0.015)


def test_the_end_stays_ten_seconds_behind_and_proves_no_more(server: FakeServer) -> None:
    reader = connector(server)
    page = reader.fetch(Ask(Interval(START, NOW)))
    assert page.proves == Interval(START, NOW - timedelta(seconds=11))
    young = reader.fetch(Ask(Interval(NOW - timedelta(seconds=5), NOW)))
    reader.close()
    assert (young.proves, young.resume) == (None, None)
    assert young.wake_at is not None
    assert len(server.requests()) == 1


def test_what_search_no_longer_reaches_is_named(server: FakeServer) -> None:
    reader = connector(server)
    page = reader.fetch(Ask(Interval(NOW - timedelta(days=9), NOW - timedelta(hours=1))))
    edge = NOW - timedelta(days=7) + timedelta(minutes=1)
    assert page.missing == ((Interval(NOW - timedelta(days=9), edge), "window_expired"),)
    assert page.proves == Interval(edge, NOW - timedelta(hours=1))
    gone = Interval(NOW - timedelta(days=30), NOW - timedelta(days=20))
    assert reader.fetch(Ask(gone)).missing == ((gone, "window_expired"),)
    assert len(server.requests()) == 1
    # The full archive has it.
    archive = connector(server, mode="all")
    assert archive.fetch(Ask(gone)).proves == gone
    archive.close()
    reader.close()


@pytest.mark.parametrize(("hours", "requests"), [(2, 2), (3, 1)])
def test_a_window_that_ages_out_between_pages_goes_on_by_time(
    server: FakeServer, hours: int, requests: int
) -> None:
    old = NOW - timedelta(days=7) + timedelta(hours=1)
    server.platform.load(spread(150, old, timedelta(minutes=2)))
    reader = connector(server)
    window = Interval(old, NOW - timedelta(days=1))
    first = reader.fetch(Ask(window))
    server.platform.clock.advance(hours * 3600)
    rest = reader.fetch(Ask(window, resume=first.resume))
    reader.close()
    assert rest.missing[0][1] == "window_expired"
    assert rest.missing[0][0].start == old
    assert rest.resume is None
    assert rest.proves == Interval(rest.missing[0][0].end, window.end)
    assert len(server.requests()) == requests


@pytest.mark.parametrize("quirk", ["duplicate", "empty", "shuffle"])
def test_odd_pages_lose_nothing(server: FakeServer, quirk: str) -> None:
    server.platform.load(spread(350, START, timedelta(minutes=1)))
    server.faults.add(on="search", after=1, do=quirk)
    reader = connector(server)
    pages = drained(reader)
    reader.close()
    assert len(set(ids(pages))) == 350
    assert pages[-1].proves == WINDOW
    before = pages[0].proves
    assert before is not None
    if quirk in ("empty", "shuffle"):
        assert pages[1].proves == before  # such a page proves nothing


def test_deletions_and_edits_between_pages_shift_nothing(server: FakeServer) -> None:
    server.platform.load(spread(250, START, timedelta(minutes=1)))
    posts = [r["id"] for r in server.platform.posts()]
    server.faults.add(on="search", after=1, do="delete", ids=[posts[200], posts[100]])
    server.faults.add(
        on="search", after=1, do="add", posts=spread(5, WINDOW.end - timedelta(hours=1), timedelta(1))
    )
    server.faults.add(on="search", after=2, do="edit", id=posts[10], text="northwind, mended")
    reader = connector(server)
    found = ids(drained(reader))
    reader.close()
    # Deleted before its page came: not there. Edited: it moved to the top under a new id, and is read
    # again with the overlap of the next poll.
    assert set(posts) - set(found) == {posts[100], posts[10]}
    assert len(found) == len(set(found))


def test_late_indexed_posts_come_with_the_overlap(server: FakeServer) -> None:
    late = {"author": "ann", "text": "northwind late", "created_at": (NOW - timedelta(minutes=2)).isoformat()}
    server.platform.load([late | {"indexed_at": (NOW + timedelta(minutes=1)).isoformat()}])
    reader = connector(server)
    assert ids(drained(reader, Interval(START, NOW))) == []
    server.platform.clock.advance(120)
    again = Interval(NOW - reader.capabilities.overlap, NOW + timedelta(minutes=2))
    assert len(ids(drained(reader, again))) == 1
    reader.close()


def test_page_tokens_that_ran_out_are_replaced_by_time(server: FakeServer) -> None:
    server.platform.load(spread(350, START, timedelta(minutes=1)))
    server.faults.add(on="search", after=1, do="stale-token")
    reader = connector(server)
    found = ids(drained(reader))
    reader.close()
    assert len(set(found)) == 350
    assert len(found) == 351  # the oldest second of the page before is read again
    assert [line.status for line in server.requests()] == [200, 400, 200, 200, 200]


def test_a_clock_that_is_off_is_put_right(server: FakeServer) -> None:
    server.platform.load(spread(10, START, timedelta(minutes=1)))

    class Fast:
        def now(self) -> datetime:
            return server.platform.clock.now() + timedelta(minutes=10)

    account = fake_x.account(server.base_url)
    reader = XConnector(XConfig(name="x", kind="x", query="northwind"), account, Fast())
    page = reader.fetch(Ask(Interval(START, Fast().now())))
    assert len(page.mentions) == 10
    assert page.proves == Interval(START, NOW - timedelta(seconds=11))
    server.faults.add(on="search", do="429", seconds=60)
    with pytest.raises(RateLimited) as caught:
        reader.fetch(Ask(WINDOW))
    reader.close()
    assert caught.value.retry_at == Fast().now() + timedelta(seconds=60)


# --- mentions timeline --------------------------------------------------------------------------


def test_mentions_are_read_from_the_timeline_at_its_price(server: FakeServer) -> None:
    server.platform.load(
        spread(30, NOW - timedelta(minutes=40), timedelta(minutes=1), text="@northwindair hello")
    )
    reader = connector(server, mode="mentions", query=None)
    page = reader.fetch(Ask(Interval(NOW - timedelta(hours=1), NOW)))
    reader.close()
    assert len(page.mentions) == 30
    assert page.cost_usd == pytest.approx(0.030)
    assert [line.endpoint for line in server.requests()] == ["mentions"]  # the id is in the access token


def test_without_an_access_token_the_account_is_looked_up_once(server: FakeServer) -> None:
    server.platform.load(
        spread(150, NOW - timedelta(minutes=40), timedelta(seconds=10), text="@northwindair hi")
    )
    window, only = Interval(NOW - timedelta(hours=1), NOW), ["BEARER_TOKEN"]
    reader = connector(server, mode="mentions", query=None, only=only)
    first = reader.fetch(Ask(window))
    reader.close()
    other = connector(server, mode="mentions", query=None, only=only)
    second = other.fetch(Ask(window, resume=first.resume))
    other.close()
    assert first.cost_usd == pytest.approx(0.110)
    assert second.cost_usd == pytest.approx(0.050)
    assert [line.endpoint for line in server.requests()] == ["user", "mentions", "mentions"]


def test_the_timeline_holds_800_and_search_has_the_rest(server: FakeServer) -> None:
    server.platform.load(
        spread(1000, NOW - timedelta(minutes=50), timedelta(seconds=2), text="@northwindair down")
    )
    reader = connector(server, mode="mentions", query=None)
    pages = drained(reader, Interval(NOW - timedelta(hours=1), NOW))
    reader.close()
    assert len(set(ids(pages))) == 1000
    assert {line.endpoint for line in server.requests()} == {"mentions", "search"}


def test_windows_that_are_not_fresh_are_read_from_search(server: FakeServer) -> None:
    server.platform.load(
        spread(900, NOW - timedelta(hours=1), timedelta(seconds=3), text="@northwindair storm")
    )
    server.platform.load(spread(5, START, timedelta(minutes=1), text="@northwindair before the storm"))
    reader = connector(server, mode="mentions", query=None)
    pages = drained(reader, Interval(START, START + timedelta(hours=1)))
    reader.close()
    assert len(ids(pages)) == 5
    assert [line.endpoint for line in server.requests()] == ["search"]


# --- errors by reaction -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"do": "401"}, AuthExpired),
        ({"do": "402"}, QuotaExhausted),
        ({"do": "usage-capped"}, QuotaExhausted),
        ({"do": "403"}, Refused),
        ({"do": "404"}, Refused),
        ({"do": "429"}, RateLimited),
        ({"do": "429-bare"}, RateLimited),
        ({"do": "500"}, Transient),
        ({"do": "503"}, Transient),
        ({"do": "hang", "seconds": 5}, Transient),
        ({"do": "drop"}, Transient),
        ({"do": "truncate"}, BadResponse),
        ({"do": "html"}, BadResponse),
    ],
)
def test_errors_call_for_the_right_reaction(
    server: FakeServer, fault: dict[str, Any], error: type[ConnectorError]
) -> None:
    server.platform.load(spread(3, START, timedelta(minutes=1)))
    server.faults.add({"on": "search", **fault})
    reader = connector(server, timeout=timedelta(seconds=0.3))
    with pytest.raises(ConnectorError) as caught:
        reader.fetch(Ask(WINDOW))
    assert type(caught.value) is error
    assert len(server.requests()) == 1
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_at == NOW + timedelta(minutes=15)
    assert len(reader.fetch(Ask(WINDOW)).mentions) == 3
    reader.close()


def test_a_refused_connection_is_transient(server: FakeServer) -> None:
    reader = connector(server, base_url="http://127.0.0.1:9")
    with pytest.raises(Transient, match=r"127\.0\.0\.1:9"):
        reader.fetch(Ask(WINDOW))
    reader.close()


def test_revoked_credentials_and_missing_ones(server: FakeServer) -> None:
    server.faults.add(do="revoke")
    reader = connector(server)
    with pytest.raises(AuthExpired):
        reader.fetch(Ask(WINDOW))
    reader.close()
    with pytest.raises(AuthExpired, match="BEARER_TOKEN"):
        connector(server, only=[]).fetch(Ask(WINDOW))


def test_secrets_appear_in_no_log_and_no_error(server: FakeServer, caplog: pytest.LogCaptureFixture) -> None:
    names = ("", "tweepy", "tweepy.client", "oauthlib", "requests_oauthlib", "urllib3")
    for name in names:
        caplog.set_level(logging.DEBUG, logger=name)
    reader = connector(server)
    said = [reader.check()]
    server.platform.load(MENTIONED)
    said.append(str(reader.send(Prepared(reply(), 5, 280))))
    server.faults.add(do="401", on="search")
    with pytest.raises(AuthExpired) as caught:
        reader.fetch(Ask(WINDOW))
    reader.close()
    for secret in ("fake-bearer", "fake-key-secret", "fake-token-secret", "1000-fake-token"):
        assert secret not in caplog.text + str(caught.value) + repr(caught.value.__cause__) + "".join(said)


def test_check_says_what_the_credentials_may_do(server: FakeServer) -> None:
    both = connector(server)
    assert both.check() == "X knows @northwindair; may read, and post as @northwindair."
    both.close()
    reading = connector(server, only=["BEARER_TOKEN"])
    assert "reading only" in reading.check()
    reading.close()


# --- lookups ------------------------------------------------------------------------------------


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


# --- writing ------------------------------------------------------------------------------------

PARENT = str(id_at(START))
MENTIONED = [
    {"id": PARENT, "author": "ann", "text": "@northwindair lost bag", "created_at": START.isoformat()}
]


def reply(text: str = "Sorry.", **more: Any) -> OutgoingReply:
    return OutgoingReply(7, "x", PARENT, text, "key-7", **more)


def test_a_reply_is_prepared_sent_and_found(server: FakeServer) -> None:
    server.platform.load(MENTIONED)
    writer = connector(server)
    prepared = writer.prepare(
        reply("Sorry & thanks: https://example.com/a", parent_text="@northwindair lost bag")
    )
    assert (prepared.length, prepared.limit, prepared.cost_usd) == (39, 280, 0.20)
    sent = writer.send(prepared)
    assert isinstance(sent, Posted)
    assert sent.url == f"https://x.com/northwindair/status/{sent.native_id}"
    assert len(server.requests("create")) == 1
    found = writer.find_own_reply(prepared.reply)
    writer.close()
    assert found.found is not None
    assert found.found.native_id == sent.native_id


@pytest.mark.parametrize(
    ("fault", "lands", "answer"),
    [
        ({"do": "503"}, False, Unknown),
        ({"do": "500-after"}, True, Unknown),
        ({"do": "hang", "seconds": 5}, False, Unknown),
        ({"do": "hang-after", "seconds": 5}, True, Unknown),
        ({"do": "drop"}, False, Unknown),
        ({"do": "drop-after"}, True, Unknown),
        ({"do": "truncate"}, True, Unknown),
        ({"do": "html"}, False, Unknown),
        ({"do": "duplicate-403"}, False, Unknown),
        ({"do": "429", "seconds": 90}, False, Later),
        ({"do": "429-bare"}, False, Later),
        ({"do": "not-summoned"}, False, Declined),
        ({"do": "401"}, False, Declined),
        ({"do": "402"}, False, Declined),
        ({"do": "403"}, False, Declined),
    ],
)
def test_one_post_whatever_happens(
    server: FakeServer, fault: dict[str, Any], lands: bool, answer: type[object]
) -> None:
    server.platform.load(MENTIONED)
    server.faults.add({"on": "create", **fault})
    writer = connector(server, timeout=timedelta(seconds=0.3))
    attempt = reply(attempted_at=NOW)
    sent = writer.send(Prepared(attempt, 6, 280))
    assert type(sent) is answer
    assert len(server.requests("create")) == 1
    if isinstance(sent, Later):
        assert sent.retry_at == NOW + timedelta(seconds=fault.get("seconds", 900))
    early = writer.find_own_reply(attempt)
    server.platform.clock.advance(360)
    later = writer.find_own_reply(attempt)
    writer.close()
    assert (early.found is not None) is lands
    assert early.absence is Absence.UNPROVEN
    if not lands:
        assert later.absence is Absence.PROVEN


def test_absence_is_unproven_without_the_time_of_the_attempt_or_a_full_listing(server: FakeServer) -> None:
    server.platform.load(MENTIONED)
    server.platform.load(spread(600, START, timedelta(seconds=1), author="northwindair"))
    writer = connector(server)
    server.platform.clock.advance(3600)
    assert writer.find_own_reply(reply()).absence is Absence.UNPROVEN
    assert len(server.requests("timeline")) == 5
    known = writer.find_own_reply(reply(attempted_at=START))
    assert known.absence is Absence.UNPROVEN  # five pages did not reach back to the attempt
    writer.close()


def test_a_connection_that_never_came_about_is_later(server: FakeServer) -> None:
    writer = connector(server, base_url="http://127.0.0.1:9")
    sent = writer.send(Prepared(reply(), 6, 280))
    writer.close()
    assert isinstance(sent, Later)


def test_the_same_words_elsewhere_are_not_our_reply(server: FakeServer) -> None:
    other = {
        "id": str(id_at(START) + 1),
        "author": "bob",
        "text": "@northwindair me too",
        "in_reply_to": PARENT,
    }
    server.platform.load([*MENTIONED, other | {"created_at": START.isoformat()}])
    writer = connector(server)
    there = OutgoingReply(8, "x", str(other["id"]), "Sorry.", "key-8")
    assert isinstance(writer.send(Prepared(there, 6, 280)), Posted)
    assert writer.find_own_reply(reply()).found is None
    assert writer.find_own_reply(there).found is not None
    writer.close()


def test_prepare_looks_at_the_world_first(server: FakeServer) -> None:
    platform = server.platform
    assert isinstance(platform, FakeX)
    server.platform.load(MENTIONED)
    stranger = {"id": str(id_at(START) + 5), "author": "eve", "text": "northwind is awful"}
    server.platform.load([stranger | {"created_at": START.isoformat()}])
    writer = connector(server)
    with pytest.raises(Refused) as long:
        writer.prepare(reply("x" * 281))
    assert long.value.rule == "x.too_long"
    with pytest.raises(Refused) as empty:
        writer.prepare(reply(""))
    assert empty.value.rule == "x.invalid_text"
    assert server.requests() == []
    with pytest.raises(Refused) as uninvited:
        writer.prepare(OutgoingReply(1, "x", str(stranger["id"]), "Hello", "k"))
    assert uninvited.value.rule == "x.not_summoned"
    platform.store.edit(PARENT, "@northwindair found it, thanks!", NOW)
    with pytest.raises(Refused) as changed:
        writer.prepare(reply(parent_text="@northwindair lost bag"))
    assert changed.value.rule == "x.parent_changed"
    platform.store.delete([PARENT])
    with pytest.raises(TargetGone):
        writer.prepare(reply())
    writer.close()
    reading = connector(server, only=["BEARER_TOKEN"])
    with pytest.raises(AuthExpired):
        reading.prepare(reply())
    assert isinstance(reading.send(Prepared(reply(), 6, 280)), Declined)
    assert server.requests("create") == []


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
