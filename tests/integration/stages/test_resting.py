"""Snooze: out of sight, never out of mind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.domain.case import Lane, Outcome
from monitor.domain.errors import ForbiddenTransition, WrongUse
from monitor.stages import review
from tests.integration.stages.house import House

HOUR = timedelta(hours=1)


def told(house: House, user: str) -> list[str]:
    with house.store.read() as session:
        return [n["kind"] for n in session.casework.notices(user) if n["seen_at"] is None]


def test_a_snoozed_case_comes_back_by_itself_and_says_so(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    case = house.case(post)
    rest = review.snooze(house.store, case.id, "bo", house.clock.now() + HOUR, house.clock)
    assert rest.lane is Lane.WAITING and rest.snooze is not None
    house.clock.forward(minutes=59)
    assert review.wake_due(house.store, house.clock).woken == 0
    house.clock.forward(minutes=2)
    assert review.wake_due(house.store, house.clock).woken == 1
    assert review.wake_due(house.store, house.clock).woken == 0, "twice changes nothing"
    assert (house.case(post).lane, house.case(post).snooze) == (Lane.NEEDS_APPROVAL, None)
    assert told(house, "bo") == ["woken"]
    assert house.audit() > 0


def test_the_customers_clock_ends_a_snooze(house: House) -> None:
    post = house.write("my bag is lost")  # P2: four hours
    house.work()
    case = house.case(post)
    rest = review.snooze(house.store, case.id, "bo", house.clock.now() + timedelta(days=3), house.clock)
    assert rest.snooze is not None and rest.snooze.until == case.due_at
    house.clock.forward(hours=4, seconds=1)
    assert review.wake_due(house.store, house.clock).woken == 1


def test_until_they_write(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    house.send(house.the_draft(post).id)
    case = house.case(post)
    rest = review.snooze(house.store, case.id, "bo", None, house.clock)
    assert rest.snooze is not None and rest.snooze.for_customer
    house.clock.forward(hours=5)  # the clock was met: it doesn't end it
    review.wake_due(house.store, house.clock)
    house.write("thanks", reply_to=post)
    house.work()
    assert house.case(post).snooze is None


def test_what_they_write_ends_every_snooze(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    review.snooze(house.store, house.case(post).id, "bo", house.clock.now() + HOUR, house.clock)
    house.clock.forward(minutes=1)
    house.write("still lost, hello?", reply_to=post)
    house.work()
    assert (house.case(post).snooze, house.case(post).lane) == (None, Lane.NEEDS_APPROVAL)


def test_a_person_may_wake_it(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    case = house.case(post)
    with pytest.raises(ForbiddenTransition, match="not snoozed"):
        review.wake(house.store, case.id, "bo", house.clock)
    review.snooze(house.store, case.id, "bo", house.clock.now() + HOUR, house.clock)
    assert review.wake(house.store, case.id, "ann", house.clock).lane is Lane.NEEDS_APPROVAL


def test_harm_is_never_out_of_sight(house: House) -> None:
    post = house.write("it burned my son")
    house.work()
    with pytest.raises(WrongUse, match="P0"):
        review.snooze(house.store, house.case(post).id, "bo", house.clock.now() + HOUR, house.clock)
    other = house.write("my bag is lost", author="cy")
    house.work()
    case = house.case(other)
    review.snooze(house.store, case.id, "bo", house.clock.now() + HOUR, house.clock)
    woken = review.correct(house.store, case.id, "bo", "urgency", "P0", house.clock)
    assert (woken.snooze, woken.lane) == (None, Lane.NOW)


def test_only_an_open_case_rests_and_only_until_later(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    case = house.case(post)
    with pytest.raises(WrongUse, match="over"):
        review.snooze(house.store, case.id, "bo", house.clock.now(), house.clock)
    review.snooze(house.store, case.id, "bo", house.clock.now() + HOUR, house.clock)
    closed = review.close(house.store, case.id, "bo", Outcome.REFERRED, house.clock)
    assert closed.snooze is None
    with pytest.raises(ForbiddenTransition, match="done"):
        review.snooze(house.store, case.id, "bo", house.clock.now() + HOUR, house.clock)
