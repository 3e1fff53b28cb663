"""What a person's own words promise, and by when: "I'll ring the depot and write here by 18:00 today".

A promise that names its time is recorded with whoever wrote it; one that names none is lint's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from monitor.domain.draft import PromisePlan
from monitor.respond.hours import WEEKDAYS, BusinessHours
from monitor.respond.lint.finding import patterns

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\d)[^.!?\n]*)*[.!?]*")
_CLOCK = re.compile(
    r"(?i)\b(\d{1,2})(?:[:.](\d{2}))?\s*([ap])\.?m\b\.?|\b(\d{1,2})[:.](\d{2})\b|\b(noon|midnight)\b"
)
_SPAN = re.compile(
    r"(?i)\b(?:with)?in (?:the next |less than |about |under |at most )?"
    r"(\d+|an?|one|two|three|four|six|twelve|twenty-four|a couple of) ?-?"
    r"(minute|min|hour|hr|day|working day|business day|week)s?\b"
)
_DAY = re.compile(
    r"(?i)\b(today|tonight|tomorrow|this (?:morning|afternoon|evening)|end of (?:the )?(?:day|week)|"
    rf"{'|'.join(WEEKDAYS)})\b"
)
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "twelve": 12, "twenty-four": 24,
    "a couple of": 2,
}  # fmt: skip
_PARTS = {"this morning": time(12), "this afternoon": time(18), "this evening": time(21), "tonight": time(21)}


def promised_in(text: str, now: datetime, hours: BusinessHours, owner: str) -> PromisePlan | None:
    """The first promise of `text` that names its time, due at the last moment it allows; None without one.

    `now` is aware. A time that has passed already is none: lint says so.
    """
    for sentence in _committing(text.replace("’", "'"), text):
        due = due_in(sentence, now, hours)
        if due is not None and due > now:
            return PromisePlan(sentence, owner, due)
    return None


def _committing(plain: str, text: str) -> Iterator[str]:
    for match in _SENTENCE.finditer(plain):
        if any(p.search(match[0]) for p in patterns("promise", "commits")):
            yield text[match.start() : match.end()].strip()


def due_in(sentence: str, now: datetime, hours: BusinessHours) -> datetime | None:
    """The point in time that a sentence names, in the brand's time zone; None when it names none."""
    if span := _SPAN.search(sentence):
        return _after(span[1].lower(), span[2].lower(), now, hours)
    day, clock = _DAY.search(sentence), _CLOCK.search(sentence)
    if day is None and clock is None:
        return None
    local = now.astimezone(hours.zone)
    on, end = _date(day[1].lower() if day else "today", local, hours)
    at = datetime.combine(on, _time(clock) if clock else end, hours.zone)
    return at.astimezone(now.tzinfo)


def _after(number: str, unit: str, now: datetime, hours: BusinessHours) -> datetime:
    count = int(number) if number.isdigit() else _NUMBERS[number]
    if unit in ("working day", "business day"):
        at = now
        for _ in range(count):
            at = hours.after(at + timedelta(minutes=1), 8)
        return at
    size = {"minute": 1, "min": 1, "hour": 60, "hr": 60, "day": 1440, "week": 10080}[unit]
    return now + timedelta(minutes=count * size)


def _date(day: str, local: datetime, hours: BusinessHours) -> tuple[date, time]:
    """(the day, by when on it if no clock time is said)."""
    closing = hours.closes if hours.closes != time(0) else time(23, 59)
    ahead = 0
    if day == "tomorrow":
        ahead = 1
    elif "week" in day:
        ahead = (4 - local.weekday()) % 7
    elif day.capitalize() in WEEKDAYS:
        ahead = (WEEKDAYS.index(day.capitalize()) - local.weekday()) % 7 or 7
    return local.date() + timedelta(days=ahead), _PARTS.get(day, closing)


def _time(clock: re.Match[str]) -> time:
    if clock[6]:
        return time(12) if clock[6].lower() == "noon" else time(23, 59)
    if clock[3]:
        hour = int(clock[1]) % 12 + (12 if clock[3].lower() == "p" else 0)
        return time(hour, int(clock[2] or 0) % 60)
    return time(int(clock[4]) % 24, int(clock[5]) % 60)
