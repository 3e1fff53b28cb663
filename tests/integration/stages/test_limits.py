"""One rate budget per credential, one purse per source, through the real engine and store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.base import Ask, Page, RateState, SourceConfig
from connectors.x import XConfig
from monitor.domain.errors import QuotaExhausted, RateLimited
from monitor.domain.moments import utc_text
from monitor.stages.collect import CollectReport, collect
from monitor.stages.health import SourceReport, source_report
from monitor.stages.limits import COLLECT, CONTEXT, RECHECK, Gate, Use, allowances
from monitor.store.sqlite import SqliteStore
from tests.clock import TestClock
from tests.fakes.server import FakeServer
from tests.fakes.x_posts import spread
from tests.integration.connectors.x_setting import NOW, connector, running
from tests.integration.stages.board import Board, BoardConnector


class Own(SourceConfig):
    """A source that reads what is addressed to us."""

    @property
    def own_mentions(self) -> bool:
        return True


class DearBoard(BoardConnector):
    """Every post costs a cent, and the answer's headers count down."""

    left: list[int]

    def fetch(self, ask: Ask) -> Page:
        page = super().fetch(ask)
        rate = None
        if self.left:
            rate = RateState(self.left.pop(0), 100, self.clock.now() + timedelta(minutes=10))
        cost = 0.01 * len(page.mentions)
        return Page(page.mentions, page.resume, page.cursor, page.proves, cost_usd=cost, rate=rate)


class Office:
    """Several sources of one credential on one board."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "a.db"
        self.clock = TestClock()
        self.board = Board(self.clock)
        self.sources: dict[str, SourceConfig] = {}
        self.store = self.reopen()

    def reopen(self) -> SqliteStore:
        self.store = SqliteStore(f"sqlite:///{self.file}")
        self.store.migrate()
        return self.store

    def source(self, name: str, *, own: bool = False, account: str | None = "care", **more: float) -> None:
        model = Own if own else SourceConfig
        self.sources[name] = model(name=name, kind="board", account=account, **more)

    def posts(self, count: int) -> None:
        for _ in range(count):
            self.board.post(self.clock.forward(seconds=10))
        self.clock.forward(seconds=1)

    def poll(self, name: str, left: list[int] | None = None) -> CollectReport:
        config = self.sources[name]
        connector = DearBoard(config, None, self.clock)
        connector.on(self.board)
        connector.left = list(left or [])
        share = allowances(list(self.sources.values()))[name]
        return collect(self.store, connector, config, self.clock, is_own=lambda _: False, allowance=share)

    def report(self, name: str) -> SourceReport:
        with self.store.read() as session:
            found = source_report(session, list(self.sources.values()), self.clock.now())
        return next(r for r in found if r.source == name)

    def gate(self, name: str, use: Use | None = None) -> Gate:
        share = allowances(list(self.sources.values()))[name]
        return Gate(share, use or COLLECT)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.store.close()


def test_a_429_holds_up_every_source_of_the_credential_and_no_other(office: Office) -> None:
    for name in ("a", "b"):
        office.source(name)
    office.source("c", account="other")
    office.posts(7)
    office.board.faults = ["429"]
    assert office.poll("a").health == "limited"
    asked = len(office.board.requests)
    report = office.poll("b")
    assert (report.health, report.pages) == ("limited", 0)
    assert report.next_at == office.clock.now() + timedelta(minutes=15)
    assert len(office.board.requests) == asked, "the platform was not asked"
    assert office.poll("c").health == "ok"
    office.clock.forward(minutes=15)
    assert office.poll("b").new + office.poll("a").new == 0, "c had stored them all"
    assert office.report("b").health == "ok"


def test_the_wait_survives_a_restart(office: Office) -> None:
    office.source("a")
    office.source("b")
    office.posts(7)
    office.board.faults = ["429"]
    office.poll("a")
    office.store.close()
    office.reopen()
    assert office.poll("b").pages == 0
    assert office.report("b").rate.waits_until == office.clock.now() + timedelta(minutes=15)


def test_no_request_left_stops_before_the_platform_has_to_say_so(office: Office) -> None:
    office.source("a")
    office.source("b")
    office.posts(30)
    report = office.poll("a", left=[2, 1, 0])
    assert (report.pages, report.health) == (3, "limited")
    assert report.next_at == office.clock.now() + timedelta(minutes=10)
    assert office.poll("b").pages == 0
    assert office.report("a").gaps[0].reason == "rate_limited"
    office.clock.forward(minutes=10)
    report = office.poll("a")
    assert (report.pages, report.health) == (3, "ok")
    assert office.report("a").gaps == ()


def test_the_last_tenth_of_the_requests_is_for_own_mentions(office: Office) -> None:
    office.source("wide")
    office.source("to-us", own=True)
    office.posts(12)
    report = office.poll("wide", left=[50, 10])
    assert (report.pages, report.health) == (2, "limited")
    report = office.poll("to-us", left=[9, 8, 7])
    assert (report.pages, report.health) == (3, "ok")


def test_without_own_mentions_nothing_is_kept_back(office: Office) -> None:
    office.source("a")
    office.source("b")
    office.posts(12)
    assert office.poll("a", left=[10, 9, 8]).health == "ok"


def test_own_mentions_are_stopped_last(office: Office) -> None:
    office.source("wide", budget_per_day=0.50)
    office.source("to-us", own=True, budget_per_day=0.10)
    with office.store.write() as session:
        session.ledger.spent("to-us", office.clock.now(), 0.30)
        session.ledger.spent("wide", office.clock.now(), 0.24)
    with office.store.read() as session:
        with pytest.raises(QuotaExhausted):
            office.gate("wide").check(session, office.clock.now())
        office.gate("to-us").check(session, office.clock.now(), 0.05)
        with pytest.raises(QuotaExhausted):
            office.gate("to-us").check(session, office.clock.now(), 0.07)


def test_a_page_that_would_go_beyond_the_cap_is_not_asked_for(office: Office) -> None:
    office.source("a", budget_per_day=0.12)
    office.posts(40)
    report = office.poll("a")
    assert (report.pages, report.health) == (2, "budget")
    assert "next page costs about $0.05" in str(report.error)
    money = office.report("a").money
    assert (round(money.today, 2), money.budget_per_day, money.requests_today) == (0.10, 0.12, 2)
    assert office.report("a").gaps[0].reason == "budget"
    office.clock.at = report.next_at or office.clock.now()
    assert office.poll("a").pages == 2, "the next day has a budget of its own"
    money = office.report("a").money
    assert (round(money.today, 2), round(money.month, 2)) == (0.08, 0.18)


def test_a_page_dearer_than_the_cap_is_read_once_a_day(office: Office) -> None:
    office.source("a", budget_per_day=0.03)
    office.posts(12)
    assert office.poll("a").pages == 1
    office.clock.forward(days=1)
    assert office.poll("a").pages == 1


def test_looking_again_and_context_stop_before_collecting_does(office: Office) -> None:
    office.source("a", budget_per_day=1.0)
    with office.store.write() as session:
        session.ledger.spent("a", office.clock.now(), 0.6)
    with office.store.read() as session:
        with pytest.raises(QuotaExhausted):
            office.gate("a", CONTEXT).check(session, office.clock.now())
        office.gate("a", RECHECK).check(session, office.clock.now(), 0.1)
        with pytest.raises(QuotaExhausted):
            office.gate("a", RECHECK).check(session, office.clock.now(), 0.3)
        office.gate("a").check(session, office.clock.now(), 0.3)


def test_context_leaves_requests_to_collecting(office: Office) -> None:
    office.source("a")
    now = office.clock.now()
    with office.store.write() as session:
        gate = office.gate("a")
        gate.passed(session, now, 0.0, RateState(20, 100, now + timedelta(minutes=5)))
        gate.check(session, now)
        with pytest.raises(RateLimited):
            office.gate("a", CONTEXT).check(session, now)
        office.gate("a", CONTEXT).check(session, now + timedelta(minutes=5))


def test_the_report_shows_lag_gaps_rate_and_money(office: Office) -> None:
    office.source("a", budget_per_day=5.0)
    assert (office.report("a").health, office.report("a").lag) == ("new", None)
    office.posts(7)
    office.poll("a", left=[42, 41])
    office.clock.forward(minutes=3)
    report = office.report("a")
    assert report.lag == timedelta(minutes=3)
    assert (report.rate.account, report.rate.remaining, report.rate.limit) == ("care", 41, 100)
    assert report.mentions == 7
    office.clock.forward(days=12)
    office.poll("a")
    report = office.report("a")
    assert [(g.reason, g.fillable) for g in report.gaps] == [("window_expired", False)]
    assert report.unfillable == 1
    assert report.rate.remaining == 100, "the window is over, so the budget is whole again"


def test_a_post_is_not_paid_for_twice_on_one_day(tmp_path: Path) -> None:
    source = XConfig(name="x", kind="x", query="northwind", budget_per_day=5.0)
    store = SqliteStore(f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()

    def spent_by_a_poll(server: FakeServer) -> float:
        clock = server.platform.clock
        day = utc_text(clock.now())[:10]
        with store.read() as session:
            before = session.ledger.spend_since("x", day)[0]
        reader = connector(server, name="x")
        assert collect(store, reader, source, clock, is_own=lambda _: False).complete
        reader.close()
        with store.read() as session:
            return round(session.ledger.spend_since("x", day)[0] - before, 4)

    for server in running():
        server.platform.load(spread(30, NOW - timedelta(minutes=4), timedelta(seconds=5)))
        assert spent_by_a_poll(server) == 0.15
        server.platform.clock.advance(60)
        server.platform.load(spread(2, NOW + timedelta(seconds=10), timedelta(seconds=5)))
        assert spent_by_a_poll(server) == 0.01, "the overlap shows 30 again, and two are new"
        assert len(server.requests("search")) == 2
    store.close()
