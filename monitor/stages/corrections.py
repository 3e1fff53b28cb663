"""corrections: what people corrected in readings, for the regression file and for managers.

A correction is made in review (`monitor.stages.review.correct`); here it is only looked at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.domain.moments import parse_moment, utc_text
from monitor.domain.reading import INTENTS, Reading, Urgency
from monitor.store.protocol import Store

FIELDS = ("intent", "urgency")
_LABELS = {"intent": INTENTS, "urgency": tuple(u.value for u in Urgency)}
_KEY = {"intent": "primary", "urgency": "urgency"}
# Text from X is for evaluation, never for training.
_EVALUATION_ONLY = frozenset({"x"})


@dataclass(frozen=True, slots=True)
class Corrected:
    """One correction: who changed which field of which case, and the post that it is about. `at` is UTC."""

    case_id: int
    at: datetime
    user: str
    field: str
    was: str
    became: str
    platform: str
    text: str
    model: str

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "case": self.case_id,
            "at": utc_text(self.at),
            "user": self.user,
            "field": self.field,
            "was": self.was,
            "became": self.became,
            "platform": self.platform,
            "text": self.text,
            "model": self.model,
        }


@dataclass(frozen=True, slots=True)
class Matrix:
    """Cases by what was read in them and by what people made of it: {read: {people: cases}}."""

    field: str
    cells: dict[str, dict[str, int]]

    @property
    def labels(self) -> list[str]:
        """Those that occur on either side, in the order of the design."""
        met = set(self.cells) | {p for row in self.cells.values() for p in row}
        return [label for label in _LABELS[self.field] if label in met]

    @property
    def decided(self) -> int:
        """How many cases people decided about."""
        return sum(sum(row.values()) for row in self.cells.values())

    @property
    def right(self) -> int:
        """How many of them were left as they were read."""
        return sum(row.get(said, 0) for said, row in self.cells.items())

    def to_dict(self) -> dict[str, Any]:
        """For ``--json`` and the API."""
        return {"decided": self.decided, "right": self.right, "labels": self.labels, "cells": self.cells}


def corrected(store: Store) -> list[Corrected]:
    """Every correction whose post is still there, oldest first; nothing about self-harm."""
    with store.read() as session:
        rows = session.readings.corrections()
    found = []
    for row in rows:
        reading = Reading.from_dict(json.loads(row["body"])) if row["body"] else None
        if not row["text"] or (reading and any("selfharm" in r.rule for r in reading.urgency.reasons)):
            continue
        found.append(
            Corrected(
                case_id=int(row["case_id"]),
                at=parse_moment(row["at"]),
                user=row["user_name"],
                field=row["field"],
                was=row["was"],
                became=row["became"],
                platform=row["platform"],
                text=row["text"],
                model=reading.model if reading else "",
            )
        )
    return found


def labelled(rows: Sequence[Corrected]) -> list[dict[str, Any]]:
    """The posts as labelled rows, each once, with the last word on each field."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        post = found.setdefault((row.platform, row.text), {"text": row.text, "platform": row.platform})
        post[_KEY[row.field]] = row.became
        if row.platform in _EVALUATION_ONLY:
            post["evaluation_only"] = True
    return list(found.values())


def matrices(store: Store, since: datetime) -> dict[str, Matrix]:
    """The confusion matrix of each field that people can correct, over decisions since a moment."""
    with store.read() as session:
        return {field: Matrix(field, session.calibrations.matrix(field, since)) for field in FIELDS}
