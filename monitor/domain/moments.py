"""Points in time and durations: aware UTC datetimes inside, ISO-8601 UTC text in the store.

The text form is fixed in width (``2026-03-01T12:00:00.000Z``), so that text order is time order
on every database and collation.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Protocol

from monitor.domain.errors import BadMoment

MILLISECOND = timedelta(milliseconds=1)

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class Clock(Protocol):
    """Tells the time. Injected everywhere, so that tests and replays can own it."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...


def utc_text(moment: datetime) -> str:
    """`moment` (aware) as fixed-width ISO-8601 UTC text with milliseconds."""
    if moment.tzinfo is not UTC:
        if moment.tzinfo is None:
            raise BadMoment(f"{moment.isoformat()} has no time zone.")
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def whole(moment: datetime) -> datetime:
    """`moment` without what is finer than the milliseconds that are stored."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def parse_moment(text: str) -> datetime:
    """An aware UTC datetime from ISO-8601 text; text without a zone is taken as UTC.

    Raises BadMoment.
    """
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError) as exc:
        raise BadMoment(f"{text!r} is not an ISO-8601 time.") from exc
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as exc:
        raise BadMoment(f"{text!r} lies outside the calendar.") from exc


def parse_duration(text: str) -> timedelta:
    """``30s``, ``2m``, ``1h30m``, ``7d`` as a timedelta. Raises BadMoment."""
    compact = text.replace(" ", "").lower()
    seconds, end = 0.0, 0
    for match in _DURATION.finditer(compact):
        if match.start() != end:
            break
        seconds += float(match[1]) * _UNITS[match[2]]
        end = match.end()
    if not compact or end != len(compact):
        raise BadMoment(f"{text!r} is not a duration.")
    return timedelta(seconds=seconds)


def say_duration(delta: timedelta) -> str:
    """A duration as people say it, two units at most: ``45 s``, ``12 min``, ``3 h 20 min``, ``9 d``."""
    seconds = int(abs(delta.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86400:
        hours, minutes = divmod(seconds // 60, 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(seconds // 3600, 24)
    return f"{days} d {hours} h" if hours and days < 7 else f"{days} d"
