"""A clock that the test owns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class TestClock:
    """Stands still until it is told to move."""

    __test__ = False

    def __init__(self, at: datetime | None = None) -> None:
        self.at = at or datetime(2026, 3, 5, 12, 0, 0, 123_000, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at
