"""What people do with a case besides answering it: let it rest, hand it up, tag it, tell each other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from monitor.domain.errors import BadMoment, WrongUse
from monitor.domain.moments import parse_duration
from monitor.domain.roster import Desk


@dataclass(frozen=True, slots=True)
class Snooze:
    """A case out of sight until a moment, or until the customer writes; whichever comes first ends it.

    A snooze never stops the customer's clock: `until` is at the latest the moment the clock runs out.
    """

    until: datetime | None  # aware UTC; None: only the customer ends it
    by: str
    for_customer: bool  # asked for "until they write"


def snooze_ends(until: datetime | None, due_at: datetime | None, now: datetime) -> datetime | None:
    """When a snooze ends by itself: as asked, but no later than a clock that is still running runs out."""
    running = due_at is not None and due_at > now
    if not running:
        return until
    return due_at if until is None else min(until, due_at)  # type: ignore[type-var]


MORNING = time(8, 0)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"(?:(tomorrow|[a-z]+day)\s*)?(?:at\s*)?(\d{1,2}:\d{2})?")


def moment_meant(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """A moment to come as people write it, in UTC: ``2h``, ``14:30``, ``monday 9:00``, ISO 8601.

    Times without a zone are those of `zone`; a day without a time is its morning. Raises WrongUse.
    """
    asked = text.strip().lower()
    here = now.astimezone(zone)
    match = _CLOCK.fullmatch(asked)
    try:
        if match and asked:
            return _next(match[1], time.fromisoformat((match[2] or "08:00").zfill(5)), here).astimezone(UTC)
        if re.fullmatch(r"[\d.\s]+(ms|[smhdw])([\d.\s]+(ms|[smhdw]))*", asked):
            return now + parse_duration(asked)
        moment = datetime.fromisoformat(text.strip())
        if len(asked) == len("2026-03-05"):
            moment = datetime.combine(moment.date(), MORNING)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, BadMoment) as exc:
        raise WrongUse(
            f"{text!r} is no moment.", action='Write 2h, 14:30, tomorrow, "monday 9:00" or 2026-03-05T14:30.'
        ) from exc


def _next(day: str | None, at: time, here: datetime) -> datetime:
    """The next moment of that name after `here`, on the clock of its zone."""
    date = here.date()
    if day == "tomorrow":
        return datetime.combine(date + timedelta(days=1), at, here.tzinfo)
    if day is not None:
        ahead = (_DAYS.index(day) - date.weekday()) % 7
        found = datetime.combine(date + timedelta(days=ahead), at, here.tzinfo)
        return found if found > here else datetime.combine(found.date() + timedelta(days=7), at, here.tzinfo)
    found = datetime.combine(date, at, here.tzinfo)
    return found if found > here else datetime.combine(date + timedelta(days=1), at, here.tzinfo)


# How long somebody at a desk has to answer what was handed up to them. Safety is as urgent as a P0, press
# and security as a P1; the others have half a working day, lawyers a day.
ESCALATION_CLOCK: dict[Desk, timedelta] = {
    Desk.SAFETY: timedelta(minutes=15),
    Desk.SECURITY: timedelta(hours=1),
    Desk.PRESS: timedelta(hours=1),
    Desk.EXECUTIVE: timedelta(hours=4),
    Desk.BRANCH: timedelta(hours=4),
    Desk.LEGAL: timedelta(hours=24),
}


@dataclass(frozen=True, slots=True)
class Escalation:
    """A question that a person handed up to a desk. Open while `closed_at` is None."""

    id: int
    case_id: int
    desk: Desk
    owner: str
    reason: str
    opened_by: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    answer: str | None


class NoticeKind(StrEnum):
    """Why somebody should look at a case."""

    MENTIONED = "mentioned"  # a note calls them by name
    ASSIGNED = "assigned"
    ESCALATED = "escalated"  # they own an escalation
    ANSWERED = "answered"  # an escalation they opened has its answer
    WOKEN = "woken"  # a case they snoozed is back
    PROMISE = "promise"  # they owe this customer something soon
    MACRO = "macro"  # a macro they answer for was suspended; this case is one of the reasons


_TAG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def tag_of(text: str) -> str:
    """A tag as it is kept: lower case, words joined by hyphens. Raises WrongUse."""
    tag = re.sub(r"[\s_]+", "-", text.strip().lower().lstrip("#"))
    if not _TAG.fullmatch(tag):
        raise WrongUse(
            f"{text!r} can't be a tag.", action="Use letters a–z, digits and hyphens, 40 at most: lost-bag."
        )
    return tag


def incident_name(text: str) -> str:
    """The name of an incident as it is kept. Raises WrongUse."""
    name = " ".join(text.split())
    if not name or not name.isprintable() or len(name) > 80:
        raise WrongUse(
            f"{text!r} can't name an incident.",
            action="Use up to 80 printable characters, as a reply would say it: check-in outage.",
        )
    return name


def called_in(note: str, names: Iterable[str]) -> tuple[str, ...]:
    """Which colleagues a note calls by ``@name``: the longest name that fits, whatever its case."""
    found = []
    rest = note.lower()
    for name in sorted(names, key=len, reverse=True):
        mark = re.compile(rf"(?<![\w@])@{re.escape(name.lower())}(?!\w)")
        if mark.search(rest):
            found.append(name)
            rest = mark.sub(" ", rest)  # "@ann lee" does not call "ann" as well
    return tuple(sorted(found))
