"""The rota: who is on call at a moment, and who is next.

Rotations and shifts go by the clock on the wall of their zone: a week that holds the change of the clocks
begins at nine like every other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.alert import Cover


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody is on call on these days (0 = Monday) between two times; over midnight, if it ends earlier."""

    who: str
    days: frozenset[int]
    start: time
    end: time

    def holds(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether it goes on at a moment."""
        return self._on(now, now.astimezone(zone).date(), zone) or self._on(
            now, now.astimezone(zone).date() - timedelta(days=1), zone
        )

    def _on(self, now: datetime, day: date, zone: ZoneInfo) -> bool:
        if day.weekday() not in self.days:
            return False
        last = day if self.end > self.start else day + timedelta(days=1)
        begins, ends = datetime.combine(day, self.start, zone), datetime.combine(last, self.end, zone)
        return begins.timestamp() <= now.timestamp() < ends.timestamp()


@dataclass(frozen=True, slots=True)
class Rota:
    """Who is on call. Covers come before shifts, shifts before the rotation."""

    zone: ZoneInfo
    people: tuple[str, ...] = ()  # of the rotation, in their order
    begins: datetime | None = None  # local time without a zone: the first turn
    turn: int = 7  # days
    shifts: tuple[Shift, ...] = ()
    covers: tuple[Cover, ...] = ()  # of the configuration

    @property
    def everybody(self) -> tuple[str, ...]:
        """Whoever stands on it, once."""
        named = (*self.people, *(s.who for s in self.shifts), *(c.who for c in self.covers))
        return tuple(dict.fromkeys(named))

    def turn_of(self, now: datetime) -> int | None:
        """The place in the rotation whose turn it is; None before it begins."""
        if not self.people or self.begins is None:
            return None
        here = now.astimezone(self.zone).replace(tzinfo=None)
        if here < self.begins:
            return None
        return ((here - self.begins) // timedelta(days=self.turn)) % len(self.people)

    def on_call(self, now: datetime, covers: Sequence[Cover] = ()) -> tuple[str, ...]:
        """Everybody who may be called, the one on call first, then who is next."""
        held = [c for c in (*covers, *self.covers) if c.start <= now < c.end]
        first = [c.who for c in sorted(held, key=lambda c: -c.id)]
        first += [s.who for s in self.shifts if s.holds(now, self.zone)]
        place = self.turn_of(now)
        if place is not None:
            first += [*self.people[place:], *self.people[:place]]
        return tuple(dict.fromkeys((*first, *self.everybody)))

    def changes_at(self, now: datetime, covers: Sequence[Cover] = ()) -> datetime | None:
        """When somebody else is on call, within four weeks; to the minute."""
        who = self.on_call(now, covers)[:1]
        at = now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)
        for _ in range(4 * 7 * 24 * 4):
            at += timedelta(minutes=15)
            if self.on_call(at, covers)[:1] != who:
                since = (max(now, at - timedelta(minutes=15 - n)) for n in range(16))
                first = next(m for m in since if self.on_call(m, covers)[:1] != who)
                return first.replace(second=0, microsecond=0).astimezone(UTC)
        return None
