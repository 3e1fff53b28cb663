"""How a backfill goes on: bars on a terminal, a line now and then anywhere else. On standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from monitor.cli.say import console, err, one_line
from monitor.domain.moments import Clock, say_duration, utc_text

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from monitor.incident.backfill import Part

# Without a terminal: one line at most this often, and while waiting.
LINE_EVERY = 5.0
STILL_EVERY = 60.0


class Show(Protocol):
    """What a run is shown on."""

    def page(self, part: Part) -> None: ...
    def wait(self, source: str, until: datetime, why: str) -> None: ...
    def count(self, what: str, done: int, total: int) -> None: ...


class Lines:
    """For pipes, logs and tests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._said: dict[str, float] = {}

    def page(self, part: Part) -> None:
        """A page was committed."""
        if self._is_time(part.source) or part.complete:
            err(f"{part.source}: {say_part(part)}")

    def wait(self, source: str, until: datetime, why: str) -> None:
        """Waits, and says so when it takes a while."""
        said = 0.0
        while (left := until - self._clock.now()) > timedelta(0):
            if left > timedelta(seconds=2) and time.monotonic() - said > STILL_EVERY:
                said = time.monotonic()
                err(f"{source}: waits {say_duration(left)}, until {utc_text(until)} ({one_line(why, 200)})")
            time.sleep(min(0.2, left.total_seconds()))

    def count(self, what: str, done: int, total: int) -> None:
        """Reading and triaging afterwards."""
        if self._is_time(what) or done >= total:
            err(f"{what}: {done:,} of {max(done, total):,} posts")

    def _is_time(self, of: str) -> bool:
        now = time.monotonic()
        if now - self._said.get(of, -LINE_EVERY) < LINE_EVERY:
            return False
        self._said[of] = now
        return True


class Bars:
    """For a terminal: one bar per source, with a countdown while it waits."""

    def __init__(self, clock: Clock, bars: Progress) -> None:
        self._clock = clock
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def _task(self, name: str, total: float | None) -> TaskID:
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=total, said="")
        return self._tasks[name]

    def page(self, part: Part) -> None:
        """A page was committed."""
        # A source of one window that can't be gauged has nothing to measure by until it is done.
        known = part.share > 0 or part.complete
        task = self._task(part.source, 1.0 if known else None)
        self._bars.update(task, total=1.0 if known else None, completed=part.share, said=say_part(part))

    def wait(self, source: str, until: datetime, why: str) -> None:
        """Waits with a countdown."""
        task = self._task(source, None)
        before = self._bars.tasks[task].fields["said"]
        while (left := until - self._clock.now()) > timedelta(0):
            if left > timedelta(seconds=2):
                self._bars.update(task, said=f"waits {say_duration(left)} ({one_line(why, 80)})")
            time.sleep(min(0.2, left.total_seconds()))
        self._bars.update(task, said=before)

    def count(self, what: str, done: int, total: int) -> None:
        """Reading and triaging afterwards."""
        total = max(done, total)
        said = f"{done:,} of {total:,} posts"
        self._bars.update(self._task(what, total), completed=done, total=total, said=said)


def say_part(part: Part) -> str:
    """How a source of a run stands, in a line."""
    report = part.report
    where = f", at {part.at.start:%Y-%m-%d}" if part.at is not None and part.windows > 1 else ""
    known = f", {report.known:,} known" if report.known else ""
    bad = f", {report.rejects:,} rejected" if report.rejects else ""
    percent = f" {100 * part.share:.0f} %" if part.share > 0 or part.complete else ""
    return f"{report.new:,} new{known}{bad}, {report.pages:,} pages{percent}{where}"


@contextmanager
def shown(clock: Clock) -> Iterator[Show]:
    """Bars where standard error is a terminal, lines otherwise."""
    if not sys.stderr.isatty():
        yield Lines(clock)
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[said]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(stderr=True)) as bars:
        yield Bars(clock, bars)
