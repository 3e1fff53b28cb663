"""A draft: a proposed reply to a case, and the one table of its allowed transitions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.errors import ForbiddenTransition


class DraftState(StrEnum):
    """The states of design section 4."""

    PROPOSED = "proposed"
    CLAIMED = "claimed"
    EDITED = "edited"
    SECONDING = "seconding"  # one yes is there; another person's is needed
    APPROVED = "approved"
    SENDING = "sending"
    POSTED = "posted"
    UNKNOWN = "unknown"  # a call got no answer; being reconciled
    REFUSED = "refused"  # by the platform
    HANDED_OFF = "handed_off"
    CONFIRMED = "confirmed"  # a person says they posted it by hand
    REJECTED = "rejected"
    STALE = "stale"  # the conversation moved
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    FROZEN = "frozen"  # incident
    WITHDRAWN = "withdrawn"  # author deleted or opted out

    @property
    def awaits_person(self) -> bool:
        """True while a person has to decide about it."""
        return self in AWAITING_PERSON

    @property
    def is_final(self) -> bool:
        """True when nothing more can happen to it."""
        return not TRANSITIONS[self]


_S = DraftState

# The text may still change, or the draft be dropped, from every state in which no call was made.
_DROPPED = frozenset({_S.REJECTED, _S.STALE, _S.SUPERSEDED, _S.EXPIRED, _S.FROZEN, _S.WITHDRAWN})

TRANSITIONS: dict[DraftState, frozenset[DraftState]] = {
    _S.PROPOSED: frozenset({_S.CLAIMED, _S.EDITED, _S.SECONDING, _S.APPROVED, _S.HANDED_OFF}) | _DROPPED,
    _S.CLAIMED: frozenset({_S.PROPOSED, _S.EDITED, _S.SECONDING, _S.APPROVED, _S.HANDED_OFF}) | _DROPPED,
    _S.EDITED: frozenset({_S.EDITED, _S.CLAIMED, _S.SECONDING, _S.APPROVED, _S.HANDED_OFF}) | _DROPPED,
    # Other words, or a first yes taken back, make it an edited draft again.
    _S.SECONDING: frozenset({_S.EDITED, _S.APPROVED, _S.HANDED_OFF}) | _DROPPED,
    # Undo takes an approval back to edited; publish moves it on or finds the world has changed.
    # Postponed (rate limit, pacing): the yes still stands, the call was not made.
    _S.APPROVED: frozenset(
        {_S.APPROVED, _S.SENDING, _S.EDITED, _S.STALE, _S.FROZEN, _S.WITHDRAWN, _S.EXPIRED, _S.HANDED_OFF}
    ),
    # Back to approved only when the platform said "later", so that nothing was posted.
    _S.SENDING: frozenset({_S.POSTED, _S.REFUSED, _S.UNKNOWN, _S.APPROVED}),
    # Found → posted. Provably absent → edited: a person may approve again, nothing re-sends itself.
    # While it is looked for only what is said about it changes.
    _S.UNKNOWN: frozenset({_S.UNKNOWN, _S.POSTED, _S.EDITED}),
    _S.REFUSED: frozenset({_S.EDITED, _S.HANDED_OFF, _S.REJECTED, _S.SUPERSEDED, _S.WITHDRAWN}),
    _S.HANDED_OFF: frozenset({_S.CONFIRMED, _S.EDITED, _S.REJECTED, _S.STALE, _S.WITHDRAWN}),
    _S.FROZEN: frozenset({_S.EDITED, _S.REJECTED, _S.SUPERSEDED, _S.WITHDRAWN, _S.STALE}),
    _S.STALE: frozenset({_S.EDITED, _S.SUPERSEDED, _S.REJECTED, _S.WITHDRAWN}),
    _S.POSTED: frozenset(),
    _S.CONFIRMED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.SUPERSEDED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.WITHDRAWN: frozenset(),
}

AWAITING_PERSON: frozenset[DraftState] = frozenset(
    {_S.PROPOSED, _S.CLAIMED, _S.EDITED, _S.SECONDING, _S.REFUSED, _S.FROZEN, _S.STALE, _S.HANDED_OFF}
)

APPROVABLE: frozenset[DraftState] = frozenset({_S.PROPOSED, _S.CLAIMED, _S.EDITED, _S.SECONDING})


def check_transition(old: DraftState, new: DraftState) -> None:
    """Raises ForbiddenTransition unless a draft may go from `old` to `new`."""
    if new not in TRANSITIONS[old]:
        allowed = ", ".join(sorted(TRANSITIONS[old])) or "nothing: it is final"
        raise ForbiddenTransition(f"A draft that is {old} can't become {new} (it can become {allowed}).")


@dataclass(frozen=True, slots=True)
class Move:
    """One sentence of a reply and what it is there for (docs/responder.md)."""

    move: str
    text: str
    why: str


class PromiseKind(StrEnum):
    """What keeps a promise."""

    WORD = "word"  # the next word to the customer: our next reply in the case keeps it
    RELAY = "relay"  # praise or an idea taken to whom it belongs: a person says that it was


@dataclass(frozen=True, slots=True)
class PromisePlan:
    """What a reply tells the customer we will do: owner and due time, or it isn't made."""

    text: str
    owner: str
    due_at: datetime
    kind: PromiseKind = PromiseKind.WORD


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the responder wrote for a case."""

    text: str
    macro: str
    moves: tuple[Move, ...]
    promise: PromisePlan | None = None
    ai: str | None = None  # the language model that reworded it, and the hash of what it was asked


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as stored."""

    id: int
    case_id: int
    state: DraftState
    text: str
    macro: str
    moves: tuple[Move, ...]
    promise: PromisePlan | None
    written_by: str  # "machine", or the person whose words these are
    source: str  # the source whose account posts it
    in_reply_to: str  # native id of the mention that is answered
    platform: str
    conversation_hash: str  # the conversation this draft was written for
    claimed_by: str | None
    claimed_at: datetime | None
    reason: str | None  # why it was rejected, refused, frozen …
    send_after: datetime | None  # undo window, scheduled sending
    created_at: datetime
    updated_at: datetime
    version: int
    ai: str | None = None  # the language model that wrote it, if one did
    reason_code: str | None = None  # of `reason`: a check of the preflight, or a rule of the platform
