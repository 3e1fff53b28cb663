"""A P0: at once, until somebody acknowledges it, to one after the other on the rota; over real HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.domain.case import Outcome
from monitor.domain.errors import ForbiddenTransition, NotFound, WrongUse
from monitor.stages import review
from monitor.stages.alerting import acknowledge, cover, notice, try_channel, uncover
from monitor.stages.alerting.carrying import AppriseCarrier
from tests.integration.alerting.duty import Duty


def test_whoever_is_on_call_hears_of_a_p0_at_once_and_of_no_word_of_it(duty: Duty) -> None:
    (number,) = duty.burned()
    duty.tick()
    [(channel, title)] = duty.told()
    assert channel == "bo"
    assert title.startswith("P0 on X: answer by ")
    [body] = duty.bodies()
    assert f"https://inbox.example/cases/{number}" in body
    everything = (title + body).lower()
    for word in ("burn", "bleed", "hazard", "u100"):
        assert word not in everything
    assert len(title) <= 40, "it has to fit on a lock screen"


def test_until_it_is_acknowledged_it_comes_again_and_reaches_one_more_each_time(duty: Duty) -> None:
    duty.burned()
    duty.tick()
    duty.forward(4.5)
    assert [c for c, _ in duty.told()] == ["bo"], "not before five minutes"
    duty.forward(1)
    assert [c for c, _ in duty.told()] == ["bo", "bo"]
    assert duty.told()[-1][1].startswith("P0 on X, unacknowledged for 5 min")
    duty.forward(5)
    assert sorted(c for c, _ in duty.told()[2:]) == ["ann", "bo"]
    duty.forward(10)
    assert {c for c, _ in duty.told()[-3:]} == {"ann", "bo", "cy"}
    duty.forget()
    acknowledge(duty.house.store, 1, "ann", duty.house.clock)
    duty.forward(60)
    assert duty.told() == []
    with pytest.raises(ForbiddenTransition, match="ann sees to alert 1"):
        acknowledge(duty.house.store, 1, "bo", duty.house.clock)
    with pytest.raises(NotFound):
        acknowledge(duty.house.store, 9, "bo", duty.house.clock)
    with duty.house.store.read() as session:
        actions = [r["action"] for r in session.audit.about("alert:1")]
    assert actions.count("alert.acknowledged") == 1
    assert actions[-1] == "alert.raised"


def test_an_answered_case_pages_nobody_any_more(duty: Duty) -> None:
    (number,) = duty.burned()
    duty.tick()
    review.close(duty.house.store, number, "bo", Outcome.REFERRED, duty.house.clock)
    duty.forget()
    duty.forward(30)
    assert duty.told() == []
    with duty.house.store.read() as session:
        assert session.alerts.get(1).state == "over"


def test_no_alert_is_told_twice_whoever_looks_how_often(duty: Duty) -> None:
    duty.burned(2)
    for _ in range(5):
        duty.look()
    assert len(duty.messages()) == 2
    for _ in range(5):
        duty.tick()
    assert len(duty.told()) == 1, "both stood in one message"
    assert notice(duty.house.store, duty.watch, duty.house.clock).raised == 0


def test_many_at_once_are_one_message_and_a_channel_that_had_many_is_left_some_air(duty: Duty) -> None:
    duty.burned(9)
    duty.tick()
    [(_, title)] = duty.told()
    assert title == "9 P0 cases"
    [body] = duty.bodies()
    assert body.count("P0 on X") == 6
    assert "and 3 more\nhttps://inbox.example/alerts" in body
    duty.forget()
    for _ in range(20):  # a storm of them: one more every three seconds, for a minute
        duty.burned()
        duty.house.clock.forward(seconds=3)
        duty.tick()
    assert len(duty.told()) <= 5, "after five in ten minutes at most one a minute"
    duty.house.clock.forward(seconds=60)
    duty.tick()
    assert set(duty.states()) == {"sent"}, "and none is lost"


def test_a_page_that_does_not_get_through_brings_in_the_next(duty: Duty) -> None:
    duty.receiver.answers = [500]
    duty.burned()
    assert duty.tick().failed == 1
    duty.tick()
    assert sorted(c for c, _ in duty.told()) == ["ann", "bo", "bo"]
    with duty.house.store.read() as session:
        [record] = [r for r in session.audit.about("alert:1") if r["action"] == "alert.not_taken"]
    assert "answered 500" in record["detail"]
    assert str(duty.receiver.port) not in record["detail"], "an address may be a secret"


def test_one_who_covers_comes_first(duty: Duty) -> None:
    clock = duty.house.clock
    begins, ends = clock.now() - timedelta(minutes=1), clock.now() + timedelta(hours=1)
    number = cover(duty.house.store, duty.watch, "cy", begins, ends, "manager", clock)
    duty.burned()
    duty.tick()
    assert [c for c, _ in duty.told()] == ["cy"]
    uncover(duty.house.store, number, "manager", clock)
    duty.forward(5)
    assert {c for c, _ in duty.told()[1:]} == {"bo"}
    with pytest.raises(WrongUse, match="not on the rota"):
        cover(duty.house.store, duty.watch, "eve", begins, ends, "manager", clock)
    with pytest.raises(WrongUse, match="before it begins"):
        cover(duty.house.store, duty.watch, "cy", ends, begins, "manager", clock)


def test_a_test_says_what_came_of_it(duty: Duty) -> None:
    def test(name: str) -> str | None:
        return try_channel(duty.house.store, duty.watch, name, AppriseCarrier(), "manager", duty.house.clock)

    assert test("bo") is None
    assert duty.told() == [("bo", "Test from manager")]
    duty.receiver.answers = [403]
    assert test("bo") == "answered 403"
    with pytest.raises(WrongUse, match="no channel"):
        test("nobody")
