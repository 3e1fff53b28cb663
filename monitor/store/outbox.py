"""Events that others may hear of, and what becomes of each at each webhook."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.domain.errors import NotFound
from monitor.domain.events import Event, Happening
from monitor.domain.moments import parse_moment, utc_text
from monitor.store.codec import compact, maybe_moment, maybe_text
from monitor.store.protocol import Connection, Row

NEWEST = 2**62


def happened(db: Connection, event: Event, subject: str, at: datetime, **detail: Any) -> None:
    """Writes an event into the transaction of what it tells of."""
    params = {
        "key": uuid.uuid4().hex,
        "event": event.value,
        "subject": subject,
        "detail": compact(detail),
        "at": utc_text(at),
    }
    db.execute("outbox_add", params)


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a webhook. Times are aware UTC."""

    id: int
    hook: str
    event_key: str
    event: str
    subject: str
    body: str
    state: str  # waiting sending delivered dead
    tries: int
    created_at: datetime
    next_at: datetime
    give_up_at: datetime
    finished_at: datetime | None
    status: int | None  # of the last answer
    error: str | None


@dataclass(frozen=True, slots=True)
class HookState:
    """How a webhook stands. `not_before`: nothing is sent until then, because its server fails."""

    hook: str
    failing_since: datetime | None
    failures: int
    not_before: datetime | None
    last_ok_at: datetime | None
    error: str | None


class Outbox:
    """The tables `outbox`, `deliveries`, `delivery_tries` and `hook_states`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def waiting(self, limit: int) -> list[Happening]:
        """Events that were handed to nobody yet, in the order they happened."""
        return [_happening(row) for row in self._db.rows("outbox_waiting", {"limit": limit})]

    def handed_on(self, last: Happening) -> None:
        """Everything up to an event is on its way to whoever wants it."""
        self._db.execute("outbox_handed_on", {"id": last.id})

    def forget(self, before: datetime) -> None:
        """Forgets events and deliveries that ended before a moment."""
        params = {"before": utc_text(before)}
        for statement in ("outbox_forget", "delivery_tries_forget", "deliveries_forget"):
            self._db.execute(statement, params)

    # --- deliveries ---

    def add(
        self, hook: str, event: Event, key: str, subject: str, body: str, at: datetime, give_up_at: datetime
    ) -> int:
        """Puts an event on its way to a webhook; 0 when it is."""
        return self._db.insert(
            "delivery_add",
            {
                "hook": hook,
                "event_key": key,
                "event": event.value,
                "subject": subject,
                "body": body,
                "at": utc_text(at),
                "give_up_at": utc_text(give_up_at),
            },
        )

    def due(self, hook: str, now: datetime, limit: int) -> list[Delivery]:
        """What is to be sent to a webhook now, the oldest first."""
        params = {"hook": hook, "now": utc_text(now), "limit": limit}
        return [_delivery(row) for row in self._db.rows("deliveries_due", params)]

    def claim(self, delivery_id: int, now: datetime, lease_until: datetime) -> bool:
        """Takes a delivery before it is sent; False when another process has it."""
        params = {"id": delivery_id, "now": utc_text(now), "lease_until": utc_text(lease_until)}
        return self._db.execute("delivery_claim", params) == 1

    def tried(
        self,
        delivery_id: int,
        state: str,
        at: datetime,
        *,
        next_at: datetime,
        status: int | None,
        error: str | None,
        took_ms: int,
    ) -> None:
        """How a try ended: delivered, dead, or waiting for the next one."""
        ended = utc_text(at) if state in ("delivered", "dead") else None
        params = {"id": delivery_id, "status": status, "error": error}
        self._db.execute(
            "delivery_end", params | {"state": state, "next_at": utc_text(next_at), "finished_at": ended}
        )
        self._db.execute("delivery_tried", params | {"at": utc_text(at), "took_ms": took_ms})

    def again(self, delivery_id: int, at: datetime, give_up_at: datetime) -> bool:
        """Sends one that has ended once more; False when it is on its way anyhow."""
        params = {"id": delivery_id, "at": utc_text(at), "give_up_at": utc_text(give_up_at)}
        return self._db.execute("delivery_again", params) == 1

    def get(self, delivery_id: int) -> Delivery:
        """One delivery. Raises NotFound."""
        row = self._db.one("delivery_get", {"id": delivery_id})
        if row is None:
            raise NotFound(f"There is no delivery {delivery_id}.", action="See `presszero webhooks log`.")
        return _delivery(row)

    def tries(self, delivery_id: int) -> list[Row]:
        """What every try of a delivery came to: at, status, error, took_ms."""
        return self._db.rows("delivery_tries_of", {"id": delivery_id})

    def page(self, wanted: Mapping[str, str], limit: int, before: int = NEWEST) -> list[Delivery]:
        """The newest deliveries below an id. `wanted`: hook, state, event."""
        rows = self._db.rows("deliveries_list", {**wanted, "before": before, "limit": limit})
        return [_delivery(row) for row in rows]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many deliveries each webhook has in each state."""
        found: dict[str, dict[str, int]] = {}
        for row in self._db.rows("deliveries_count"):
            found.setdefault(row["hook"], {})[row["state"]] = int(row["n"])
        return found

    def drop(self, hook: str, at: datetime, why: str) -> int:
        """What waits for a webhook that is gone ends here; returns how many that were."""
        return self._db.execute("deliveries_drop_hook", {"hook": hook, "at": utc_text(at), "error": why})

    def awaited(self) -> list[str]:
        """The webhooks for which something waits."""
        return [row["hook"] for row in self._db.rows("hooks_waiting")]

    # --- webhooks ---

    def well(self, hook: str, at: datetime) -> None:
        """Its server takes what we send."""
        self._db.execute("hook_well", {"hook": hook, "at": utc_text(at)})

    def fails(self, hook: str, at: datetime, not_before: datetime | None, error: str) -> None:
        """Its server doesn't: nothing more is sent until a moment."""
        params = {"hook": hook, "at": utc_text(at), "not_before": maybe_text(not_before), "error": error}
        self._db.execute("hook_fails", params)

    def states(self) -> dict[str, HookState]:
        """How every webhook stands that something was sent to."""
        return {row["hook"]: _state(row) for row in self._db.rows("hook_states")}


def _happening(row: Row) -> Happening:
    return Happening(
        id=row["id"],
        key=row["key"],
        event=Event(row["event"]),
        subject=row["subject"],
        detail=json.loads(row["detail"]),
        at=parse_moment(row["at"]),
    )


def _delivery(row: Row) -> Delivery:
    same = ("id", "hook", "event_key", "event", "subject", "body", "state", "tries", "status", "error")
    return Delivery(
        **{name: row[name] for name in same},
        created_at=parse_moment(row["created_at"]),
        next_at=parse_moment(row["next_at"]),
        give_up_at=parse_moment(row["give_up_at"]),
        finished_at=maybe_moment(row["finished_at"]),
    )


def _state(row: Row) -> HookState:
    return HookState(
        hook=row["hook"],
        failing_since=maybe_moment(row["failing_since"]),
        failures=row["failures"],
        not_before=maybe_moment(row["not_before"]),
        last_ok_at=maybe_moment(row["last_ok_at"]),
        error=row["error"],
    )
