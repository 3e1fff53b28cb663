"""Interval arithmetic against a model that counts single minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.coverage import Interval, merged, subtract

ZERO = datetime(2026, 3, 1, tzinfo=UTC)


def at(minute: int) -> datetime:
    return ZERO + timedelta(minutes=minute)


def minutes(intervals: list[Interval]) -> set[int]:
    found: set[int] = set()
    for i in intervals:
        start, end = ((moment - ZERO) // timedelta(minutes=1) for moment in (i.start, i.end))
        found |= set(range(start, end))
    return found


spans = st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda s: Interval(at(s[0]), at(s[0] + s[1])))


@given(st.lists(spans, max_size=12))
def test_merged_holds_the_same_minutes_in_fewer_pieces(intervals: list[Interval]) -> None:
    result = merged(intervals)
    assert minutes(result) == minutes(intervals)
    assert all(a.end < b.start for a, b in pairwise(result))


@given(spans, st.lists(spans, max_size=12))
def test_subtract_takes_exactly_what_is_covered(whole: Interval, covered: list[Interval]) -> None:
    left = subtract(whole, covered)
    assert minutes(left) == minutes([whole]) - minutes(covered)
    assert not any(i.is_empty for i in left)


def test_an_interval_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="can't end"):
        Interval(at(2), at(1))
