"""What people are at: who opened what, who is looking or typing, and words that are in no draft yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.moments import parse_moment, utc_text
from monitor.store.protocol import Connection, Row


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody saw a draft: in which version, in which state of the conversation, and for how long."""

    draft_id: int
    version: int
    conversation_hash: str
    at: datetime
    seconds: float | None  # how long the page was looked at; None: not known


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody is at a case right now. `doing` is looking or typing."""

    user: str
    doing: str


class Attention:
    """The tables `openings`, `presence` and `scratch`. None of it is a decision: nothing is audited."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # --- who opened what ---

    def opened(self, user: str, draft_id: int, version: int, conversation_hash: str, at: datetime) -> None:
        """Somebody's page shows this draft in this conversation."""
        self._db.execute(
            "opening_put",
            {
                "user_name": user,
                "draft_id": draft_id,
                "version": version,
                "conversation_hash": conversation_hash,
                "at": utc_text(at),
            },
        )

    def looked(self, user: str, draft_id: int, until: datetime) -> None:
        """They have been looking since they opened it."""
        row = self._db.one("opening_of", {"user_name": user, "draft_id": draft_id})
        if row is not None:
            seconds = (until - parse_moment(row["at"])).total_seconds()
            self._db.execute(
                "opening_looked", {"user_name": user, "draft_id": draft_id, "seconds": max(0.0, seconds)}
            )

    def opening(self, user: str, draft_id: int) -> Opening | None:
        """What somebody saw of a draft when they opened it last."""
        row = self._db.one("opening_of", {"user_name": user, "draft_id": draft_id})
        return _opening(row) if row else None

    def openings(self, user: str, case_ids: Iterable[int]) -> dict[int, Opening]:
        """What somebody saw of the live drafts of these cases, by draft."""
        ids = sorted(case_ids)
        if not ids:
            return {}
        params = {"user_name": user, "low": ids[0], "high": ids[-1]}
        return {row["draft_id"]: _opening(row) for row in self._db.rows("openings_of", params)}

    # --- who is here ---

    def here(self, user: str, case_id: int, doing: str, at: datetime) -> None:
        """Somebody is at a case."""
        params = {"case_id": case_id, "user_name": user, "doing": doing, "at": utc_text(at)}
        self._db.execute("presence_put", params)

    def gone(self, user: str, case_id: int) -> None:
        """They left."""
        self._db.execute("presence_drop", {"case_id": case_id, "user_name": user})

    def present(self, case_id: int, since: datetime) -> list[Present]:
        """Who is at a case, by name."""
        rows = self._db.rows("presence_of", {"case_id": case_id, "since": utc_text(since)})
        return [Present(row["user_name"], row["doing"]) for row in rows]

    def everywhere(self, since: datetime) -> dict[int, list[Present]]:
        """Who is where, by case."""
        found: dict[int, list[Present]] = {}
        for row in self._db.rows("presence_all", {"since": utc_text(since)}):
            found.setdefault(row["case_id"], []).append(Present(row["user_name"], row["doing"]))
        return found

    def forget_presence(self, before: datetime) -> None:
        """Clears away who was somewhere long ago."""
        self._db.execute("presence_forget", {"before": utc_text(before)})

    # --- words that are in no draft ---

    def keep_words(self, user: str, case_id: int, text: str, at: datetime) -> None:
        """Keeps what somebody typed, whatever became of the draft meanwhile."""
        params = {"user_name": user, "case_id": case_id, "text": text, "at": utc_text(at)}
        self._db.execute("scratch_put", params)

    def kept_words(self, user: str, case_id: int) -> Row | None:
        """What somebody typed and is in no draft: text, at."""
        return self._db.one("scratch_of", {"user_name": user, "case_id": case_id})

    def drop_words(self, user: str, case_id: int) -> None:
        """They are in a draft now, or no longer wanted."""
        self._db.execute("scratch_drop", {"user_name": user, "case_id": case_id})

    def forget_words(self, case_id: int) -> None:
        """The posts of a case were removed: nobody's words about them are kept."""
        self._db.execute("scratch_forget", {"case_id": case_id})


def _opening(row: Row) -> Opening:
    at = parse_moment(row["at"])
    return Opening(row["draft_id"], row["version"], row["conversation_hash"], at, row["seconds"])
