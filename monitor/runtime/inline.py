"""The inline runtime: one process, APScheduler calling the stages, and the web inbox beside it.

The job store is in memory and rebuilt from the configuration at each start: nothing about *when*
has to survive, because every stage finds its work in the database.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import structlog
import uvicorn
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from fastapi import FastAPI

from monitor.domain.errors import PressZeroError
from monitor.domain.moments import Clock, utc_text
from monitor.runtime.lock import RunLock
from monitor.runtime.log import set_up
from monitor.stages.collect import CollectReport

log = structlog.get_logger("presszero.run")

# How often read → triage → draft look for work. They are cheap when there is none.
PIPELINE_EVERY = timedelta(seconds=2)
FOLLOW_EVERY = timedelta(minutes=1)

# A connector may say "come back sooner"; nobody is polled more often than this.
SHORTEST_REST = timedelta(seconds=1)

# What reads platforms has threads of its own: one that hangs until its time-out must not keep an approved
# reply, or a P0, waiting.
THREADS = 4
PLATFORM_THREADS = 4
MOST_PLATFORM_THREADS = 12


@dataclass(frozen=True, slots=True)
class Jobs:
    """What there is to call, and how often. Every callable may run twice without harm."""

    sources: Mapping[str, timedelta]
    collect: Callable[[str], CollectReport]
    pipeline: Callable[[], Mapping[str, int]]
    publish: Callable[[], Mapping[str, int]]
    follow: Callable[[], Mapping[str, int]]
    digest: Callable[[], object]
    publish_every: timedelta
    digest_at: time
    zone: ZoneInfo
    clock: Clock
    more: Mapping[str, tuple[Callable[[], Mapping[str, int]], timedelta]] = field(default_factory=dict)
    done: Callable[[], None] = field(default=lambda: None)  # called in a worker thread after each job


class InlineRuntime:
    """A scheduler that runs until it is stopped."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={
                "default": ThreadPoolExecutor(THREADS),
                "platforms": ThreadPoolExecutor(
                    min(MOST_PLATFORM_THREADS, max(PLATFORM_THREADS, len(jobs.sources)))
                ),
            },
            # The defaults would drop a run that starts a second late, and pile up slow ones.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone=jobs.zone,
        )

    def start(self) -> None:
        """Schedules every job, the first runs at once, and returns."""
        jobs = self._jobs
        for name, every in jobs.sources.items():
            trigger = IntervalTrigger(seconds=every.total_seconds())
            self._add(f"collect:{name}", self._poll, trigger, [name], "platforms")
        self._every("pipeline", jobs.pipeline, PIPELINE_EVERY)
        self._every("publish", jobs.publish, jobs.publish_every)
        self._every("follow", jobs.follow, FOLLOW_EVERY)
        for name, (work, every) in jobs.more.items():
            self._every(name, work, every, "platforms")
        # 02:30 would come twice, or never, on the days the clocks change: cron in the brand's zone
        # fires at most twice, and a second digest of the same day is the same digest.
        cron = CronTrigger(hour=jobs.digest_at.hour, minute=jobs.digest_at.minute, timezone=jobs.zone)
        self._scheduler.add_job(self._guarded, cron, ["digest", jobs.digest], id="digest")
        self._scheduler.start()

    def stop(self) -> None:
        """Lets running jobs finish what they are committing, and returns."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def _every(
        self, name: str, work: Callable[[], object], every: timedelta, executor: str = "default"
    ) -> None:
        trigger = IntervalTrigger(seconds=every.total_seconds())
        self._add(name, self._guarded, trigger, [name, work], executor)

    def _add(
        self,
        name: str,
        call: Callable[..., object],
        trigger: IntervalTrigger,
        args: list[Any],
        executor: str,
    ) -> None:
        first = datetime.now(self._jobs.zone)
        self._scheduler.add_job(call, trigger, args, id=name, next_run_time=first, executor=executor)

    def _guarded(self, name: str, work: Callable[[], object]) -> None:
        """Runs one job. What goes wrong is logged; the next run finds the same work again."""
        if self._stopping.is_set():
            return
        try:
            result = work()
        except PressZeroError as error:
            log.error("job failed", job=name, code=error.code, cause=error.cause, action=error.what_to_do)
        except Exception:
            log.exception("job failed", job=name)
        else:
            counts = {k: v for k, v in result.items() if v} if isinstance(result, Mapping) else {}
            if counts:
                log.info(name, **counts)
        finally:
            self._jobs.done()

    def _poll(self, name: str) -> None:
        report: list[CollectReport] = []
        self._guarded(f"collect:{name}", lambda: report.append(self._jobs.collect(name)))
        if not report or self._stopping.is_set():
            return
        _say(report[0])
        self._come_back(name, report[0].next_at)

    def _come_back(self, name: str, at: datetime | None) -> None:
        """The connector said when there is something to ask again: sooner or later than usual."""
        if at is None:
            return
        soonest = self._jobs.clock.now() + SHORTEST_REST
        self._scheduler.modify_job(f"collect:{name}", next_run_time=max(at, soonest))


def _say(report: CollectReport) -> None:
    if report.error is not None:
        again = utc_text(report.next_at) if report.next_at else None
        log.warning(
            "source stopped",
            source=report.source,
            health=report.health,
            code=report.error.code,
            cause=report.error.cause,
            again=again,
        )
    elif report.new or report.revised or report.removed or report.rejects:
        log.info(
            "collected",
            source=report.source,
            new=report.new,
            revised=report.revised,
            removed=report.removed,
            rejects=report.rejects,
        )


class Runnable(Protocol):
    """What `serve` needs of the application (`monitor.bootstrap.App`)."""

    @property
    def lock_path(self) -> Path:
        """Where the lock of the one scheduler of this database lies."""
        ...

    @property
    def secrets(self) -> list[str]:
        """What no log line may hold."""
        ...

    def jobs(self) -> Jobs:
        """What to call, and how often."""
        ...

    def web_app(self) -> FastAPI:
        """The inbox."""
        ...


def serve(app: Runnable, host: str, port: int, *, web: bool = True) -> None:
    """Runs the scheduler, and the inbox in the same process, until SIGINT or SIGTERM.

    Raises StoreUnavailable when another scheduler already works on this database.
    """
    set_up(as_json=not sys.stderr.isatty(), secrets=app.secrets)
    lock = RunLock(app.lock_path)
    lock.take()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    runtime = InlineRuntime(app.jobs())
    runtime.start()
    try:
        if web:
            # An open event stream would otherwise hold up the end for ever.
            config = uvicorn.Config(
                app.web_app(), host=host, port=port, log_level="warning", timeout_graceful_shutdown=3
            )
            uvicorn.Server(config).run()
        else:
            stop.wait()
    finally:
        runtime.stop()
        lock.release()
