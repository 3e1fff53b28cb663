"""Macros: what speaks against their replies, and which of them may not write."""

from __future__ import annotations

from datetime import datetime

from monitor.domain.accountability import MacroStanding, Mark
from monitor.domain.draft import Draft
from monitor.domain.moments import utc_text
from monitor.store.codec import draft_of, maybe_moment, maybe_text
from monitor.store.protocol import Connection, Row

ACTIVE, SUSPENDED = "active", "suspended"


class Macros:
    """The tables `macro_marks` and `macro_states`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def mark(self, draft: Draft, mention_id: int, kind: Mark, at: datetime) -> bool:
        """Counts a post against the reply before it; False when that was done already."""
        params = {
            "macro": draft.macro,
            "kind": kind.value,
            "case_id": draft.case_id,
            "draft_id": draft.id,
            "mention_id": mention_id,
            "at": utc_text(at),
        }
        return bool(self._db.execute("macro_mark", params))

    def standings(self, since: datetime) -> dict[str, MacroStanding]:
        """Every macro that wrote, was spoken against or was suspended, by name."""
        at = {"since": utc_text(since)}
        replies = {row["macro"]: int(row["replies"]) for row in self._db.rows("macro_replies_count", at)}
        marks = {row["macro"]: row for row in self._db.rows("macro_marks_count", at)}
        states = {row["macro"]: row for row in self._db.rows("macro_states")}
        found = {}
        for name in sorted({*replies, *marks, *states}):
            mark, state = marks.get(name), states.get(name)
            found[name] = MacroStanding(
                macro=name,
                replies=replies.get(name, 0),
                worse=int(mark["worse"]) if mark else 0,
                automation=int(mark["automation"]) if mark else 0,
                bad=int(mark["bad"]) if mark else 0,
                suspended=state is not None and state["state"] == SUSPENDED,
                reason=state["reason"] if state else "",
                by=state["by_name"] if state else "",
                at=maybe_moment(state["at"]) if state else None,
            )
        return found

    def most_marks(self, since: datetime) -> int:
        """How many replies of the macro with the most of them went badly: cheap to ask."""
        rows = self._db.rows("macro_marks_count", {"since": utc_text(since)})
        return max((int(row["bad"]) for row in rows), default=0)

    def marks_of(self, macro: str, since: datetime, limit: int = 20) -> list[Row]:
        """What speaks against a macro, newest first: kind, case_id, title, at."""
        return self._db.rows("macro_marks_of", {"macro": macro, "since": utc_text(since), "limit": limit})

    def suspended(self) -> frozenset[str]:
        """The macros that may not write."""
        return frozenset(r["macro"] for r in self._db.rows("macro_states") if r["state"] == SUSPENDED)

    def set_state(
        self, macro: str, state: str, reason: str, by: str, at: datetime, judged_from: datetime | None = None
    ) -> None:
        """Suspends a macro, or puts it back; `judged_from`: what came before no longer counts."""
        self._db.execute(
            "macro_state_set",
            {
                "macro": macro,
                "state": state,
                "reason": reason,
                "by_name": by,
                "at": utc_text(at),
                "judged_from": maybe_text(judged_from),
            },
        )

    def let_write_again(self) -> int:
        """Cases that have no draft because of a suspended macro are looked at again."""
        return self._db.execute("withheld_clear_macros")

    def untouched(self, macro: str, limit: int = 1000) -> list[Draft]:
        """Drafts of a macro that nobody has touched."""
        return [draft_of(row) for row in self._db.rows("drafts_of_macro", {"macro": macro, "limit": limit})]
