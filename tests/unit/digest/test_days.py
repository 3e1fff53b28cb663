from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digest.days import day_before, day_of, week_before
from monitor.domain.errors import BadMoment

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Cairo",
    "Asia/Beirut",
]


def hours(day: date, zone: str) -> float:
    stretch = day_of(day, ZoneInfo(zone))
    return (stretch.end - stretch.start).total_seconds() / 3600


def test_a_day_begins_at_local_midnight() -> None:
    stretch = day_of(date(2026, 3, 5), ZoneInfo("Europe/Berlin"))
    assert stretch.start == datetime(2026, 3, 4, 23, tzinfo=UTC)
    assert stretch.end == datetime(2026, 3, 5, 23, tzinfo=UTC)


def test_days_are_23_or_25_hours_long_when_the_clocks_change() -> None:
    assert hours(date(2026, 3, 29), "Europe/Berlin") == 23
    assert hours(date(2026, 10, 25), "Europe/Berlin") == 25
    assert hours(date(2026, 4, 24), "Africa/Cairo") == 23  # there, midnight itself does not exist


@given(st.dates(date(1990, 1, 1), date(2037, 12, 31)), st.sampled_from(ZONES))
def test_days_leave_no_instant_out_and_share_none(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    if day in (date(2011, 12, 29), date(2011, 12, 30)):
        return  # Samoa had no 30 December 2011
    today, tomorrow = day_of(day, zone), day_of(day + timedelta(days=1), zone)
    assert today.start < today.end == tomorrow.start
    assert week_before(day, zone).end == today.start


def test_the_edge_of_the_calendar_is_told() -> None:
    with pytest.raises(BadMoment):
        day_of(date.max, ZoneInfo("UTC"))
    with pytest.raises(BadMoment):
        week_before(date.min, ZoneInfo("UTC"))


def test_the_morning_digest_is_about_yesterday_where_the_brand_lives() -> None:
    now = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)
    assert day_before(now, ZoneInfo("UTC")) == date(2026, 3, 4)
    assert day_before(now, ZoneInfo("Europe/Berlin")) == date(2026, 3, 5)
