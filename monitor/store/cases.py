"""Cases: opened by triage, worked by people, settled by follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.domain.case import Case, CaseStatus, Lane, Outcome, lane_of
from monitor.domain.conversation import Conversation, Earlier, KnownIncident, Turn
from monitor.domain.draft import DraftState
from monitor.domain.errors import NotFound, StaleApproval
from monitor.domain.events import Event, is_urgent
from monitor.domain.mention import MentionKey, Origin
from monitor.domain.moments import parse_moment, utc_text
from monitor.domain.reading import Reading
from monitor.store.codec import case_of, case_params, reading_of, stored_mention_of
from monitor.store.outbox import happened
from monitor.store.protocol import Connection, Row

# Lanes without a clock are read newest first.
NEWEST_FIRST = frozenset({Lane.DONE, Lane.ASIDE})

# So many earlier matters of a customer are remembered when they write again.
EARLIER = 5


class Cases:
    """The table `cases` and what hangs on it."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def open(self, case: Case) -> Case:
        """Stores a new case (its id is ignored); returns it with its id."""
        opened = replace(case, id=self._db.insert("case_open", case_params(case)))
        if case.origin is not Origin.BACKFILL and case.status is CaseStatus.OPEN:
            subject, urgency = f"case:{opened.id}", case.urgency.value
            happened(self._db, Event.CASE_OPENED, subject, case.opened_at, urgency=urgency)
            if is_urgent(case.urgency):
                happened(self._db, Event.CASE_URGENT, subject, case.opened_at, urgency=urgency)
        return opened

    def update(self, case: Case) -> Case:
        """Writes a case back. Raises StaleApproval when somebody else has changed it meanwhile."""
        if not self._db.execute("case_update", case_params(case)):
            raise StaleApproval(f"Case {case.id} was changed by somebody else at the same moment.")
        return replace(case, version=case.version + 1)

    def get(self, case_id: int) -> Case:
        """One case. Raises NotFound."""
        row = self._db.one("case_get", {"id": case_id})
        if row is None:
            raise NotFound(f"There is no case {case_id}.")
        return case_of(row)

    def relane(self, case: Case, draft: DraftState | None, *, stopped: bool = False) -> Case:
        """Puts a case into the lane that its status and its draft call for; `draft` is the live one.

        `stopped`: its approved reply can't leave before somebody does something.
        """
        snoozed = case.snooze is not None
        lane = lane_of(case.status, case.urgency, draft, case.verdict, snoozed=snoozed, stopped=stopped)
        return case if lane is case.lane else self.update(replace(case, lane=lane))

    # --- finding the case that a mention belongs to ---

    def of_mention(self, mention_id: int) -> Case | None:
        """The case that a stored mention is part of."""
        return self._maybe("case_of_mention", {"mention_id": mention_id})

    def of_post(self, key: MentionKey) -> Case | None:
        """The case that a post is part of, if we have it."""
        return self._maybe("case_of_post", key._asdict())

    # These stay within the brand that `source` watches for: a case is one customer's matter with one brand.

    def in_conversation(self, platform: str, conversation: str, customer: str, source: str) -> Case | None:
        """The newest case of one customer in one conversation."""
        return self._maybe(
            "case_in_conversation",
            {"platform": platform, "conversation": conversation, "customer": customer, "source": source},
        )

    def newest_in(self, platform: str, conversation: str, source: str) -> Case | None:
        """The newest case of a conversation, whoever the customer is."""
        params = {"platform": platform, "conversation": conversation, "source": source}
        return self._maybe("case_answered_in_conversation", params)

    def recent_of(self, platform: str, customer: str, since: datetime, source: str) -> Case | None:
        """The newest case of one customer that was alive since `since`."""
        params = {"platform": platform, "customer": customer, "since": utc_text(since), "source": source}
        return self._maybe("case_recent_of", params)

    def of_customer(self, platform: str, customer: str, limit: int = 20, source: str = "") -> list[Case]:
        """What this customer came to us with, newest first; with a `source`: to the brand it watches for."""
        params = {"platform": platform, "customer": customer, "limit": limit, "source": source}
        return [case_of(row) for row in self._db.rows("cases_of_customer", params)]

    def _maybe(self, name: str, params: dict[str, Any]) -> Case | None:
        """The case of a row; a merged one leads on to the case it was merged into."""
        row = self._db.one(name, params)
        case = case_of(row) if row else None
        while case is not None and case.merged_into is not None:
            case = self.get(case.merged_into)
        return case

    def open_per_person(self) -> dict[str, int]:
        """How many open cases each person has; who has none is not there."""
        return {row["assignee"]: int(row["n"]) for row in self._db.rows("cases_per_person")}

    def take_in(self, case_id: int, mention_id: int) -> None:
        """Makes a mention part of a case; one that is part of another stays there."""
        self._db.execute("case_mention_add", {"case_id": case_id, "mention_id": mention_id})
        self._db.touched.add(case_id)

    # --- showing ---

    def conversation(self, case_id: int) -> Conversation:
        """A case with its posts and readings, oldest first, and what explains it. Raises NotFound."""
        case = self.get(case_id)
        rows = self._db.rows("conversation_of", {"case_id": case_id})
        turns = [_turn(row, reading_of(row["reading"])) for row in rows]
        for row in self._db.rows("context_of", {"case_id": case_id}):
            turn = _turn(row, None)
            who = turn.mention.author_id or turn.mention.author
            turns.append(replace(turn, context=not turn.own and (who is None or who != case.customer)))
        turns.sort(key=lambda t: (t.mention.created_at, t.mention_id))
        return Conversation(case, tuple(turns), self._earlier(case), self._incident(case_id))

    def _earlier(self, case: Case) -> tuple[Earlier, ...]:
        """What this customer came to us with before, newest first."""
        if case.customer is None:
            return ()
        params = {"platform": case.platform, "customer": case.customer, "id": case.id, "limit": EARLIER}
        found = self._db.rows("cases_earlier", params)
        if not found:
            return ()
        said: dict[int, list[str]] = {}
        for row in self._db.rows("replies_earlier", params):
            said.setdefault(row["case_id"], []).append(row["text"])
        return tuple(
            Earlier(
                case_id=row["id"],
                opened_at=parse_moment(row["opened_at"]),
                intent=row["primary_intent"],
                complaint=row["complaint"],
                answered=row["first_response_at"] is not None,
                outcome=Outcome(row["outcome"]) if row["outcome"] else None,
                replies=tuple(said.get(row["id"], ())),
            )
            for row in found
        )

    def _incident(self, case_id: int) -> KnownIncident | None:
        row = self._db.one("incident_of_case", {"case_id": case_id})
        return KnownIncident(row["name"], row["state"], parse_moment(row["start_at"])) if row else None

    def now_live(self, case_id: int) -> None:
        """The customer of a backfilled case wrote again, today."""
        self._db.execute("case_now_live", {"id": case_id})

    def forget_customer(self, case_id: int) -> None:
        """Every post of the customer was removed: who they were goes too."""
        self._db.execute("case_forget_customer", {"id": case_id})

    def lane(self, lane: Lane, *, limit: int = 50, after: Case | None = None) -> list[Case]:
        """A page of a lane: oldest risk first, or newest first where there is no clock."""
        if lane in NEWEST_FIRST:
            newest = {"lane": lane.value, "id": after.id if after else 2**62, "limit": limit}
            return [case_of(row) for row in self._db.rows("cases_newest_in_lane", newest)]
        start = case_params(after) if after else {"due_key": "", "id": 0}
        params = {"lane": lane.value, "due_key": start["due_key"], "id": start["id"], "limit": limit}
        return [case_of(row) for row in self._db.rows("cases_in_lane", params)]

    def lanes(self) -> dict[Lane, int]:
        """How many cases each lane holds; empty lanes are 0."""
        found = {Lane(row["lane"]): int(row["n"]) for row in self._db.rows("lanes_count")}
        return {lane: found.get(lane, 0) for lane in Lane}

    # --- drafting ---

    def to_draft(self, limit: int, after: int = 0) -> list[Case]:
        """Open live cases without a draft, and without a reason not to have one."""
        return [case_of(row) for row in self._db.rows("cases_to_draft", {"limit": limit, "after": after})]

    def withhold(self, case_id: int, reason: str, why: str, conversation: str, at: datetime) -> None:
        """Notes why a case must have no automatic draft."""
        self._db.execute(
            "withhold",
            {
                "case_id": case_id,
                "reason": reason,
                "why": why,
                "conversation_hash": conversation,
                "at": utc_text(at),
            },
        )

    def withheld(self, case_id: int) -> Row | None:
        """Why a case has no automatic draft: reason, why, at."""
        return self._db.one("withheld_of", {"case_id": case_id})

    def clear_withheld(self, case_id: int) -> None:
        """The conversation moved: the responder may look again."""
        self._db.execute("withheld_clear", {"case_id": case_id})

    # --- outcomes, notes ---

    def settle(
        self,
        case: Case,
        outcome: Outcome,
        at: datetime,
        evidence: str,
        *,
        mention_id: int | None = None,
        status: CaseStatus = CaseStatus.DONE,
    ) -> Case:
        """Records what became of the customer, with the evidence; closes the case unless told otherwise."""
        self._db.execute(
            "outcome_add",
            {
                "case_id": case.id,
                "outcome": outcome.value,
                "at": utc_text(at),
                "evidence": evidence,
                "mention_id": mention_id,
            },
        )
        is_done = status is CaseStatus.DONE
        if is_done:
            happened(self._db, Event.CASE_SETTLED, f"case:{case.id}", at, outcome=outcome.value)
        return self.update(
            replace(
                case,
                outcome=outcome,
                status=status,
                closed_at=at if is_done else None,
                snooze=None if is_done else case.snooze,
            )
        )

    def outcomes(self, case_id: int) -> list[Row]:
        """The outcomes of a case, oldest first."""
        return self._db.rows("outcomes_of", {"case_id": case_id})

    def silent_since(self, before: datetime, limit: int) -> list[Case]:
        """Answered cases whose customer and we have said nothing since `before`."""
        params = {"before": utc_text(before), "limit": limit}
        return [case_of(row) for row in self._db.rows("cases_waiting_since", params)]

    def heard_back(self, limit: int) -> list[Case]:
        """Answered cases whose customer wrote again and asked nothing more."""
        return [case_of(row) for row in self._db.rows("cases_heard_back", {"limit": limit})]

    def note(self, case_id: int, user: str, text: str, at: datetime) -> None:
        """Adds an internal note."""
        self._db.execute(
            "note_add", {"case_id": case_id, "user_name": user, "text": text, "at": utc_text(at)}
        )

    def notes(self, case_id: int) -> list[Row]:
        """The internal notes of a case, oldest first."""
        return self._db.rows("notes_of", {"case_id": case_id})


def _turn(row: Row, reading: Reading | None) -> Turn:
    stored = stored_mention_of(row)
    return Turn(
        mention_id=stored.id,
        mention=stored.mention,
        own=stored.own,
        revision=stored.revision,
        removed_at=stored.removed_at,
        first_seen_at=stored.first_seen_at,
        reading=reading,
    )
