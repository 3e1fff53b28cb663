"""Glances: what a row of the queue shows of a case, kept beside it.

A page of a lane would otherwise read every post and reading of fifty cases. Whoever changes a
case's posts or draft notes it in `Connection.touched`; before the transaction commits, the glances
of those cases are made anew. So a glance is never older than what it is a glance of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from monitor.domain.draft import DraftState
from monitor.domain.reading import Reading
from monitor.store.codec import reading_of
from monitor.store.protocol import Connection, Row

LENGTH = 280  # characters of a customer's words in a row
LINE = 200  # of the draft, and of the words that set an urgency off
PLACE = 60


@dataclass(frozen=True, slots=True)
class DraftGlance:
    """The live draft of a case, as far as a row shows it."""

    id: int
    state: DraftState
    version: int
    text: str
    written_by: str
    claimed_by: str | None

    @property
    def line(self) -> str:
        """Its first line with words in it."""
        return next((x for x in self.text.split("\n") if x.strip()), "")[:LINE]


@dataclass(frozen=True, slots=True)
class Glance:
    """What a row shows besides the case itself."""

    revision: int
    posts: int  # how many posts of the customer the case holds
    first: str  # what they came with
    last: str  # what they said last
    why_rule: str | None  # the rule behind the urgency, and the customer's words that set it off
    why_text: str | None
    wait_minutes: int | None  # how long they say they have waited
    draft: DraftGlance | None


def glance_of(row: Row) -> Glance:
    """The glance in a row of the queue; a case that has none yet shows its title."""
    draft = None
    if row["draft_id"] is not None:
        draft = DraftGlance(
            row["draft_id"],
            DraftState(row["draft_state"]),
            row["draft_version"],
            row["draft_text"] or "",
            row["draft_by"] or "",
            row["claimed_by"],
        )
    return Glance(
        revision=row["glance"] or 0,
        posts=row["posts"] or 0,
        first=row["first_text"] or row["title"],
        last=row["last_text"] or row["title"],
        why_rule=row["why_rule"],
        why_text=row["why_text"],
        wait_minutes=row["wait_minutes"],
        draft=draft,
    )


def refresh(db: Connection, case_ids: Iterable[int]) -> None:
    """Makes the glances of these cases anew, and says that something changed."""
    for case_id in sorted(case_ids):
        _refresh(db, case_id)
    db.execute("inbox_stamp")


def _refresh(db: Connection, case_id: int) -> None:
    one = {"case_id": case_id}
    if db.one("case_get", {"id": case_id}) is None:
        return
    ends = one | {"length": LENGTH + 1}
    count, first = db.one("glance_posts", one), db.one("glance_first", ends)
    last = db.one("glance_last", ends) if count and count["posts"] > 1 else first
    body = db.one("glance_reading", one)
    reading = reading_of(body["body"]) if body else None
    draft = db.one("draft_live_of", one)
    db.execute(
        "glance_put",
        {
            "case_id": case_id,
            "posts": count["posts"] if count else 0,
            "first_text": _short(first["text"]) if first else "",
            "last_text": _short(last["text"]) if last else "",
            **_why(reading),
            **_draft(draft),
        },
    )
    place = _place(reading, last)
    db.execute("glance_facts", one | {"has_media": count["has_media"] if count else 0, "place": place})


def _why(reading: Reading | None) -> dict[str, Any]:
    # "The model thinks so" tells nobody anything in a row; the page of the case says it.
    reasons = [r for r in reading.urgency.reasons if r.rule != "model"] if reading else []
    return {
        "why_rule": reasons[0].rule if reasons else None,
        "why_text": reasons[0].text[:LINE] if reasons else None,
        "wait_minutes": reading.claimed_wait_minutes if reading else None,
    }


def _draft(row: Row | None) -> dict[str, Any]:
    return {
        "draft_id": row["id"] if row else None,
        "draft_state": row["state"] if row else None,
        "draft_version": row["version"] if row else None,
        "draft_by": row["written_by"] if row else None,
        "claimed_by": row["claimed_by"] if row else None,
    }


def _place(reading: Reading | None, last: Row | None) -> str | None:
    """The first place that the post names, or where the platform says that it was written."""
    named = [e.text for e in reading.entities if e.label == "PLACE"] if reading else []
    place = named[0] if named else (last["location"] if last else None)
    return " ".join(place.split())[:PLACE] or None if place else None


def _short(text: str) -> str:
    return text if len(text) <= LENGTH else text[:LENGTH] + "…"
