from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.domain.case import Case, CaseStatus, Lane
from monitor.domain.mention import Origin
from monitor.domain.reading import Urgency
from monitor.web.times import ago, clock_of, local

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)


def case(minutes_ago: float, minutes_left: float | None, **changes: object) -> Case:
    start = NOW - timedelta(minutes=minutes_ago)
    due = None if minutes_left is None else NOW + timedelta(minutes=minutes_left)
    made = Case(
        1, "x", "x", "a", "a", "1", CaseStatus.OPEN, Origin.LIVE, Urgency.P1, "noise", 0.5, 1, (), "en",
        "postable", "r", None, start, start, due, start, None, None, None, "t", Lane.NOW, 0, 1,
    )  # fmt: skip
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("ago_", "left", "text", "tone", "waiting"),
    [
        (10, 50, "due in 50 min", "fine", "waiting 10 min"),
        (45.1, 14.9, "due in 14 min", "soon", "waiting 45 min"),
        (62, -2, "2 min late", "late", "waiting 1 h 2 min"),
        (3000, None, "no clock", "none", "waiting 2 d 2 h"),
    ],
)
def test_the_clock_in_words(ago_: float, left: float | None, text: str, tone: str, waiting: str) -> None:
    clock = clock_of(case(ago_, left), NOW)
    assert (clock.text, clock.tone, clock.waiting) == (text, tone, waiting)


def test_an_answered_case_is_measured_not_counted() -> None:
    answered = case(100, -40, first_response_at=NOW - timedelta(minutes=70), status=CaseStatus.WAITING)
    assert (clock_of(answered, NOW).text, clock_of(answered, NOW).tone) == ("answered after 30 min", "met")
    late = case(100, -40, first_response_at=NOW - timedelta(minutes=10), status=CaseStatus.WAITING)
    assert (clock_of(late, NOW).tone, clock_of(late, NOW).due) == ("none", "")


def test_a_customer_who_came_back_waits_again() -> None:
    reply = NOW - timedelta(minutes=90)
    again = case(30, 30, first_response_at=reply)
    assert (clock_of(again, NOW).text, clock_of(again, NOW).waiting) == ("due in 30 min", "waiting 30 min")
    reopened = case(100, 30, first_response_at=reply, last_customer_at=NOW - timedelta(minutes=20))
    assert (clock_of(reopened, NOW).text, clock_of(reopened, NOW).waiting) == ("open again", "waiting 20 min")


def test_what_needs_no_reply_has_no_clock() -> None:
    assert clock_of(case(10, 50, status=CaseStatus.ASIDE), NOW).text == "no reply"


def test_local_time_is_as_short_as_it_is_clear() -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert ">13:30</time>" in local(NOW - timedelta(minutes=30), zone, NOW)
    assert ">28 Mar 23:59</time>" in local(datetime(2026, 3, 28, 22, 59, tzinfo=UTC), zone, NOW)
    assert ">30 Oct 2017</time>" in local(datetime(2017, 10, 30, tzinfo=UTC), zone, NOW)
    assert "CEST" in local(NOW, zone, NOW)
    assert "CET" in local(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), zone, NOW)


def test_ago() -> None:
    assert ago(NOW - timedelta(seconds=20), NOW) == "just now"
    assert ago(NOW - timedelta(minutes=5), NOW) == "5 min ago"
