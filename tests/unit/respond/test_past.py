"""What happened before, as our own records show it and as one says it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.domain.conversation import Earlier
from monitor.respond.past import past_of, say_before
from tests.unit.respond.posts import NOW, conversation, reading

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(hours=3), "earlier today"),
        (timedelta(hours=20), "yesterday"),
        (timedelta(days=5), "on Thursday"),
        (timedelta(days=9), "last week"),
        (timedelta(days=23), "3 weeks ago"),
    ],
)
def test_days_as_one_says_them(ago: timedelta, said: str) -> None:
    assert say_before(NOW - ago, NOW, BERLIN) == said


def earlier(**more: object) -> Earlier:
    made = Earlier(7, NOW - timedelta(days=2), "outage_bug", 0.9, False, None, ())
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("matter", "again", "unanswered"),
    [
        (earlier(), True, True),
        (earlier(answered=True), True, False),
        (earlier(complaint=0.2), False, False),
        (earlier(intent="praise"), False, False),
        (earlier(opened_at=NOW - timedelta(days=31)), False, False),
    ],
)
def test_what_counts_as_the_same_matter(matter: Earlier, again: bool, unanswered: bool) -> None:
    case = replace(conversation("It crashes", read=reading("outage_bug")), earlier=(matter,))
    past = past_of(case)
    assert (past.is_known, past.unanswered) == (again, unanswered)


def test_what_the_post_says_of_itself_is_theirs() -> None:
    read = reading("outage_bug", signals=["repeat_contact"])
    past = past_of(conversation("Third time: it crashes", read=read))
    assert past.said_by_them and not past.is_known
    by_us = conversation("It crashes", read=reading("outage_bug"), signals=("repeat_contact",))
    assert not past_of(by_us).said_by_them, "what triage noted of the case isn't in the post"
