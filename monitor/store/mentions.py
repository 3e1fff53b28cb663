"""Mentions: added once, revised when edited, emptied when removed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.mention import Mention, MentionKey, Origin, StoredMention
from monitor.domain.moments import utc_text
from monitor.store.codec import (
    compact,
    maybe_text,
    media_text,
    mention_row,
    quoted_text,
    stored_mention_of,
)
from monitor.store.protocol import Connection, Row

COLLECTED, READ, DONE = "collected", "read", "done"


@dataclass(slots=True)
class Added:
    """What became of a batch."""

    new: int = 0
    known: int = 0
    known_today: int = 0  # of `known`: first seen on the same UTC day
    reposts: int = 0
    revised: list[int] = field(default_factory=list)


class Mentions:
    """The table `mentions` and what hangs on it."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(
        self,
        batch: Iterable[Mention],
        *,
        source: str,
        origin: Origin,
        seen_at: datetime,
        is_own: Callable[[Mention], bool],
    ) -> Added:
        """Stores a batch, each identity once. A known post whose text changed becomes a revision."""
        added, seen = Added(), utc_text(seen_at)
        stage = DONE if origin is Origin.CONTEXT else COLLECTED
        posts: list[Mention] = []
        reposts: list[Mention] = []
        for mention in batch:
            (posts if mention.repost_of is None else reposts).append(mention)
        why = origin.value
        rows = [mention_row(m, source, why, seen, is_own(m), stage) for m in posts]
        fresh = self._db.add_mentions(rows)
        added.new, added.known = len(fresh), len(rows) - len(fresh)
        # Newest first, a repost comes before its original: it is counted when the original is there.
        if fresh and self._db.one("reposts_any") is not None:
            self._db.execute("reposts_known", {"first": fresh[0], "last": fresh[-1]})
        added.reposts = sum(self._add_repost(repost) for repost in reposts)
        if added.known:
            self._look_again(posts, set(fresh), source, origin, seen, added)
        return added

    def _add_repost(self, repost: Mention) -> int:
        new = self._db.execute(
            "repost_add",
            {
                "platform": repost.platform,
                "native_id": repost.native_id,
                "repost_of": repost.repost_of,
                "author": repost.author,
                "created_at": utc_text(repost.created_at),
            },
        )
        if new:
            self._db.execute("repost_count", {"platform": repost.platform, "native_id": repost.repost_of})
        return new

    def _look_again(
        self, posts: Sequence[Mention], fresh: set[int], source: str, origin: Origin, seen: str, added: Added
    ) -> None:
        for mention in posts:
            row = self._db.one("mention_by_key", mention.key._asdict())
            if row is None or row["id"] in fresh or row["removed_at"] is not None:
                continue
            added.known_today += row["first_seen_at"][:10] == seen[:10]
            if row["origin"] == Origin.CONTEXT.value and origin is not Origin.CONTEXT:
                self._db.execute(
                    "mention_promote",
                    {"id": row["id"], "origin": origin.value, "source": source, "stage": COLLECTED},
                )
            if mention.text != row["text"] and not _is_older(mention, row):
                kept = Origin(row["origin"]) if row["origin"] != Origin.CONTEXT.value else origin
                self._revise(row, mention, seen, kept)
                added.revised.append(row["id"])
            if mention.metrics and compact(dict(mention.metrics)) != row["metrics"]:
                self._db.execute(
                    "mention_metrics", {"id": row["id"], "metrics": compact(dict(mention.metrics))}
                )

    def _touch(self, mention_id: int) -> None:
        """The case that shows this post shows something else from now on."""
        row = self._db.one("case_id_of_mention", {"mention_id": mention_id})
        if row is not None:
            self._db.touched.add(int(row["case_id"]))

    def _revise(self, row: Row, mention: Mention, seen: str, origin: Origin) -> None:
        self._touch(int(row["id"]))
        self._db.execute(
            "revision_add",
            {"mention_id": row["id"], "revision": row["revision"], "text": row["text"], "seen_at": seen},
        )
        self._db.execute(
            "mention_revise",
            {
                "id": row["id"],
                "text": mention.text,
                "edited_at": maybe_text(mention.edited_at),
                "media": media_text(mention.media),
                "quoted": quoted_text(mention.quoted),
                # What only explains a case is not read, edited or not.
                "stage": DONE if origin is Origin.CONTEXT else COLLECTED,
            },
        )

    def remove(self, key: MentionKey, *, at: datetime, reason: str) -> int:
        """Empties a mention that is gone at its source; returns its id, or 0 if there was nothing to do.

        Its text leaves the table, the search index, the revisions and the readings; its identity
        and the time stay, so that it can't come back unnoticed.
        """
        row = self._db.one("mention_by_key", key._asdict())
        if row is None or row["removed_at"] is not None:
            return 0
        mention_id = int(row["id"])
        self._touch(mention_id)
        self._db.execute("mention_remove", {"id": mention_id, "at": utc_text(at), "reason": reason})
        self._db.execute("revisions_purge", {"mention_id": mention_id})
        self._db.execute("readings_purge", {"mention_id": mention_id})
        return mention_id

    def get(self, mention_id: int) -> StoredMention | None:
        """One mention by its id."""
        row = self._db.one("mention_by_id", {"id": mention_id})
        return stored_mention_of(row) if row else None

    def there(self, mention_ids: Iterable[int]) -> set[int]:
        """Which of some mentions are stored and were not removed."""
        return {i for i in mention_ids if self._db.one("mention_there", {"id": i}) is not None}

    def by_key(self, key: MentionKey) -> StoredMention | None:
        """One mention by its identity."""
        row = self._db.one("mention_by_key", key._asdict())
        return stored_mention_of(row) if row else None

    def waiting(self, stage: str, limit: int) -> list[StoredMention]:
        """Mentions that wait to be read (COLLECTED) or triaged (READ), in the order they came."""
        rows = self._db.rows("mentions_waiting", {"stage": stage, "limit": limit})
        return [stored_mention_of(row) for row in rows]

    def move_on(self, done: Iterable[StoredMention], stage: str) -> None:
        """Marks mentions as waiting for `stage`, except those that were edited since they were fetched."""
        self._db.many("mention_stage", [{"id": m.id, "revision": m.revision, "stage": stage} for m in done])

    def own_replies_to(self, key: MentionKey) -> list[StoredMention]:
        """Our own posts under a post, oldest first."""
        return [stored_mention_of(row) for row in self._db.rows("own_replies_to", key._asdict())]

    def revisions(self, mention_id: int) -> list[tuple[int, str, str]]:
        """(revision, text, seen at) of the texts that edits replaced."""
        rows = self._db.rows("revisions_of", {"mention_id": mention_id})
        return [(row["revision"], row["text"], row["seen_at"]) for row in rows]

    def search(self, words: str, limit: int = 50) -> list[tuple[StoredMention, int | None]]:
        """Mentions that hold all of `words`, newest first, each with its case."""
        rows = self._db.rows("mentions_search", {"query": quote_for_search(words), "limit": limit})
        return [(stored_mention_of(row), row["case_id"]) for row in rows]

    def count(self) -> int:
        """How many mentions are stored, tombstones included."""
        row = self._db.one("mentions_count")
        return int(row["n"]) if row else 0

    def opt_out(self, platform: str, author: str, *, at: datetime, mention_id: int | None) -> bool:
        """Notes that an author wants no more replies, for ever. False if that was known."""
        params = {"platform": platform, "author": author, "at": utc_text(at), "mention_id": mention_id}
        return bool(self._db.execute("opt_out_add", params))

    def opted_out(self, platform: str, author: str | None) -> bool:
        """Whether an author (id or handle) asked us to stop on this platform."""
        if author is None:
            return False
        return self._db.one("opt_out_of", {"platform": platform, "author": author}) is not None


def _is_older(mention: Mention, row: Row) -> bool:
    """True when this copy is from before an edit that we already have (late index, second source)."""
    if row["edited_at"] is None:
        return False
    return mention.edited_at is None or utc_text(mention.edited_at) < row["edited_at"]


def quote_for_search(words: str, *, whole: bool = False) -> str:
    """User text as a full-text query: each word a literal, all of them required.

    The last may be the beginning of a word, unless the query is for `whole` words. Raw text would be read as
    query syntax and fail on a quote or a hyphen.
    """
    literals = ['"' + word.replace('"', '""') + '"' for word in words.replace("\0", " ").split()]
    if not literals:
        return '""'
    return " ".join(literals) + ("" if whole else "*")
