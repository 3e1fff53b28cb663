"""The appstore connector over HTTP and through the engine, against fake review feeds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.appstore import AppStoreConfig, AppStoreConnector
from connectors.base import Ask
from monitor.domain.coverage import Interval
from monitor.domain.errors import Refused
from monitor.domain.mention import MentionKey
from monitor.stages.collect import CollectReport, collect
from monitor.store.sqlite import SqliteStore
from tests.fakes.appstore import FakeAppStore
from tests.fakes.server import FakeServer

NOON = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Reviews:
    """A source, its store, and the feeds it reads."""

    def __init__(self, server: FakeServer, fake: FakeAppStore, folder: Path) -> None:
        self.server, self.fake = server, fake
        self.store = SqliteStore(f"sqlite:///{folder / 'presszero.db'}")
        self.store.migrate()
        self.connector: AppStoreConnector | None = None
        self.use("us")

    def use(self, *countries: str) -> None:
        self.close()
        self.config = AppStoreConfig(
            name="reviews",
            kind="appstore",
            app=self.fake.app,
            countries=countries,
            base_url=self.server.base_url,
        )
        self.connector = AppStoreConnector(self.config, None, self.fake.clock)

    def close(self) -> None:
        if self.connector is not None:
            self.connector.close()

    def load(self, count: int, newest: datetime, **more: Any) -> None:
        self.fake.load(
            {"title": "Bad", "text": f"Review {i}", "updated": newest - i * timedelta(minutes=10), **more}
            for i in range(count)
        )

    def poll(self) -> CollectReport:
        assert self.connector is not None
        return collect(self.store, self.connector, self.config, self.fake.clock, is_own=lambda mention: False)

    def ledger(self) -> tuple[list[Interval], list[tuple[Interval, str]]]:
        with self.store.read() as session:
            gaps = [(g.interval, g.reason) for g in session.ledger.gaps("reviews")]
            return session.ledger.coverage("reviews"), gaps


@pytest.fixture
def reviews(tmp_path: Path) -> Iterator[Reviews]:
    fake = FakeAppStore(now=NOON)
    with FakeServer(fake) as server:
        made = Reviews(server, fake, tmp_path)
        yield made
        made.close()
        made.store.close()


def test_every_page_of_every_country_then_only_what_is_new(reviews: Reviews) -> None:
    reviews.use("us", "de", "gb")
    reviews.load(200, NOON - HOUR)
    reviews.load(30, NOON - HOUR, country="de")
    first = reviews.poll()
    assert (first.new, first.pages, first.complete) == (230, 6, True)
    reviews.fake.clock.advance(3600)
    reviews.load(4, NOON + HOUR / 2)
    later = reviews.poll()
    assert (later.new, later.complete) == (4, True)
    pages = [line.path.split("/page=")[1][0] for line in reviews.server.log[6:]]
    assert pages == ["1", "2", "3", "1", "1"], "down to a day behind the newest known review, of four pages"


def test_a_review_is_stored_as_it_is_read(reviews: Reviews) -> None:
    reviews.fake.load([{"id": 7, "title": "Bad", "text": "Can't sign in", "rating": 2, "author": "Ann"}])
    reviews.poll()
    with reviews.store.read() as session:
        stored = session.mentions.by_key(MentionKey("appstore", "7"))
    assert stored is not None
    mention = stored.mention
    assert (mention.text, mention.created_at, mention.author) == ("Bad\nCan't sign in", NOON, "Ann")
    assert (mention.location, dict(mention.metrics)) == ("US", {"rating": 2, "votes": 3, "helpful": 2})
    assert mention.url == "https://apps.apple.com/us/app/id1234567890?see-all=reviews"


def test_an_edited_review_is_revised_and_an_old_copy_does_not_undo_it(reviews: Reviews) -> None:
    reviews.fake.load([{"id": 7, "title": "Bad", "text": "Can't sign in", "updated": NOON - HOUR}])
    reviews.load(3, NOON - 2 * HOUR)
    reviews.poll()
    reviews.fake.clock.advance(3600)
    reviews.fake.all["7"] |= {"text": "Works again", "updated": NOON + HOUR}
    assert reviews.poll().revised == 1
    reviews.fake.clock.advance(3600)
    reviews.fake.all["7"] |= {"text": "Can't sign in", "updated": NOON - HOUR}
    assert reviews.poll().revised == 0, "a cached copy from before the edit"
    with reviews.store.read() as session:
        stored = session.mentions.by_key(MentionKey("appstore", "7"))
    assert stored is not None and stored.revision == 2
    assert (stored.mention.text, stored.mention.edited_at) == ("Bad\nWorks again", NOON + HOUR)
    assert stored.mention.created_at == NOON - HOUR


def test_more_than_500_since_the_last_poll_leave_a_gap(reviews: Reviews) -> None:
    reviews.load(3, NOON - HOUR)
    reviews.poll()
    reviews.fake.clock.advance(10 * 24 * 3600)
    now = NOON + timedelta(days=10)
    reviews.load(600, now)
    report = reviews.poll()
    assert (report.new, report.pages, report.complete) == (500, 10, True)
    oldest = now - 499 * timedelta(minutes=10)
    coverage, gaps = reviews.ledger()
    assert gaps == [(Interval(NOON, oldest), "feed_too_short")]
    assert coverage[-1] == Interval(oldest, now)


def test_an_empty_answer_in_between_costs_nothing(reviews: Reviews) -> None:
    reviews.load(3, NOON - HOUR)
    reviews.poll()
    reviews.fake.clock.advance(3600)
    reviews.fake.load([{"text": "New", "updated": NOON + HOUR / 2}])
    reviews.server.faults.add(do="empty")
    assert reviews.poll().new == 0
    assert reviews.ledger()[0][-1].end == NOON
    reviews.fake.clock.advance(3600)
    assert reviews.poll().new == 1
    assert reviews.ledger()[0][-1] == Interval(NOON - HOUR - timedelta(minutes=20), NOON + 2 * HOUR)


def test_a_feed_in_its_old_form_doubles_nothing(reviews: Reviews) -> None:
    reviews.load(60, NOON - HOUR)
    reviews.server.faults.add(do="old-form", times=None)
    assert reviews.poll().new == 60
    reviews.fake.clock.advance(3600)
    reviews.load(2, NOON + HOUR)
    assert reviews.poll().new == 2
    assert len(reviews.server.log) == 3, "the first page holds known reviews"


def test_a_429_in_the_middle_resumes_at_the_very_page(reviews: Reviews) -> None:
    reviews.load(170, NOON - HOUR)
    reviews.server.faults.add(do="429", after=2, seconds=60)
    report = reviews.poll()
    assert (report.new, report.health) == (100, "limited")
    reviews.fake.clock.advance(61)
    assert (reviews.poll().new, reviews.poll().new) == (70, 0)
    pages = [line.path.split("/page=")[1][0] for line in reviews.server.log]
    assert pages == ["1", "2", "3", "3", "4", "1", "2", "3"]


def test_a_country_where_the_app_is_not_sold_does_not_stop_the_others(reviews: Reviews) -> None:
    reviews.use("fr", "us")
    reviews.load(3, NOON - HOUR)
    reviews.fake.not_sold_in = {"fr"}
    report = reviews.poll()
    assert (report.new, report.complete) == (3, True)
    assert reviews.ledger()[0] == []
    reviews.fake.not_sold_in = {"fr", "us"}
    reviews.fake.clock.advance(3600)
    report = reviews.poll()
    assert isinstance(report.error, Refused) and report.error.rule == "appstore.gone"


@pytest.mark.parametrize(("status", "rule"), [("403", "forbidden"), ("404", "gone"), ("400", "http_400")])
def test_refusals_name_their_rule(reviews: Reviews, status: str, rule: str) -> None:
    reviews.server.faults.add(do=status)
    assert reviews.connector is not None
    with pytest.raises(Refused) as caught:
        reviews.connector.fetch(Ask(None))
    assert caught.value.rule == f"appstore.{rule}"


def test_check_says_what_is_there(reviews: Reviews) -> None:
    assert reviews.connector is not None
    assert reviews.connector.check() == "us: no reviews"
    reviews.load(3, NOON - HOUR)
    assert reviews.connector.check() == "us: 3 reviews on the first page, the newest of 2026-03-08 11:00 UTC"
