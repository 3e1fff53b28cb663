"""Replies: the bluesky connector against the fake Bluesky, over HTTP. One request, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import Ask
from monitor.domain.errors import AuthExpired, ParentEdited, Refused, TargetGone
from monitor.domain.posting import Absence, Declined, Later, Posted, Prepared, Unknown
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.server import FakeServer
from tests.integration.connectors.bluesky_setting import NOW, WINDOW, connector, post, reply, running


@pytest.fixture
def server() -> Iterator[FakeServer]:
    yield from running()


def record(server: FakeServer, uri: str) -> dict[str, Any]:
    platform = server.platform
    assert isinstance(platform, FakeBluesky)
    return platform.store.by_uri[uri].record


def test_a_reply_is_prepared_sent_and_found(server: FakeServer) -> None:
    root = post(server, "@northwind.test where is my bag? 😡", author="bob.test")
    parent = post(server, "@northwind.test and mine", in_reply_to=root)
    text = "Sorry @ann.test 😡: example.com/bag, not @nobody.test"
    writer = connector(server)
    prepared = writer.prepare(reply(parent, text, parent_text="@northwind.test and mine"))
    assert (prepared.length, prepared.limit, prepared.cost_usd) == (len(text), 300, 0.0)
    assert len(server.requests("resolve")) == 1, "whom we answer is known already"
    sent = writer.send(prepared)
    assert isinstance(sent, Posted)
    assert sent.posted_at == NOW
    assert sent.url == f"https://bsky.app/profile/northwind.test/post/{sent.native_id.rpartition('/')[2]}"
    found = writer.find_own_reply(prepared.reply)
    writer.close()
    assert found.found == sent
    kept = record(server, sent.native_id)
    assert kept["text"] == text
    assert kept["reply"]["root"]["uri"] == root
    assert kept["reply"]["parent"]["uri"] == parent
    marked = [text.encode()[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode() for f in kept["facets"]]
    assert marked == ["@ann.test", "example.com/bag"]
    assert kept["facets"][1]["features"][0]["uri"] == "https://example.com/bag"


@pytest.mark.parametrize(
    ("fault", "lands", "answer"),
    [
        ({"do": "503"}, False, Unknown),
        ({"do": "502"}, False, Unknown),
        ({"do": "500-after"}, True, Unknown),
        ({"do": "hang", "seconds": 5}, False, Unknown),
        ({"do": "hang-after", "seconds": 5}, True, Unknown),
        ({"do": "drop"}, False, Unknown),
        ({"do": "drop-after"}, True, Unknown),
        ({"do": "truncate"}, True, Unknown),
        ({"do": "html"}, False, Unknown),
        ({"do": "moved"}, False, Unknown),
        ({"do": "429", "seconds": 90}, False, Later),
        ({"do": "429-bare"}, False, Later),
        ({"do": "expire-all"}, False, Later),
        ({"do": "400"}, False, Declined),
        ({"do": "401"}, False, Declined),
        ({"do": "403"}, False, Declined),
    ],
)
def test_one_post_whatever_happens(
    server: FakeServer, fault: dict[str, Any], lands: bool, answer: type[object]
) -> None:
    uri = post(server)
    writer = connector(server, timeout=timedelta(seconds=0.3))
    attempt = reply(uri, attempted_at=NOW)
    prepared = writer.prepare(attempt)
    server.faults.add({"on": "create", **fault})
    sent = writer.send(prepared)
    assert type(sent) is answer
    assert len(server.requests("create")) == 1
    if isinstance(sent, Later):
        waits = {"429": 90, "429-bare": 300, "expire-all": 1}
        assert sent.retry_at == NOW + timedelta(seconds=waits[fault["do"]])
    early = writer.find_own_reply(attempt)
    server.platform.clock.advance(60)
    later = writer.find_own_reply(attempt)
    writer.close()
    assert (early.found is not None) is lands
    assert early.absence is Absence.UNPROVEN
    if not lands:
        assert later.absence is Absence.PROVEN


def test_the_same_reply_can_never_be_there_twice(server: FakeServer) -> None:
    uri = post(server)
    writer, other = connector(server), connector(server)
    prepared = other.prepare(reply(uri))  # another process that knows nothing of the first try
    first = writer.send(writer.prepare(reply(uri)))
    server.platform.clock.advance(60)
    again = other.send(prepared)
    assert isinstance(first, Posted) and isinstance(again, Unknown)
    assert other.find_own_reply(reply(uri)).found == first
    assert [p["author"] for p in server.platform.posts()].count("northwind.test") == 1
    writer.close()
    other.close()


def test_a_restart_may_send_what_was_prepared_elsewhere(server: FakeServer) -> None:
    uri = post(server)
    writer = connector(server)
    assert isinstance(writer.send(Prepared(reply(uri), 6, 300)), Posted)
    assert len(server.requests("create")) == 1
    server.platform.store.delete([uri])  # type: ignore[attr-defined]
    assert isinstance(writer.send(Prepared(reply(uri), 6, 300)), Declined)
    assert len(server.requests("create")) == 1
    writer.close()


def test_a_connection_that_never_came_about_is_later(server: FakeServer) -> None:
    uri = post(server)
    writer = connector(server)
    prepared = writer.prepare(reply(uri))
    writer.close()
    server.__exit__()
    assert isinstance(writer.send(prepared), Later)
    nowhere = connector(server, base_url="http://127.0.0.1:9")
    assert isinstance(nowhere.send(prepared), Later)
    nowhere.close()
    writer.close()


def test_prepare_looks_at_the_world_first(server: FakeServer) -> None:
    platform = server.platform
    assert isinstance(platform, FakeBluesky)
    tagged, closed = post(server), post(server, "@northwind.test no", closed=True)
    stranger = post(server, "northwind is awful", author="eve.test")
    writer = connector(server)
    for uri, rule, more in [
        (tagged, "bluesky.too_long", {"text": "x" * 301}),
        (tagged, "bluesky.too_long", {"text": "👨‍👩‍👧‍👦" * 121}),  # 121 characters, 3,025 bytes
        (tagged, "bluesky.empty", {"text": " \n"}),
        (closed, "bluesky.replies_limited", {}),
        (stranger, "bluesky.not_tagged", {}),
    ]:
        with pytest.raises(Refused) as caught:
            writer.prepare(reply(uri, **more))
        assert caught.value.rule == rule
    with pytest.raises(ParentEdited):
        writer.prepare(reply(tagged, parent_text="something else"))
    server.faults.add(on="posts", do="block", handle="ann.test")
    with pytest.raises(Refused) as blocked:
        writer.prepare(reply(tagged))
    assert blocked.value.rule == "bluesky.blocked"
    platform.store.delete([tagged])
    with pytest.raises(TargetGone):
        writer.prepare(reply(tagged))
    writer.close()
    assert server.requests("create") == []


def test_what_is_prepared_fits_what_bluesky_takes(server: FakeServer) -> None:
    uri = post(server)
    writer = connector(server)
    longest = "👩🏽‍🚒é" * 100 + "x" * 100  # 300 characters as people see them, 1,900 bytes
    assert writer.measure(longest) == (300, 300)
    assert isinstance(writer.send(writer.prepare(reply(uri, longest))), Posted)
    writer.close()


def test_an_account_that_cannot_sign_in_says_so(server: FakeServer) -> None:
    uri = post(server)
    server.faults.add(on="*", do="revoke")
    writer = connector(server)
    with pytest.raises(AuthExpired):
        writer.fetch(Ask(WINDOW))
    with pytest.raises(AuthExpired):
        writer.find_own_reply(reply(uri))
    assert isinstance(writer.send(Prepared(reply(uri), 6, 300)), Later)
    writer.close()
    assert server.requests("create") == []
