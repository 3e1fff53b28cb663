"""What the tests of the mastodon connector share: a fake server at a fixed time, and connectors to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.base import Ask, Page
from connectors.mastodon import MastodonConfig, MastodonConnector
from monitor.domain.coverage import Interval
from monitor.domain.posting import OutgoingReply
from tests.fakes.mastodon import FakeMastodon, account
from tests.fakes.server import FakeServer

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
START = NOW - timedelta(days=2)
WINDOW = Interval(START, NOW)


def running(**how: Any) -> Iterator[FakeServer]:
    """For a fixture: the fake server, its clock standing at NOW."""
    with FakeServer(FakeMastodon(now=NOW, **how)) as server:
        yield server


def connector(server: FakeServer, **config: Any) -> MastodonConnector:
    given = {"name": "m", "kind": "mastodon", "hashtags": ("northwind",), "notifications": False} | config
    given = {"timeout": timedelta(seconds=2)} | given
    where = account(given.pop("base_url", server.base_url))
    return MastodonConnector(MastodonConfig(**given), where, server.platform.clock)


def post(server: FakeServer, text: str = "@care my bag is gone", **raw: Any) -> str:
    """Loads one post of an hour ago; returns its id."""
    made = {"author": "ann@tram.example", "text": text, "created_at": (NOW - timedelta(hours=1)).isoformat()}
    before = {p["id"] for p in server.platform.posts()}
    server.platform.load([made | raw])
    return next(str(p["id"]) for p in server.platform.posts() if p["id"] not in before)


def reply(native_id: str, text: str = "@ann@tram.example Sorry.", **more: Any) -> OutgoingReply:
    return OutgoingReply(7, "mastodon", native_id, text, "key-7", **more)


def drained(reader: MastodonConnector, window: Interval = WINDOW, **ask: Any) -> list[Page]:
    pages = [reader.fetch(Ask(window, **ask))]
    while pages[-1].resume is not None:
        pages.append(reader.fetch(Ask(window, resume=pages[-1].resume, **ask)))
    return pages


def ids(pages: list[Page]) -> list[str]:
    return [m.native_id for p in pages for m in p.mentions]
