"""Replies: the x connector against the fake X, over real HTTP. One request, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.x.rules import id_at
from monitor.domain.errors import (
    AuthExpired,
    ParentEdited,
    Refused,
    TargetGone,
)
from monitor.domain.posting import Absence, Declined, Later, OutgoingReply, Posted, Prepared, Unknown
from tests.fakes.server import FakeServer
from tests.fakes.x import FakeX
from tests.fakes.x_posts import spread
from tests.integration.connectors.x_setting import (
    MENTIONED,
    NOW,
    PARENT,
    START,
    connector,
    reply,
    running,
)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    yield from running()


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
    with pytest.raises(ParentEdited) as changed:
        writer.prepare(reply(parent_text="@northwindair lost bag"))
    assert (changed.value.now.native_id, changed.value.now.text) == (
        PARENT,
        "@northwindair found it, thanks!",
    )
    platform.store.delete([PARENT])
    with pytest.raises(TargetGone):
        writer.prepare(reply())
    writer.close()
    reading = connector(server, only=["BEARER_TOKEN"])
    with pytest.raises(AuthExpired):
        reading.prepare(reply())
    assert isinstance(reading.send(Prepared(reply(), 6, 280)), Declined)
    assert server.requests("create") == []
