"""Counts for the digest and the inbox: read-only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.store.protocol import Connection, Row


class Figures:
    """Named queries (monitor/store/sql/figures.sql) as rows."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def rows(self, name: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of one figure. Names begin with ``figure_``."""
        if not name.startswith("figure_"):
            raise ValueError(f"{name} is not a figure")
        return self._db.rows(name, params)
