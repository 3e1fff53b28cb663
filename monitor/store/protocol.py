"""What a store is to the stages, and what an adapter is to the repositories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from monitor.store.session import Session

Row = Mapping[str, Any]
Params = Mapping[str, Any]


class Connection(Protocol):
    """A thin adapter over one database connection. Statements go by name (monitor/store/sql)."""

    touched: set[int]  # cases whose posts or draft changed in this transaction (monitor.store.glances)

    def execute(self, name: str, params: Params | None = None) -> int:
        """Runs one statement; returns the number of rows it touched."""
        ...

    def insert(self, name: str, params: Params) -> int:
        """Runs an INSERT … RETURNING id; returns the id, or 0 when a conflict made it do nothing."""
        ...

    def rows(self, name: str, params: Params | None = None) -> list[Row]:
        """All rows of one query."""
        ...

    def one(self, name: str, params: Params | None = None) -> Row | None:
        """The first row, or None."""
        ...

    def many(self, name: str, rows: Iterable[Params | Sequence[Any]]) -> None:
        """Runs one statement for each of `rows`."""
        ...

    def add_mentions(self, rows: Sequence[Sequence[Any]]) -> range | list[int]:
        """Inserts mentions that aren't there yet, indexes them for search, returns the new ids."""
        ...


class Store(Protocol):
    """Where everything is kept. One writer at a time; readers see a snapshot."""

    url: str

    def read(self) -> AbstractContextManager[Session]:
        """A session over one consistent snapshot. Writing in it is an error of the caller."""
        ...

    def write(self) -> AbstractContextManager[Session]:
        """A session whose changes are committed together when the block ends, or not at all."""
        ...

    def within(self, user: str) -> Store:
        """The same store as this person may see and change it: the brands they are a member of."""
        ...

    def migrate(self) -> list[str]:
        """Brings the schema up to date; returns the names of the migrations applied."""
        ...

    def check(self) -> str:
        """One line for `presszero doctor`. Raises StoreUnavailable."""
        ...

    def close(self) -> None:
        """Closes the connections of the calling thread."""
        ...
