"""How people come in: browsers that are signed in, tries that went wrong, second factors, new passwords."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.errors import NotFound
from monitor.domain.moments import utc_text
from monitor.store.codec import maybe_moment
from monitor.store.protocol import Connection, Row


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor. `secret` is sealed; `confirmed_at` None: it was begun and never used."""

    user_id: int
    secret: str
    begun_at: datetime | None
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tries:
    """How often it went wrong lately, and when last (aware UTC)."""

    by_name: int
    by_address: int
    last_by_name: datetime | None
    last_by_address: datetime | None


class Access:
    """The tables `sign_ins`, `sign_in_failures`, `second_factors`, `recovery_codes` and `resets`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # --- browsers ---

    def sign_in(
        self,
        token_hash: str,
        name: str,
        at: datetime,
        expires_at: datetime,
        *,
        agent: str = "",
        address: str = "",
        state: str = "in",
        via: str = "password",
    ) -> None:
        """Remembers a browser by the hash of its token. Raises NotFound."""
        self._db.execute(
            "sign_in_add",
            {
                "token_hash": token_hash,
                "user_id": self._id_of(name),
                "at": utc_text(at),
                "expires_at": utc_text(expires_at),
                "agent": agent[:300],
                "address": address[:64],
                "state": state,
                "via": via,
            },
        )

    def signed_in(self, token_hash: str) -> Row | None:
        """Whom a token belongs to: user_name, role, must_change, has_factor, state, via, and its times."""
        return self._db.one("sign_in_get", {"token_hash": token_hash})

    def seen(self, token_hash: str, at: datetime) -> None:
        """The browser was here."""
        self._db.execute("sign_in_seen", {"token_hash": token_hash, "at": utc_text(at)})

    def sign_out(self, token_hash: str) -> None:
        """Forgets one browser."""
        self._db.execute("sign_in_drop", {"token_hash": token_hash})

    def sign_out_all(self, name: str, *, but: str = "") -> int:
        """Forgets every browser of a person, but the one with the token hash `but`; returns how many."""
        return self._db.execute("sign_ins_drop_all", {"name": name, "but": but})

    def sign_ins(self, name: str) -> list[Row]:
        """The browsers a person is signed in with, the one that was here last first."""
        return self._db.rows("sign_ins_of", {"name": name})

    def expire(self, now: datetime, idle_since: datetime) -> None:
        """Forgets browsers and links whose time is over."""
        params = {"now": utc_text(now), "idle_since": utc_text(idle_since)}
        self._db.execute("sign_ins_expire", params)
        self._db.execute("resets_expire", {"now": utc_text(now)})

    # --- tries ---

    def tried(self, name: str, address: str, at: datetime) -> int:
        """Counts a try; returns its number."""
        return self._db.insert("sign_in_tried", {"name": name, "address": address, "at": utc_text(at)})

    def tries_since(self, name: str, address: str, since: datetime) -> Tries:
        """How often it went wrong since a moment."""
        params = {"name": name, "address": address, "since": utc_text(since)}
        row = self._db.one("sign_in_tries_since", params)
        assert row is not None, "an aggregate always gives a row"  # noqa: S101
        return Tries(
            int(row["by_name"]),
            int(row["by_address"]),
            maybe_moment(row["last_by_name"]),
            maybe_moment(row["last_by_address"]),
        )

    def forget_tries(self, name: str, number: int, before: datetime) -> None:
        """A right one clears the count of that name and itself, and everything older than `before`."""
        params = {"name": name, "id": number, "before": utc_text(before)}
        self._db.execute("sign_in_tries_forget", params)

    # --- second factors ---

    def begin_factor(self, name: str, secret: str, at: datetime) -> bool:
        """Keeps a sealed secret until it is confirmed; False when one is confirmed already."""
        params = {"user_id": self._id_of(name), "secret": secret, "at": utc_text(at)}
        return bool(self._db.execute("factor_begin", params))

    def factor(self, name: str) -> Factor | None:
        """A person's second factor, confirmed or not."""
        row = self._db.one("factor_of", {"name": name})
        if row is None:
            return None
        begun, confirmed = maybe_moment(row["begun_at"]), maybe_moment(row["confirmed_at"])
        return Factor(row["user_id"], row["secret"], begun, confirmed)

    def confirm_factor(self, user_id: int, at: datetime) -> bool:
        """From now on it is asked for; False when it was already."""
        return bool(self._db.execute("factor_confirm", {"user_id": user_id, "at": utc_text(at)}))

    def spend_step(self, user_id: int, step: int) -> bool:
        """Uses up a time step and all before it; False when it was used up."""
        return bool(self._db.execute("factor_step", {"user_id": user_id, "step": step}))

    def drop_factor(self, user_id: int) -> bool:
        """No second factor and no recovery codes any more; False when there was none."""
        self._db.execute("recovery_drop_all", {"user_id": user_id})
        return bool(self._db.execute("factor_drop", {"user_id": user_id}))

    def factors(self) -> dict[str, int]:
        """Who has a confirmed second factor, with how many recovery codes are left."""
        return {row["name"]: int(row["codes"]) for row in self._db.rows("factors_all")}

    def set_recovery(self, user_id: int, hashes: Iterable[str]) -> None:
        """New recovery codes in place of all others, by their hashes."""
        self._db.execute("recovery_drop_all", {"user_id": user_id})
        self._db.many("recovery_add", [{"code_hash": h, "user_id": user_id} for h in hashes])

    def spend_recovery(self, user_id: int, code_hash: str) -> bool:
        """Uses a recovery code up; False when there is no such code."""
        return bool(self._db.execute("recovery_spend", {"user_id": user_id, "code_hash": code_hash}))

    # --- forgotten passwords ---

    def add_reset(self, name: str, token_hash: str, at: datetime, expires_at: datetime) -> None:
        """A link to a new password; those before it end."""
        self.drop_resets(name)
        params = {"token_hash": token_hash, "user_id": self._id_of(name)}
        self._db.execute("reset_add", params | {"at": utc_text(at), "expires_at": utc_text(expires_at)})

    def reset(self, token_hash: str, now: datetime) -> str | None:
        """Whose new password a link is for; None when it is unknown or too old."""
        row = self._db.one("reset_get", {"token_hash": token_hash, "now": utc_text(now)})
        return str(row["name"]) if row else None

    def has_reset_since(self, name: str, since: datetime) -> bool:
        """Whether a link was made since a moment, and not used."""
        return self._db.one("reset_since", {"name": name, "since": utc_text(since)}) is not None

    def drop_resets(self, name: str) -> int:
        """Ends the links of a person; returns how many there were."""
        return self._db.execute("resets_drop", {"name": name})

    # --- providers ---

    def identity(self, issuer: str, subject: str) -> str | None:
        """Whom a provider means by its subject."""
        row = self._db.one("identity_user", {"issuer": issuer, "subject": subject})
        return str(row["name"]) if row else None

    def identify(self, name: str, issuer: str, subject: str, at: datetime) -> None:
        """From now on a provider means this person by its subject."""
        params = {"issuer": issuer, "subject": subject, "user_id": self._id_of(name), "at": utc_text(at)}
        self._db.execute("identity_add", params)

    def identities(self, name: str) -> list[Row]:
        """How providers know a person: issuer, subject."""
        return self._db.rows("identities_of", {"name": name})

    def drop_identities(self, name: str) -> int:
        """No provider means this person any more; returns how many did."""
        return self._db.execute("identities_drop", {"name": name})

    def _id_of(self, name: str) -> int:
        row = self._db.one("user_by_name", {"name": name})
        if row is None:
            raise NotFound(f"There is nobody named {name!r}.", action="See `presszero users list`.")
        return int(row["id"])
