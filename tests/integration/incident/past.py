"""What the tests of backfill share: a store, targets on fakes, and a listener that owns the time."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from connectors.base import Connector, SourceConfig
from connectors.x import XConfig, XConnector
from monitor.domain.coverage import Interval
from monitor.domain.mention import Mention
from monitor.incident.backfill import Backfill, Part, Wish, begin, take_up
from monitor.incident.forecast import Target
from monitor.stages.collect import CollectReport, collect
from monitor.stages.limits import alone
from monitor.store.backfills import Run
from monitor.store.ledger import SourceState
from monitor.store.sqlite import SqliteStore
from tests.fakes import x as fake_x
from tests.fakes.server import FakeClock, FakeServer
from tests.integration.connectors.x_setting import NOW

WEEK = Interval(NOW - timedelta(days=6), NOW - timedelta(days=1))


class Killed(BaseException):
    """Ends the process, as far as the engine can tell."""


class Timekeeper:
    """Waiting takes no time: the clock is moved. Notes what was shown."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.pages = 0
        self.waits: list[tuple[str, datetime, str]] = []
        self.shares: list[float] = []
        self.die_after: int | None = None

    def page(self, part: Part) -> None:
        self.pages += 1
        self.shares.append(part.share)
        if self.die_after is not None and part.report.pages >= self.die_after:
            raise Killed

    def wait(self, source: str, until: datetime, why: str) -> None:
        self.waits.append((source, until, why))
        self.clock.set(until)


class Past:
    """A store and the sources of a run."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self.folder, self.clock = folder, clock
        self.file = folder / "past.db"
        self.store = SqliteStore(f"sqlite:///{self.file}")
        self.store.migrate()
        self.listener = Timekeeper(clock)
        self.targets: list[Target] = []

    def add(self, source: SourceConfig, connector: Connector, *, adhoc: bool = False) -> Target:
        target = Target(source.name, source, connector, alone(source), adhoc)
        self.targets.append(target)
        return target

    def add_x(self, server: FakeServer, name: str = "x-mentions", **more: object) -> Target:
        given = {"name": name, "kind": "x", "query": "northwind", "timeout": timedelta(seconds=2)} | more
        config = XConfig(**given)
        return self.add(config, XConnector(config, fake_x.account(server.base_url), self.clock))

    def begin(self, window: Interval = WEEK, **more: object) -> Run:
        return begin(self.store, self.targets, Wish(window, **more), self.clock)  # type: ignore[arg-type]

    def work(self, run: Run) -> list[Part]:
        return Backfill(self.store, run, self.targets, self.clock, _not_own, self.listener).work()

    def resume(self, run: Run, budget_usd: float | None = None) -> list[Part]:
        return self.work(take_up(self.store, run.name, self.clock, budget_usd))

    def poll(self, target: Target) -> CollectReport:
        return collect(self.store, target.connector, target.source, self.clock, is_own=_not_own)

    def run(self, name: str) -> Run:
        with self.store.read() as session:
            return session.backfills.get(name)

    def ids(self) -> list[str]:
        with closing(sqlite3.connect(self.file)) as db:
            return [row[0] for row in db.execute("SELECT native_id FROM mentions ORDER BY id")]

    def covered(self, source: str = "x-mentions") -> list[Interval]:
        with self.store.read() as session:
            return session.ledger.coverage(source)

    def gaps(self, source: str = "x-mentions") -> list[tuple[Interval, str]]:
        with self.store.read() as session:
            return [(g.interval, g.reason) for g in session.ledger.gaps(source)]

    def state(self, source: str = "x-mentions") -> SourceState:
        with self.store.read() as session:
            return next(s for s in session.ledger.states() if s.source == source)

    def close(self) -> None:
        for target in self.targets:
            target.connector.close()
        self.store.close()


def _not_own(mention: Mention) -> bool:
    return mention.author == "northwindair"


def made_at(server: FakeServer, window: Interval) -> set[str]:
    """The ids of the fake's posts of a window."""
    posts: Sequence[dict[str, str]] = server.platform.posts()
    return {p["id"] for p in posts if window.start <= datetime.fromisoformat(p["created_at"]) < window.end}
