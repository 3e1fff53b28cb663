"""Storms, their cases, and what the past says is usual."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.case import Case
from monitor.domain.errors import NotFound
from monitor.domain.moments import parse_moment, utc_text
from monitor.domain.reading import Urgency
from monitor.domain.storm import Sample, Storm, Suspicion
from monitor.store.codec import case_of, compact, maybe_moment
from monitor.store.mentions import quote_for_search
from monitor.store.protocol import Connection, Row

MOST_SAMPLES = 5000


@dataclass(frozen=True, slots=True)
class Past:
    """What a stretch of the past holds. Numbers of cases are 0 where there is none."""

    first_at: datetime | None
    first_id: int
    last_id: int


class Storms:
    """The tables `storms` and `storm_cases`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # --- what is looked at ---

    def samples(self, since: datetime, now: datetime) -> list[Sample]:
        """The live cases of a window. The words of somebody in danger are not looked at."""
        params = {"since": utc_text(since), "now": utc_text(now), "limit": MOST_SAMPLES}
        return [_sample(row) for row in self._db.rows("storm_samples", params)]

    def usual(self, start: datetime, end: datetime) -> dict[str, dict[int, int]]:
        """{intent: {hour of the day in UTC: cases}} of a stretch."""
        found: dict[str, dict[int, int]] = {}
        for row in self._db.rows("storm_usual", {"start": utc_text(start), "end": utc_text(end)}):
            found.setdefault(row["intent"], {})[int(row["hour"])] = int(row["n"])
        return found

    def past(self, start: datetime, end: datetime) -> Past:
        """What there is of a stretch."""
        row = self._db.one("storm_past", {"start": utc_text(start), "end": utc_text(end)}) or {}
        return Past(maybe_moment(row.get("first_at")), row.get("first_id") or 0, row.get("last_id") or 0)

    def usual_term(self, term: str, past: Past) -> int:
        """How many cases of the past have a word in their title."""
        params = {
            "query": f"title : {quote_for_search(term).rstrip('*')}",
            "first_id": past.first_id,
            "last_id": past.last_id,
        }
        row = self._db.one("storm_term_usual", params)
        return int(row["n"]) if row else 0

    # --- storms ---

    def begin(self, suspicion: Suspicion, at: datetime) -> int:
        """Keeps a new storm; returns its number."""
        made = self._db.insert(
            "storm_add",
            {
                "intent": suspicion.intent,
                "terms": compact(list(suspicion.terms)),
                "at": utc_text(at),
                "peak": suspicion.customers,
                "expected": suspicion.expected,
            },
        )
        self._take_in(made, suspicion.cases)
        return made

    def goes_on(self, storm: Storm, suspicion: Suspicion, terms: Iterable[str], at: datetime) -> None:
        """It was seen again, with these cases."""
        self._db.execute(
            "storm_seen",
            {
                "id": storm.id,
                "at": utc_text(at),
                "peak": suspicion.customers,
                "terms": compact(list(terms)),
                "intent": suspicion.intent,
            },
        )
        self._take_in(storm.id, suspicion.cases)

    def _take_in(self, storm_id: int, cases: Iterable[int]) -> None:
        self._db.many("storm_case_add", [{"storm_id": storm_id, "case_id": c} for c in sorted(cases)])

    def end(self, storm_id: int, state: str, at: datetime, by: str | None = None) -> bool:
        """It is over, or dismissed; False when that was so."""
        params = {"id": storm_id, "state": state, "at": utc_text(at), "by": by}
        return self._db.execute("storm_end", params) == 1

    def declare(self, storm_id: int, incident: int, by: str) -> None:
        """Somebody made an incident of it."""
        self._db.execute("storm_declare", {"id": storm_id, "incident": incident, "by": by})

    def get(self, storm_id: int) -> Storm:
        """One storm. Raises NotFound."""
        row = self._db.one("storm_get", {"id": storm_id})
        if row is None:
            raise NotFound(f"There is no storm {storm_id}.", action="See `presszero storms list`.")
        return _storm(row)

    def since(self, moment: datetime, limit: int = 50) -> list[Storm]:
        """Storms that go on, or were last seen since a moment; the newest first."""
        rows = self._db.rows("storms_since", {"since": utc_text(moment), "limit": limit})
        return [_storm(row) for row in rows]

    def active(self) -> list[Storm]:
        """Storms that go on, the newest first."""
        return [s for s in self._since_ever() if s.is_active]

    def _since_ever(self) -> list[Storm]:
        return [_storm(row) for row in self._db.rows("storms_since", {"since": "9999", "limit": 50})]

    def cases(self, storm_id: int, limit: int = 200) -> list[Case]:
        """The cases of a storm: the open ones first, what is due first."""
        return [case_of(row) for row in self._db.rows("storm_cases_of", {"id": storm_id, "limit": limit})]

    def case_ids(self, storm_id: int) -> frozenset[int]:
        """The numbers of the cases of a storm."""
        return frozenset(int(row["case_id"]) for row in self._db.rows("storm_case_ids", {"id": storm_id}))


def _sample(row: Row) -> Sample:
    who = f"{row['platform']}:{row['customer'] or row['id']}"
    said = "" if row["urgency"] == Urgency.P0.value else row["title"]
    return Sample(row["id"], who, row["primary_intent"], said)


def _storm(row: Mapping[str, object]) -> Storm:
    same = ("id", "intent", "state", "cases", "peak", "expected")
    return Storm(
        **{name: row[name] for name in same},  # type: ignore[arg-type]
        terms=tuple(json.loads(str(row["terms"]))),
        began_at=parse_moment(str(row["began_at"])),
        last_at=parse_moment(str(row["last_at"])),
        over_at=maybe_moment(row["over_at"]),  # type: ignore[arg-type]
        incident=row["incident_id"],  # type: ignore[arg-type]
        by=row["by_name"],  # type: ignore[arg-type]
    )
