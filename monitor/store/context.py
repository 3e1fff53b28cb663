"""Which posts explain a case without being part of it, and whose thread was fetched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from monitor.domain.mention import StoredMention
from monitor.domain.moments import utc_text
from monitor.store.codec import stored_mention_of
from monitor.store.protocol import Connection, Row


class Context:
    """The tables `case_context` and `context_fetches`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def wanted(self, source: str, limit: int) -> list[tuple[int, StoredMention]]:
        """(case, its newest customer post) of threads that were not fetched yet, most urgent first."""
        rows = self._db.rows("context_wanted", {"source": source, "limit": limit})
        return [(row["case_id"], stored_mention_of(row)) for row in rows]

    def explain(self, case_id: int, mention_ids: Iterable[int]) -> None:
        """Shows these posts with a case."""
        self._db.many("context_add", [{"case_id": case_id, "mention_id": i} for i in mention_ids])

    def fetched(self, case_id: int, mention_id: int, at: datetime, posts: int, why: str | None) -> None:
        """The thread was asked for; `why` says what went wrong, if anything did."""
        params = {
            "case_id": case_id,
            "mention_id": mention_id,
            "at": utc_text(at),
            "posts": posts,
            "why": why,
        }
        self._db.execute("context_fetched", params)

    def fetch_of(self, case_id: int) -> Row | None:
        """When the thread of a case was fetched, how many posts came, and what went wrong."""
        return self._db.one("context_fetch_of", {"case_id": case_id})

    def of_case(self, case_id: int) -> list[StoredMention]:
        """The posts that explain a case, oldest first."""
        return [stored_mention_of(row) for row in self._db.rows("context_of", {"case_id": case_id})]
