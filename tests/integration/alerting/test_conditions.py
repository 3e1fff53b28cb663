"""What else there is an alert for: a clock, a storm, credentials, sources that stopped, gaps, pauses."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.archive.config import ArchiveConfig
from monitor.domain.alert import AlertKind, Quiet, Route
from monitor.domain.case import Outcome
from monitor.domain.coverage import Gap, Interval
from monitor.domain.errors import AuthExpired
from monitor.domain.mention import Origin
from monitor.domain.storm import Suspicion
from monitor.stages import review
from monitor.stages.alerting import acknowledge
from monitor.stages.troubles import noted
from monitor.store.troubles import Doing
from tests.integration.alerting.duty import EVERYTHING, Duty


def test_a_clock_is_told_of_before_it_runs_out_and_once(duty: Duty) -> None:
    duty.lost()  # P2: four hours
    duty.house.clock.forward(hours=2, minutes=50)
    duty.tick()
    assert duty.told() == []
    duty.house.clock.forward(minutes=15)
    duty.tick()
    [(channel, title)] = duty.told()
    assert channel == "team"
    assert title.startswith("P2 on X is due in 55 min")
    assert "delivery order; nobody has it" in duty.bodies()[0]
    duty.forward(60 * 3)
    assert len(duty.told()) == 1
    assert [a.state for a in alerts(duty)] == ["waiting"], "until somebody answers"


def test_a_reply_on_its_way_or_a_case_of_the_past_is_no_risk(duty: Duty) -> None:
    house = duty.house
    post = house.write("you lost my suitcase")
    house.write("you burned my hand", author="old", origin=Origin.BACKFILL)
    house.work()
    house.clock.forward(hours=3, minutes=30)
    house.approve(house.the_draft(post).id)
    duty.tick()
    assert duty.told() == []


def test_a_storm_is_told_of_and_again_when_it_has_doubled(duty: Duty) -> None:
    house = duty.house
    cases = duty_cases(duty, 8)
    with house.store.write() as session:
        suspicion = Suspicion("delivery_order", ("belt",), frozenset(cases), 8, 0.5)
        number = session.storms.begin(suspicion, house.clock.now())
    duty.tick()
    [(channel, title)] = duty.told()
    assert (channel, title) == ("team", "Storm: 8 cases about delivery order")
    more = duty_cases(duty, 8)
    with house.store.write() as session:
        grown = Suspicion("delivery_order", ("belt",), frozenset([*cases, *more]), 16, 0.5)
        session.storms.goes_on(session.storms.get(number), grown, ("belt",), house.clock.now())
    duty.tick()
    assert duty.told()[1][1].startswith("Storm: 16 cases")
    assert f"/storms/{number}" in duty.bodies()[1]
    with house.store.write() as session:
        session.storms.declare(number, session.casework.incident("belt", house.clock.now()), "bo")
    duty.tick()
    assert [a.state for a in alerts(duty)] == ["over"]


def duty_cases(duty: Duty, count: int) -> list[int]:
    return [duty.house.case(duty.lost()).id for _ in range(count)]


def alerts(duty: Duty) -> list:  # type: ignore[type-arg]
    with duty.house.store.read() as session:
        return session.alerts.page(100)


@pytest.fixture
def polled(duty: Duty, tmp_path: Path) -> Duty:
    (tmp_path / "posts.jsonl").write_text("")
    config = ArchiveConfig(
        name="src", kind="archive", path=str(tmp_path / "posts.jsonl"), every=timedelta(minutes=2)
    )
    duty.set(sources=(config,))
    with duty.house.store.write() as session:
        session.ledger.tried("src", duty.house.clock.now(), "ok")
    return duty


def test_refused_credentials_are_told_of_once_though_they_come_and_go(polled: Duty) -> None:
    store, clock = polled.house.store, polled.house.clock
    for _ in range(3):
        with store.write() as session:
            noted(session, "src", Doing.POSTING, clock.now(), AuthExpired("Revoked: token abc."))
        polled.tick()
        with store.write() as session:
            session.troubles.got_on("src", Doing.POSTING)
        clock.forward(minutes=5)
        polled.tick()
    assert polled.told() == [("team", "src: credentials refused")]
    assert "can't post our replies (PZ-303)" in polled.bodies()[0]
    assert "abc" not in polled.bodies()[0]


def test_a_source_that_nobody_polls_is_told_of(polled: Duty) -> None:
    polled.house.clock.forward(minutes=29)
    polled.tick()
    assert polled.told() == []
    polled.house.clock.forward(minutes=3)
    polled.tick()
    assert polled.told() == [("team", "src is not polled")]
    # A program that was off for a night has had no time to poll.
    polled.set(started=polled.house.clock.now())
    polled.tick()
    assert [a.state for a in alerts(polled)] == ["over"]


def test_a_gap_that_grows_is_told_of_each_time_it_has_doubled(polled: Duty) -> None:
    house, start = polled.house, polled.house.clock.now() - timedelta(hours=20)
    polled.patience(stopped=timedelta(days=9))
    told = []
    for minutes in (50, 70, 100, 130, 200, 250):
        with house.store.write() as session:
            whole = Interval(start, start + timedelta(minutes=minutes))
            session.ledger.add_gaps([Gap("src", whole, "rate_limited")], house.clock.now())
        polled.tick()
        told.append(len(polled.told()))
    assert told == [0, 1, 1, 2, 2, 3]
    assert polled.told()[1][1] == "src: 2 h 10 min not covered in 24 h"


def test_a_pause_that_lasts_is_told_of(duty: Duty) -> None:
    with duty.house.store.write() as session:
        session.people.pause(None, True, "a bad day for Ann Other", "bo", duty.house.clock.now())
    duty.house.clock.forward(minutes=50)
    duty.tick()
    assert duty.told() == []
    duty.house.clock.forward(minutes=20)
    duty.tick()
    assert duty.told() == [("team", "All posting is paused for 1 h 10 min")]
    assert "Ann Other" not in duty.bodies()[0]


def test_little_room_and_the_end_of_a_backfill_are_told_of(duty: Duty, tmp_path: Path) -> None:
    duty.set(folder=tmp_path)
    duty.patience(free_mb=10**9)
    now = duty.house.clock.now()
    with duty.house.store.write() as session:
        session.backfills.add(
            "night", ["src"], Interval(now, now), now, query=None, budget_usd=None, with_drafts=False
        )
    duty.tick()
    [(_, room)] = duty.told()
    assert room.endswith("MB left where the database is")
    with duty.house.store.write() as session:
        session.backfills.becomes("night", "complete", now)
    duty.tick()
    assert duty.told()[1] == ("team", "Backfill night is complete")


def test_at_night_a_channel_hears_of_nothing_but_p0_and_of_the_rest_in_the_morning(duty: Duty) -> None:
    quiet = Quiet(time(22), time(7), ZoneInfo("Europe/Berlin"))
    duty.set(channels=(duty.channel("team", quiet=quiet),), routes=(Route(EVERYTHING, ("team",)),))
    clock = duty.house.clock
    clock.at = clock.at.replace(hour=22, minute=0)  # 23:00 in Berlin
    for _ in range(3):
        duty.lost(at=clock.now() - timedelta(hours=3, minutes=30))
    answered = duty.lost(at=clock.now() - timedelta(hours=3, minutes=30))
    duty.tick()
    assert duty.told() == []
    duty.burned()
    duty.tick()
    assert [title[:9] for _, title in duty.told()] == ["P0 on X: "]
    acknowledge(duty.house.store, 5, "bo", clock)
    review.close(duty.house.store, duty.house.case(answered).id, "bo", Outcome.REFERRED, clock)
    duty.forget()
    duty.tick()
    clock.at = clock.at.replace(hour=6, minute=1) + timedelta(days=1)
    duty.tick()
    assert [title for _, title in duty.told()] == ["3 cases at risk"], "the fourth was answered overnight"


def test_routes_go_by_kind_and_brand(duty: Duty) -> None:
    with duty.house.store.write() as session:
        session.brands.assign({"other": "Northwind Cargo"})
    duty.set(
        channels=(duty.channel("air"), duty.channel("cargo")),
        routes=(
            Route(frozenset({AlertKind.P0}), ("air",), frozenset({"Northwind Air"})),
            Route(frozenset({AlertKind.P0}), ("cargo",), frozenset({"Northwind Cargo"})),
        ),
        many_brands=True,
    )
    duty.burned()
    duty.house.from_source = "other"
    duty.burned()
    duty.tick()
    assert sorted((c, t.split(":")[0]) for c, t in duty.told()) == [
        ("air", "Northwind Air"),
        ("cargo", "Northwind Cargo"),
    ]


def test_what_is_sent_to_a_channel_that_is_gone_ends(duty: Duty) -> None:
    duty.burned()
    duty.look()
    duty.set(channels=())
    assert duty.send().failed == 1
    [message] = duty.messages()
    assert (message.state, message.error) == ("failed", "the channel is no longer configured")
