"""Alerts, the messages that tell people of them, and covers of the rota."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.alert import Alert, AlertKind, Condition, Cover
from monitor.domain.errors import NotFound
from monitor.domain.moments import parse_moment, utc_text
from monitor.store.codec import compact, maybe_moment, maybe_text
from monitor.store.protocol import Connection, Row

NEWEST = 2**62
MOST_CASES = 200  # of one look; the rest follows with the next one


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """What goes out about an alert over one channel. Times are aware UTC."""

    id: int
    alert_id: int
    round: int
    channel: str
    person: str | None
    state: str  # waiting sending sent failed spared
    created_at: datetime
    next_at: datetime
    tries: int
    finished_at: datetime | None
    together: int | None  # the message that told of it, where one told of several
    error: str | None


class Alerts:
    """The tables `alerts`, `alert_messages` and `alert_covers`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # --- what there is to tell of ---

    def open_p0(self) -> list[Row]:
        """Open P0 cases that nobody has answered: id, platform, source, assignee, due_at."""
        return self._db.rows("alert_cases_p0", {"limit": MOST_CASES})

    def at_risk(self, oldest: datetime, horizons: Mapping[str, datetime]) -> list[Row]:
        """Open cases whose clock runs out by the horizon of their urgency (p1, p2, p3), or just did."""
        until = {name: utc_text(moment) for name, moment in horizons.items()}
        return self._db.rows(
            "alert_cases_at_risk", {"oldest": utc_text(oldest), "limit": MOST_CASES, **until}
        )

    def backfills_ended(self, since: datetime) -> list[Row]:
        """Runs over the past that ended since a moment: run, state, updated_at."""
        return self._db.rows("alert_backfills", {"since": utc_text(since)})

    # --- alerts ---

    def add(self, condition: Condition, at: datetime) -> int:
        """A new alert; its number, or 0 when there is one of it already."""
        params = {
            "kind": condition.kind.value,
            "key": condition.key,
            "subject": condition.subject,
            "source": condition.source,
            "brand": condition.brand,
            "size": condition.size,
            "detail": compact(dict(condition.detail)),
            "at": utc_text(at),
        }
        return self._db.insert("alert_add", params)

    def standing(self) -> list[Alert]:
        """Those that go on, the oldest first."""
        return [_alert(row) for row in self._db.rows("alerts_standing")]

    def last(self, key: str) -> Alert | None:
        """The newest under a key."""
        row = self._db.one("alert_last", {"key": key})
        return _alert(row) if row else None

    def get(self, alert_id: int) -> Alert:
        """One alert. Raises NotFound."""
        row = self._db.one("alert_get", {"id": alert_id})
        if row is None:
            raise NotFound(f"There is no alert {alert_id}.", action="See `presszero alerts list`.")
        return _alert(row)

    def page(self, limit: int, *, kind: str = "", waiting: bool = False, before: int = NEWEST) -> list[Alert]:
        """The newest below an id. `waiting`: only those that nobody has acknowledged and that go on."""
        params = {"kind": kind, "waiting": int(waiting), "before": before, "limit": limit}
        return [_alert(row) for row in self._db.rows("alerts_list", params)]

    def over(self, alert_id: int, at: datetime) -> None:
        """It holds no longer."""
        self._db.execute("alert_over", {"id": alert_id, "at": utc_text(at)})

    def again(self, alert_id: int, condition: Condition) -> None:
        """It goes on after all; nobody is told anew."""
        self._db.execute("alert_again", {"id": alert_id, "detail": compact(dict(condition.detail))})

    def grew(self, alert_id: int, condition: Condition, at: datetime) -> None:
        """It is larger than when people were told."""
        params = {"id": alert_id, "size": condition.size, "detail": compact(dict(condition.detail))}
        self._db.execute("alert_grew", params | {"at": utc_text(at)})

    def note(self, alert_id: int, condition: Condition) -> None:
        """What is known of it now."""
        self._db.execute("alert_detail", {"id": alert_id, "detail": compact(dict(condition.detail))})

    def acknowledge(self, alert_id: int, by: str, at: datetime) -> bool:
        """Somebody sees to it; False when it is over, or somebody did before."""
        return self._db.execute("alert_ack", {"id": alert_id, "by": by, "at": utc_text(at)}) == 1

    def to_tell(self, now: datetime) -> list[Alert]:
        """Those of which people are to be told now."""
        return [_alert(row) for row in self._db.rows("alerts_to_tell", {"now": utc_text(now)})]

    def told(self, alert_id: int, next_at: datetime | None) -> None:
        """The messages of a round are on their way."""
        self._db.execute("alert_told", {"id": alert_id, "next_at": maybe_text(next_at)})

    def sooner(self, alert_id: int, at: datetime) -> None:
        """The next round comes at once."""
        self._db.execute("alert_sooner", {"id": alert_id, "at": utc_text(at)})

    def forget(self, before: datetime) -> None:
        """Forgets those that were over before a moment."""
        for statement in ("alert_messages_forget", "alerts_forget"):
            self._db.execute(statement, {"before": utc_text(before)})

    # --- messages ---

    def address(
        self, alert: Alert, channel: str, person: str | None, at: datetime, next_at: datetime
    ) -> bool:
        """Puts a message of the coming round on its way; False when it is."""
        params = {"alert_id": alert.id, "round": alert.round + 1, "channel": channel, "person": person}
        params |= {"at": utc_text(at), "next_at": utc_text(next_at)}
        return self._db.execute("alert_message_add", params) == 1

    def due(self, now: datetime, limit: int = 500) -> list[AlertMessage]:
        """What may be sent now, the oldest first."""
        rows = self._db.rows("alert_messages_due", {"now": utc_text(now), "limit": limit})
        return [_message(row) for row in rows]

    def claim(self, message_id: int, now: datetime, lease_until: datetime) -> bool:
        """Takes one before it is sent; False when another process has it."""
        params = {"id": message_id, "now": utc_text(now), "lease_until": utc_text(lease_until)}
        return self._db.execute("alert_message_claim", params) == 1

    def ended(
        self,
        message_id: int,
        state: str,
        at: datetime,
        *,
        next_at: datetime | None = None,
        together: int | None = None,
        error: str | None = None,
    ) -> None:
        """How a try ended: sent, failed, spared, or waiting for the next one."""
        params = {"id": message_id, "state": state, "next_at": utc_text(next_at or at)}
        params |= {"finished_at": None if state == "waiting" else utc_text(at)}
        self._db.execute("alert_message_end", params | {"together": together, "error": error})

    def later(self, message_id: int, next_at: datetime) -> None:
        """It waits longer."""
        self._db.execute("alert_messages_later", {"id": message_id, "next_at": utc_text(next_at)})

    def sent_since(self, channel: str, since: datetime) -> tuple[int, datetime | None]:
        """How many messages a channel took since a moment, and when the last one."""
        row = self._db.one("alert_sent_since", {"channel": channel, "since": utc_text(since)})
        return (int(row["n"]), maybe_moment(row["last_at"])) if row else (0, None)

    def last_try(self, channel: str) -> AlertMessage | None:
        """The message that a channel was last tried with."""
        row = self._db.one("alert_last_try", {"channel": channel})
        return _message(row) if row else None

    def messages(self, alert_id: int) -> list[AlertMessage]:
        """What went out about one alert."""
        return [_message(row) for row in self._db.rows("alert_messages_of", {"id": alert_id})]

    # --- covers ---

    def cover(self, who: str, start: datetime, end: datetime, by: str, at: datetime) -> int:
        """Somebody is on call for a while; the number of the cover."""
        params = {"who": who, "start_at": utc_text(start), "end_at": utc_text(end), "by": by}
        return self._db.insert("alert_cover_add", params | {"at": utc_text(at)})

    def covers(self, now: datetime) -> list[Cover]:
        """Those that go on, or are to come."""
        return [
            Cover(
                row["id"],
                row["who"],
                parse_moment(row["start_at"]),
                parse_moment(row["end_at"]),
                row["by_name"],
            )
            for row in self._db.rows("alert_covers_since", {"now": utc_text(now)})
        ]

    def uncover(self, cover_id: int) -> None:
        """They are not on call, after all. Raises NotFound."""
        if not self._db.execute("alert_cover_drop", {"id": cover_id}):
            raise NotFound(f"There is no cover {cover_id}.", action="See `presszero alerts rota`.")


def _alert(row: Row) -> Alert:
    same = ("id", "key", "subject", "source", "brand", "size", "acked_by", "round")
    return Alert(
        **{name: row[name] for name in same},
        kind=AlertKind(row["kind"]),
        detail=json.loads(row["detail"]),
        began_at=parse_moment(row["began_at"]),
        over_at=maybe_moment(row["over_at"]),
        acked_at=maybe_moment(row["acked_at"]),
        next_at=maybe_moment(row["next_at"]),
    )


def _message(row: Row) -> AlertMessage:
    same = ("id", "alert_id", "round", "channel", "person", "state", "tries", "together", "error")
    return AlertMessage(
        **{name: row[name] for name in same},
        created_at=parse_moment(row["created_at"]),
        next_at=parse_moment(row["next_at"]),
        finished_at=maybe_moment(row["finished_at"]),
    )
