"""What the pages of the inbox ask for: whole pages of a lane, each in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from monitor.domain.case import Case, Lane
from monitor.domain.draft import Draft
from monitor.domain.moments import utc_text
from monitor.domain.reading import Reading
from monitor.store.cases import NEWEST_FIRST
from monitor.store.codec import case_of, case_params, draft_of, reading_of
from monitor.store.protocol import Connection

PAGE = 50  # the statements inbox_drafts and inbox_posts name as many cases
_NEWEST = 2**62


@dataclass(frozen=True, slots=True)
class Filter:
    """What of a lane is wanted; an empty field lets everything through, assignee "-" means nobody."""

    urgency: str = ""
    intent: str = ""
    source: str = ""
    lang: str = ""
    verdict: str = ""
    assignee: str = ""


@dataclass(frozen=True, slots=True)
class LastPost:
    """The customer's newest post of a case: what they said, and what was read in it."""

    text: str
    first: str  # what they came with, where it is another post
    has_media: bool
    reading: Reading | None
    posts: int  # how many posts of theirs the case holds


class Inbox:
    """Read-only."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def lane(self, lane: Lane, wanted: Filter, *, after: Case | None = None, limit: int = PAGE) -> list[Case]:
        """A page of a lane: oldest risk first, or newest first where there is no clock."""
        params: dict[str, object] = {"lane": lane.value, "limit": min(limit, PAGE), **asdict(wanted)}
        if lane in NEWEST_FIRST:
            rows = self._db.rows("inbox_newest", params | {"id": after.id if after else _NEWEST})
        else:
            start = case_params(after) if after else {"due_key": "", "id": 0}
            rows = self._db.rows("inbox_cases", params | {"due_key": start["due_key"], "id": start["id"]})
        return [case_of(row) for row in rows]

    def above(self, lane: Lane, case: Case) -> int | None:
        """The id of the case before `case` in a lane."""
        params = {"lane": lane.value, "id": case.id}
        if lane in NEWEST_FIRST:
            row = self._db.one("inbox_newer", params)
        else:
            row = self._db.one("inbox_before", params | {"due_key": case_params(case)["due_key"]})
        return int(row["id"]) if row else None

    def drafts(self, cases: Sequence[Case]) -> dict[int, Draft]:
        """The live draft of each case that has one. At most `PAGE` cases."""
        rows = self._db.rows("inbox_drafts", _ids(cases)) if cases else []
        return {row["case_id"]: draft_of(row) for row in rows}

    def last_posts(self, cases: Sequence[Case]) -> dict[int, LastPost]:
        """What each customer said last. At most `PAGE` cases."""
        found: dict[int, LastPost] = {}
        for row in self._db.rows("inbox_posts", _ids(cases)) if cases else []:
            before = found.get(row["case_id"])
            found[row["case_id"]] = LastPost(
                text=row["text"],
                first=(before.first or before.text) if before else "",
                has_media=bool(row["media"]) or (before is not None and before.has_media),
                reading=reading_of(row["reading"]),
                posts=before.posts + 1 if before else 1,
            )
        return found

    def pulse(self) -> str:
        """A text that is another one whenever something changed that a page would show."""
        row = self._db.one("inbox_pulse") or {}
        return "-".join(str(row.get(k, 0)) for k in ("audit", "cases", "mentions", "drafts"))

    def approvals_by(self, user: str, since: datetime) -> list[tuple[float | None, bool]]:
        """(seconds to decide, the machine's words untouched) of a person's approvals, newest first."""
        rows = self._db.rows("inbox_approvals_by", {"user_name": user, "since": utc_text(since)})
        return [(row["seconds_to_decide"], bool(row["unchanged"])) for row in rows]


def _ids(cases: Sequence[Case]) -> dict[str, int]:
    if len(cases) > PAGE:
        raise ValueError(f"{len(cases)} cases are more than one page ({PAGE})")
    ids = [case.id for case in cases] + [0] * (PAGE - len(cases))
    return {f"c{n}": case_id for n, case_id in enumerate(ids)}
