"""Polls, crashes and every fault there is, at random, against the truth: each platform, over the wire.

At every moment: what the ledger says is covered is stored. After the dust settles: stored is everything that
the platform still shows, each once and as it reads now, or it lies within a recorded gap; and of what was
deleted there nothing is left here.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from connectors.base import Ask, Connector, Page, Rechecked
from monitor.domain.mention import MentionKey
from monitor.stages.collect import collect
from monitor.stages.limits import RECHECK, Gate, alone
from monitor.stages.recheck import Desk, recheck
from monitor.store.sqlite import SqliteStore
from tests.clock import TestClock
from tests.fakes.server import FakeServer
from tests.integration.connectors.lands import (
    BLUESKY,
    HACKERNEWS,
    MASTODON,
    REDDIT,
    START,
    WIRE,
    Kind,
    Land,
    X,
)

PAGE = 10  # posts; small, so that windows have many
FIRST = timedelta(hours=24)  # what a first poll looks at
LATE = timedelta(minutes=3)  # how late lists may show a post: within every connector's overlap
SKEW = 90  # seconds that the two clocks may be apart


class Killed(BaseException):
    """The process died."""


class Mortal:
    """A connector that asks for small pages, and whose process can die before or after an answer."""

    def __init__(self, inner: Connector, dies_at: int | None, *, before: bool) -> None:
        self._inner, self._dies_at, self._before, self._asked = inner, dies_at, before, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def fetch(self, ask: Ask) -> Page:
        self._asked += 1
        if self._asked == self._dies_at and self._before:
            raise Killed
        page = self._inner.fetch(replace(ask, limit=PAGE))
        if self._asked == self._dies_at:
            raise Killed
        return page

    def recheck(self, keys: Sequence[MentionKey]) -> Rechecked:
        return self._inner.recheck(keys)  # type: ignore[attr-defined, no-any-return]


class Truth(RuleBasedStateMachine):
    kind: ClassVar[Kind]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.stack = ExitStack()
        self.land = Land(self.kind, self.stack.enter_context(FakeServer(self.kind.fake())))
        self.clock = TestClock(START)
        self.store = SqliteStore(f"sqlite:///{self.folder / 'a.db'}")
        self.store.migrate()
        self.looked: datetime | None = None  # from when on posts are promised
        self.punctual: set[str] = set()  # posts that lists showed at once, by clocks that agree
        self.skewed = False

    def teardown(self) -> None:
        try:
            if self.looked is not None:
                self._let_the_dust_settle()
                self._everything_shown_is_stored_or_in_a_gap()
        finally:
            self.store.close()
            self.stack.close()
            shutil.rmtree(self.folder)

    # --- what people do --------------------------------------------------------------------------

    @rule(count=st.integers(1, 45), late=st.sampled_from([timedelta(0), timedelta(0), LATE]))
    def people_write(self, count: int, late: timedelta) -> None:
        before = self.land.shown().keys()
        self._time(seconds=5 * count)
        self.land.write(count, late)
        if not late and not self.skewed:
            self.punctual |= self.land.shown().keys() - before
        self._time(seconds=1)

    @rule(which=st.integers(0, 10_000), mid_paging=st.booleans())
    def somebody_deletes(self, which: int, mid_paging: bool) -> None:
        ids = sorted(self.land.shown())
        if not ids:
            return
        if mid_paging:
            self.land.server.faults.add(do="delete", after=1, ids=[ids[which % len(ids)]])
        else:
            self.land.delete(ids[which % len(ids)])

    @precondition(lambda self: self.kind.edits)
    @rule(which=st.integers(0, 10_000))
    def somebody_edits(self, which: int) -> None:
        ids = sorted(self.land.shown())
        if ids:
            self.land.edit(ids[which % len(ids)])
            self.punctual.discard(ids[which % len(ids)])  # X lists it anew, where it was edited

    # --- what happens to us ----------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 3, 16, 60, 60 * 30]))
    def nobody_looks(self, minutes: int) -> None:
        self._time(minutes=minutes)

    @rule(seconds=st.integers(-SKEW, SKEW))
    def the_clocks_part(self, seconds: int) -> None:
        self.skewed = True
        self.land.server.platform.clock.set(self.clock.now() + timedelta(seconds=seconds))

    @rule(minutes=st.sampled_from([0, 2, 2, 16]))
    def poll(self, minutes: int) -> None:
        self._time(minutes=minutes)
        self._poll()

    @rule(
        minutes=st.sampled_from([2, 2, 16]),
        data=st.data(),
        dies_at=st.none() | st.integers(1, 6),
        before=st.booleans(),
        pages=st.none() | st.integers(1, 4),
    )
    def poll_in_trouble(
        self,
        minutes: int,
        data: st.DataObject,
        dies_at: int | None,
        before: bool,
        pages: int | None,
    ) -> None:
        self._time(minutes=minutes)
        there_are = st.sampled_from((*self.kind.faults, *WIRE))
        for fault, after in data.draw(st.lists(st.tuples(there_are, st.integers(0, 5)), max_size=3)):
            self.land.goes_wrong(fault, after)
        self._poll(dies_at, before=before, pages=pages)
        self.land.happen("restore")

    @invariant()
    def what_is_covered_is_stored(self) -> None:
        shown = self.land.shown()
        with self.store.read() as session:
            coverage, gaps = session.ledger.coverage("s"), session.ledger.gaps("s")
            for native_id in self.punctual & shown.keys() if not self.skewed else ():
                at = shown[native_id][0]
                if any(i.start <= at < i.end for i in coverage):
                    assert session.mentions.by_key(self._key(native_id)), f"{native_id} of {at} is missing"
        assert not any(g.interval.is_empty for g in gaps)
        assert not any(g.interval.start < i.end and i.start < g.interval.end for g in gaps for i in coverage)

    # --- how it is done --------------------------------------------------------------------------

    def _key(self, native_id: str) -> MentionKey:
        return MentionKey(self.kind.name, native_id)

    def _time(self, **by: float) -> None:
        self.clock.forward(**by)
        self.land.server.platform.clock.set(self.land.now + timedelta(**by))

    def _poll(self, dies_at: int | None = None, *, before: bool = False, pages: int | None = None) -> None:
        self.looked = self.looked or self.clock.now() - FIRST
        inner = self.land.connector(self.clock)
        try:
            connector = Mortal(inner, dies_at, before=before)
            collect(
                self.store,
                connector,
                self.kind.config,
                self.clock,
                is_own=lambda _: False,
                max_pages=pages,
            )
        except Killed:
            self.store.close()  # the next poll opens the database anew
        finally:
            inner.close()

    def _let_the_dust_settle(self) -> None:
        self.land.server.faults.clear()
        self.land.happen("restore")
        self.land.server.platform.clock.set(max(self.land.now, self.clock.now()))
        for _ in range(8):
            self._time(minutes=20)
            self._poll()
        inner = self.land.connector(self.clock)
        rechecker = Mortal(inner, None, before=False)
        gate = Gate(alone(self.kind.config), RECHECK)
        desk = Desk(self.store, rechecker, self.kind.config, self.clock, gate, lambda _: False)
        for hours in (25, 25, 2, 2, 2):  # Bluesky: missing twice is gone; Hacker News: 50 at a time
            self._time(hours=hours)
            report = recheck(desk)
            assert report.error is None, report.error
        inner.close()

    def _everything_shown_is_stored_or_in_a_gap(self) -> None:
        shown = self.land.shown()
        with self.store.read() as session:
            gaps = session.ledger.gaps("s")
            kept = {i: session.mentions.by_key(self._key(i)) for i in shown}
        stored = self._stored()
        for native_id, (at, text) in shown.items():
            found = kept[native_id]
            if found is None:
                inside = any(g.interval.start <= at < g.interval.end for g in gaps)
                assert inside or at < self.looked, f"{native_id} of {at} is lost"
                continue
            assert found.removed_at is None, f"{native_id} stands there, and was purged here"
            assert text in found.mention.text, f"{native_id} reads {text!r} there"
        assert sorted(stored) == sorted(i for i, m in kept.items() if m), "each once, and nothing else"
        assert [g for g in gaps if g.fillable] == [], "what can be filled was filled"

    def _stored(self) -> list[str]:
        """The ids of everything that is kept with its content."""
        with closing(sqlite3.connect(self.store.path)) as db:
            return [row[0] for row in db.execute("SELECT native_id FROM mentions WHERE removed_at IS NULL")]


def _machine(of: Kind, examples: int) -> Any:
    made = type(f"TruthOf{of.name.title()}", (Truth,), {"kind": of})
    made.TestCase.settings = settings(max_examples=examples, stateful_step_count=30, deadline=None)
    return made.TestCase


TestX = _machine(X, 12)
TestReddit = _machine(REDDIT, 12)
TestBluesky = _machine(BLUESKY, 12)
TestMastodon = _machine(MASTODON, 6)
TestHackerNews = _machine(HACKERNEWS, 5)

TestXForLong = pytest.mark.soak(_machine(X, 300))
TestRedditForLong = pytest.mark.soak(_machine(REDDIT, 300))
TestBlueskyForLong = pytest.mark.soak(_machine(BLUESKY, 300))
TestMastodonForLong = pytest.mark.soak(_machine(MASTODON, 100))
TestHackerNewsForLong = pytest.mark.soak(_machine(HACKERNEWS, 100))
