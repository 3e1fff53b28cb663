"""Medians, means and percentiles of durations."""

from __future__ import annotations

import math
from collections.abc import Iterable

from monitor.digest.numbers import Spread


def spread(seconds: Iterable[float]) -> Spread:
    """Count, median, mean, 90th percentile (nearest rank) and longest; all None of nothing."""
    ordered = sorted(seconds)
    if not ordered:
        return Spread()
    return Spread(
        count=len(ordered),
        median=median(ordered),
        mean=math.fsum(ordered) / len(ordered),
        p90=ordered[math.ceil(0.9 * len(ordered)) - 1],
        longest=ordered[-1],
    )


def median(ordered: list[float]) -> float:
    """The middle of a sorted, non-empty list; the mean of the two middle ones when it is even."""
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
