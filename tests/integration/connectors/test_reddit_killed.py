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
from pydantic import SecretStr

from connectors.base import Account
from connectors.reddit import RedditConfig, RedditConnector
from monitor.domain.coverage import Interval
from monitor.stages.collect import collect
from monitor.store.sqlite import SqliteStore
from tests.fakes.reddit import RedditFake
from tests.fakes.reddit_account import DAY, NOON, SECRETS, Reddit
from tests.fakes.server import FakeClock, FakeServer

ROOT = Path(__file__).resolve().parents[3]
SUBREDDITS = ("northwind", "travel", "flights")
CONFIG = RedditConfig(name="reddit", kind="reddit", subreddits=SUBREDDITS)

# A poll in a process of its own; it is killed at the moment it sends its n-th request (0: never).
POLL = """
import os, signal, sys
from tests.integration.connectors.test_reddit_killed import poll
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
def reddit() -> Iterator[Reddit]:
    clock = FakeClock(NOON)
    fake = RedditFake(clock=clock)
    with FakeServer(fake) as server:
        yield Reddit(server, fake, clock)


def poll(database: str, base_url: str, now: str) -> str:
    """One poll by the engine; returns what became of the source."""
    store = SqliteStore(f"sqlite:///{database}")
    store.migrate()
    clock = FakeClock(datetime.fromisoformat(now))
    secrets = {name: SecretStr(value) for name, value in SECRETS.items()}
    reader = RedditConnector(CONFIG, Account("care", "reddit", None, base_url, secrets), clock)
    report = collect(store, reader, CONFIG, clock, is_own=lambda mention: False)
    reader.close()
    store.close()
    return f"{report.pages} {report.health}"


def polled(reddit: Reddit, database: Path, now: datetime, dies_at: int = 0) -> tuple[int, str]:
    """(exit code, what it said) of a poll at `now`, in a process of its own."""
    reddit.clock.set(now)
    given = [str(database), reddit.server.base_url, now.isoformat(), str(dies_at)]
    done = subprocess.run(
        [sys.executable, "-c", POLL, *given], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.strip() or done.stderr


def test_all_2500_are_stored_once_and_the_ledger_is_honest_all_along(reddit: Reddit, tmp_path: Path) -> None:
    wanted = []
    for name in SUBREDDITS:
        wanted += reddit.load(450, subreddit=name)
        wanted += reddit.load(382 + 2 * (name != "travel"), kind="t3", subreddit=name)
        reddit.load_older(name, "t1", 10)
        reddit.load_older(name, "t3", 10)
    assert len(wanted) == 2500
    reddit.server.faults.add(after=4, do="429", seconds=300)  # the token, then three pages
    database = tmp_path / "presszero.db"

    assert polled(reddit, database, NOON) == (0, "3 limited")
    _nothing_is_proven_yet(database, stored_ids=300)

    code, _ = polled(reddit, database, NOON + timedelta(seconds=301), dies_at=7)
    assert code == -signal.SIGKILL
    _nothing_is_proven_yet(database, stored_ids=384 + 450)

    assert polled(reddit, database, NOON + timedelta(seconds=320)) == (0, "18 ok")
    ids, coverage, gaps = stored(database)
    assert sorted(ids) == sorted(wanted)
    assert (coverage, gaps) == ([DAY], [])
    pages = [line for line in reddit.server.log if line.endpoint != "token"]
    assert [line.status for line in pages] == [200] * 3 + [429] + [200] * 24
    asked = [(line.path, line.query.get("after")) for line in pages]
    assert len(asked) - len(set(asked)) == 1, "only the page that was refused was asked for again"


def test_beyond_1000_the_ledger_says_what_cannot_be_had(reddit: Reddit, tmp_path: Path) -> None:
    reddit.load(1200, every=30)
    assert polled(reddit, tmp_path / "presszero.db", NOON)[1].endswith(" ok")
    ids, (covered,), (gap,) = stored(tmp_path / "presszero.db")
    assert len(ids) == len(set(ids)) == 1000
    edge = NOON - timedelta(seconds=1 + 999 * 30) + timedelta(seconds=1)
    assert (gap, covered) == (Interval(DAY.start, edge), Interval(edge, DAY.end))


def _nothing_is_proven_yet(database: Path, stored_ids: int) -> None:
    """With several listings, the whole window stays a gap until the last of them is done."""
    ids, coverage, gaps = stored(database)
    assert len(ids) == len(set(ids)) == stored_ids
    assert (coverage, gaps) == ([], [DAY])


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
