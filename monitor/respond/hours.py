"""When a promise falls due, and how that is said: in the brand's time zone and business hours.

Everything takes and gives aware datetimes; results are UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.domain.errors import ConfigInvalid, ConfigProblem

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(r"(?i)\s*([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})\s*")
_STEP = timedelta(minutes=30)  # nobody keeps a promise "by 14:37": it is said, and due, at the half hour
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When people work: the same hours on each of `days` (0 = Monday), local to `zone`."""

    zone: ZoneInfo
    days: frozenset[int] = frozenset(range(7))
    opens: time = time(0, 0)
    closes: time = time(0, 0)  # midnight: the end of the day

    @classmethod
    def parse(cls, text: str, timezone: str) -> BusinessHours:
        """``Mon-Fri 09:00-18:00`` in the IANA zone `timezone`; empty: always. Raises ConfigInvalid."""
        try:
            zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError) as exc:
            raise _wrong("brand.timezone", timezone, "an IANA name such as Europe/Berlin") from exc
        if not text.strip():
            return cls(zone)
        form = 'such as "Mon-Fri 09:00-18:00"'
        match = _FORM.fullmatch(text)
        if match is None or match[1].lower() not in _DAYS or (match[2] or "mon").lower() not in _DAYS:
            raise _wrong("brand.business_hours", text, form)
        first = _DAYS.index(match[1].lower())
        last = _DAYS.index((match[2] or match[1]).lower())
        days = frozenset((first + n) % 7 for n in range((last - first) % 7 + 1))
        try:
            opens, closes = _clock_time(match[3]), _clock_time(match[4])
        except ValueError as exc:
            raise _wrong("brand.business_hours", text, form) from exc
        if closes != time(0, 0) and closes <= opens:
            raise _wrong("brand.business_hours", text, "closing after opening, on the same day")
        return cls(zone, days, opens, closes)

    def window(self, day: date) -> tuple[datetime, datetime] | None:
        """The working time of a local day in UTC, or None on a day off."""
        if day.weekday() not in self.days:
            return None
        end_day = day + timedelta(days=1) if self.closes == time(0, 0) else day
        start = datetime.combine(day, self.opens, self.zone).astimezone(UTC)
        return start, datetime.combine(end_day, self.closes, self.zone).astimezone(UTC)

    def opening(self, now: datetime) -> datetime:
        """The instant (UTC) from which people work: `now` within working time, else when it begins next."""
        at, day = now.astimezone(UTC), now.astimezone(self.zone).date()
        while True:
            window = self.window(day)
            if window is not None and window[1] > at:
                return max(at, window[0])
            day += timedelta(days=1)

    def after(self, now: datetime, hours: float) -> datetime:
        """The instant at which `hours` of working time have passed since `now`, to the next half hour."""
        left, at, day = timedelta(hours=hours), now.astimezone(UTC), now.astimezone(self.zone).date()
        while True:
            window = self.window(day)
            if window is not None and window[1] > at:
                begin = max(at, window[0])
                if begin + left <= window[1]:
                    return min(_half_hour_up(begin + left, self.zone), window[1])
                left -= window[1] - begin
            day += timedelta(days=1)


def always(timezone: str = "UTC") -> BusinessHours:
    """Round the clock in `timezone`."""
    return BusinessHours.parse("", timezone)


def wall_clock_after(now: datetime, hours: float, zone: ZoneInfo) -> datetime:
    """`hours` after `now` whatever the hour of the day, to the next half hour."""
    return _half_hour_up(now.astimezone(UTC) + timedelta(hours=hours), zone)


def say_due(due: datetime, now: datetime, zone: ZoneInfo) -> str:
    """``18:00 today (Berlin time)``; tomorrow, a weekday within six days, else the date."""
    local = due.astimezone(zone)
    clock, ahead = f"{local:%H:%M}", (local.date() - now.astimezone(zone).date()).days
    if ahead == 0:
        when = "today"
    elif ahead == 1:
        when = "tomorrow"
    elif 1 < ahead < 7:
        when = f"on {WEEKDAYS[local.weekday()]}"
    else:
        when = f"on {local.day} {_MONTHS[local.month - 1]}"
    return f"{clock} {when} ({zone_name(zone)})"


def zone_name(zone: ZoneInfo) -> str:
    """``Berlin time`` for Europe/Berlin, ``UTC`` for UTC."""
    city = zone_city(zone)
    return f"{city} time" if city else zone.key.rsplit("/", 1)[-1]


def zone_city(zone: ZoneInfo) -> str | None:
    """The city of a zone, or None for zones that are no place."""
    area, _, city = zone.key.rpartition("/")
    return None if not area or area == "Etc" else city.replace("_", " ")


def _half_hour_up(at: datetime, zone: ZoneInfo) -> datetime:
    # Rounded on the local clock: zones exist whose offset is no multiple of half an hour.
    local = at.astimezone(zone)
    past = timedelta(minutes=local.minute % 30, seconds=local.second, microseconds=local.microsecond)
    return at if not past else at + (_STEP - past)


def _clock_time(text: str) -> time:
    hour, minute = text.split(":")
    return time(0, 0) if text == "24:00" else time(int(hour), int(minute))


def _wrong(key: str, found: str, expected: str) -> ConfigInvalid:
    return ConfigInvalid([ConfigProblem("config.toml", key, repr(found), f"expected {expected}")])
