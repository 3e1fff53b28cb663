"""What people do with a case besides answering it: escalations, tags, merges, notices."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.domain.case import Case
from monitor.domain.casework import Escalation, NoticeKind
from monitor.domain.errors import ForbiddenTransition, NotFound
from monitor.domain.moments import parse_moment, utc_text
from monitor.domain.roster import Desk
from monitor.store.codec import case_of, compact, escalation_of, maybe_moment
from monitor.store.protocol import Connection, Row


@dataclass(frozen=True, slots=True)
class CaseMove:
    """Posts that went from one case to another: a merge or a split."""

    id: int
    kind: str  # merge | split
    from_case: int
    to_case: int
    mentions: tuple[int, ...]
    before: Mapping[str, Any]
    user: str
    at: datetime
    undone_at: datetime | None
    undone_by: str | None


class Casework:
    """The tables `escalations`, `case_tags`, `case_moves` and `notices`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def to_wake(self, now: datetime, limit: int) -> list[Case]:
        """Snoozed cases whose time has come, the longest overdue first."""
        return [case_of(r) for r in self._db.rows("cases_to_wake", {"now": utc_text(now), "limit": limit})]

    # --- escalations ---

    def escalate(
        self,
        case_id: int,
        desk: Desk,
        owner: str,
        reason: str,
        by: str,
        at: datetime,
        due: datetime,
    ) -> int:
        """Opens an escalation; returns its id. Raises ForbiddenTransition when one is open."""
        if self.escalation(case_id) is not None:
            raise ForbiddenTransition(
                f"Case {case_id} is escalated already; it lies with one person at a time."
            )
        return self._db.insert(
            "escalation_add",
            {
                "case_id": case_id,
                "desk": desk.value,
                "owner": owner,
                "reason": reason,
                "opened_by": by,
                "at": utc_text(at),
                "due_at": utc_text(due),
            },
        )

    def escalation(self, case_id: int) -> Escalation | None:
        """The open escalation of a case."""
        row = self._db.one("escalation_open_of", {"case_id": case_id})
        return escalation_of(row) if row else None

    def escalations(self, case_id: int) -> list[Escalation]:
        """Every escalation of a case, oldest first."""
        return [escalation_of(row) for row in self._db.rows("escalations_of", {"case_id": case_id})]

    def escalations_owned(self, owner: str, limit: int = 50) -> list[Escalation]:
        """What lies with one person, the most urgent first."""
        rows = self._db.rows("escalations_owned", {"owner": owner, "limit": limit})
        return [escalation_of(row) for row in rows]

    def answer(self, escalation_id: int, by: str, answer: str, at: datetime) -> bool:
        """Closes an escalation; False when that was done already."""
        params = {"id": escalation_id, "at": utc_text(at), "closed_by": by, "answer": answer}
        return bool(self._db.execute("escalation_close", params))

    # --- tags, incidents ---

    def tag(self, case_id: int, tag: str, by: str, at: datetime) -> bool:
        """Puts a tag on a case; False when it has it."""
        params = {"case_id": case_id, "tag": tag, "user_name": by, "at": utc_text(at)}
        return bool(self._db.execute("tag_add", params))

    def untag(self, case_id: int, tag: str) -> bool:
        """Takes a tag off; False when it was not there."""
        return bool(self._db.execute("tag_drop", {"case_id": case_id, "tag": tag}))

    def tags(self, case_id: int) -> list[str]:
        """The tags of a case."""
        return [row["tag"] for row in self._db.rows("tags_of", {"case_id": case_id})]

    def tags_known(self, limit: int = 40) -> list[str]:
        """The tags in use, the most frequent first."""
        return [row["tag"] for row in self._db.rows("tags_known", {"limit": limit})]

    def incident_of(self, case_id: int) -> str | None:
        """The name of the incident that a case belongs to."""
        row = self._db.one("incident_of_case", {"case_id": case_id})
        return str(row["name"]) if row else None

    def incidents_known(self, limit: int = 40) -> list[Row]:
        """The incidents there are, newest first: id, name, state."""
        return self._db.rows("incidents_known", {"limit": limit})

    def incident(self, name: str, at: datetime) -> int:
        """The id of the incident of that name, which is begun if it is new."""
        self._db.execute("incident_begin", {"name": name, "at": utc_text(at)})
        row = self._db.one("incident_named", {"name": name})
        assert row is not None, "it was made one statement ago"  # noqa: S101
        return int(row["id"])

    # --- merge and split ---

    def mention_ids(self, case_id: int) -> list[int]:
        """The posts of a case."""
        return [int(row["mention_id"]) for row in self._db.rows("case_mention_ids", {"case_id": case_id})]

    def rehome(self, mention_ids: Sequence[int], from_case: int, to_case: int) -> None:
        """Posts go from one case to another; those that are elsewhere by now stay there."""
        rows = [{"mention_id": m, "from_case": from_case, "to_case": to_case} for m in mention_ids]
        self._db.many("case_mention_rehome", rows)
        self._db.touched |= {from_case, to_case}

    def take_along(self, from_case: int, to_case: int, at: datetime) -> None:
        """A merged case gives its tags, open promises and open escalation along."""
        both = {"from_case": from_case, "to_case": to_case}
        self._db.execute("tags_copy", both)
        self._db.execute("promises_rehome", both)
        theirs = self.escalation(from_case)
        if theirs is not None and self.escalation(to_case) is not None:
            self.answer(theirs.id, theirs.opened_by, f"merged into case {to_case}", at)
        elif theirs is not None:
            self._db.execute("escalation_rehome", both)

    def give_promise(self, promise_id: int, from_case: int, to_case: int) -> None:
        """A promise goes back with an undone merge."""
        self._db.execute("promise_rehome", {"id": promise_id, "from_case": from_case, "to_case": to_case})

    def give_draft(self, draft_id: int, to_case: int) -> None:
        """A person's words go with the posts they answer."""
        row = self._db.one("case_id_of_draft", {"id": draft_id})
        self._db.touched |= {to_case, *([int(row["case_id"])] if row else ())}
        self._db.execute("draft_rehome", {"id": draft_id, "to_case": to_case})

    def record_move(
        self,
        kind: str,
        from_case: int,
        to_case: int,
        mentions: Sequence[int],
        before: Mapping[str, Any],
        by: str,
        at: datetime,
    ) -> int:
        """Notes a merge or a split, with what its undo needs to know; returns its id."""
        return self._db.insert(
            "case_move_add",
            {
                "kind": kind,
                "from_case": from_case,
                "to_case": to_case,
                "mentions": compact(list(mentions)),
                "before": compact(before),
                "user_name": by,
                "at": utc_text(at),
            },
        )

    def move(self, move_id: int) -> CaseMove:
        """One merge or split. Raises NotFound."""
        row = self._db.one("case_move_get", {"id": move_id})
        if row is None:
            raise NotFound(f"There is no merge or split {move_id}.")
        return _move(row)

    def moves(self, case_id: int) -> list[CaseMove]:
        """The merges and splits that a case took part in, newest first."""
        return [_move(row) for row in self._db.rows("case_moves_of", {"case_id": case_id})]

    def move_undone(self, move_id: int, by: str, at: datetime) -> bool:
        """Marks a move as taken back; False when it was."""
        params = {"id": move_id, "user_name": by, "at": utc_text(at)}
        return bool(self._db.execute("case_move_undone", params))

    # --- what somebody should look at ---

    def tell(self, user: str, case_id: int, kind: NoticeKind, by: str, at: datetime) -> None:
        """Tells a colleague to look at a case, unless it was their own doing."""
        if user == by:
            return
        params = {
            "user_name": user,
            "case_id": case_id,
            "kind": kind.value,
            "by_name": by,
            "at": utc_text(at),
        }
        self._db.execute("notice_add", params)

    def notices(self, user: str, limit: int = 50) -> list[Row]:
        """What somebody should look at: case_id, title, kind, by_name, at, seen_at; the unseen first."""
        return self._db.rows("notices_of", {"user_name": user, "limit": limit})

    def unseen(self, user: str) -> int:
        """How many notices somebody has not seen."""
        row = self._db.one("notices_unseen_count", {"user_name": user})
        return int(row["n"]) if row else 0

    def calls(self, user: str, case_id: int) -> bool:
        """Whether somebody has an unseen notice of a case."""
        return self._db.one("notice_of_case", {"user_name": user, "case_id": case_id}) is not None

    def seen(self, user: str, case_id: int, at: datetime) -> None:
        """Somebody looked at a case."""
        self._db.execute("notices_seen", {"user_name": user, "case_id": case_id, "at": utc_text(at)})

    def assigned(self, user: str, limit: int = 50) -> list[Case]:
        """The open cases of one colleague, oldest risk first."""
        return [case_of(r) for r in self._db.rows("cases_assigned", {"user_name": user, "limit": limit})]


def _move(row: Row) -> CaseMove:
    return CaseMove(
        id=row["id"],
        kind=row["kind"],
        from_case=row["from_case"],
        to_case=row["to_case"],
        mentions=tuple(json.loads(row["mentions"])),
        before=json.loads(row["before"]),
        user=row["user_name"],
        at=parse_moment(row["at"]),
        undone_at=maybe_moment(row["undone_at"]),
        undone_by=row["undone_by"],
    )
