"""Runs over the past: what was asked for, how far it has come, what it cost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.case import Case
from monitor.domain.coverage import Interval
from monitor.domain.errors import NotFound
from monitor.domain.moments import parse_moment, utc_text
from monitor.store.codec import case_of
from monitor.store.protocol import Connection, Row


@dataclass(frozen=True, slots=True)
class Run:
    """One backfill. `sources` are the words of the command line: names, or ``archive:FILE``."""

    name: str
    state: str  # running | stopped | complete
    sources: tuple[str, ...]
    window: Interval
    query: str | None
    budget_usd: float | None
    spent_usd: float
    requests: int
    incident: str | None
    with_drafts: bool
    started_at: datetime
    why: str | None  # why it stopped


class Backfills:
    """The table `backfills`, and the incidents that runs belong to."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(
        self,
        name: str,
        sources: Sequence[str],
        window: Interval,
        at: datetime,
        *,
        query: str | None,
        budget_usd: float | None,
        with_drafts: bool,
    ) -> None:
        """Notes a run that begins."""
        self._db.execute(
            "backfill_add",
            {
                "run": name,
                "sources": json.dumps(list(sources)),
                "since": utc_text(window.start),
                "until": utc_text(window.end),
                "query": query,
                "budget_usd": budget_usd,
                "incident_id": None,
                "with_drafts": int(with_drafts),
                "at": utc_text(at),
            },
        )

    def get(self, name: str) -> Run:
        """One run. Raises NotFound."""
        row = self._db.one("backfill_get", {"run": name})
        if row is None:
            known = ", ".join(r.name for r in self.newest(5)) or "none"
            raise NotFound(f"There is no backfill {name!r}.", action=f"The newest runs: {known}.")
        return _run(row)

    def newest(self, limit: int = 20) -> list[Run]:
        """The runs, newest first."""
        return [_run(row) for row in self._db.rows("backfills_newest", {"limit": limit})]

    def paid(self, name: str, at: datetime, usd: float) -> None:
        """Counts one request and its price."""
        self._db.execute("backfill_paid", {"run": name, "usd": usd, "at": utc_text(at)})

    def becomes(self, name: str, state: str, at: datetime, why: str | None = None) -> None:
        """How the run stands now."""
        self._db.execute("backfill_state", {"run": name, "state": state, "why": why, "at": utc_text(at)})

    def allow(self, name: str, budget_usd: float) -> None:
        """The run goes on with another budget (US dollars, of all of it)."""
        self._db.execute("backfill_budget", {"run": name, "budget_usd": budget_usd})

    def belongs_to(self, name: str, incident: str, window: Interval, at: datetime) -> int:
        """Links the run with the incident of that name, which is made if it is new; returns its id."""
        self._db.execute(
            "incident_name",
            {
                "name": incident,
                "start_at": utc_text(window.start),
                "end_at": utc_text(window.end),
                "at": utc_text(at),
            },
        )
        row = self._db.one("incident_named", {"name": incident})
        assert row is not None, "it was made one statement ago"  # noqa: S101
        self._db.execute("backfill_link", {"run": name, "incident_id": row["id"]})
        return int(row["id"])

    def to_draft(self, source: str, window: Interval, limit: int, after: int = 0) -> list[Case]:
        """Open backfilled cases of a source and a window, without a draft or a reason for none."""
        params = {
            "source": source,
            "since": utc_text(window.start),
            "until": utc_text(window.end),
            "limit": limit,
            "after": after,
        }
        return [case_of(row) for row in self._db.rows("cases_backfilled_to_draft", params)]


def _run(row: Row) -> Run:
    return Run(
        name=row["run"],
        state=row["state"],
        sources=tuple(json.loads(row["sources"])),
        window=Interval(parse_moment(row["since"]), parse_moment(row["until"])),
        query=row["query"],
        budget_usd=row["budget_usd"],
        spent_usd=float(row["spent_usd"]),
        requests=int(row["requests"]),
        incident=row["incident"],
        with_drafts=bool(row["with_drafts"]),
        started_at=parse_moment(row["started_at"]),
        why=row["why"],
    )
