"""Promises: what replies told customers we would do, who keeps each of them, and until when."""

from __future__ import annotations

from datetime import datetime

from monitor.domain.draft import PromisePlan
from monitor.domain.errors import NotFound
from monitor.domain.moments import utc_text
from monitor.store.protocol import Connection, Row


class Promises:
    """The table `promises`. Rows as they are stored."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(
        self, case_id: int, draft_id: int | None, plan: PromisePlan, keeper: str | None, at: datetime
    ) -> None:
        """Records a promise that was made to a customer. `keeper` is a person of ours."""
        self._db.execute(
            "promise_add",
            {
                "case_id": case_id,
                "draft_id": draft_id,
                "text": plan.text,
                "owner": plan.owner,
                "keeper": keeper,
                "kind": plan.kind.value,
                "due_at": utc_text(plan.due_at),
                "made_at": utc_text(at),
            },
        )

    def get(self, promise_id: int) -> Row:
        """One promise. Raises NotFound."""
        row = self._db.one("promise_get", {"id": promise_id})
        if row is None:
            raise NotFound(f"There is no promise {promise_id}.", action="See `presszero promises list`.")
        return row

    def of_case(self, case_id: int) -> list[Row]:
        """The promises of a case, oldest first."""
        return self._db.rows("promises_of", {"case_id": case_id})

    def open(self) -> list[Row]:
        """Every promise that is neither kept nor broken, by due time, with its case's title and customer."""
        return self._db.rows("promises_open")

    def near(self, before: datetime, limit: int) -> list[Row]:
        """Open promises due before a moment, of which nobody was reminded yet."""
        return self._db.rows("promises_near", {"before": utc_text(before), "limit": limit})

    def past(self, before: datetime, limit: int) -> list[Row]:
        """Open promises that were due before a moment."""
        return self._db.rows("promises_past", {"before": utc_text(before), "limit": limit})

    def answered(self, limit: int) -> list[Row]:
        """Open promises of a next word that has been said since, with `said_at`."""
        return self._db.rows("promises_answered", {"limit": limit})

    def reminded(self, promise_id: int, at: datetime) -> None:
        """Its keeper has been reminded."""
        self._db.execute("promise_reminded", {"id": promise_id, "at": utc_text(at)})

    def settle(self, promise_id: int, kept: bool, at: datetime, by: str) -> bool:
        """Marks a promise kept or broken; False when that was done already."""
        params = {
            "id": promise_id,
            "state": "kept" if kept else "broken",
            "at": utc_text(at),
            "settled_by": by,
        }
        return bool(self._db.execute("promise_settle", params))
