from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.domain.casework import (
    ESCALATION_CLOCK,
    called_in,
    moment_meant,
    snooze_ends,
    tag_of,
)
from monitor.domain.errors import WrongUse
from monitor.domain.roster import Desk

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("until", "due", "ends"),
    [
        (NOON + HOUR, None, NOON + HOUR),
        (NOON + HOUR, NOON + 2 * HOUR, NOON + HOUR),
        (NOON + 3 * HOUR, NOON + 2 * HOUR, NOON + 2 * HOUR),  # the clock runs out before
        (NOON + 3 * HOUR, NOON - HOUR, NOON + 3 * HOUR),  # it has run out: late is late
        (None, NOON + 2 * HOUR, NOON + 2 * HOUR),  # until they write, but not beyond the clock
        (None, None, None),
    ],
)
def test_a_snooze_never_outlasts_a_running_clock(
    until: datetime | None, due: datetime | None, ends: datetime | None
) -> None:
    assert snooze_ends(until, due, NOON) == ends


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "utc"),
    [  # it is Thursday, 13:00 in Berlin
        ("2h", "05 14:00"),
        ("1h 30m", "05 13:30"),
        ("14:30", "05 13:30"),
        ("at 9:15", "06 08:15"),
        ("tomorrow", "06 07:00"),
        ("Tomorrow 9:00", "06 08:00"),
        ("monday", "09 07:00"),
        ("thursday", "12 07:00"),  # this morning is over
        ("thursday 18:00", "05 17:00"),
        ("2026-03-07", "07 07:00"),
        ("2026-03-07T10:00", "07 09:00"),
        ("2026-03-07T10:00Z", "07 10:00"),
    ],
)
def test_moments_as_people_write_them(text: str, utc: str) -> None:
    assert f"{moment_meant(text, NOON, BERLIN):%d %H:%M}" == utc


def test_the_morning_after_the_clocks_change_is_the_morning() -> None:
    saturday = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
    assert moment_meant("tomorrow", saturday, BERLIN) == datetime(2026, 3, 29, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "someday", "2026-13-01", "h", "2 fortnights", "9999999999w"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(WrongUse):
        moment_meant(text, NOON, BERLIN)


def test_every_desk_that_decides_has_a_clock() -> None:
    assert set(ESCALATION_CLOCK) == set(Desk) - {Desk.PERSON}
    assert min(ESCALATION_CLOCK, key=lambda k: ESCALATION_CLOCK[k]) is Desk.SAFETY


@pytest.mark.parametrize(
    ("given", "kept"), [("Lost Bag", "lost-bag"), ("#oslo", "oslo"), (" a_b ", "a-b"), ("t2", "t2")]
)
def test_a_tag_is_kept_in_one_form(given: str, kept: str) -> None:
    assert tag_of(given) == kept


@pytest.mark.parametrize("given", ["", "  ", "-x", "a" * 41, "<b>", "naïve", "a/b"])
def test_what_is_no_tag_is_refused(given: str) -> None:
    with pytest.raises(WrongUse):
        tag_of(given)


NAMES = ("ann", "ann lee", "Bo", "m.d")


@pytest.mark.parametrize(
    ("note", "called"),
    [
        ("@ann please look", ("ann",)),
        ("@Ann Lee please look", ("ann lee",)),
        ("both @ann and @ann lee, and @bo.", ("Bo", "ann", "ann lee")),
        ("ask @m.d, mail ann@bo.example, @annabel", ("m.d",)),
        ("@@bo (@bo)", ("Bo",)),
        ("nobody", ()),
    ],
)
def test_a_note_calls_colleagues_by_name(note: str, called: tuple[str, ...]) -> None:
    assert called_in(note, NAMES) == called
