"""A freeze: something is badly wrong, and what we were about to say must not be said now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.errors import WrongUse


class Reach(StrEnum):
    """How far a freeze reaches."""

    EVERYTHING = "everything"
    BRAND = "brand"  # the drafts of one brand's sources
    SOURCE = "source"  # the drafts of one source
    INCIDENT = "incident"  # the drafts of the cases of one incident


@dataclass(frozen=True, slots=True)
class Scope:
    """What a freeze covers: `name` is that of the brand, source or incident; empty for everything."""

    reach: Reach
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Scope:
        """``everything``, ``brand:NAME``, ``source:NAME`` or ``incident:NAME``. Raises WrongUse."""
        reach, _, name = text.strip().partition(":")
        known = {r.value: r for r in Reach}
        if reach not in known or bool(name.strip()) is (reach == Reach.EVERYTHING):
            raise WrongUse(
                f"{text!r} can't be frozen.",
                action="Write everything, brand:NAME, source:NAME or incident:NAME.",
            )
        return cls(known[reach], name.strip())

    def __str__(self) -> str:
        return f"{self.reach.value}:{self.name}" if self.name else self.reach.value

    @property
    def in_words(self) -> str:
        """``everything``, ``source x-mentions``, ``incident outage``."""
        return f"{self.reach.value} {self.name}".strip()

    @property
    def begins(self) -> str:
        """The same where a sentence begins with it."""
        return self.in_words[:1].upper() + self.in_words[1:]


@dataclass(frozen=True, slots=True)
class Freeze:
    """A freeze as stored; in force while `thawed_at` is None. Times are aware UTC."""

    id: int
    scope: Scope
    reason: str
    by: str
    at: datetime
    thawed_at: datetime | None = None
    thawed_by: str | None = None

    @property
    def why(self) -> str:
        """What whoever meets a frozen draft is told."""
        return f"{self.scope.begins} is frozen by {self.by}: {self.reason}"
