"""Drafts, approvals, attempts. Every change of state goes through `move`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.domain.approval import Approval
from monitor.domain.case import Case
from monitor.domain.draft import Draft, DraftState, Proposal, check_transition
from monitor.domain.errors import ForbiddenTransition, NotFound
from monitor.domain.events import OF_DRAFT, Event
from monitor.domain.mention import MentionKey
from monitor.domain.moments import utc_text
from monitor.domain.posting import Attempt, AttemptState
from monitor.store.codec import approval_of, attempt_of, draft_of, maybe_text, moves_text, promise_text
from monitor.store.outbox import happened
from monitor.store.protocol import Connection, Row

MACHINE = "machine"


class Drafts:
    """The tables `drafts`, `approvals` and `attempts`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def propose(
        self,
        case: Case,
        proposal: Proposal,
        *,
        source: str,
        in_reply_to: str,
        conversation_hash: str,
        at: datetime,
        written_by: str = MACHINE,
    ) -> Draft:
        """Stores a new draft for a case that has none alive."""
        draft_id = self._db.insert(
            "draft_add",
            {
                "case_id": case.id,
                "state": (DraftState.PROPOSED if written_by == MACHINE else DraftState.EDITED).value,
                "text": proposal.text,
                "macro": proposal.macro,
                "moves": moves_text(proposal.moves),
                "promise": promise_text(proposal.promise),
                "promise_due": maybe_text(proposal.promise.due_at) if proposal.promise else None,
                "written_by": written_by,
                "ai": proposal.ai,
                "source": source,
                "platform": case.platform,
                "in_reply_to": in_reply_to,
                "conversation_hash": conversation_hash,
                "at": utc_text(at),
            },
        )
        draft = self.get(draft_id)
        self._db.touched.add(case.id)
        if draft.state is DraftState.PROPOSED:
            happened(self._db, Event.DRAFT_PROPOSED, f"draft:{draft.id}", at)
        self._keep_text(draft, at)
        return draft

    def get(self, draft_id: int) -> Draft:
        """One draft. Raises NotFound."""
        row = self._db.one("draft_get", {"id": draft_id})
        if row is None:
            raise NotFound(f"There is no draft {draft_id}.")
        return draft_of(row)

    def live_of(self, case_id: int) -> Draft | None:
        """The one draft of a case that is still on its way."""
        row = self._db.one("draft_live_of", {"case_id": case_id})
        return draft_of(row) if row else None

    def of_case(self, case_id: int) -> list[Draft]:
        """Every draft of a case, oldest first."""
        return [draft_of(row) for row in self._db.rows("drafts_of", {"case_id": case_id})]

    def answering(self, key: MentionKey) -> list[Draft]:
        """Every draft that answers one post."""
        return [draft_of(row) for row in self._db.rows("drafts_in_reply_to", key._asdict())]

    def due(self, now: datetime, limit: int) -> list[Draft]:
        """Approved drafts whose time has come, the most urgent case first."""
        rows = self._db.rows("drafts_due", {"now": utc_text(now), "limit": limit})
        return [draft_of(row) for row in rows]

    def promising(self, before: datetime, limit: int) -> list[Draft]:
        """Untouched drafts of the machine that promise something for before a moment."""
        rows = self._db.rows("drafts_promising", {"before": utc_text(before), "limit": limit})
        return [draft_of(row) for row in rows]

    def in_state(self, state: DraftState, limit: int = 1000) -> list[Draft]:
        """Drafts in one state."""
        rows = self._db.rows("drafts_in_state", {"state": state.value, "limit": limit})
        return [draft_of(row) for row in rows]

    def recent_texts(self, since: datetime, limit: int = 5000) -> list[str]:
        """What was drafted lately, newest first."""
        rows = self._db.rows("draft_texts_recent", {"since": utc_text(since), "limit": limit})
        return [row["text"] for row in rows]

    def sent_texts(self, since: datetime, limit: int = 5000) -> list[str]:
        """What left the house lately, or is about to, newest first."""
        rows = self._db.rows("draft_texts_sent", {"since": utc_text(since), "limit": limit})
        return [row["text"] for row in rows]

    def move(self, draft: Draft, state: DraftState, at: datetime, **changes: Any) -> Draft:
        """Takes a draft to another state, compare-and-swap; `changes` are other fields of it.

        A `reason_code` that is not given is dropped: it belonged to what was before. Raises
        ForbiddenTransition when the table does not allow it, or when somebody else has moved the draft
        since it was read.
        """
        check_transition(draft.state, state)
        changes.setdefault("reason_code", None)
        new = replace(draft, state=state, updated_at=at, **changes)
        touched = self._db.execute(
            "draft_move",
            {
                "id": new.id,
                "version": draft.version,
                "state": new.state.value,
                "text": new.text,
                "written_by": new.written_by,
                "claimed_by": new.claimed_by,
                "claimed_at": maybe_text(new.claimed_at),
                "reason": new.reason,
                "reason_code": new.reason_code,
                "send_after": maybe_text(new.send_after),
                "promise": promise_text(new.promise),
                "promise_due": maybe_text(new.promise.due_at) if new.promise else None,
                "conversation_hash": new.conversation_hash,
                "at": utc_text(at),
            },
        )
        if not touched:
            raise ForbiddenTransition(f"Draft {draft.id} was changed by somebody else at the same moment.")
        self._db.touched.add(draft.case_id)
        new = replace(new, version=draft.version + 1)
        if state is not draft.state and state in OF_DRAFT:
            happened(self._db, OF_DRAFT[state], f"draft:{draft.id}", at)
        if new.text != draft.text:
            self._keep_text(new, at)
        return new

    def renew(self, draft: Draft, proposal: Proposal, at: datetime) -> bool:
        """New words of the machine for a draft that nobody has touched; False when somebody has."""
        promise = proposal.promise
        touched = self._db.execute(
            "draft_renew",
            {
                "id": draft.id,
                "version": draft.version,
                "text": proposal.text,
                "macro": proposal.macro,
                "moves": moves_text(proposal.moves),
                "promise": promise_text(promise),
                "promise_due": maybe_text(promise.due_at) if promise else None,
                "ai": proposal.ai,
                "at": utc_text(at),
            },
        )
        if touched:
            self._keep_text(self.get(draft.id), at)
        return bool(touched)

    def _keep_text(self, draft: Draft, at: datetime) -> None:
        self._db.execute(
            "draft_text_add",
            {
                "draft_id": draft.id,
                "version": draft.version,
                "text": draft.text,
                "written_by": draft.written_by,
                "at": utc_text(at),
            },
        )

    def reworded_since(self, moment: datetime) -> int:
        """How many drafts a language model reworded since then."""
        row = self._db.one("drafts_by_model_since", {"since": utc_text(moment)})
        return int(row["n"]) if row else 0

    def texts(self, draft_id: int) -> list[Row]:
        """Every text a draft ever had: version, text, written_by, written_at."""
        return self._db.rows("draft_texts_of", {"draft_id": draft_id})

    def purge_withdrawn(self, case_id: int) -> None:
        """Forgets the words of drafts of a case that were never posted: they speak of a removed post."""
        self._db.execute("approvals_purge", {"case_id": case_id})
        self._db.execute("draft_texts_purge", {"case_id": case_id})
        self._db.execute("draft_purge", {"case_id": case_id})

    # --- approvals ---

    def approve(self, approval: Approval, override_reason: str | None = None) -> Approval:
        """Stores a yes (its id is ignored); returns it with its id."""
        new_id = self._db.insert(
            "approval_add",
            {
                "draft_id": approval.draft_id,
                "user_name": approval.user,
                "text": approval.text,
                "text_hash": approval.text_hash,
                "conversation_hash": approval.conversation_hash,
                "at": utc_text(approval.at),
                "seconds_to_decide": approval.seconds_to_decide,
                "unchanged": int(approval.unchanged),
                "override_reason": override_reason,
                "needs": " ".join(approval.needs),
                "first_id": approval.first_id,
                "send_at": maybe_text(approval.send_at),
            },
        )
        return replace(approval, id=new_id)

    def approval_of(self, draft_id: int) -> Approval | None:
        """The newest approval of a draft."""
        row = self._db.one("approval_of", {"draft_id": draft_id})
        return approval_of(row) if row else None

    def approvals(self, draft_id: int) -> list[Approval]:
        """Every yes to a draft, oldest first."""
        return [approval_of(row) for row in self._db.rows("approvals_of", {"draft_id": draft_id})]

    # --- attempts ---

    def begin_attempt(
        self,
        draft_id: int,
        approval_id: int,
        key: str,
        at: datetime,
        lease_until: datetime,
        *,
        account: str = "",
        cost_usd: float = 0.0,
        purse: str = "",
    ) -> Attempt:
        """Written, and committed, before the call is made. `cost_usd` is taken from `purse`."""
        self._db.insert(
            "attempt_add",
            {
                "draft_id": draft_id,
                "approval_id": approval_id,
                "key": key,
                "at": utc_text(at),
                "lease_until": utc_text(lease_until),
                "account": account,
                "cost_usd": cost_usd,
                "purse": purse,
            },
        )
        attempt = self.last_attempt(draft_id)
        assert attempt is not None, "the attempt was written one statement ago"  # noqa: S101
        return attempt

    def finish_attempt(
        self,
        attempt_id: int,
        state: AttemptState,
        at: datetime,
        *,
        native_id: str | None = None,
        url: str | None = None,
        detail: str | None = None,
        code: str | None = None,
        settled_by: str | None = None,
        next_look_at: datetime | None = None,
    ) -> bool:
        """Records what came back; False when the attempt was judged already."""
        return bool(
            self._db.execute(
                "attempt_finish",
                {
                    "id": attempt_id,
                    "state": state.value,
                    "native_id": native_id,
                    "url": url,
                    "at": utc_text(at),
                    "detail": detail,
                    "code": code,
                    "settled_by": settled_by,
                    "next_look_at": maybe_text(next_look_at),
                },
            )
        )

    def last_attempt(self, draft_id: int) -> Attempt | None:
        """The newest attempt of a draft."""
        row = self._db.one("attempt_last_of", {"draft_id": draft_id})
        return attempt_of(row) if row else None

    def attempts(self, draft_id: int) -> list[Attempt]:
        """Every attempt of a draft, oldest first."""
        return [attempt_of(row) for row in self._db.rows("attempts_of", {"draft_id": draft_id})]

    def abandoned(self, now: datetime, limit: int = 100) -> list[Attempt]:
        """Attempts whose lease ran out without an answer: whoever made them has died."""
        rows = self._db.rows("attempts_abandoned", {"now": utc_text(now), "limit": limit})
        return [attempt_of(row) for row in rows]

    def posted_as(self, native_id: str) -> Attempt | None:
        """The attempt that produced a post on a platform, if it was ours."""
        row = self._db.one("attempt_posted_as", {"native_id": native_id})
        return attempt_of(row) if row else None
