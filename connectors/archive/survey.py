"""Counting an export beforehand, without keeping any of it; and how far a reading has come."""

from __future__ import annotations

import time

from connectors.archive.config import ArchiveConfig
from connectors.archive.inputs import STDIN, inputs_of
from connectors.archive.place import Place
from connectors.archive.sweep import Sweep
from connectors.base import Estimate
from monitor.domain.coverage import Interval
from monitor.domain.moments import Clock

ROWS = 20_000

# Posts stored per second, for the estimate of time: measured by tests/bench/bench_collect.py, halved.
STORED_PER_SECOND = 12_000


def survey(config: ArchiveConfig, window: Interval, clock: Clock) -> Estimate:
    """Counts the posts of `window` by reading all of the export once. Raises InputUnreadable.

    `seconds` is what the count took plus the time for storing. Standard input can't be read twice.
    """
    if config.path == STDIN:
        return Estimate(None, None, 0.0, None)
    began = time.monotonic()
    place, posts, sweep = Place(), 0, None
    while sweep is None or not (sweep.drained or sweep.wake_at):
        sweep = Sweep(config, place, ROWS, clock.now(), window, sweep.opened if sweep else None)
        sweep.run()
        posts += len(sweep.mentions)
    sweep.close()
    seconds = time.monotonic() - began + posts / STORED_PER_SECOND
    return Estimate(posts, 0, 0.0, round(seconds, 1))


def share_read(config: ArchiveConfig, sweep: Sweep | None) -> float | None:
    """How much of the export's bytes `sweep` and those before it have read, 0–1; None for a pipe."""
    if sweep is None or config.path == STDIN:
        return None
    sizes = {source.name: source.path.stat().st_size for source in inputs_of(config) if source.path}
    places = sweep.place.files
    done = sum(size for name, size in sizes.items() if name in places and places[name].size >= 0)
    if sweep.opened is not None and places[sweep.opened.input.name].size < 0:
        done += sweep.opened.reader.stream.raw_read
    return min(1.0, done / max(1, sum(sizes.values())))
