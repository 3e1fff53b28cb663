"""When stored posts are looked at again, and the ledger of what was deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.mention import MentionKey, StoredMention
from monitor.domain.moments import parse_moment, utc_text
from monitor.store.codec import maybe_moment, stored_mention_of
from monitor.store.protocol import Connection


@dataclass(frozen=True, slots=True)
class Due:
    """A stored post whose turn it is. `read_at` is when the platform last showed it (aware UTC)."""

    stored: StoredMention
    due_at: datetime
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far rechecks of a source are behind; `unread_since` is the oldest look at an overdue post."""

    watched: int
    overdue: int
    unread_since: datetime | None


@dataclass(frozen=True, slots=True)
class Deletion:
    """A line of the deletion ledger. It holds no content."""

    key: MentionKey
    source: str
    noticed_at: datetime
    purged_at: datetime
    reason: str


class Rechecks:
    """The tables `rechecks` and `deletions`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def enrol(self, source: str, turn: Callable[[datetime, datetime], datetime], limit: int) -> int:
        """Takes up to `limit` posts of a source that are new here; returns how many it took.

        `turn` says when one is due, by when it was written and when it was fetched.
        """
        row = self._db.one("recheck_mark_of", {"source": source})
        newest = self._db.one("recheck_newest")
        after, upto = int(row["mention_id"]) if row else 0, int(newest["id"]) if newest else 0
        if upto <= after:
            return 0
        params = {"source": source, "after": after, "upto": upto, "limit": limit}
        found = self._db.rows("recheck_new", params)
        rows = [
            {
                "mention_id": row["id"],
                "source": source,
                "due_at": utc_text(turn(parse_moment(row["created_at"]), parse_moment(row["first_seen_at"]))),
                "read_at": row["first_seen_at"],
            }
            for row in found
        ]
        self._db.many("recheck_enrol", rows)
        mark = upto if len(found) < limit else int(found[-1]["id"])
        self._db.execute("recheck_mark", {"source": source, "mention_id": mark})
        return len(found)

    def due(self, source: str, now: datetime, limit: int) -> list[Due]:
        """The posts whose turn it is, the longest overdue first."""
        rows = self._db.rows("recheck_due", {"source": source, "now": utc_text(now), "limit": limit})
        return [
            Due(stored_mention_of(row), parse_moment(row["due_at"]), parse_moment(row["read_at"]))
            for row in rows
        ]

    def looked_at(self, turns: Iterable[tuple[int, datetime]], at: datetime) -> None:
        """These posts were shown at `at`; each is due again at its moment."""
        rows = [{"mention_id": i, "due_at": utc_text(due), "read_at": utc_text(at)} for i, due in turns]
        self._db.many("recheck_done", rows)

    def ask_again(self, mention_ids: Iterable[int], at: datetime) -> None:
        """These posts got no answer."""
        self._db.many("recheck_later", [{"mention_id": i, "due_at": utc_text(at)} for i in mention_ids])

    def soon(self, stored: StoredMention, at: datetime) -> None:
        """A stored post is looked at again at `at`, whatever its turn was."""
        row = {"mention_id": stored.id, "source": stored.source, "due_at": utc_text(at)}
        self._db.many("recheck_enrol", [row | {"read_at": utc_text(stored.first_seen_at)}])
        self.ask_again([stored.id], at)

    def drop(self, mention_id: int) -> None:
        """A removed post is not looked at any more."""
        self._db.execute("recheck_drop", {"mention_id": mention_id})

    def backlog(self, source: str, now: datetime) -> Backlog:
        """How far rechecks of a source are behind."""
        row = self._db.one("recheck_backlog", {"source": source, "now": utc_text(now)})
        assert row is not None, "an aggregate always gives a row"  # noqa: S101
        return Backlog(int(row["watched"]), int(row["overdue"]), maybe_moment(row["unread_since"]))

    # --- deletions ---

    def deleted(self, stored: StoredMention, noticed_at: datetime, purged_at: datetime, reason: str) -> None:
        """Notes a purge; the first one of a post counts."""
        self._db.execute(
            "deletion_add",
            {
                "platform": stored.mention.platform,
                "native_id": stored.mention.native_id,
                "source": stored.source,
                "noticed_at": utc_text(noticed_at),
                "purged_at": utc_text(purged_at),
                "reason": reason,
            },
        )

    def deletions(self, limit: int = 100) -> list[Deletion]:
        """The newest lines of the deletion ledger."""
        return [
            Deletion(
                MentionKey(row["platform"], row["native_id"]),
                row["source"],
                parse_moment(row["noticed_at"]),
                parse_moment(row["purged_at"]),
                row["reason"],
            )
            for row in self._db.rows("deletions_newest", {"limit": limit})
        ]

    def unquote(self, key: MentionKey) -> int:
        """Takes the words of a removed post out of the posts that quote it; returns how many did."""
        native_id = key.native_id.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = f'%"native_id":"{native_id}"%'
        return self._db.execute("mentions_unquote", {"platform": key.platform, "pattern": pattern})
