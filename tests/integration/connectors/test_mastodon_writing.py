"""Replies: the mastodon connector against the fake server, over HTTP. One request, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from monitor.domain.errors import ParentEdited, Refused, TargetGone
from monitor.domain.posting import Absence, Declined, Later, Posted, Prepared, Unknown
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.mastodon_posts import spread
from tests.fakes.server import FakeServer
from tests.integration.connectors.mastodon_setting import NOW, START, connector, post, reply, running


@pytest.fixture
def server() -> Iterator[FakeServer]:
    yield from running()


def created(server: FakeServer) -> list[dict[str, Any]]:
    return [p for p in server.platform.posts() if p["author"] == "care"]


def test_a_reply_is_prepared_sent_and_found(server: FakeServer) -> None:
    parent = post(server, "@care where is my bag?", visibility="unlisted")
    text = "@ann@tram.example Sorry & thanks:\n\nhttps://example.com/a/rather/long/address/of/a/page ok?"
    writer = connector(server)
    prepared = writer.prepare(reply(parent, text, parent_text="@care where is my bag?"))
    assert (prepared.length, prepared.limit) == (4 + 1 + 15 + 2 + 23 + 4, 500)
    sent = writer.send(prepared)
    assert isinstance(sent, Posted)
    assert sent.posted_at == NOW
    found = writer.find_own_reply(reply(parent, text))
    writer.close()
    assert found.found == sent
    (made,) = created(server)
    assert (made["text"], made["in_reply_to"], made["visibility"]) == (text, parent, "unlisted")
    asked = [line.endpoint for line in server.requests()]
    assert asked == ["instance", "me", "status", "context", "create", "own"], "and nothing twice"


@pytest.mark.parametrize(
    ("fault", "lands", "answer"),
    [
        ({"do": "503"}, False, Unknown),
        ({"do": "409"}, False, Unknown),
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
        ({"do": "401"}, False, Declined),
        ({"do": "403"}, False, Declined),
        ({"do": "404"}, False, Declined),
        ({"do": "422"}, False, Declined),
    ],
)
def test_one_post_whatever_happens(
    server: FakeServer, fault: dict[str, Any], lands: bool, answer: type[object]
) -> None:
    parent = post(server)
    writer = connector(server, timeout=timedelta(seconds=0.3))
    attempt = reply(parent, attempted_at=NOW)
    prepared = writer.prepare(attempt)
    server.faults.add({"on": "create", **fault})
    sent = writer.send(prepared)
    assert type(sent) is answer
    assert len(server.requests("create")) == 1
    if isinstance(sent, Later):
        assert sent.retry_at == NOW + timedelta(seconds=fault.get("seconds", 300))
    early = writer.find_own_reply(attempt)
    server.platform.clock.advance(120)
    later = writer.find_own_reply(attempt)
    writer.close()
    assert (early.found is not None) is lands
    assert early.absence is Absence.UNPROVEN
    if not lands:
        assert later.absence is Absence.PROVEN


def test_the_server_takes_the_same_key_only_once(server: FakeServer) -> None:
    parent = post(server)
    writer, other = connector(server), connector(server)
    prepared = other.prepare(reply(parent))  # another process, before the first one has sent
    server.faults.add(on="create", do="drop-after")
    assert isinstance(writer.send(writer.prepare(reply(parent))), Unknown)
    again = other.send(prepared)
    assert isinstance(again, Posted)
    assert len(created(server)) == 1
    writer.close()
    other.close()


def test_absence_is_unproven_without_the_time_of_the_attempt_or_a_full_list(server: FakeServer) -> None:
    parent = post(server)
    server.platform.load(spread(450, START, timedelta(minutes=1), author="care"))
    writer = connector(server)
    server.platform.clock.advance(3600)
    assert writer.find_own_reply(reply(parent)).absence is Absence.UNPROVEN
    assert len(server.requests("own")) == 1
    assert writer.find_own_reply(reply(parent, attempted_at=START)).absence is Absence.UNPROVEN
    assert len(server.requests("own")) == 11, "ten pages did not reach back to the attempt"
    near = reply(parent, attempted_at=START + timedelta(minutes=440))
    assert writer.find_own_reply(near).absence is Absence.PROVEN
    writer.close()


def test_the_same_words_elsewhere_are_not_our_reply(server: FakeServer) -> None:
    parent, other = post(server), post(server, "@care me too")
    writer = connector(server)
    there = reply(other)
    assert isinstance(writer.send(writer.prepare(there)), Posted)
    assert writer.find_own_reply(reply(parent)).found is None
    assert writer.find_own_reply(there).found is not None
    writer.close()


def test_a_restart_may_send_what_was_prepared_elsewhere(server: FakeServer) -> None:
    parent = post(server)
    writer = connector(server)
    assert isinstance(writer.send(Prepared(reply(parent), 6, 500)), Posted)
    gone = Prepared(reply("116000000000000000"), 6, 500)
    assert isinstance(writer.send(gone), Declined)
    assert len(server.requests("create")) == 1
    writer.close()


def test_a_connection_that_never_came_about_is_later(server: FakeServer) -> None:
    writer = connector(server)
    prepared = writer.prepare(reply(post(server)))
    nowhere = connector(server, base_url="http://127.0.0.1:9")
    assert isinstance(nowhere.send(prepared), Later)
    nowhere.close()
    writer.close()


def test_prepare_looks_at_the_world_first(server: FakeServer) -> None:
    named, hidden = post(server), post(server, "@care psst", visibility="private")
    stranger = post(server, "#northwind is awful", author="eve@tram.example")
    writer = connector(server)
    for native_id, rule, more in [
        (named, "mastodon.too_long", {"text": "x" * 501}),
        (named, "mastodon.empty", {"text": " \n"}),
        (hidden, "mastodon.not_public", {}),
        (stranger, "mastodon.not_mentioned", {}),
    ]:
        with pytest.raises(Refused) as caught:
            writer.prepare(reply(native_id, **more))
        assert caught.value.rule == rule
    with pytest.raises(ParentEdited) as edited:
        writer.prepare(reply(named, parent_text="something else"))
    assert edited.value.now.native_id == named
    server.platform.store.delete([named])  # type: ignore[attr-defined]
    with pytest.raises(TargetGone):
        writer.prepare(reply(named))
    writer.close()
    assert server.requests("create") == []


def test_an_answer_to_a_post_of_ours_may_be_answered(server: FakeServer) -> None:
    ours = post(server, "We are looking into it.", author="care")
    answer = post(server, "thank you", in_reply_to=ours)
    writer = connector(server)
    assert isinstance(writer.send(writer.prepare(reply(answer))), Posted)
    writer.close()


def test_a_server_that_allows_more_is_believed() -> None:
    for server in running(longest=1000):
        assert isinstance(server.platform, FakeMastodon)
        writer = connector(server)
        prepared = writer.prepare(reply(post(server), "x" * 1000))
        assert (prepared.length, prepared.limit) == (1000, 1000)
        assert isinstance(writer.send(prepared), Posted)
        writer.close()
