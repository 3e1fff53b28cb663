"""What the publisher asks: write budgets, what to look for, and what is frozen."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.domain.draft import Draft, DraftState
from monitor.domain.freezing import Freeze, Scope
from monitor.domain.moments import parse_moment, utc_text
from monitor.domain.posting import Attempt, AttemptState
from monitor.store.codec import attempt_of, draft_of, freeze_of, maybe_text
from monitor.store.protocol import Connection


class Outgoing:
    """Reads `attempts` by account, and keeps the table `freezes`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # --- write budgets ---

    def last_try(self, account: str) -> tuple[datetime, AttemptState] | None:
        """When an account last tried to post (aware UTC), and how that stands."""
        row = self._db.one("writes_last", {"account": account})
        return (parse_moment(row["started_at"]), AttemptState(row["state"])) if row else None

    def full_until(self, account: str, count: int, per: timedelta, now: datetime) -> datetime | None:
        """When an account may post again under a limit of `count` within `per`; None: it may now."""
        params = {"account": account, "since": utc_text(now - per), "n": count - 1}
        row = self._db.one("writes_nth", params)
        return parse_moment(row["started_at"]) + per if row else None

    def tries_since(self, account: str, since: datetime) -> int:
        """How many tries of an account there were since `since`."""
        row = self._db.one("writes_count", {"account": account, "since": utc_text(since)})
        return int(row["n"]) if row else 0

    # --- money ---

    def give_back(self, attempt: Attempt) -> None:
        """The reply of `attempt` was not posted: its price returns to the purse, on the day it was taken."""
        if attempt.cost_usd:
            day = utc_text(attempt.started_at)[:10]
            self._db.execute("spend_back", {"usd": attempt.cost_usd, "day": day, "source": attempt.purse})

    def spent_on(self, day: str, ending: str) -> float:
        """US dollars spent on `day` (YYYY-MM-DD, UTC) under names that end with `ending`."""
        row = self._db.one("spend_of_many", {"day": day, "ending": ending})
        return float(row["usd"]) if row else 0.0

    # --- looking for what is unknown ---

    def to_look_for(self, now: datetime, limit: int = 100) -> list[Attempt]:
        """Unknown attempts that are to be looked for now."""
        rows = self._db.rows("attempts_to_look_for", {"now": utc_text(now), "limit": limit})
        return [attempt_of(row) for row in rows]

    def looked(self, attempt_id: int, looks: int, next_look_at: datetime | None) -> None:
        """Keeps how often an attempt was looked for, and when next (None: no more by ourselves)."""
        params = {"id": attempt_id, "looks": looks, "next_look_at": maybe_text(next_look_at)}
        self._db.execute("attempt_looked", params)

    # --- showing ---

    def drafts(self, limit: int = 200) -> list[Draft]:
        """What is on its way or held back: unknown, refused, sending, approved, frozen."""
        return [draft_of(row) for row in self._db.rows("drafts_outgoing", {"limit": limit})]

    def counts(self) -> dict[DraftState, int]:
        """How many drafts are in each state on the way out."""
        return {DraftState(row["state"]): int(row["n"]) for row in self._db.rows("drafts_outgoing_count")}

    # --- freezes ---

    def freeze(self, scope: Scope, reason: str, user: str, at: datetime) -> bool:
        """Freezes; False when that is frozen already."""
        params = {"reach": scope.reach.value, "name": scope.name, "reason": reason, "user_name": user}
        return bool(self._db.insert("freeze_add", params | {"at": utc_text(at)}))

    def thaw(self, scope: Scope, user: str, at: datetime) -> bool:
        """Lifts a freeze; False when there is none."""
        params = {"reach": scope.reach.value, "name": scope.name, "user_name": user, "at": utc_text(at)}
        return bool(self._db.execute("freeze_lift", params))

    def freezes(self) -> list[Freeze]:
        """What is frozen now."""
        return [freeze_of(row) for row in self._db.rows("freezes_in_force")]

    def freeze_of(self, draft_id: int) -> Freeze | None:
        """The oldest freeze that covers a draft."""
        row = self._db.one("freeze_of_draft", {"draft_id": draft_id})
        return freeze_of(row) if row else None

    def to_freeze(self, limit: int = 1000) -> list[Draft]:
        """Drafts that a freeze covers and that may still be stopped."""
        return [draft_of(row) for row in self._db.rows("drafts_to_freeze", {"limit": limit})]

    def to_thaw(self, limit: int = 1000) -> list[Draft]:
        """Frozen drafts that no freeze covers any more."""
        return [draft_of(row) for row in self._db.rows("drafts_to_thaw", {"limit": limit})]
