"""Counts for the digest and the inbox: read-only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from monitor.store.protocol import Connection, Row

PAGE = 2000


class Figures:
    """Named queries (monitor/store/sql/figures.sql) as rows."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def rows(self, name: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of one figure. Names begin with ``figure_``."""
        if not name.startswith("figure_"):
            raise ValueError(f"{name} is not a figure")
        return self._db.rows(name, params)

    def row(self, name: str, params: Mapping[str, Any] | None = None) -> Row:
        """The first row of a figure, {} where there is none."""
        found = self.rows(name, params)
        return found[0] if found else {}

    def pages(
        self, name: str, params: Mapping[str, Any] | None = None, *, size: int = PAGE
    ) -> Iterator[list[Row]]:
        """A figure in pages, so that memory stays flat however much there is.

        The statement takes `limit` and `after`, the highest `id` so far.
        """
        after = 0
        while page := self.rows(name, {**(params or {}), "after": after, "limit": size}):
            yield page
            if len(page) < size:
                return
            after = page[-1]["id"]
