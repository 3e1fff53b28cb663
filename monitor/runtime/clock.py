"""The real clock."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.domain.moments import whole


class SystemClock:
    """The time of this machine, in UTC, in the milliseconds that are stored: what is read back is equal."""

    def now(self) -> datetime:
        return whole(datetime.now(UTC))
