"""A webhook as the stages see it: who hears of what, where, signed with what; and what carries it there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Subscription:
    """One webhook. `secrets`: the new one first; the second one while it is being changed."""

    name: str
    address: str = field(repr=False)  # it may be a secret itself
    secrets: tuple[str, ...] = field(repr=False)
    events: tuple[str, ...] = ("*",)
    allow_private: bool = False
    timeout: timedelta = timedelta(seconds=10)
    retry_for: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one POST. `status` None: there was no answer, and `error` says why."""

    status: int | None
    error: str | None
    took_ms: int
    retry_after: timedelta | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def server_fails(self) -> bool:
        """Whether the next event would fare no better: no answer, an error of its own, or "too much"."""
        return self.status is None or self.status >= 500 or self.status in (408, 429)


class Courier(Protocol):
    """Carries a body to an address. Raises nothing: what went wrong is in the answer."""

    def post(
        self, address: str, body: bytes, headers: Mapping[str, str], *, timeout: timedelta, private: bool
    ) -> Answer:
        """One POST. `private`: the address may be inside our own network."""
        ...
