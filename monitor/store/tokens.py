"""Tokens of the API, and the answers that were given under an Idempotency-Key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.domain.errors import NotFound
from monitor.domain.moments import parse_moment, utc_text
from monitor.store.codec import maybe_moment
from monitor.store.protocol import Connection, Row


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a person, without what opens anything. Times are aware UTC."""

    id: int
    user: str
    role: str  # of the person, now
    name: str
    hint: str  # its first characters
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None
    user_disabled: bool
    has_factor: bool = False  # whether the person has a second factor; only `by_hash` says so

    def is_alive(self, now: datetime) -> bool:
        """Whether it opens anything."""
        return self.revoked_at is None and not self.user_disabled and now < self.expires_at


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What is known of a key. `status` None: not answered, or the answer was lost."""

    fingerprint: str
    acted: bool
    status: int | None
    body: str


class Tokens:
    """The tables `tokens` and `api_answers`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(
        self,
        user: str,
        name: str,
        *,
        hint: str,
        token_hash: str,
        scopes: tuple[str, ...],
        at: datetime,
        by: str,
        expires_at: datetime,
    ) -> Token:
        """Keeps a token by its hash. Raises NotFound."""
        params = {
            "user_name": user,
            "name": name,
            "hint": hint,
            "token_hash": token_hash,
            "scopes": " ".join(scopes),
            "at": utc_text(at),
            "created_by": by,
            "expires_at": utc_text(expires_at),
        }
        made = self._db.insert("token_add", params)
        if not made:
            raise NotFound(f"There is nobody named {user!r}.", action="See `presszero users list`.")
        return self.get(made)

    def get(self, token_id: int) -> Token:
        """One token. Raises NotFound."""
        row = self._db.one("token_get", {"id": token_id})
        if row is None:
            raise NotFound(f"There is no token {token_id}.", action="See `presszero users token list`.")
        return _token(row)

    def by_hash(self, token_hash: str) -> Token | None:
        """The token with this hash."""
        row = self._db.one("token_by_hash", {"token_hash": token_hash})
        return replace(_token(row), has_factor=bool(row["has_factor"])) if row else None

    def all(self, user: str | None = None) -> list[Token]:
        """The tokens of one person, or of everybody; the newest first."""
        return [_token(row) for row in self._db.rows("tokens_list", {"user_name": user or ""})]

    def used(self, token_id: int, at: datetime) -> None:
        """It was used."""
        self._db.execute("token_used", {"id": token_id, "at": utc_text(at)})

    def revoke(self, token_id: int, at: datetime, by: str) -> bool:
        """It opens nothing any more; False when that was so."""
        return bool(self._db.execute("token_revoke", {"id": token_id, "at": utc_text(at), "by": by}))

    def revoke_all(self, user: str, at: datetime, by: str) -> int:
        """None of a person's tokens opens anything any more; returns how many did."""
        return self._db.execute("tokens_revoke_all", {"user_name": user, "at": utc_text(at), "by": by})

    # --- answers under a key ---

    def begin(self, token_id: int, key: str, fingerprint: str, at: datetime, lease_until: datetime) -> bool:
        """Takes a key for a request; False when somebody has it: see `answer`."""
        params = {
            "token_id": token_id,
            "key": key,
            "fingerprint": fingerprint,
            "at": utc_text(at),
            "lease_until": utc_text(lease_until),
        }
        return self._db.execute("api_answer_begin", params) == 1

    def answer(self, token_id: int, key: str) -> KeptAnswer | None:
        """What is known of a key."""
        row = self._db.one("api_answer_get", {"token_id": token_id, "key": key})
        if row is None:
            return None
        return KeptAnswer(row["fingerprint"], bool(row["acted"]), row["status"], row["body"] or "")

    def acted(self, token_id: int, key: str) -> None:
        """The deed of the request is part of this transaction."""
        self._db.execute("api_answer_acted", {"token_id": token_id, "key": key})

    def keep(self, token_id: int, key: str, status: int, body: str) -> None:
        """The answer that a repeated request gets."""
        params = {"token_id": token_id, "key": key, "status": status, "body": body}
        self._db.execute("api_answer_keep", params)

    def drop(self, token_id: int, key: str) -> None:
        """Nothing was done: a repeated request may try again."""
        self._db.execute("api_answer_drop", {"token_id": token_id, "key": key})

    def forget_answers(self, before: datetime) -> int:
        """Forgets old answers; returns how many."""
        return self._db.execute("api_answers_forget", {"before": utc_text(before)})


def _token(row: Row) -> Token:
    return Token(
        id=row["id"],
        user=row["user_name"],
        role=row["role"],
        name=row["name"],
        hint=row["hint"],
        scopes=tuple(row["scopes"].split()),
        created_at=parse_moment(row["created_at"]),
        created_by=row["created_by"],
        expires_at=parse_moment(row["expires_at"]),
        last_used_at=maybe_moment(row["last_used_at"]),
        revoked_at=maybe_moment(row["revoked_at"]),
        revoked_by=row["revoked_by"],
        user_disabled=row["disabled_at"] is not None,
    )
