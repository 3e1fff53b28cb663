"""Who answers for what: the desks that certain cases must reach, and the people who sit at them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.domain.reading import Reading, Urgency


class Desk(StrEnum):
    """A place in the house that a case must reach by itself; a named person owns what lies there."""

    SAFETY = "safety"  # somebody is, or may be, in danger
    EXECUTIVE = "executive"  # they asked for the top
    LEGAL = "legal"  # lawyers, courts, regulators
    PERSON = "person"  # they pressed zero: a human, at once
    SECURITY = "security"  # somebody else is in their account, or uses our name
    PRESS = "press"  # journalists, partners
    BRANCH = "branch"  # the shop, station or hotel that was named


# These need somebody who may decide: a case of another person's moves there when it turns into one.
TAKES_OVER = frozenset({Desk.SAFETY, Desk.EXECUTIVE, Desk.LEGAL, Desk.SECURITY, Desk.PRESS})


@dataclass(frozen=True, slots=True)
class Referral:
    """Where a case has to go, why, and who sits there in the order of the configuration (may be nobody)."""

    desk: Desk
    why: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """`[review] desks` and `[review] branches`: names of people in Press Zero."""

    desks: Mapping[Desk, tuple[str, ...]] = field(default_factory=dict)
    branches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def refer(self, reading: Reading, signals: Iterable[str]) -> Referral | None:
        """The desk that a post has to reach, the weightiest first, or None: whoever is there answers it."""
        found = _desk_of(reading, frozenset(signals))
        if found is not None:
            return Referral(*found, self.desks.get(found[0], ()))
        for entity in reading.entities:
            if entity.label == "PLACE" and (branch := self._branch(entity.text)) is not None:
                return Referral(Desk.BRANCH, f"they named {branch}", self.branches[branch])
        return None

    def at_branch(self, place: str) -> tuple[str, ...]:
        """Who answers for a place that a post names; nobody for most places."""
        branch = self._branch(place)
        return self.branches[branch] if branch else ()

    def _branch(self, place: str) -> str | None:
        low = f" {place.lower()} "
        return next((b for b in self.branches if f" {b.lower()} " in low), None)

    @property
    def everybody(self) -> frozenset[str]:
        """Every name on the roster."""
        named: list[Sequence[str]] = [*self.desks.values(), *self.branches.values()]
        return frozenset(name for names in named for name in names)


def _desk_of(reading: Reading, signals: frozenset[str]) -> tuple[Desk, str] | None:
    by_rule = [r.rule for r in reading.urgency.reasons if r.rule != "model"]
    if reading.urgency.level is Urgency.P0 and (by_rule or reading.primary == "safety_hazard"):
        if reading.primary in ("security_privacy_scam", "account_access"):
            return Desk.SECURITY, "P0, and about security"
        return Desk.SAFETY, "somebody may be in danger"
    if "asks_for_executive" in signals:
        return Desk.EXECUTIVE, "they asked for the top"
    if "legal_threat" in signals:
        return Desk.LEGAL, "they speak of legal steps"
    if "asks_for_human" in signals:
        return Desk.PERSON, "they asked for a person"
    if reading.primary == "press_partner":
        return Desk.PRESS, "press, or a partner"
    return None
