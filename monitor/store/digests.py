"""Digests that were made: their numbers, and whom they were delivered to. Never a customer's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.domain.moments import utc_text
from monitor.store.codec import maybe_moment
from monitor.store.protocol import Connection


@dataclass(frozen=True, slots=True)
class KeptDigest:
    """The numbers of one day as JSON, and when it was first sent (aware UTC)."""

    day: date
    sent_at: datetime | None
    body: str


class Digests:
    """The tables `digests` and `digest_deliveries`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def keep(self, day: date, key: str, body: str) -> None:
        """Keeps the numbers of a day; what was kept before is replaced until it was sent."""
        self._db.execute("digest_keep", {"day": day.isoformat(), "key": key, "body": body})

    def get(self, day: date) -> KeptDigest | None:
        """The kept digest of a day."""
        row = self._db.one("digest_get", {"day": day.isoformat()})
        if row is None:
            return None
        return KeptDigest(date.fromisoformat(row["day"]), maybe_moment(row["sent_at"]), row["body"])

    def days(self, limit: int = 100) -> list[date]:
        """The days of which a digest is kept, newest first."""
        return [date.fromisoformat(row["day"]) for row in self._db.rows("digest_days", {"limit": limit})]

    def claim(self, key: str, day: date, at: datetime, lease_until: datetime) -> bool:
        """Takes a delivery before it is made; False when it was made, or another process is at it."""
        params = {
            "key": key,
            "day": day.isoformat(),
            "at": utc_text(at),
            "lease_until": utc_text(lease_until),
        }
        return self._db.execute("digest_claim", params) == 1

    def finish(self, key: str, state: str, at: datetime, detail: str | None = None) -> None:
        """How a claimed delivery ended: sent, refused (by the server, in so many words) or failed."""
        params = {"key": key, "state": state, "at": utc_text(at), "detail": detail}
        self._db.execute("digest_delivered", params)

    def state_of(self, key: str) -> str | None:
        """sending, sent, refused or failed; None when nobody has tried."""
        row = self._db.one("digest_delivery", {"key": key})
        return str(row["state"]) if row else None

    def sent(self, day: date, at: datetime) -> None:
        """Notes the first time that a day's digest left the house."""
        self._db.execute("digest_sent", {"day": day.isoformat(), "at": utc_text(at)})
