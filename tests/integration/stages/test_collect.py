from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.domain.coverage import Interval
from monitor.stages.collect import FIRST_LOOK, CollectReport, collect
from monitor.store.sqlite import SqliteStore
from tests.clock import TestClock
from tests.integration.stages.board import PAGE, REACH, Board, BoardConnector, Killed


class Watch:
    """A board, a store, and one poll after the other."""

    def __init__(self, folder: Path) -> None:
        self.clock = TestClock()
        self.board = Board(self.clock)
        self.store = SqliteStore(f"sqlite:///{folder / 'a.db'}")
        self.store.migrate()
        self.start = self.clock.now()

    def poll(self, **more: int) -> CollectReport:
        config = BoardConnector.Config(name="b", kind="board", every=timedelta(minutes=2))
        connector = BoardConnector(config, None, self.clock).on(self.board)
        return collect(self.store, connector, config, self.clock, is_own=lambda _: False, **more)

    def poll_and_die(self) -> None:
        with pytest.raises(Killed):
            self.poll()

    def posts(self, count: int) -> None:
        for _ in range(count):
            self.board.post(self.clock.forward(seconds=10))
        self.clock.forward(seconds=1)

    def stored(self) -> int:
        with self.store.read() as session:
            return session.mentions.count()

    def gaps(self) -> list[str]:
        with self.store.read() as session:
            return [g.reason for g in session.ledger.gaps("b")]

    def covered(self) -> list[Interval]:
        with self.store.read() as session:
            return session.ledger.coverage("b")


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    made = Watch(tmp_path)
    yield made
    made.store.close()


def test_the_first_poll_looks_back_a_day(watch: Watch) -> None:
    watch.board.post(watch.clock.now() - timedelta(hours=30))
    watch.board.post(watch.clock.now() - timedelta(hours=20))
    report = watch.poll()
    assert (report.new, report.complete, report.health) == (1, True, "ok")
    now = watch.clock.now()
    assert watch.covered() == [Interval(now - FIRST_LOOK, now)]
    assert watch.gaps() == []


def test_every_page_is_drained(watch: Watch) -> None:
    watch.posts(52)
    report = watch.poll()
    assert (report.new, report.pages) == (52, 11)


def test_polling_again_brings_nothing_twice(watch: Watch) -> None:
    watch.posts(12)
    watch.poll()
    watch.clock.forward(minutes=2)
    assert watch.poll().new == 0
    watch.posts(7)
    assert watch.poll().new == 7
    assert watch.stored() == 19
    assert len(watch.covered()) == 1


def test_a_limit_in_the_middle_leaves_a_gap_and_resumes_at_that_page(watch: Watch) -> None:
    watch.posts(50)
    watch.board.faults = ["none"] * 3 + ["429"]
    report = watch.poll()
    assert (report.new, report.health, report.complete) == (3 * PAGE, "limited", False)
    assert report.next_at == watch.clock.now() + timedelta(minutes=15)
    assert watch.gaps() == ["rate_limited"]
    asked = len(watch.board.requests)
    assert watch.poll().pages == 0, "it asks for nothing before the limit is over"
    assert len(watch.board.requests) == asked
    watch.clock.forward(minutes=15)
    watch.posts(4)
    watch.poll()
    assert watch.stored() == 54
    assert watch.gaps() == []
    assert len(watch.covered()) == 1
    resumed = [r for r in watch.board.requests if r[1] is not None]
    assert len(set(resumed)) + 1 == len(resumed), "only the refused request was made twice"


def test_killed_between_pages_it_resumes_at_the_next(watch: Watch) -> None:
    watch.posts(50)
    watch.board.faults = ["none"] * 4 + ["kill before"]
    watch.poll_and_die()
    assert watch.stored() == 4 * PAGE
    assert watch.gaps() == ["in_progress"], "the ledger was right when the process died"
    watch.poll()
    assert watch.stored() == 50
    assert len(watch.board.requests) == len(set(watch.board.requests)) == 10


def test_killed_after_the_request_only_that_page_is_asked_again(watch: Watch) -> None:
    watch.posts(50)
    watch.board.faults = ["none"] * 4 + ["kill after"]
    watch.poll_and_die()
    watch.poll()
    assert watch.stored() == 50
    assert len(watch.board.requests) == 11


def test_the_newest_posts_come_first_when_an_old_window_holds_up(watch: Watch) -> None:
    watch.posts(50)
    watch.board.faults = ["none", "401"]
    watch.poll()
    watch.clock.forward(minutes=30)
    watch.posts(3)
    watch.board.requests.clear()
    watch.poll()
    assert watch.stored() == 53
    assert [token is None for _, token in watch.board.requests][:2] == [True, False]


def test_a_dead_page_token_starts_over_what_is_left(watch: Watch) -> None:
    watch.posts(50)
    watch.board.faults = ["none", "none", "token"]
    report = watch.poll()
    assert report.complete
    assert watch.stored() == 50
    assert watch.gaps() == []


def test_what_fell_out_of_reach_stays_a_gap(watch: Watch) -> None:
    watch.posts(5)
    watch.poll()
    polled = watch.clock.now()
    watch.clock.forward(days=10)
    watch.posts(5)
    report = watch.poll()
    assert report.new == 5
    with watch.store.read() as session:
        (gap,) = session.ledger.gaps("b")
    assert (gap.reason, gap.fillable) == ("window_expired", False)
    overlap = BoardConnector.capabilities.overlap
    assert gap.interval == Interval(polled - overlap, watch.clock.now() - REACH), "late posts were not seen"


def test_budget_stops_with_a_visible_reason(watch: Watch) -> None:
    watch.posts(5)
    with watch.store.write() as session:
        session.ledger.spent("b", watch.clock.now(), 5.0)
    config = BoardConnector.Config(name="b", kind="board", budget_per_day=5.0)
    connector = BoardConnector(config, None, watch.clock).on(watch.board)
    report = collect(watch.store, connector, config, watch.clock, is_own=lambda _: False)
    assert (report.health, report.pages) == ("budget", 0)
    assert report.next_at is not None
    assert report.next_at.hour == 0
    assert watch.gaps() == ["budget"]
    watch.clock.at = report.next_at
    assert watch.poll().new == 5


def test_expired_credentials_are_a_state_of_the_source(watch: Watch) -> None:
    watch.board.faults = ["401"]
    watch.poll()
    with watch.store.read() as session:
        (state,) = session.ledger.states()
    assert (state.health, state.error_code) == ("auth", "PZ-303")
    watch.clock.forward(minutes=6)
    watch.poll()
    with watch.store.read() as session:
        (state,) = session.ledger.states()
    assert (state.health, state.error_code) == ("ok", None)
