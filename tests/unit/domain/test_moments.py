from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import BadMoment
from monitor.domain.moments import parse_duration, parse_moment, say_duration, utc_text

moments = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)).map(  # noqa: DTZ001 (zone added next)
    lambda d: d.replace(tzinfo=UTC, microsecond=d.microsecond // 1000 * 1000)
)


@given(moments)
def test_text_and_back(moment: datetime) -> None:
    assert parse_moment(utc_text(moment)) == moment


@given(moments, moments)
def test_text_order_is_time_order(a: datetime, b: datetime) -> None:
    assert (utc_text(a) < utc_text(b)) == (a < b)


def test_other_zones_become_utc() -> None:
    berlin = timezone(timedelta(hours=2))
    assert utc_text(datetime(2026, 7, 1, 12, 0, tzinfo=berlin)) == "2026-07-01T10:00:00.000Z"
    assert parse_moment("2026-07-01T12:00:00+02:00") == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)


def test_a_moment_without_zone_is_no_moment() -> None:
    with pytest.raises(BadMoment):
        utc_text(datetime(2026, 7, 1))  # noqa: DTZ001 (that is the point)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "0001-01-01T00:00:00+14:00"])
def test_bad_moments_are_named(text: str) -> None:
    with pytest.raises(BadMoment) as caught:
        parse_moment(text)
    assert caught.value.code == "PZ-203"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("2m", 120), ("1h30m", 5400), ("7d", 604800), ("1.5h", 5400), ("2 m", 120), ("500ms", 0.5)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "2", "m", "2 minutes", "-5m", "2m!"])
def test_bad_durations(text: str) -> None:
    with pytest.raises(BadMoment):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (45, "45 s"),
        (12 * 60, "12 min"),
        (3600, "1 h"),
        (12000, "3 h 20 min"),
        (90000, "1 d 1 h"),
        (777600, "9 d"),
    ],
)
def test_durations_as_people_say_them(seconds: int, said: str) -> None:
    assert say_duration(timedelta(seconds=seconds)) == said
