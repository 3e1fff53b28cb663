"""What the pages of the inbox ask for: whole pages of a lane in one statement, search, neighbours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from monitor.domain.case import Case, Lane
from monitor.domain.moments import utc_text
from monitor.store.cases import NEWEST_FIRST
from monitor.store.codec import case_of, case_params
from monitor.store.glances import Glance, glance_of
from monitor.store.mentions import quote_for_search
from monitor.store.protocol import Connection, Row

PAGE = 30
MOST_ROWS = 200  # of one page that is looked at again
_NEWEST = 2**62
_HITS = 120  # posts that one search looks at; a customer may have written many of them
_SHOWN = 2000  # characters of a post that a search looks for its words in


@dataclass(frozen=True, slots=True)
class Filter:
    """What of a lane is wanted; an empty field lets everything through, assignee "-" means nobody."""

    urgency: str = ""
    intent: str = ""
    source: str = ""
    lang: str = ""
    verdict: str = ""
    assignee: str = ""
    incident: int = 0
    photo: bool = False
    place: str = ""
    tag: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str], me: str) -> Filter:
        """The filter of an address, or of options: text by name. `me` is who "me" means."""
        given = {k: asked.get(k, "").strip()[:100] for k in FIELDS}
        number = given["incident"]
        return cls(
            **{k: given[k] for k in ("urgency", "intent", "source", "lang", "verdict", "place", "tag")},
            assignee=me if given["assignee"] == "me" else given["assignee"],
            incident=int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0,
            photo=bool(given["photo"]),
        )

    @property
    def params(self) -> dict[str, Any]:
        """As parameters of the statements."""
        return asdict(self) | {"photo": int(self.photo)}


# The names of the filters, as addresses and options have them.
FIELDS = tuple(field.name for field in fields(Filter))


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A case as a row shows it."""

    case: Case
    glance: Glance

    @property
    def version(self) -> str:
        """Another text whenever the row would show something else."""
        return f"{self.case.version}.{self.glance.revision}"


@dataclass(frozen=True, slots=True)
class Found:
    """A case that a search found, with the text that holds the words. `after` goes on from here."""

    row: QueueRow
    text: str
    in_draft: bool


class Inbox:
    """Read-only."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def page(
        self, lane: Lane | None, wanted: Filter, *, after: Case | None = None, limit: int = PAGE
    ) -> list[QueueRow]:
        """A page of a lane: oldest risk first, or newest first where there is no clock.

        `lane` None means every lane in which somebody has to act.
        """
        name, place = _place(lane, after, forward=True)
        params = wanted.params | place | {"limit": min(limit, MOST_ROWS)}
        return [_row(row) for row in self._db.rows(name, params)]

    def above(self, lane: Lane | None, wanted: Filter, case: Case) -> int | None:
        """The id of the case before `case`."""
        name, place = _place(lane, case, forward=False)
        row = self._db.one(name, wanted.params | place)
        return int(row["id"]) if row else None

    def below(self, lane: Lane | None, wanted: Filter, case: Case) -> int | None:
        """The id of the case after `case`."""
        found = self.page(lane, wanted, after=case, limit=1)
        return found[0].case.id if found else None

    def one(self, case_id: int) -> QueueRow | None:
        """One case as a row."""
        row = self._db.one("queue_one", {"id": case_id})
        return _row(row) if row else None

    # --- search ---

    def search(self, words: str, *, after: str = "", limit: int = PAGE) -> tuple[list[Found], str]:
        """Cases with a post, a customer or a draft that holds all of `words`, newest first.

        The text says where to go on ("": that was all); `after` takes it. The last word may be the beginning
        of one, unless there are whole ones enough: beginnings cost a hundred times as much to look up.
        """
        whole, before = _whereabouts(after)
        hits = self._hits(words, whole=whole, before=before)
        if not after and len(hits) < _HITS:
            whole = False
            hits = self._hits(words, whole=False, before=before)
        texts: dict[int, tuple[str, bool]] = {}
        last = 0
        for hit in hits:
            if hit["case_id"] not in texts and len(texts) == limit:
                break
            last = int(hit["mention_id"])
            texts.setdefault(hit["case_id"], (hit["text"], False))
        more = f"{'w' if whole else 'b'}{last}" if len(hits) == _HITS or len(texts) == limit else ""
        if not after:
            query = quote_for_search(words)
            for hit in self._db.rows("search_drafts", {"query": query, "limit": limit}):
                texts.setdefault(hit["case_id"], (hit["text"], True))
        rows = {row.case.id: row for row in self.some(texts)}
        return [Found(rows[i], *texts[i]) for i in texts if i in rows], more

    def _hits(self, words: str, *, whole: bool, before: int) -> list[Row]:
        query = quote_for_search(words, whole=whole)
        params = {"query": query, "before": before, "limit": _HITS, "length": _SHOWN}
        return self._db.rows("search_posts", params)

    def some(self, case_ids: Iterable[int]) -> list[QueueRow]:
        """These cases as rows, in no particular order."""
        return [_row(row) for row in self._db.rows("queue_some", {"ids": json.dumps(list(case_ids))})]

    def alike(self, case: Case, words: Sequence[str], *, among: int, limit: int) -> list[Case]:
        """Open ones of the newest `among` cases whose title shares some of `words`, the most alike first."""
        newest = self._db.one("case_newest_id", {})
        if not words or newest is None:
            return []
        since = max(0, int(newest["id"]) - among)
        query = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
        params = {"query": query, "after": since, "case_id": case.id, "limit": limit}
        return [case_of(row) for row in self._db.rows("search_alike", params)]

    # --- what filters offer ---

    def places(self, limit: int = 40) -> list[str]:
        """The places that cases at work name, the most frequent first."""
        return [row["place"] for row in self._db.rows("places_known", {"limit": limit})]

    def langs(self) -> list[str]:
        """The languages that cases are written in."""
        return [row["lang"] for row in self._db.rows("langs_known")]

    # --- news, and how somebody approves ---

    def pulse(self) -> str:
        """A text that is another one whenever something changed that a page would show."""
        row = self._db.one("inbox_pulse") or {}
        return f"{row.get('audit', 0)}-{row.get('glances', 0)}"

    def approvals_by(self, user: str, since: datetime) -> list[tuple[float | None, bool]]:
        """(seconds to decide, the machine's words untouched) of a person's approvals, newest first."""
        rows = self._db.rows("inbox_approvals_by", {"user_name": user, "since": utc_text(since)})
        return [(row["seconds_to_decide"], bool(row["unchanged"])) for row in rows]


def _whereabouts(after: str) -> tuple[bool, int]:
    """(whole words only, below which post) of a search that goes on."""
    number = after[1:]
    if after[:1] in ("w", "b") and number.isascii() and number.isdecimal() and len(number) < 19:
        return after[0] == "w", int(number)
    return True, _NEWEST


# The statements of a lane: (the rows after a case, the case before it).
_WITH_CLOCK = ("queue_lane", "queue_lane_before")
_WITHOUT = ("queue_newest", "queue_newest_before")
_AT_WORK = ("queue_at_work", "queue_at_work_before")


def _place(lane: Lane | None, case: Case | None, *, forward: bool) -> tuple[str, dict[str, object]]:
    """The statement for a lane and a direction, with the parameters that say where to go on."""
    which = 0 if forward else 1
    if lane in NEWEST_FIRST:
        return _WITHOUT[which], {"lane": lane.value, "id": case.id if case else _NEWEST}
    key = case_params(case)["due_key"] if case else ""
    where = {"due_key": key, "id": case.id if case else 0}
    if lane is None:
        return _AT_WORK[which], where
    return _WITH_CLOCK[which], where | {"lane": lane.value}


def _row(row: Row) -> QueueRow:
    return QueueRow(case_of(row), glance_of(row))
