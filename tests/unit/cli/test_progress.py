"""What a backfill shows while it goes on."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from rich.console import Console
from rich.progress import Progress, TextColumn

from monitor.cli.progress import Bars, Lines, say_part
from monitor.domain.coverage import Interval
from monitor.incident.backfill import Part
from monitor.runtime.clock import SystemClock
from monitor.stages.drain import CollectReport
from tests.clock import TestClock

CLOCK = SystemClock()


def part(share: float = 0.5) -> Part:
    noon = TestClock().now()
    report = CollectReport("x", pages=12, new=1200, known=3, rejects=1)
    return Part("x", report, 4, round(4 * share), share, Interval(noon, noon + timedelta(days=1)))


def test_a_part_in_words() -> None:
    assert say_part(part()) == "1,200 new, 3 known, 1 rejected, 12 pages 50 %, at 2026-03-05"
    assert say_part(part(1.0)) == "1,200 new, 3 known, 1 rejected, 12 pages 100 %, at 2026-03-05"


def test_lines_now_and_then_and_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(CLOCK)
    for share in (0.25, 0.5, 0.75, 1.0):
        lines.page(part(share))
    lines.count("read", 500, 900)
    lines.count("read", 900, 900)
    said = capsys.readouterr().err.splitlines()
    assert [line.split("pages ")[-1].split(",")[0] for line in said[:2]] == ["25 %", "100 %"]
    assert said[2:] == ["read: 500 of 900 posts", "read: 900 of 900 posts"]


def test_bars_with_a_countdown_and_harmless_words() -> None:
    out = io.StringIO()
    columns = (
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.fields[said]}", markup=False),
    )
    with Progress(
        *columns, console=Console(file=out, force_terminal=True, width=160), refresh_per_second=50
    ) as bars:
        shown = Bars(CLOCK, bars)
        shown.page(part())
        shown.wait("x", CLOCK.now() + timedelta(seconds=2.3), "slow down \x1b[31m[bold]please")
        shown.page(part(1.0))
        shown.count("read", 7, 9)
    text = out.getvalue()
    assert "waits 2 s (slow down �[31m[bold]please)" in text
    assert "12 pages 100 %" in text
    assert "7 of 9 posts" in text


def test_a_wait_that_is_over_is_none() -> None:
    before = CLOCK.now()
    Lines(CLOCK).wait("x", before - timedelta(seconds=1), "over")
    assert CLOCK.now() - before < timedelta(seconds=1)
