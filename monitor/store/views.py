"""Saved views: a lane and a filter under a name, for oneself or for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from monitor.domain.moments import utc_text
from monitor.store.protocol import Connection, Row


@dataclass(frozen=True, slots=True)
class View:
    """One saved view. `query` is that of the queue's address: ``lane=now&urgency=P1``."""

    id: int
    name: str
    owner: str
    shared: bool
    query: str

    @property
    def asked(self) -> dict[str, str]:
        """The query, taken apart."""
        return dict(parse_qsl(self.query))


class Views:
    """The table `views`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def of(self, user: str) -> list[View]:
        """Somebody's own views and the shared ones, by name."""
        return [_view(row) for row in self._db.rows("views_of", {"user_name": user})]

    def get(self, view_id: int) -> View | None:
        """One view."""
        row = self._db.one("view_get", {"id": view_id})
        return _view(row) if row else None

    def save(self, owner: str, name: str, query: str, shared: bool, at: datetime) -> int:
        """Keeps a view under a name; one of the same owner and name is replaced. Returns its id."""
        params = {"owner": owner, "name": name, "query": query, "shared": int(shared), "at": utc_text(at)}
        return self._db.insert("view_save", params)

    def drop(self, view_id: int) -> bool:
        """Forgets a view; False when it was gone."""
        return bool(self._db.execute("view_drop", {"id": view_id}))


def _view(row: Row) -> View:
    return View(row["id"], row["name"], row["owner"], bool(row["shared"]), row["query"])
