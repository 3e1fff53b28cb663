"""An export played as if it happened now.

The first `head` of the export (counted from its first post) lies before the start of the replay at
its own pace, so that the inbox isn't empty; the rest follows at `speed`. A post's shifted time
depends only on the token and the config, never on when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.coverage import Interval
from monitor.domain.mention import Mention


@dataclass(frozen=True, slots=True)
class Replay:
    """One replay. `start` is when it began, `first` the time of the export's first post; aware UTC."""

    start: datetime
    first: datetime
    head: timedelta
    speed: float

    def shifted(self, moment: datetime) -> datetime:
        """When that happens in the replay."""
        ahead = moment - self.first - self.head
        return self.start + (ahead if ahead <= timedelta(0) else ahead / self.speed)

    def shift(self, mention: Mention) -> Mention:
        """The same post at its time in the replay."""
        edited = mention.edited_at
        return replace(
            mention,
            created_at=self.shifted(mention.created_at),
            edited_at=None if edited is None else self.shifted(edited),
        )

    def due(self, mentions: list[Mention], now: datetime) -> tuple[int, datetime | None]:
        """How many of them, from the first on, have happened by `now`, and when the next one will."""
        for count, mention in enumerate(mentions):
            at = self.shifted(mention.created_at)
            if at > now:
                return count, at
        return len(mentions), None

    def covered(self, now: datetime) -> Interval | None:
        """What has been replayed by `now`."""
        begin = self.start - self.head
        return Interval(begin, now) if begin < now else None
