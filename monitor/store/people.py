"""Users, and the switches everybody sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.errors import NotFound
from monitor.domain.moments import parse_moment, utc_text
from monitor.store.brands import EVERY
from monitor.store.codec import maybe_moment
from monitor.store.protocol import Connection, Row

PAUSE = "pause_posting"


@dataclass(frozen=True, slots=True)
class User:
    """A colleague. `role` is one of viewer, agent, approver, manager, admin."""

    id: int
    name: str
    email: str | None
    role: str
    password_hash: str
    must_change: bool
    disabled_at: datetime | None
    created_at: datetime


class People:
    """The tables `users` and `switches`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(
        self,
        name: str,
        role: str,
        password_hash: str,
        at: datetime,
        *,
        email: str | None,
        must_change: bool,
        brands: Sequence[str] = (EVERY,),
    ) -> bool:
        """Adds a person, who sees these brands; False when the name is taken."""
        params = {
            "name": name,
            "email": email,
            "role": role,
            "password_hash": password_hash,
            "must_change": int(must_change),
            "at": utc_text(at),
        }
        if not self._db.insert("user_add", params):
            return False
        self._db.many("membership_add", [{"name": name, "brand": brand} for brand in sorted(set(brands))])
        return True

    def get(self, name: str) -> User | None:
        """One person by name."""
        row = self._db.one("user_by_name", {"name": name})
        return _user(row) if row else None

    def need(self, name: str) -> User:
        """One person by name. Raises NotFound."""
        user = self.get(name)
        if user is None:
            raise NotFound(f"There is nobody named {name!r}.", action="See `presszero users list`.")
        return user

    def all(self) -> list[User]:
        """Everybody, by name."""
        return [_user(row) for row in self._db.rows("users_all")]

    def set_password(self, name: str, password_hash: str, *, must_change: bool) -> None:
        """A new password. Raises NotFound."""
        params = {"name": name, "password_hash": password_hash, "must_change": int(must_change)}
        self._changed("user_password", name, params)

    def set_email(self, name: str, email: str | None) -> None:
        """Another mail address, or none. Raises NotFound."""
        self._changed("user_email", name, {"name": name, "email": email})

    def with_email(self, email: str) -> list[User]:
        """Whoever has this mail address and access."""
        return [_user(row) for row in self._db.rows("users_by_email", {"email": email})]

    def set_role(self, name: str, role: str) -> None:
        """A new role. Raises NotFound."""
        self._changed("user_role", name, {"name": name, "role": role})

    def set_disabled(self, name: str, at: datetime | None) -> None:
        """Takes access away, or gives it back. Raises NotFound."""
        self._changed("user_disabled", name, {"name": name, "at": utc_text(at) if at else None})

    def _changed(self, statement: str, name: str, params: dict[str, object]) -> None:
        if not self._db.execute(statement, params):
            raise NotFound(f"There is nobody named {name!r}.", action="See `presszero users list`.")

    # --- switches ---

    def set_switch(self, name: str, value: str, reason: str, user: str, at: datetime) -> None:
        """Sets a switch that everybody sees, with who and why."""
        params = {"name": name, "value": value, "reason": reason, "user_name": user, "at": utc_text(at)}
        self._db.execute("switch_set", params)

    def switch(self, name: str) -> Row | None:
        """How a switch stands: value, reason, user_name, at."""
        return self._db.one("switch_get", {"name": name})

    def posting_paused(self, source: str | None = None) -> Row | None:
        """The switch "pause all posting", if it is on; else the one of `source`, if that is."""
        row = self.switch(PAUSE)
        if row and row["value"] == "on":
            return row
        return self.posting_paused_at(source) if source else None

    def posting_paused_at(self, source: str) -> Row | None:
        """The switch that pauses one source, if it is on."""
        row = self.switch(f"{PAUSE}:{source}")
        return row if row and row["value"] == "on" else None

    def pauses(self) -> list[tuple[str | None, Row]]:
        """Every switch that pauses posting and is on: (source, row); None stands for all of them."""
        rows = self._db.rows("switches_on", {"name": PAUSE})
        return [(row["name"].partition(":")[2] or None, row) for row in rows]

    def pause(self, source: str | None, on: bool, reason: str, user: str, at: datetime) -> None:
        """Sets the switch that pauses all posting (None), or that of one source."""
        name = f"{PAUSE}:{source}" if source else PAUSE
        self.set_switch(name, "on" if on else "off", reason, user, at)


def _user(row: Row) -> User:
    return User(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        role=row["role"],
        password_hash=row["password_hash"],
        must_change=bool(row["must_change"]),
        disabled_at=maybe_moment(row["disabled_at"]),
        created_at=parse_moment(row["created_at"]),
    )
