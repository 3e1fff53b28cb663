"""What alerting is given: what to watch, whom to tell, and what carries a message there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from connectors.base import SourceConfig
from monitor.domain.alert import AlertKind, Channel, Cover, Patience, Route, recipients
from monitor.domain.rota import Rota


class Carrier(Protocol):
    """Carries a message over a channel. Raises nothing."""

    def carry(self, address: str, title: str, body: str) -> str | None:
        """None when the channel took it; else why not, in few words that hold no secret."""
        ...


@dataclass(frozen=True, slots=True)
class Watch:
    """The settings of alerts, as the stages see them. `started`: when this process began to look."""

    rota: Rota
    channels: Sequence[Channel] = ()
    routes: Sequence[Route] = ()
    patience: Patience = field(default_factory=Patience)
    sources: Sequence[SourceConfig] = ()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))  # times are said in it
    public_url: str | None = None
    many_brands: bool = False  # the brand is said
    folder: Path | None = None  # of the database
    started: datetime | None = None

    def channel(self, name: str) -> Channel | None:
        """One channel by name."""
        return next((c for c in self.channels if c.name == name), None)

    def whom(
        self, kind: AlertKind, brand: str | None, now: datetime, covers: Sequence[Cover], level: int = 0
    ) -> list[Channel]:
        """Which channels hear of an alert now."""
        people = self.rota.on_call(now, covers)
        return recipients(self.routes, self.channels, people, kind, brand, level)

    def link(self, path: str) -> str:
        """The address of a page, where `[web] public_url` says how people reach it; else nothing."""
        return self.public_url.rstrip("/") + path if self.public_url else ""

    def polled_within(self, source: SourceConfig) -> timedelta:
        """How long a source may go without a try before somebody should look."""
        return max(self.patience.stopped, 3 * source.every)
