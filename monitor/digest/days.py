"""A day of the brand: from local midnight to local midnight, in its time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.errors import BadMoment
from monitor.domain.moments import utc_text

COMPARED = 7  # days before the day that its volume is compared with


@dataclass(frozen=True, slots=True)
class Stretch:
    """[start, end), aware UTC."""

    start: datetime
    end: datetime

    def params(self) -> dict[str, str]:
        """As the parameters of the figures that look at a stretch of time."""
        return {
            "start_at": utc_text(self.start),
            "end_at": utc_text(self.end),
            # The index over mentions knows UTC days; a local day touches two of them.
            "first_day": utc_text(self.start)[:10],
            "last_day": utc_text(self.end)[:10],
        }


def day_of(day: date, zone: ZoneInfo) -> Stretch:
    """The local day: 23 or 25 hours long when the clocks change. Raises BadMoment at the calendar's edge."""
    try:
        return Stretch(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))
    except OverflowError as exc:
        raise BadMoment(f"{day} lies outside the calendar.") from exc


def week_before(day: date, zone: ZoneInfo) -> Stretch:
    """The seven local days before `day`. Raises BadMoment at the calendar's edge."""
    try:
        return Stretch(_midnight(day - timedelta(days=COMPARED), zone), _midnight(day, zone))
    except OverflowError as exc:
        raise BadMoment(f"{day} lies outside the calendar.") from exc


def day_before(now: datetime, zone: ZoneInfo) -> date:
    """The newest local day that is over: the one the morning's digest is about."""
    return now.astimezone(zone).date() - timedelta(days=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
