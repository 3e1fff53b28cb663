"""2,500 new posts, a 429 after page 3 and a `kill -9` after page 9: the real engine, store and processes."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.hackernews import HackerNewsConfig, HackerNewsConnector
from monitor.domain.coverage import Interval, merged
from monitor.stages.collect import collect
from monitor.store.sqlite import SqliteStore
from tests.fakes.hackernews import FakeHackerNews, spread
from tests.fakes.server import FakeClock, FakeServer

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
DAY = Interval(NOW - timedelta(hours=24), NOW)  # what a first poll looks at
NAME = "hn"

# A poll in a process of its own.
POLL = """
import sys
from tests.integration.connectors.test_hackernews_killed import poll
print(poll(*sys.argv[1:]))
"""


@pytest.fixture
def server() -> Iterator[FakeServer]:
    fake = FakeHackerNews(now=NOW)
    fake.load([{"id": 1, "title": "Airlines", "created_at": NOW - timedelta(days=2)}])
    with FakeServer(fake) as made:
        yield made


def poll(database: str, base_url: str, now: str) -> str:
    """One poll by the engine; returns what became of the source."""
    store = SqliteStore(f"sqlite:///{database}")
    store.migrate()
    clock = FakeClock(datetime.fromisoformat(now))
    config = HackerNewsConfig(
        name=NAME, kind="hackernews", query="northwind", page_size=100, base_url=base_url
    )
    reader = HackerNewsConnector(config, None, clock)
    report = collect(store, reader, config, clock, is_own=lambda mention: False)
    reader.close()
    store.close()
    return f"{report.pages} {report.health}"


def started(server: FakeServer, database: Path, now: datetime) -> subprocess.Popen[str]:
    server.platform.clock.set(now)
    command = [sys.executable, "-c", POLL, str(database), server.base_url, now.isoformat()]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def polled(server: FakeServer, database: Path, now: datetime) -> str:
    """What a poll at `now` said."""
    said, trouble = started(server, database, now).communicate(timeout=60)
    return said.strip() or trouble


def killed_while_it_waits(server: FakeServer, database: Path, now: datetime) -> int:
    """The exit code of a poll at `now`, killed while the request that hangs is under way."""
    process = started(server, database, now)
    until = time.monotonic() + 60
    while not any(line.fault == "hang" for line in server.requests()) and time.monotonic() < until:
        time.sleep(0.01)
    process.kill()
    process.communicate(timeout=10)
    return process.returncode


def test_all_2500_are_stored_once_and_the_ledger_is_honest_all_along(
    server: FakeServer, tmp_path: Path
) -> None:
    server.platform.load(spread(2500, NOW - timedelta(seconds=1), timedelta(seconds=30)))
    server.faults.add({"do": "429", "after": 3, "seconds": 300}, {"do": "hang", "after": 10})
    database = tmp_path / "presszero.db"

    assert polled(server, database, NOW) == "3 limited"
    _is_honest(server, database, pages=3)

    assert killed_while_it_waits(server, database, NOW + timedelta(seconds=301)) == -signal.SIGKILL
    _is_honest(server, database, pages=9)

    assert polled(server, database, NOW + timedelta(seconds=320)) == "16 ok"
    ids, coverage, gaps = stored(database)
    assert len(ids) == len(set(ids)) == 2500
    assert (coverage, gaps) == ([DAY], [])
    # 25 pages, the 429, and the one whose answer nobody lived to see.
    assert [line.status for line in server.log] == [200] * 3 + [429] + [200] * 6 + [0] + [200] * 16
    asked = [line.query["numericFilters"] for line in server.log]
    assert len(asked) - len(set(asked)) == 2, "only what got no page was asked for again"


def _is_honest(server: FakeServer, database: Path, pages: int) -> None:
    """Whatever lies within the coverage is stored, and the rest of the window is a gap."""
    ids, coverage, gaps = stored(database)
    assert len(ids) == len(set(ids)) == pages * 100
    assert merged([*coverage, *gaps]) == [DAY]
    assert not any(c.start < g.end and g.start < c.end for c in coverage for g in gaps)
    made = {str(p["id"]): datetime.fromisoformat(p["created_at"]) for p in server.platform.posts()}
    assert {i for i, at in made.items() if any(c.start <= at < c.end for c in coverage)} <= set(ids)


def stored(database: Path) -> tuple[list[str], list[Interval], list[Interval]]:
    """(native ids, coverage, gaps) as they stand in the database."""
    with closing(sqlite3.connect(database)) as db:
        ids = [row[0] for row in db.execute("SELECT native_id FROM mentions")]
    store = SqliteStore(f"sqlite:///{database}")
    with store.read() as session:
        coverage = session.ledger.coverage(NAME)
        gaps = [gap.interval for gap in session.ledger.gaps(NAME)]
    store.close()
    return ids, coverage, gaps
