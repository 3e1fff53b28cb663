"""What a connector's fixture file brings: a small real world in which its platform can be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.base import Ask, Connector
from monitor.domain.errors import PressZeroError
from monitor.domain.posting import OutgoingReply


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = datetime(2026, 3, 2, 12, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong, and the error that has to come of it."""

    happen: Callable[[], None]
    error: type[PressZeroError]


class World:
    """A platform with some posts. Subclasses fill in what theirs can do."""

    clock: SetClock
    idempotent: bool = False  # the platform itself takes a reply with the same key only once
    secrets: tuple[str, ...] = ()  # values that may show in no error, repr or log

    def connector(self) -> Connector:
        """A new instance with the same configuration, as after a restart."""
        raise NotImplementedError

    def truth(self) -> set[str]:
        """The native ids of everything the platform shows now."""
        raise NotImplementedError

    def grow(self, count: int) -> None:
        """`count` new posts."""
        raise NotImplementedError

    def ask(self) -> Ask:
        """The first question about everything there is; more than one page, where there are pages."""
        return Ask(None)

    def faults(self) -> Mapping[str, Fault]:
        """What can go wrong here. Each is tried in a world of its own."""
        return {}

    def reply(self) -> OutgoingReply:
        """A sendable reply to one of the posts, for connectors that can post."""
        raise NotImplementedError

    def posted(self) -> list[str]:
        """The texts of all replies that are on the platform."""
        raise NotImplementedError

    def by_hand(self, text: str) -> bool:
        """A colleague answers the same post in the platform's own app; False where that can't be."""
        return False


@dataclass(frozen=True)
class Case:
    """One connector under the contract."""

    kind: str
    cls: type[Connector]
    world: Callable[[Path], AbstractContextManager[World]]
