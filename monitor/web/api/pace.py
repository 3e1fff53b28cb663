"""How often a token may ask: so many requests a minute, however spread, counted in this process."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How a token stands after a request. `wait` is how long until the next one is let through."""

    limit: int
    left: int
    resets_in: timedelta
    wait: timedelta

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers has it."""
        seconds = max(1, round(self.resets_in.total_seconds()))
        return {
            "ratelimit-policy": f'"token";q={self.limit};w={int(WINDOW.total_seconds())}',
            "ratelimit": f'"token";r={self.left};t={seconds}',
        }


class Pace:
    """A bucket a token that fills steadily; a burst may empty it. Thread-safe."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._levels: dict[int, tuple[float, datetime]] = {}
        self._lock = threading.Lock()

    def take(self, token_id: int, now: datetime) -> Allowance:
        """Counts a request."""
        a_second = self.per_minute / WINDOW.total_seconds()
        with self._lock:
            level, at = self._levels.get(token_id, (float(self.per_minute), now))
            gone = max(0.0, (now - at).total_seconds())
            level = min(float(self.per_minute), level + gone * a_second)
            passes = level >= 1
            level -= 1 if passes else 0
            self._levels[token_id] = level, now
        wait = timedelta(0) if passes else timedelta(seconds=(1 - level) / a_second)
        full = timedelta(seconds=(self.per_minute - level) / a_second)
        return Allowance(self.per_minute, int(level), full, wait)
