"""Credentials that were refused while something else than polling was done with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.moments import parse_moment, utc_text
from monitor.store.protocol import Connection


class Doing(StrEnum):
    """What a source's credentials are used for, besides polling."""

    POSTING = "posting"
    RECHECKS = "rechecks"
    THREADS = "threads"


@dataclass(frozen=True, slots=True)
class Stumble:
    """One kind of work that doesn't get on. `since` is aware UTC."""

    source: str
    doing: Doing
    code: str
    text: str
    since: datetime


class Troubles:
    """The table `troubles`: a line stands for as long as the work of that kind fails."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def stumbled(self, source: str, doing: Doing, at: datetime, code: str, text: str) -> bool:
        """Notes that the credentials were refused. True when that is news."""
        params = {"source": source, "doing": doing.value, "at": utc_text(at), "code": code, "text": text}
        return bool(self._db.execute("trouble_add", params))

    def got_on(self, source: str, doing: Doing) -> bool:
        """The work succeeds again. True when that is news."""
        return bool(self._db.execute("trouble_over", {"source": source, "doing": doing.value}))

    def standing(self) -> list[Stumble]:
        """What doesn't get on now, by source."""
        return [
            Stumble(
                row["source"], Doing(row["doing"]), row["code"], row["text"], parse_moment(row["since_at"])
            )
            for row in self._db.rows("troubles_all")
        ]
