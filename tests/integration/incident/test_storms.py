"""Storms over a real store: seen, grown, over; and what people make of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.domain.errors import ForbiddenTransition, NotFound, WrongUse
from monitor.domain.mention import Origin
from monitor.domain.storm import Storm
from monitor.incident.storms import StormReport, declare, dismiss, watch
from monitor.stages import review
from tests.integration.stages.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


def crowd(
    house: House, count: int, text: str = "my suitcase is lost, belt seven stands still", **more: object
) -> None:
    for _ in range(count):
        author = f"u{next(house._ids)}"
        house.write(text, author=author, **more)  # type: ignore[arg-type]
    house.work(drafting=False)


def an_ordinary_week(house: House) -> None:
    """Two calm complaints an hour for a week."""
    for _ in range(24 * 7):
        crowd(house, 2, "you lost my patience with this")
        house.clock.forward(hours=1)


def storms(house: House) -> list[Storm]:
    with house.store.read() as session:
        return session.storms.since(house.clock.at.replace(year=2000))


def test_a_storm_is_seen_grows_and_is_over(house: House) -> None:
    an_ordinary_week(house)
    assert watch(house.store, house.clock) == StormReport()
    crowd(house, 9)
    assert watch(house.store, house.clock) == StormReport(began=1)
    (storm,) = storms(house)
    assert (storm.cases, storm.intent) == (9, "delivery_order")
    assert {"belt", "seven"} <= set(storm.terms)
    assert storm.expected < 2
    house.clock.forward(minutes=5)
    crowd(house, 6)
    assert watch(house.store, house.clock) == StormReport(grew=1)
    assert watch(house.store, house.clock) == StormReport(grew=1), "twice changes nothing"
    (storm,) = storms(house)
    assert (storm.cases, storm.peak) == (15, 15)
    house.clock.forward(minutes=40)
    assert watch(house.store, house.clock) == StormReport()
    house.clock.forward(minutes=30)
    assert watch(house.store, house.clock) == StormReport(over=1)
    assert storms(house)[0].state == "over"
    assert watch(house.store, house.clock) == StormReport()
    with house.store.read() as session:
        told = [r["action"] for r in session.audit.about(f"storm:{storm.id}")]
    assert told == ["storm.over", "storm.began"]


def test_an_ordinary_week_holds_none(house: House) -> None:
    for _ in range(24 * 3):
        crowd(house, 2, "you lost my patience with this")
        house.clock.forward(minutes=30)
        assert watch(house.store, house.clock).began == 0
        house.clock.forward(minutes=30)


def test_a_busy_hour_of_every_day_is_none(house: House) -> None:
    for _ in range(7):
        crowd(house, 12, "the trains at rush hour are lost")
        house.clock.forward(days=1)
    crowd(house, 12, "the trains at rush hour are lost")
    assert watch(house.store, house.clock).began == 0


def test_the_past_is_no_storm(house: House) -> None:
    an_ordinary_week(house)
    crowd(house, 30, origin=Origin.BACKFILL)
    assert watch(house.store, house.clock) == StormReport()
    late = house.clock.at
    house.clock.forward(hours=5)
    crowd(house, 30, at=late)
    assert watch(house.store, house.clock) == StormReport(), "what was written hours ago began hours ago"


def test_the_words_of_somebody_in_danger_name_no_storm(house: House) -> None:
    an_ordinary_week(house)
    crowd(house, 9, "your cup burned my child")
    watch(house.store, house.clock)
    (storm,) = storms(house)
    assert (storm.terms, storm.intent) == ((), "safety_hazard")


def test_it_becomes_an_incident_when_a_person_says_so(house: House) -> None:
    an_ordinary_week(house)
    crowd(house, 9)
    watch(house.store, house.clock)
    (storm,) = storms(house)
    with house.store.read() as session:
        members = session.storms.cases(storm.id)
    assert all(case.incident is None for case in members), "no reply speaks of it before"
    review.join_incident(house.store, members[0].id, "bo", "something else", house.clock)
    assert declare(house.store, storm.id, "bo", "  belt   outage ", house.clock) == 8
    assert declare(house.store, storm.id, "bo", "belt outage", house.clock) == 0
    crowd(house, 3)
    watch(house.store, house.clock)
    assert declare(house.store, storm.id, "bo", "belt outage", house.clock) == 3
    with house.store.read() as session:
        assert session.casework.incident_of(members[1].id) == "belt outage"
        assert session.casework.incident_of(members[0].id) == "something else"
        session.audit.verify()
    for name in ("", " ", "x" * 81, "a\x00b"):
        with pytest.raises(WrongUse):
            declare(house.store, storm.id, "bo", name, house.clock)
    with pytest.raises(NotFound):
        declare(house.store, 99, "bo", "x", house.clock)


def test_what_somebody_dismissed_is_not_brought_up_again(house: House) -> None:
    an_ordinary_week(house)
    crowd(house, 9)
    watch(house.store, house.clock)
    (storm,) = storms(house)
    assert dismiss(house.store, storm.id, "bo", house.clock).state == "dismissed"
    with pytest.raises(ForbiddenTransition):
        dismiss(house.store, storm.id, "bo", house.clock)
    with pytest.raises(ForbiddenTransition, match="bo dismissed"):
        declare(house.store, storm.id, "bo", "belt outage", house.clock)
    crowd(house, 5)
    assert watch(house.store, house.clock) == StormReport()
    crowd(house, 9, "nobody answers on platform four, furious")
    assert watch(house.store, house.clock) == StormReport(began=1), "another matter is another storm"
