"""Drawing at random, the same for everybody who looks at the same day."""

from __future__ import annotations

import hashlib
import heapq
from datetime import date


class Draw:
    """Keeps `size` of the ids it is offered, each equally likely, without holding them all.

    An id's lot depends on the seed, the day, the purpose and the id alone: whoever is offered the
    same ids draws the same ones, in whatever order they come.
    """

    def __init__(self, seed: object, day: date, purpose: str, size: int) -> None:
        self._salt = f"{seed}:{day.isoformat()}:{purpose}:"
        self._size = size
        self._kept: list[tuple[int, int]] = []
        self.offered = 0

    def offer(self, some_id: int) -> None:
        """Puts an id into the hat."""
        self.offered += 1
        lot = int.from_bytes(hashlib.sha256(f"{self._salt}{some_id}".encode()).digest()[:8])
        entry = (-lot, some_id)  # a heap keeps the smallest on top: the highest lot is the first to go
        if len(self._kept) < self._size:
            heapq.heappush(self._kept, entry)
        else:
            heapq.heappushpop(self._kept, entry)

    @property
    def drawn(self) -> tuple[int, ...]:
        """The ids that were drawn, by lot."""
        return tuple(some_id for _, some_id in sorted(self._kept, reverse=True))
