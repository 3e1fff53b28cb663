"""What people decided about readings, and the calibrations found from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.domain.moments import utc_text
from monitor.store.codec import compact
from monitor.store.protocol import Connection, Row


class Calibrations:
    """The table `calibrations`; of cases and readings only what was decided about them."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def decided(self) -> list[Row]:
        """A row per case of one post that a person decided about: its newest reading, what became of it."""
        found: dict[int, Row] = {}
        for row in self._db.rows("decided_cases"):
            found.setdefault(int(row["case_id"]), row)
        return list(found.values())

    def matrix(self, field: str, since: datetime) -> dict[str, dict[str, int]]:
        """{what was read: {what people made of it: cases}}; `field` is "intent" or "urgency"."""
        found: dict[str, dict[str, int]] = {}
        for row in self._db.rows("corrections_matrix", {"field": field, "since": utc_text(since)}):
            found.setdefault(row["said"], {})[row["person"]] = int(row["cases"])
        return found

    def in_use(self, brand: str) -> Mapping[str, Any] | None:
        """The curves that a brand's posts are read with, as `nlp.refit.Curves.to_dict` gave them."""
        row = self._db.one("calibration_in_use", {"brand": brand})
        return json.loads(row["curves"]) if row else None

    def all(self) -> list[Row]:
        """Every calibration there was, newest first."""
        return self._db.rows("calibrations_all")

    def use(self, brand: str, curves: Mapping[str, Any], decisions: int, by: str, at: datetime) -> None:
        """From now on the brand's posts are read with these curves."""
        self.end(brand, at)
        self._db.execute(
            "calibration_add",
            {
                "brand": brand,
                "model": curves["model"],
                "curves": compact(curves),
                "decisions": decisions,
                "made_by": by,
                "made_at": utc_text(at),
            },
        )

    def end(self, brand: str, at: datetime) -> bool:
        """From now on the brand's posts are read with the shipped calibration; False if they were already."""
        return bool(self._db.execute("calibration_end", {"brand": brand, "at": utc_text(at)}))
