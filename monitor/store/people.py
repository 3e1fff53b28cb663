"""Users, the browsers they are signed in with, and the switches everybody sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.errors import NotFound
from monitor.domain.moments import utc_text
from monitor.store.codec import maybe_moment
from monitor.store.protocol import Connection, Row

PAUSE = "pause_posting"


@dataclass(frozen=True, slots=True)
class User:
    """A colleague. `role` is one of viewer, agent, approver, manager, admin."""

    name: str
    email: str | None
    role: str
    password_hash: str
    must_change: bool
    disabled_at: datetime | None


class People:
    """The tables `users`, `sign_ins`, `sign_in_failures` and `switches`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(
        self, name: str, role: str, password_hash: str, at: datetime, *, email: str | None, must_change: bool
    ) -> bool:
        """Adds a person; False when the name is taken."""
        params = {
            "name": name,
            "email": email,
            "role": role,
            "password_hash": password_hash,
            "must_change": int(must_change),
            "at": utc_text(at),
        }
        return bool(self._db.insert("user_add", params))

    def get(self, name: str) -> User | None:
        """One person by name."""
        row = self._db.one("user_by_name", {"name": name})
        return _user(row) if row else None

    def all(self) -> list[User]:
        """Everybody, by name."""
        return [_user(row) for row in self._db.rows("users_all")]

    def set_password(self, name: str, password_hash: str, *, must_change: bool) -> None:
        """A new password; signs the person out everywhere. Raises NotFound."""
        params = {"name": name, "password_hash": password_hash, "must_change": int(must_change)}
        self._changed("user_password", name, params)
        self._db.execute("sign_ins_drop_all", {"name": name})

    def set_role(self, name: str, role: str) -> None:
        """A new role. Raises NotFound."""
        self._changed("user_role", name, {"name": name, "role": role})

    def set_disabled(self, name: str, at: datetime | None) -> None:
        """Takes access away (and signs out everywhere), or gives it back. Raises NotFound."""
        self._changed("user_disabled", name, {"name": name, "at": utc_text(at) if at else None})
        if at is not None:
            self._db.execute("sign_ins_drop_all", {"name": name})

    def _changed(self, statement: str, name: str, params: dict[str, object]) -> None:
        if not self._db.execute(statement, params):
            raise NotFound(f"There is nobody named {name!r}.", action="See `presszero users list`.")

    # --- sign-ins ---

    def sign_in(self, token_hash: str, name: str, at: datetime, expires_at: datetime, agent: str) -> None:
        """Remembers a browser by the hash of its token."""
        row = self._db.one("user_by_name", {"name": name})
        if row is None:
            raise NotFound(f"There is nobody named {name!r}.")
        self._db.execute(
            "sign_in_add",
            {
                "token_hash": token_hash,
                "user_id": row["id"],
                "at": utc_text(at),
                "expires_at": utc_text(expires_at),
                "agent": agent[:200],
            },
        )

    def signed_in(self, token_hash: str) -> Row | None:
        """Whom a token belongs to: user_name, role, must_change, created_at, last_seen_at, expires_at."""
        return self._db.one("sign_in_get", {"token_hash": token_hash})

    def seen(self, token_hash: str, at: datetime) -> None:
        """The browser was here."""
        self._db.execute("sign_in_seen", {"token_hash": token_hash, "at": utc_text(at)})

    def sign_out(self, token_hash: str) -> None:
        """Forgets one browser."""
        self._db.execute("sign_in_drop", {"token_hash": token_hash})

    def sign_ins(self, name: str) -> list[Row]:
        """The browsers a person is signed in with, newest first."""
        return self._db.rows("sign_ins_of", {"name": name})

    def expire(self, now: datetime, idle_since: datetime) -> int:
        """Forgets browsers whose time is over."""
        params = {"now": utc_text(now), "idle_since": utc_text(idle_since)}
        return self._db.execute("sign_ins_expire", params)

    def failed(self, name: str, address: str, at: datetime) -> None:
        """Counts a wrong password."""
        self._db.execute("sign_in_failed", {"name": name, "address": address, "at": utc_text(at)})

    def failures_since(self, name: str, address: str, since: datetime) -> tuple[int, int]:
        """(for this name, from this address)."""
        params = {"name": name, "address": address, "since": utc_text(since)}
        row = self._db.one("sign_in_failures_since", params)
        return (int(row["by_name"]), int(row["by_address"])) if row else (0, 0)

    def forget_failures(self, name: str, before: datetime) -> None:
        """A right password clears the count of that name, and everything older than `before`."""
        self._db.execute("sign_in_failures_forget", {"name": name, "before": utc_text(before)})

    # --- switches ---

    def set_switch(self, name: str, value: str, reason: str, user: str, at: datetime) -> None:
        """Sets a switch that everybody sees, with who and why."""
        params = {"name": name, "value": value, "reason": reason, "user_name": user, "at": utc_text(at)}
        self._db.execute("switch_set", params)

    def switch(self, name: str) -> Row | None:
        """How a switch stands: value, reason, user_name, at."""
        return self._db.one("switch_get", {"name": name})

    def posting_paused(self) -> Row | None:
        """The switch "pause all posting", if it is on."""
        row = self.switch(PAUSE)
        return row if row and row["value"] == "on" else None


def _user(row: Row) -> User:
    return User(
        name=row["name"],
        email=row["email"],
        role=row["role"],
        password_hash=row["password_hash"],
        must_change=bool(row["must_change"]),
        disabled_at=maybe_moment(row["disabled_at"]),
    )
