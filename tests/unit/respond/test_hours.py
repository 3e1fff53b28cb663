"""When a promise falls due, and how it is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import ConfigInvalid
from monitor.respond.hours import BusinessHours, always, say_due, wall_clock_after

OFFICE = BusinessHours.parse("Mon-Fri 09:00-18:00", "Europe/Berlin")
BERLIN = ZoneInfo("Europe/Berlin")


def berlin(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "hours", "due"),
    [
        (berlin(3, 10), 4, berlin(3, 14)),
        (berlin(3, 10, 12), 4, berlin(3, 14, 30)),
        (berlin(3, 16), 4, berlin(4, 11)),  # overnight
        (berlin(6, 17), 4, berlin(9, 12)),  # over the weekend
        (berlin(7, 12), 1, berlin(9, 10)),  # written on a Saturday
        (berlin(3, 6), 1, berlin(3, 10)),  # before opening
        (berlin(3, 10), 18, berlin(5, 10)),  # two working days
        (berlin(3, 14), 4, berlin(3, 18)),  # to the minute of closing
    ],
)
def test_working_time(now: datetime, hours: float, due: datetime) -> None:
    assert OFFICE.after(now, hours) == due


def test_over_the_change_of_the_clocks() -> None:
    assert always("Europe/Berlin").after(berlin(28, 23), 4) == berlin(28, 23) + timedelta(hours=4)
    assert OFFICE.after(berlin(27, 17), 2) == berlin(30, 10)


@given(
    st.integers(0, 2 * 366 * 24 * 60).map(lambda m: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=m)),
    st.floats(0.1, 60),
)
def test_a_due_time_is_ahead_and_within_working_time(now: datetime, hours: float) -> None:
    due = OFFICE.after(now, hours)
    local = due.astimezone(BERLIN)
    assert due >= now + timedelta(hours=hours) - timedelta(seconds=1)
    assert local.weekday() < 5
    assert 9 <= local.hour <= 18
    assert local.minute % 30 == 0 and local.second == 0


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (berlin(3, 18), "18:00 today (Berlin time)"),
        (berlin(4, 9, 30), "09:30 tomorrow (Berlin time)"),
        (berlin(6, 9), "09:00 on Friday (Berlin time)"),
        (berlin(12, 9), "09:00 on 12 March (Berlin time)"),
    ],
)
def test_how_it_is_said(due: datetime, said: str) -> None:
    assert say_due(due, berlin(3, 14), BERLIN) == said


def test_today_is_the_brands_today() -> None:
    late = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)  # half past midnight in Berlin
    assert say_due(late + timedelta(hours=1), late, BERLIN) == "01:30 today (Berlin time)"
    assert say_due(late, late, ZoneInfo("UTC")) == "23:30 today (UTC)"


def test_half_hours_are_those_of_the_wall_clock() -> None:
    nepal = ZoneInfo("Asia/Kathmandu")  # +05:45
    due = wall_clock_after(datetime(2026, 3, 3, 10, 0, tzinfo=UTC), 1, nepal)
    assert due.astimezone(nepal).minute % 30 == 0


@pytest.mark.parametrize(
    "text", ["9-5", "Mon-Fri", "Fun-Fri 09:00-18:00", "Mon-Fri 18:00-09:00", "Mon 09:00-25:00"]
)
def test_wrong_hours_are_refused(text: str) -> None:
    with pytest.raises(ConfigInvalid, match="business_hours"):
        BusinessHours.parse(text, "Europe/Berlin")


def test_a_wrong_zone_is_refused() -> None:
    with pytest.raises(ConfigInvalid, match="timezone"):
        BusinessHours.parse("", "Mars/Olympus")


def test_days_may_wrap_round_the_week() -> None:
    hours = BusinessHours.parse("Sat-Mon 10:00-24:00", "UTC")
    assert hours.days == {5, 6, 0}
    assert hours.after(datetime(2026, 3, 3, 12, tzinfo=UTC), 14) == datetime(2026, 3, 8, 0, 0, tzinfo=UTC)
