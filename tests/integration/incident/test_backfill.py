"""Backfill through the real connectors, against the fakes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from connectors.reddit import RedditConfig
from connectors.rss import RssConfig, RssConnector
from monitor.domain.coverage import Interval
from monitor.domain.errors import NotCapable, NotFound, WrongUse
from monitor.domain.mention import MentionKey
from monitor.incident.forecast import chunks, forecast
from tests.fakes.reddit import RedditFake
from tests.fakes.reddit_account import NOON, Reddit
from tests.fakes.server import FakeClock, FakeServer
from tests.fakes.x_posts import spread
from tests.integration.connectors.x_setting import NOW, running
from tests.integration.incident.past import WEEK, Killed, Past, made_at


@pytest.fixture
def server() -> Iterator[FakeServer]:
    yield from running()


@pytest.fixture
def past(server: FakeServer, tmp_path: Path) -> Iterator[Past]:
    """A week with 900 posts, one every ten minutes."""
    server.platform.load(spread(900, NOW - timedelta(days=6, hours=6), timedelta(minutes=10)))
    made = Past(tmp_path, server.platform.clock)
    yield made
    made.close()


def searches(server: FakeServer) -> int:
    return sum(1 for line in server.log if line.endpoint == "search")


def test_a_past_window_is_stored_whole_and_proven(past: Past, server: FakeServer) -> None:
    past.add_x(server)
    run = past.begin()
    (part,) = past.work(run)
    assert (part.complete, part.error) == (True, None)
    assert set(past.ids()) == made_at(server, WEEK)
    assert len(past.ids()) == part.report.new == 720
    assert past.covered() == [WEEK]
    with past.store.read() as session:
        origins = {session.mentions.by_key(MentionKey("x", i)).origin for i in past.ids()}  # type: ignore[union-attr]
    assert origins == {"backfill"}
    assert past.run(run.name).state == "complete"
    assert past.run(run.name).spent_usd == pytest.approx(720 * 0.005)
    assert past.listener.shares == sorted(past.listener.shares)
    assert past.listener.shares[-1] == 1.0


def test_live_polling_goes_on_as_if_nothing_had_happened(past: Past, server: FakeServer) -> None:
    target = past.add_x(server)
    past.poll(target)
    before = past.state()
    past.clock.advance(30)
    past.work(past.begin())
    after = past.state()
    assert (after.cursor, after.frontier, after.health, after.last_complete_at, after.last_try_at) == (
        before.cursor,
        before.frontier,
        before.health,
        before.last_complete_at,
        before.last_try_at,
    )
    past.clock.advance(60)
    report = past.poll(target)
    assert (report.complete, report.pages) == (True, 1)
    with past.store.read() as session:
        assert session.ledger.spend_since("x-mentions", "2026-03-08")[0] < 1.0, "live money is counted apart"


def test_a_gap_in_the_live_coverage_is_closed(past: Past, server: FakeServer) -> None:
    target = past.add_x(server)
    past.clock.set(NOW - timedelta(days=4))
    past.poll(target)
    past.clock.set(NOW - timedelta(days=2))
    server.faults.add(on="search", do="500", times=1)
    past.poll(target)
    hole = past.gaps()[0][0]
    past.clock.set(NOW)
    past.work(past.begin(Interval(hole.start, hole.end)))
    assert past.gaps() == []
    assert past.covered()[0].end >= hole.end


def test_what_lies_beyond_live_polling_does_not_make_it_skip_the_middle(
    past: Past, server: FakeServer
) -> None:
    target = past.add_x(server)
    past.clock.set(NOW - timedelta(days=4))
    past.poll(target)
    past.clock.set(NOW)
    past.work(past.begin(Interval(NOW - timedelta(days=2), NOW - timedelta(days=1))))
    report = past.poll(target)
    assert report.complete
    assert set(past.ids()) == made_at(server, Interval(NOW - timedelta(days=5), NOW))
    assert past.gaps() == []


def test_another_question_proves_nothing_for_the_source(past: Past, server: FakeServer) -> None:
    past.add_x(server)
    past.work(past.begin(query="nobody says this"))
    assert (past.ids(), past.covered()) == ([], [])


def test_what_is_older_than_the_platform_shows_is_a_gap_for_good(past: Past, server: FakeServer) -> None:
    target = past.add_x(server)
    wish = Interval(NOW - timedelta(days=20), NOW - timedelta(days=5))
    found = forecast(target, wish, None, past.clock.now())
    assert found.estimate.cannot[0][1] == "window_expired"
    assert found.estimate.posts == len(made_at(server, Interval(found.reachable.start, wish.end)))  # type: ignore[union-attr]
    (part,) = past.work(past.begin(wish))
    assert part.complete
    gaps = past.gaps()
    assert {why for _, why in gaps} == {"window_expired"}
    assert gaps[0][0].start == wish.start
    assert set(past.ids()) == made_at(server, wish)
    with pytest.raises(NotCapable):
        past.begin(Interval(NOW - timedelta(days=20), NOW - timedelta(days=10)))


def test_the_forecast_is_what_it_then_takes(past: Past, server: FakeServer) -> None:
    target = past.add_x(server)
    said = forecast(target, WEEK, None, past.clock.now()).estimate
    assert server.log[-1].endpoint == "counts"
    assert searches(server) == 0
    run = past.begin()
    past.work(run)
    assert said.posts == len(past.ids())
    assert said.cost_usd == pytest.approx(past.run(run.name).spent_usd)
    assert said.spent_usd == 0.005
    # Every day is a window of its own: the last page of each is not full.
    assert said.requests is not None
    assert said.requests <= searches(server) <= said.requests + 6


def test_killed_between_pages_it_goes_on_with_the_next(past: Past, server: FakeServer) -> None:
    past.add_x(server)
    run = past.begin()
    past.listener.die_after = 4
    with pytest.raises(Killed):
        past.work(run)
    assert searches(server) == 4
    past.store.close()
    past.listener.die_after = None
    (part,) = past.resume(run)
    assert part.complete
    assert set(past.ids()) == made_at(server, WEEK)
    assert len(past.ids()) == 720
    asked = [line.query for line in server.log if line.endpoint == "search"]
    assert len({str(sorted(q.items())) for q in asked}) == len(asked), "no page was asked for twice"
    assert past.resume(run)[0].report.pages == 0, "what is complete stays so"


def test_a_429_is_waited_for(past: Past, server: FakeServer) -> None:
    past.add_x(server)
    server.faults.add(on="search", after=3, do="429", seconds=120)
    (part,) = past.work(past.begin())
    assert part.complete
    assert [(source, until) for source, until, _ in past.listener.waits] == [
        ("x-mentions", NOW + timedelta(seconds=120))
    ]
    assert len(past.ids()) == 720


def test_a_platform_in_trouble_is_asked_again_and_given_up_in_the_end(past: Past, server: FakeServer) -> None:
    past.add_x(server)
    server.faults.add(on="search", after=2, do="503", times=3)
    (part,) = past.work(past.begin())
    assert part.complete
    waited = [until - NOW for _, until, _ in past.listener.waits]
    assert waited == [timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=35)]
    server.faults.add(on="search", do="503", times=None)
    run = past.begin()
    (part,) = past.work(run)
    assert part.error is not None
    assert part.error.code == "PZ-306"
    assert past.run(run.name).state == "stopped"
    assert "PZ-306" in (past.run(run.name).why or "")
    server.faults.clear()
    assert past.resume(run)[0].complete


def test_the_budget_stops_it_and_another_takes_it_up(past: Past, server: FakeServer) -> None:
    past.add_x(server)
    run = past.begin(budget_usd=1.6)
    (part,) = past.work(run)
    assert part.error is not None
    assert part.error.code == "PZ-302"
    spent = past.run(run.name).spent_usd
    assert 1.0 < spent <= 1.6
    assert past.resume(run)[0].report.pages == 0, "the same budget buys nothing more"
    (part,) = past.resume(run, budget_usd=10.0)
    assert part.complete
    assert past.run(run.name).spent_usd == pytest.approx(3.6)
    assert len(past.ids()) == 720


def test_no_budget_no_request(past: Past, server: FakeServer) -> None:
    past.add_x(server)
    (part,) = past.work(past.begin(budget_usd=0.0))
    assert part.error is None or part.error.code == "PZ-302"
    assert searches(server) == 0


def test_without_a_budget_the_sources_own_counts_per_day(past: Past, server: FakeServer) -> None:
    past.add_x(server, budget_per_day=2.0)
    run = past.begin()
    (part,) = past.work(run)
    assert part.error is not None
    assert 1.4 < past.run(run.name).spent_usd <= 2.0
    past.clock.advance(24 * 3600)
    past.resume(run)
    assert past.run(run.name).spent_usd > 2.0


def test_while_one_source_waits_another_goes_on(past: Past, server: FakeServer, tmp_path: Path) -> None:
    clock = past.clock
    fake = RedditFake(clock=clock)
    with FakeServer(fake) as other:
        reddit = Reddit(other, fake, clock)
        wanted = reddit.load(150, every=60)
        past.add_x(server)
        config = RedditConfig(name="reddit", kind="reddit", subreddits=("northwind",))
        past.add(config, reddit.connector())
        server.faults.add(on="search", do="429", seconds=300)
        parts = past.work(past.begin(Interval(NOON - timedelta(days=1), NOW)))
        last = past.listener.waits
    assert all(p.complete for p in parts), [p.error for p in parts]
    assert set(wanted) <= set(past.ids())
    assert len(last) == 1, "Reddit was read meanwhile"


def test_reddit_is_one_window_as_its_listings_begin_with_the_newest(tmp_path: Path) -> None:
    clock = FakeClock(NOON)
    fake = RedditFake(clock=clock)
    with FakeServer(fake) as server:
        reddit = Reddit(server, fake, clock)
        wanted = reddit.load(250, every=60)
        for kind in ("t1", "t3"):
            reddit.load_older("northwind", kind, 3)
        past = Past(tmp_path, clock)
        config = RedditConfig(name="reddit", kind="reddit", subreddits=("northwind",))
        past.add(config, reddit.connector())
        (part,) = past.work(past.begin(Interval(NOON - timedelta(days=1), NOON)))
        past.close()
    assert (part.complete, part.windows) == (True, 1)
    assert set(past.ids()) == set(wanted)


def test_a_feed_shows_only_what_is_newest(past: Past) -> None:
    config = RssConfig(name="news", kind="rss", feed="http://127.0.0.1:9/feed")
    target = past.add(config, RssConnector(config, None, past.clock))
    with pytest.raises(NotCapable, match="news"):
        past.begin()
    found = forecast(target, WEEK, None, past.clock.now())
    assert found.reachable is None
    assert found.estimate.cannot == ((WEEK, "not_capable"),)


def test_an_incident_is_made_once_and_its_runs_belong_to_it(past: Past, server: FakeServer) -> None:
    past.add_x(server)
    first = past.begin(incident="winter storm")
    second = past.begin(incident="winter storm")
    assert (first.incident, second.incident) == ("winter storm", "winter storm")
    with past.store.read() as session:
        assert len({r.name for r in session.backfills.newest()}) == 2


def test_wrong_wishes(past: Past, server: FakeServer) -> None:
    past.add_x(server)
    with pytest.raises(WrongUse):
        past.begin(Interval(NOW + timedelta(days=1), NOW + timedelta(days=2)))
    with pytest.raises(NotFound, match="nope"):
        past.run("nope")


def test_chunks_lie_side_by_side_at_midnights() -> None:
    start = datetime(2026, 1, 5, 17, 30, tzinfo=UTC)
    for days in (0.1, 3, 119, 400, 4000):
        whole = Interval(start, start + timedelta(days=days))
        parts = list(chunks(whole))
        assert parts[0].start == whole.start
        assert parts[-1].end == whole.end
        assert all(a.end == b.start and a.end.hour == 0 for a, b in pairwise(parts))
        assert len(parts) <= 150
