"""Polls, backfills, crashes and faults at random: whatever a backfill does, live polling loses nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from connectors.base import Capabilities, Paging
from monitor.domain.coverage import Interval
from monitor.domain.errors import NotCapable
from monitor.incident.backfill import Backfill, Part, Wish, begin, take_up
from monitor.incident.forecast import Target
from monitor.stages.collect import FIRST_LOOK, CollectReport
from monitor.stages.limits import alone
from tests.integration.stages.board import REACH, BoardConnector, Killed
from tests.integration.stages.test_collect import Watch
from tests.integration.stages.test_collect_truth import FAULTS, Truth


class PastBoard(BoardConnector):
    """The board, readable over the past."""

    capabilities = Capabilities(
        paging=Paging.NEWEST_FIRST,
        reach_back=REACH,
        overlap=timedelta(seconds=30),
        can_search=True,
        can_backfill=True,
    )


class Patient:
    """Waits by moving the clock, and not for ever: after three waits the process is killed."""

    def __init__(self, truth: TruthWithThePast) -> None:
        self.truth, self.waits = truth, 0

    def page(self, part: Part) -> None:
        pass

    def wait(self, source: str, until: object, why: str) -> None:
        self.waits += 1
        if self.waits > 3:
            raise Killed
        self.truth.watch.clock.forward(minutes=16)


class DatedWatch(Watch):
    """Knows when live polling began."""

    since: datetime | None = None

    def poll(self, **more: int) -> CollectReport:
        self.since = self.since or self.clock.now() - FIRST_LOOK
        return super().poll(**more)


class TruthWithThePast(Truth):
    runs: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.watch.store.close()
        self.watch: DatedWatch = DatedWatch(self.folder)

    def _first_start(self) -> datetime:
        """What lies before live polling is nobody's promise, unless a run asked for it."""
        return self.watch.since or self.watch.clock.now()

    def _target(self) -> Target:
        config = PastBoard.Config(name="b", kind="board", every=timedelta(minutes=2))
        connector = PastBoard(config, None, self.watch.clock).on(self.watch.board)
        return Target("b", config, connector, alone(config))

    @rule(
        faults=st.lists(st.sampled_from(FAULTS), max_size=4),
        start=st.integers(1, 60 * 24 * 8),
        minutes=st.integers(1, 60 * 24 * 4),
    )
    def backfill(self, faults: list[str], start: int, minutes: int) -> None:
        now = self.watch.clock.now()
        since = now - timedelta(minutes=start)
        window = Interval(since, min(since + timedelta(minutes=minutes), now))
        self.watch.board.faults = list(faults)
        target = self._target()
        try:
            run = begin(self.watch.store, [target], Wish(window), self.watch.clock)
        except NotCapable:
            return
        self.runs = (*self.runs, run.name)
        self._work(run.name, target)

    @rule(faults=st.lists(st.sampled_from(FAULTS), max_size=4))
    def resume(self, faults: list[str]) -> None:
        if self.runs:
            self.watch.board.faults = list(faults)
            self._work(self.runs[-1], self._target())

    def _work(self, name: str, target: Target) -> None:
        store, clock = self.watch.store, self.watch.clock
        run = take_up(store, name, clock)
        try:
            Backfill(store, run, [target], clock, lambda _: False, Patient(self)).work()
        except Killed:
            store.close()  # the next step opens the database anew


TruthWithThePast.TestCase.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
TestTruthWithThePast = TruthWithThePast.TestCase
