"""Who is on call: turns by the clock on the wall, shifts, covers; and quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.domain.alert import AlertKind, Channel, Cover, Quiet, Route, recipients
from monitor.domain.rota import Rota, Shift

BERLIN = ZoneInfo("Europe/Berlin")
WEEKLY = Rota(BERLIN, ("bo", "ann", "cy"), datetime.fromisoformat("2026-03-02 09:00"))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def test_turns_change_at_the_same_time_of_day_also_when_the_clocks_change() -> None:
    # On 29 March the clocks in Berlin go forward.
    changes = [
        ("2026-03-09 09:00", "bo", "ann"),
        ("2026-03-30 09:00", "bo", "ann"),
        ("2026-10-26 09:00", "bo", "ann"),
    ]
    for moment, before, after in changes:
        at = local(moment)
        assert WEEKLY.on_call(at - timedelta(minutes=1))[0] == before, moment
        assert WEEKLY.on_call(at)[0] == after, moment


def test_the_next_on_the_rota_come_after_whoever_is_on_call() -> None:
    assert WEEKLY.on_call(local("2026-03-10 12:00")) == ("ann", "cy", "bo")
    assert WEEKLY.changes_at(local("2026-03-10 12:07")) == local("2026-03-16 09:00")


def test_before_the_first_turn_everybody_is_there_to_be_called() -> None:
    assert WEEKLY.on_call(local("2026-03-01 12:00")) == ("bo", "ann", "cy")


@pytest.mark.parametrize(
    ("moment", "first"),
    [
        ("2026-03-06 21:59", "bo"),  # a Friday
        ("2026-03-06 22:00", "eve"),
        ("2026-03-07 05:59", "eve"),  # over midnight
        ("2026-03-07 06:00", "bo"),
        ("2026-03-08 02:00", "bo"),  # Sunday night is none of hers
    ],
)
def test_shifts_come_before_turns_and_go_over_midnight(moment: str, first: str) -> None:
    shift = Shift("eve", frozenset({4}), time(22), time(6))
    rota = Rota(BERLIN, ("bo", "ann"), datetime.fromisoformat("2026-03-02 09:00"), shifts=(shift,))
    assert rota.on_call(local(moment))[0] == first


def test_the_cover_made_last_comes_first() -> None:
    start, end = local("2026-03-03 09:00"), local("2026-03-04 09:00")
    covers = [Cover(1, "cy", start, end, "m"), Cover(2, "ann", start, end, "m")]
    assert WEEKLY.on_call(start, covers)[:3] == ("ann", "cy", "bo")
    assert WEEKLY.on_call(end, covers)[0] == "bo"
    short = [Cover(1, "cy", start, start + timedelta(minutes=64), "m")]
    assert WEEKLY.changes_at(start + timedelta(minutes=1), short) == start + timedelta(minutes=64)


def test_quiet_hours_go_over_midnight_and_end_on_the_wall_clock() -> None:
    quiet = Quiet(time(22), time(7), BERLIN)
    assert quiet.until(local("2026-03-05 21:59")) is None
    assert quiet.until(local("2026-03-05 22:00")) == local("2026-03-06 07:00")
    assert quiet.until(local("2026-03-06 06:59")) == local("2026-03-06 07:00")
    assert quiet.until(local("2026-03-06 07:00")) is None
    assert quiet.until(local("2026-03-29 01:30")) == local("2026-03-29 07:00"), "the clocks change that night"
    assert Quiet(time(12), time(13), BERLIN).until(local("2026-03-06 12:30")) == local("2026-03-06 13:00")


def test_when_nobody_on_call_has_a_channel_everybody_who_has_one_hears_of_it() -> None:
    channels = [Channel("a", "x", "ann"), Channel("c", "x", "cy"), Channel("team", "x")]
    routes = [Route(frozenset({AlertKind.P0}), ("oncall",))]

    def who(people: tuple[str, ...], level: int = 0) -> list[str]:
        return [c.name for c in recipients(routes, channels, people, AlertKind.P0, None, level)]

    assert who(("bo", "ann", "cy")) == ["a", "c"]
    assert who(("bo", "ann", "cy"), level=1) == ["a"]
    assert who(("cy", "ann")) == ["c"]
    assert recipients(routes, channels, ("cy",), AlertKind.GAP, None) == []
