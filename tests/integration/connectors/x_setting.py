"""What the tests of the x connector share: a fake X at a fixed time, and connectors to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.base import Ask, Page
from connectors.x import XConfig, XConnector
from connectors.x.rules import id_at
from monitor.domain.coverage import Interval
from monitor.domain.posting import OutgoingReply
from tests.fakes import x as fake_x
from tests.fakes.server import FakeServer
from tests.fakes.x import FakeX

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
START = NOW - timedelta(days=2)
WINDOW = Interval(START, NOW - timedelta(minutes=1))
PARENT = str(id_at(START))
MENTIONED = [
    {"id": PARENT, "author": "ann", "text": "@northwindair lost bag", "created_at": START.isoformat()}
]


def reply(text: str = "Sorry.", **more: Any) -> OutgoingReply:
    return OutgoingReply(7, "x", PARENT, text, "key-7", **more)


def running() -> Iterator[FakeServer]:
    """For a fixture: the fake X, its clock standing at NOW."""
    with FakeServer(FakeX(now=NOW)) as server:
        yield server


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
