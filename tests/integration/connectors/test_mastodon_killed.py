"""2,500 new posts, a 429 after page 3 and a `kill -9` after page 9: the real engine, store and processes."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connectors.mastodon import MastodonConfig, MastodonConnector
from monitor.domain.coverage import Interval, merged
from monitor.stages.collect import collect
from monitor.store.sqlite import SqliteStore
from tests.fakes.mastodon import account
from tests.fakes.mastodon_posts import spread
from tests.fakes.server import FakeClock, FakeServer
from tests.integration.connectors.mastodon_setting import NOW, running

ROOT = Path(__file__).resolve().parents[3]
DAY = Interval(NOW - timedelta(hours=24), NOW)  # what a first poll looks at
CONFIG = MastodonConfig(name="mastodon", kind="mastodon", hashtags=("northwind",), notifications=False)

# A poll in a process of its own; it is killed at the moment it asks for its n-th page (0: never).
POLL = """
import os, signal, sys
from tests.integration.connectors.test_mastodon_killed import poll
sent = 0
def watch(event, args):
    global sent
    if event == "http.client.send" and args[1][:4] == b"GET ":
        sent += 1
        if sent == int(sys.argv[4]):
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
print(poll(*sys.argv[1:4]))
"""


@pytest.fixture
def server() -> Iterator[FakeServer]:
    yield from running()


def poll(database: str, base_url: str, now: str) -> str:
    """One poll by the engine; returns what became of the source."""
    store = SqliteStore(f"sqlite:///{database}")
    store.migrate()
    clock = FakeClock(datetime.fromisoformat(now))
    reader = MastodonConnector(CONFIG, account(base_url), clock)
    report = collect(store, reader, CONFIG, clock, is_own=lambda mention: False)
    reader.close()
    store.close()
    return f"{report.pages} {report.health}"


def polled(server: FakeServer, database: Path, now: datetime, dies_at: int = 0) -> tuple[int, str]:
    """(exit code, what it said) of a poll at `now`, in a process of its own."""
    server.platform.clock.set(now)
    command = [sys.executable, "-c", POLL, str(database), server.base_url, now.isoformat(), str(dies_at)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.strip() or done.stderr


def test_all_2500_are_stored_once_and_the_ledger_is_honest_all_along(
    server: FakeServer, tmp_path: Path
) -> None:
    server.platform.load(spread(2500, NOW - timedelta(hours=23), timedelta(seconds=30)))
    server.platform.load(spread(10, NOW - timedelta(hours=25), timedelta(seconds=30)))
    server.faults.add(on="tag", after=3, do="429", seconds=300)
    database = tmp_path / "presszero.db"

    assert polled(server, database, NOW) == (0, "3 limited")
    _is_honest(server, database, pages=3)

    code, _ = polled(server, database, NOW + timedelta(seconds=301), dies_at=7)
    assert code == -signal.SIGKILL
    _is_honest(server, database, pages=9)

    assert polled(server, database, NOW + timedelta(seconds=320)) == (0, "54 ok")
    ids, coverage, gaps = stored(database)
    assert len(ids) == len(set(ids)) == 2500
    assert (coverage, gaps) == ([DAY], [])
    pages = server.requests("tag")
    assert [line.status for line in pages] == [200] * 3 + [429] + [200] * 60
    asked = [line.query.get("max_id") for line in pages]
    assert len(asked) - len(set(asked)) == 1, "only the page that was refused was asked for again"
    assert len(server.log) == len(pages), "nothing else was asked for"


def _is_honest(server: FakeServer, database: Path, pages: int) -> None:
    """Whatever lies within the coverage is stored, and the rest of the window is a gap."""
    ids, coverage, gaps = stored(database)
    assert len(ids) == len(set(ids)) == pages * 40
    assert merged([*coverage, *gaps]) == [DAY]
    assert not any(c.start < g.end and g.start < c.end for c in coverage for g in gaps)
    made = {p["id"]: datetime.fromisoformat(p["created_at"]) for p in server.platform.posts()}
    covered = {i for i, at in made.items() if any(c.start <= at < c.end for c in coverage)}
    assert covered <= set(ids)
    assert len(covered) >= pages * 40 - 1, "all but the oldest post, whose millisecond may hold more"


def stored(database: Path) -> tuple[list[str], list[Interval], list[Interval]]:
    """(native ids, coverage, gaps) as they stand in the database."""
    with closing(sqlite3.connect(database)) as db:
        ids = [row[0] for row in db.execute("SELECT native_id FROM mentions")]
    store = SqliteStore(f"sqlite:///{database}")
    with store.read() as session:
        coverage = session.ledger.coverage(CONFIG.name)
        gaps = [gap.interval for gap in session.ledger.gaps(CONFIG.name)]
    store.close()
    return ids, coverage, gaps
