"""Reading: the x connector against the fake X, over real HTTP, through the real client library."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Ask
from connectors.x import XConfig, XConnector
from monitor.domain.coverage import Interval
from monitor.domain.errors import (
    AuthExpired,
    BadResponse,
    ConnectorError,
    QuotaExhausted,
    RateLimited,
    Refused,
    Transient,
)
from monitor.domain.mention import Mention
from monitor.domain.posting import Prepared
from tests.fakes import x as fake_x
from tests.fakes.server import FakeServer
from tests.fakes.x_posts import spread
from tests.integration.connectors.x_setting import (
    MENTIONED,
    NOW,
    START,
    WINDOW,
    connector,
    drained,
    ids,
    reply,
    running,
)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    yield from running()


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


def test_a_netrc_file_does_not_replace_the_bearer_token(
    server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login ann password not-for-x\n")
    monkeypatch.setenv("NETRC", str(netrc))
    reader = connector(server)
    assert reader.fetch(Ask(WINDOW)).resume is None
    reader.close()


def test_check_says_what_the_credentials_may_do(server: FakeServer) -> None:
    both = connector(server)
    assert both.check() == "X knows @northwindair; may read, and post as @northwindair."
    both.close()
    reading = connector(server, only=["BEARER_TOKEN"])
    assert "reading only" in reading.check()
    reading.close()
