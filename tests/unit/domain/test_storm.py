"""When many are too many: the arithmetic of storms."""

from __future__ import annotations

import math

import pytest

from monitor.domain.storm import (
    FEWEST,
    FEWEST_AT_FIRST,
    Sample,
    is_storm,
    overlaps,
    suspicions,
    tail,
)


def crowd(
    count: int, said: str = "the app is down", intent: str = "outage_bug", start: int = 0
) -> list[Sample]:
    return [Sample(start + n, f"x:u{start + n}", intent, said) for n in range(count)]


@pytest.mark.parametrize(("count", "expected"), [(1, 0.5), (3, 2.0), (8, 0.5), (20, 5.0), (60, 20.0)])
def test_the_tail_is_that_of_poisson(count: int, expected: float) -> None:
    below = sum(math.exp(-expected) * expected**k / math.factorial(k) for k in range(count))
    assert tail(count, expected) == pytest.approx(1 - below, rel=1e-6, abs=1e-13)


def test_the_tail_at_its_ends() -> None:
    assert tail(0, 3.0) == 1.0
    assert tail(2, 9.0) == 1.0
    assert 0 <= tail(500, 1.0) < 1e-300


@pytest.mark.parametrize(
    ("customers", "expected", "storm"),
    [(7, 0.0, False), (8, 0.0, True), (8, 3.0, False), (14, 3.0, False), (20, 3.0, True), (40, 15.0, False),
     (60, 15.0, True)],
)  # fmt: skip
def test_what_counts_is_how_unusual_it_is(customers: int, expected: float, storm: bool) -> None:
    assert is_storm(customers, expected) is storm


def test_one_customer_who_opens_many_cases_is_no_storm() -> None:
    samples = [Sample(n, "x:angry", "outage_bug", "the app is down") for n in range(40)]
    assert suspicions(samples, {}, lambda _term: 0.0) == []


def test_the_words_that_many_share_name_the_storm() -> None:
    samples = crowd(9, "login fails on the app") + crowd(2, "where is my bag", "delivery_order", 100)
    (found,) = suspicions(samples, {}, lambda term: 40.0 if term == "fails" else 0.0)
    assert found.cases == frozenset(range(9))
    assert found.intent == "outage_bug"
    assert "login" in found.terms
    assert "fails" not in found.terms, "everybody says that every day"


def test_a_cause_is_seen_across_intents() -> None:
    intents = ("outage_bug", "account_access", "question_howto")
    samples = [Sample(n, f"x:u{n}", intents[n % 3], "checkin broken again") for n in range(FEWEST + 1)]
    (found,) = suspicions(samples, dict.fromkeys(intents, 5.0), lambda _term: 0.0)
    assert (found.customers, found.intent) == (FEWEST + 1, None)
    assert found.terms == ("again", "broken", "checkin")


def test_two_causes_at_once_are_two_storms() -> None:
    samples = crowd(9, "login fails") + crowd(9, "belt stands still", "delivery_order", 100)
    found = suspicions(samples, {}, lambda _term: 0.0)
    assert sorted(s.intent or "" for s in found) == ["delivery_order", "outage_bug"]


def test_while_the_past_is_short_it_takes_more_of_them_and_no_words() -> None:
    assert suspicions(crowd(FEWEST_AT_FIRST - 1), {}, None) == []
    (found,) = suspicions(crowd(FEWEST_AT_FIRST), {}, None)
    assert (found.terms, found.intent) == ((), "outage_bug")


def test_words_are_what_people_would_call_words() -> None:
    sample = Sample(1, "x:u", "outage_bug", "App NW412 4471 is DOWN!! 😡 gepäck_weg am gate")
    assert sample.terms == {"nw412", "down", "gepäck", "gate"}
    assert Sample(1, "x:u", "safety_hazard", "").terms == frozenset()


def test_sets_that_share_their_half_overlap() -> None:
    assert overlaps(frozenset({1, 2}), frozenset({2, 3, 4, 5}))
    assert not overlaps(frozenset({1, 2, 3}), frozenset({3, 4, 5, 6}))
    assert not overlaps(frozenset(), frozenset({1}))
