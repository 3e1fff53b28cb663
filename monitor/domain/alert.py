"""Alerts: what people are told of wherever they are, and for how long.

An alert names a case or a source and says how urgent it is; never a customer's words or name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from monitor.domain.errors import WrongUse

ONCALL = "oncall"  # in a route: whoever is on call


class AlertKind(StrEnum):
    """What there is an alert for."""

    P0 = "p0"  # somebody may come to harm; until it is acknowledged
    SLA = "sla"  # a clock is about to run out
    STORM = "storm"
    CREDENTIALS = "credentials"  # a platform refuses them
    SOURCE = "source"  # it can't be read, or nobody polls it any more
    GAP = "gap"  # what it could not cover grows
    PAUSED = "paused"  # posting has been paused for long
    DISK = "disk"  # there is hardly any room left
    STORE = "store"  # the database does not take what is written
    BACKFILL = "backfill"  # a run over the past has ended


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that holds at this moment, and that people should know of.

    `key` is the same for as long as it holds. Who was told of it is told again when its `size` grows.
    """

    kind: AlertKind
    key: str
    subject: str
    source: str | None = None
    brand: str | None = None
    size: int = 0
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as it is kept. Times are aware UTC."""

    id: int
    kind: AlertKind
    key: str
    subject: str
    source: str | None
    brand: str | None
    size: int
    detail: Mapping[str, Any]
    began_at: datetime
    over_at: datetime | None
    acked_at: datetime | None
    acked_by: str | None
    round: int  # how often people were told
    next_at: datetime | None  # when they are told again unless somebody acknowledges it

    @property
    def waits(self) -> bool:
        """Whether it goes on and nobody has said that they see to it."""
        return self.over_at is None and self.acked_at is None

    @property
    def state(self) -> str:
        """One word: waiting, acknowledged, over."""
        if self.over_at is not None:
            return "over"
        return "acknowledged" if self.acked_at else "waiting"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which a channel hears of nothing but P0: from one time of day to another, on its clock."""

    start: time
    end: time
    zone: ZoneInfo

    def until(self, now: datetime) -> datetime | None:
        """When it ends, if it is quiet at the moment."""
        here = now.astimezone(self.zone)
        for day in (here.date() - timedelta(days=1), here.date()):
            begins = datetime.combine(day, self.start, self.zone)
            last = day if self.end > self.start else day + timedelta(days=1)
            ends = datetime.combine(last, self.end, self.zone)
            # Compared as instants: on the day the clocks change, times of day would lie.
            if begins.timestamp() <= now.timestamp() < ends.timestamp():
                return ends
        return None


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to people. `address` is a secret; `person`: it reaches one, while they are on call."""

    name: str
    address: str = field(repr=False)
    person: str | None = None
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Which alerts go to which channels. No brands: those of every brand."""

    kinds: frozenset[AlertKind]
    to: tuple[str, ...]  # names of channels, and ONCALL
    brands: frozenset[str] = frozenset()

    def takes(self, kind: AlertKind, brand: str | None) -> bool:
        """Whether an alert goes this way. One of no brand goes every way."""
        return kind in self.kinds and (not self.brands or brand is None or brand in self.brands)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long something may last before there is an alert, and how often people are told."""

    repeat: timedelta = timedelta(minutes=5)  # of a P0 that nobody has acknowledged
    escalate: timedelta = timedelta(minutes=10)  # until the next on the rota is told as well
    at_risk: float = 0.25  # of the time that a clock gives: so much before it runs out
    gap: timedelta = timedelta(hours=1)
    stopped: timedelta = timedelta(minutes=30)
    paused: timedelta = timedelta(hours=1)
    free_mb: int = 500
    burst: int = 5  # messages of one channel in ten minutes; then they are bundled
    give_up: timedelta = timedelta(hours=2)  # a message that no channel takes


@dataclass(frozen=True, slots=True)
class Cover:
    """Somebody is on call in place of whoever the rota says. Times are aware UTC."""

    id: int
    who: str
    start: datetime
    end: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a message says: a line for a lock screen, and one below it."""

    title: str
    body: str


def level_of(alert: Alert, now: datetime, patience: Patience) -> int:
    """How many beside the first on call should have been told by now."""
    return max(0, int((now - alert.began_at) / patience.escalate))


def must_differ(start: datetime, end: datetime) -> None:
    """Raises WrongUse unless a stretch of time holds something."""
    if end <= start:
        raise WrongUse("It would end before it begins.", action="Give a later end.")


def recipients(
    routes: Sequence[Route],
    channels: Sequence[Channel],
    people: Sequence[str],
    kind: AlertKind,
    brand: str | None,
    level: int = 0,
) -> list[Channel]:
    """Which channels hear of an alert. `people` may be called, the first first; so do `level` of the next.

    Where nobody on call has a channel, everybody who has one hears of it: better too many than none.
    """
    wanted = list(dict.fromkeys(name for r in routes if r.takes(kind, brand) for name in r.to))
    found = [c for c in channels if c.name in wanted]
    if ONCALL in wanted:
        named = set(people[: level + 1])
        theirs = [c for c in channels if c.person in named] or [c for c in channels if c.person]
        found += [c for c in theirs if c not in found]
    return found
