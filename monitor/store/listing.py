"""Whole tables a page at a time, for programs: by keyset, so that what comes in meanwhile shifts no page.

The place of a page is the key of the last row before it; ids only grow, so newest first is stable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from monitor.domain.case import Case
from monitor.domain.draft import Draft
from monitor.domain.mention import StoredMention
from monitor.store.codec import case_of, draft_of, stored_mention_of
from monitor.store.mentions import quote_for_search
from monitor.store.protocol import Connection, Row

NEWEST = 2**62


@dataclass(frozen=True, slots=True)
class WantedCases:
    """Which cases; an empty field lets everything through, assignee "-" means nobody. Times are UTC text."""

    lane: str = ""
    status: str = ""
    urgency: str = ""
    intent: str = ""
    source: str = ""
    platform: str = ""
    lang: str = ""
    verdict: str = ""
    assignee: str = ""
    desk: str = ""
    origin: str = ""
    outcome: str = ""
    customer: str = ""
    incident: int = 0
    tag: str = ""
    draft: str = ""
    opened_from: str = ""
    opened_to: str = ""


@dataclass(frozen=True, slots=True)
class WantedMentions:
    """Which mentions; `own` -1 is either. Times are UTC text."""

    source: str = ""
    platform: str = ""
    origin: str = ""
    author: str = ""
    own: int = -1
    case_id: int = 0
    written_from: str = ""
    written_to: str = ""


class ListedCase(NamedTuple):
    """A case with its live draft, and its place in an order of risk."""

    case: Case
    draft: tuple[int, str, int] | None  # (id, state, version)
    due_key: str


class Listing:
    """Read-only."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def cases(self, wanted: WantedCases, limit: int, before: int = NEWEST) -> list[ListedCase]:
        """The newest cases below an id."""
        params = asdict(wanted) | {"before": before, "limit": limit}
        return [_listed(row) for row in self._db.rows("list_cases", params)]

    def cases_by_risk(
        self, wanted: WantedCases, limit: int, after: tuple[str, int] = ("", 0)
    ) -> list[ListedCase]:
        """The cases of a lane, oldest risk first, after a (due key, id)."""
        params = asdict(wanted) | {"due_key": after[0], "id": after[1], "limit": limit}
        return [_listed(row) for row in self._db.rows("list_cases_by_risk", params)]

    def mentions(
        self, wanted: WantedMentions, words: str, limit: int, before: int = NEWEST
    ) -> list[tuple[StoredMention, int | None]]:
        """The newest mentions below an id, that hold all of `words` if there are any; each with its case."""
        params = asdict(wanted) | {"before": before, "limit": limit}
        if words.strip():
            rows = self._db.rows("list_mentions_found", params | {"query": quote_for_search(words)})
        else:
            rows = self._db.rows("list_mentions", params)
        return [(stored_mention_of(row), row["case_id"]) for row in rows]

    def drafts(self, wanted: Mapping[str, Any], limit: int, before: int = NEWEST) -> list[Draft]:
        """The newest drafts below an id. `wanted`: state, case_id, written_by."""
        rows = self._db.rows("list_drafts", {**wanted, "before": before, "limit": limit})
        return [draft_of(row) for row in rows]

    def promises(self, state: str, keeper: str, limit: int, before: int = NEWEST) -> list[Row]:
        """The newest promises below an id."""
        params = {"state": state, "keeper": keeper, "before": before, "limit": limit}
        return self._db.rows("list_promises", params)

    def outcomes(self, outcome: str, since: str, limit: int, before: int = NEWEST) -> list[Row]:
        """The newest outcomes below an id."""
        params = {"outcome": outcome, "since": since, "before": before, "limit": limit}
        return self._db.rows("list_outcomes", params)

    def corrections(self, limit: int, before: int = NEWEST) -> list[Row]:
        """The newest corrections below an id."""
        return self._db.rows("list_corrections", {"before": before, "limit": limit})

    def audit(self, wanted: Mapping[str, str], limit: int, before: int = NEWEST) -> list[Row]:
        """The newest audit records below a number. `wanted`: subject, actor, action, since."""
        return self._db.rows("list_audit", {**wanted, "before": before, "limit": limit})


def _listed(row: Row) -> ListedCase:
    draft = (row["draft_id"], row["draft_state"], row["draft_version"]) if row["draft_id"] else None
    return ListedCase(case_of(row), draft, row["due_key"])
