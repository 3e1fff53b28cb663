"""The real scheduler, with jobs that count themselves."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.domain.errors import StoreUnavailable
from monitor.runtime.clock import SystemClock
from monitor.runtime.inline import MOST_PLATFORM_THREADS, InlineRuntime, Jobs
from monitor.stages.drain import CollectReport


class Counted:
    """Counts calls, and lets a test wait for them."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def job(self, name: str, result: Any = None, seconds: float = 0.0) -> Callable[..., Any]:
        def work(*args: str) -> Any:
            with self._lock:
                self.calls[name + "".join(args)] += 1
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
            time.sleep(seconds)
            with self._lock:
                self.at_once -= 1
            if isinstance(result, Exception):
                raise result
            return result(*args) if callable(result) else result

        return work

    def wait_for(self, name: str, times: int, seconds: float = 60.0) -> None:
        ends = time.monotonic() + seconds
        while self.calls[name] < times:
            assert time.monotonic() < ends, f"{name} was called {self.calls[name]} times"
            time.sleep(0.02)


def jobs(counted: Counted, **changes: Any) -> Jobs:
    values: dict[str, Any] = {
        "sources": {},
        "collect": counted.job("collect:", CollectReport),
        "pipeline": counted.job("pipeline", {"read": 0}),
        "publish": counted.job("publish", {}),
        "follow": counted.job("follow", {}),
        "digest": counted.job("digest"),
        "publish_every": timedelta(seconds=30),
        "digest_at": clock_time(7, 30),
        "zone": ZoneInfo("Europe/Berlin"),
        "clock": SystemClock(),
    }
    return Jobs(**(values | changes))


@pytest.fixture
def counted() -> Counted:
    return Counted()


def run(counted: Counted, waits: Callable[[], None], **changes: Any) -> None:
    runtime = InlineRuntime(jobs(counted, **changes))
    runtime.start()
    try:
        waits()
    finally:
        runtime.stop()


def test_everything_runs_at_once_after_the_start(counted: Counted) -> None:
    def waits() -> None:
        for name in ("collect:a", "collect:b", "pipeline", "publish", "follow"):
            counted.wait_for(name, 1)

    run(counted, waits, sources={"a": timedelta(minutes=2), "b": timedelta(minutes=2)})
    assert counted.calls["digest"] == 0, "the digest has its time of day"


def test_a_source_comes_back_when_its_connector_says(counted: Counted) -> None:
    soon = counted.job(
        "collect:", lambda name: CollectReport(name, next_at=datetime.now(UTC) + timedelta(seconds=1))
    )
    run(counted, lambda: counted.wait_for("collect:a", 3), sources={"a": timedelta(hours=1)}, collect=soon)


def test_a_limited_source_is_left_alone(counted: Counted) -> None:
    later = counted.job(
        "collect:", lambda name: CollectReport(name, next_at=datetime.now(UTC) + timedelta(minutes=15))
    )

    def waits() -> None:
        counted.wait_for("collect:a", 1)
        time.sleep(2.5)

    run(counted, waits, sources={"a": timedelta(seconds=1)}, collect=later)
    assert counted.calls["collect:a"] == 1


def test_platforms_that_hang_hold_up_neither_replies_nor_readings(counted: Counted) -> None:
    over = threading.Event()
    sources = {f"s{i}": timedelta(minutes=2) for i in range(MOST_PLATFORM_THREADS + 4)}
    stuck = counted.job("collect:", lambda name: over.wait() and CollectReport(name))

    def waits() -> None:
        for name in ("publish", "pipeline"):
            counted.wait_for(name, counted.calls[name] + 2)
        over.set()
        counted.wait_for(f"collect:s{MOST_PLATFORM_THREADS + 3}", 1)

    run(counted, waits, sources=sources, collect=stuck, publish_every=timedelta(milliseconds=200))


def test_one_job_never_runs_twice_at_the_same_time(counted: Counted) -> None:
    slow = counted.job("publish", {}, seconds=0.4)
    quiet = {n: lambda: {} for n in ("pipeline", "follow")}
    run(
        counted,
        lambda: counted.wait_for("publish", 3),
        publish=slow,
        publish_every=timedelta(milliseconds=100),
        **quiet,
    )
    assert counted.most_at_once == 1


@pytest.mark.parametrize("error", [StoreUnavailable("the disk is full"), ZeroDivisionError()])
def test_a_job_that_fails_is_run_again(counted: Counted, error: Exception) -> None:
    broken = counted.job("publish", error)
    run(
        counted,
        lambda: counted.wait_for("publish", 3),
        publish=broken,
        publish_every=timedelta(milliseconds=200),
    )


def test_nothing_runs_after_the_stop(counted: Counted) -> None:
    run(
        counted,
        lambda: counted.wait_for("publish", 1),
        publish_every=timedelta(milliseconds=100),
    )
    before = counted.calls["publish"]
    time.sleep(0.5)
    assert counted.calls["publish"] == before
