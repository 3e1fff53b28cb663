"""Refused credentials are known at once, whatever was done with them, until they are taken again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.base import Rechecker
from connectors.x import XConfig
from monitor.domain.errors import AuthExpired, Transient
from monitor.stages.collect import collect
from monitor.stages.limits import RECHECK, Gate, alone
from monitor.stages.recheck import Desk, recheck
from monitor.stages.troubles import Trouble, noted, standing, troubles
from monitor.store.troubles import Doing
from tests.fakes.faults import Fault
from tests.fakes.server import FakeServer
from tests.integration.connectors.x_setting import NOW, connector, running
from tests.integration.stages.house import House

SOURCE = XConfig(name="x-search", kind="x", query="northwind")


@pytest.fixture
def server() -> Iterator[FakeServer]:
    yield from running()


@pytest.fixture
def house(tmp_path: Path, server: FakeServer) -> Iterator[House]:
    built = House(tmp_path)
    built.clock.at = server.platform.clock.now()
    yield built
    built.store.close()


def found(house: House, *sources: XConfig) -> tuple[Trouble, ...]:
    with house.store.read() as session:
        return standing(troubles(session), sources or (SOURCE,), house.clock.now())


def poll(house: House, server: FakeServer, *, anew: bool = False) -> str:
    reader = connector(server, name=SOURCE.name)
    done = collect(house.store, reader, SOURCE, house.clock, is_own=lambda _: False, anew=anew)
    reader.close()
    return done.health


def look_again(house: House, server: FakeServer) -> None:
    reader = connector(server, name=SOURCE.name)
    assert isinstance(reader, Rechecker)
    recheck(Desk(house.store, reader, SOURCE, house.clock, Gate(alone(SOURCE), RECHECK), lambda _: False))
    reader.close()


def test_a_recheck_that_is_refused_is_trouble_until_it_succeeds(house: House, server: FakeServer) -> None:
    made = (NOW - timedelta(hours=1)).isoformat()
    server.platform.load([{"author": "ann", "text": "northwind lost my bag", "created_at": made}])
    assert poll(house, server) == "ok"
    house.clock.forward(hours=3)
    server.platform.clock.set(house.clock.now())
    server.happen(Fault("revoke"))
    look_again(house, server)
    (one,) = found(house)
    assert (one.source, one.doing, one.code) == ("x-search", "rechecks", "PZ-303")
    assert one.fails == "can't look again at what is stored" and "presszero doctor" in one.what_to_do
    server.happen(Fault("restore"))
    look_again(house, server)
    assert found(house) == ()
    assert house.audit() > 0
    with house.store.read() as session:
        said = [r["action"] for r in session.audit.about("source:x-search")]
    assert said[:2] == ["credentials.taken", "credentials.refused"]


def test_refused_again_and_again_is_told_once(house: House) -> None:
    with house.store.write() as session:
        for _ in range(3):
            noted(session, "x-search", Doing.THREADS, house.clock.now(), AuthExpired("401"))
        noted(session, "x-search", Doing.POSTING, house.clock.now(), Transient("503"))
        assert len(session.audit.about("source:x-search")) == 1
    assert [t.doing for t in found(house)] == ["threads"]


def test_a_time_out_is_trouble_only_when_it_lasts(house: House, server: FakeServer) -> None:
    assert poll(house, server) == "ok"
    server.faults.add(do="503", on="search", times=None)
    house.clock.forward(minutes=5)
    assert poll(house, server) == "failing"
    assert found(house) == ()
    house.clock.forward(minutes=6)
    assert poll(house, server) == "failing"
    assert [(t.doing, t.code) for t in found(house)] == [("polling", "PZ-306")]


def test_nobody_hears_of_a_source_that_is_switched_off_or_gone(house: House, server: FakeServer) -> None:
    server.happen(Fault("revoke"))
    assert poll(house, server) == "auth"
    assert [t.doing for t in found(house)] == ["polling"]
    assert found(house, SOURCE.model_copy(update={"enabled": False})) == ()
    assert found(house, SOURCE.model_copy(update={"name": "another"})) == ()


def test_new_secrets_are_tried_at_once_by_a_new_process(house: House, server: FakeServer) -> None:
    server.happen(Fault("revoke"))
    assert poll(house, server) == "auth"
    server.happen(Fault("restore"))
    house.clock.forward(seconds=5)
    asked = len(server.log)
    assert poll(house, server) == "auth", "it rests"
    assert len(server.log) == asked
    assert poll(house, server, anew=True) == "ok"
