"""Readings, and the corrections people made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from monitor.domain.moments import utc_text
from monitor.domain.reading import Reading
from monitor.store.codec import compact, reading_of
from monitor.store.protocol import Connection, Row


class Readings:
    """Kept per mention, revision and model version."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, readings: Iterable[tuple[int, int, Reading]], at: datetime) -> None:
        """Stores (mention id, revision, reading)."""
        moment = utc_text(at)
        self._db.many(
            "reading_add",
            [
                {
                    "mention_id": mention_id,
                    "revision": revision,
                    "model": r.model,
                    "read_at": moment,
                    "lang": r.lang,
                    "complaint": r.complaint,
                    "severity": r.severity,
                    "primary_intent": r.primary,
                    "urgency": r.urgency.level.value,
                    "claimed_wait_minutes": r.claimed_wait_minutes,
                    "body": compact(r.to_dict()),
                }
                for mention_id, revision, r in readings
            ],
        )

    def latest(self, mention_id: int) -> Reading | None:
        """The newest reading of a mention."""
        row = self._db.one("reading_of", {"mention_id": mention_id})
        return reading_of(row["body"]) if row else None

    def correct(
        self, *, case_id: int, mention_id: int, what: str, was: str, became: str, user: str, at: datetime
    ) -> None:
        """Notes that a person corrected `what` (primary, urgency …) from `was` to `became`."""
        self._db.execute(
            "correction_add",
            {
                "case_id": case_id,
                "mention_id": mention_id,
                "field": what,
                "was": was,
                "became": became,
                "user_name": user,
                "at": utc_text(at),
            },
        )

    def corrections(self) -> list[Row]:
        """Every correction with the text it is about, oldest first."""
        return self._db.rows("corrections_all")
