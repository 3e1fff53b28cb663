"""What a person, or the responder, sees of a case: the posts in order, and the readings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.approval import ConversationItem, conversation_hash
from monitor.domain.case import Case, Outcome
from monitor.domain.mention import Mention
from monitor.domain.reading import Reading


@dataclass(frozen=True, slots=True)
class Turn:
    """One post of a conversation, as stored. `mention.text` is empty when it was removed."""

    mention_id: int
    mention: Mention
    own: bool
    revision: int
    removed_at: datetime | None
    first_seen_at: datetime
    reading: Reading | None
    context: bool = False  # somebody else's post, shown to understand the case; no part of it

    def item(self) -> ConversationItem:
        """What of it counts for the hash of the conversation."""
        m = self.mention
        return ConversationItem(
            m.platform, m.native_id, self.revision, m.text, self.own, self.removed_at is not None
        )


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another matter of the same customer on the same platform, that came before."""

    case_id: int
    opened_at: datetime
    intent: str
    complaint: float
    answered: bool
    outcome: Outcome | None
    replies: tuple[str, ...]  # what we wrote to them there


@dataclass(frozen=True, slots=True)
class KnownIncident:
    """The incident that a case belongs to. `state` is open until it is over."""

    name: str
    state: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """A case with its turns, oldest first; what came before it, newest first; its incident."""

    case: Case
    turns: tuple[Turn, ...]
    earlier: tuple[Earlier, ...] = ()
    incident: KnownIncident | None = None

    @property
    def hash(self) -> str:
        """The hash an approval binds to: what the customer and we wrote, not what others say around it."""
        return conversation_hash(turn.item() for turn in self.turns if not turn.context)

    @property
    def customer_turns(self) -> Iterable[Turn]:
        """What the customer wrote and did not remove, oldest first."""
        return (t for t in self.turns if not (t.own or t.context or t.removed_at))

    @property
    def our_words(self) -> list[str]:
        """Everything this customer has had from us, here and in what came before."""
        here = [t.mention.text for t in self.turns if t.own and t.removed_at is None]
        return here + [text for matter in self.earlier for text in matter.replies]

    @property
    def to_answer(self) -> Turn | None:
        """The customer's newest post: the one a reply goes to."""
        last = None
        for turn in self.customer_turns:
            last = turn
        return last

    @property
    def is_answered(self) -> bool:
        """Whether we have replied to the customer's newest post already, by machine or by hand."""
        newest = self.to_answer
        if newest is None:
            return False
        theirs = {t.mention.native_id for t in self.turns if not (t.own or t.context)}
        ours: set[str] = set()
        for turn in self.turns:
            if turn.own and turn.removed_at is None and turn.mention.in_reply_to in theirs | ours:
                ours.add(turn.mention.native_id)
                if turn.mention.created_at >= newest.mention.created_at:
                    return True
        return False

    @property
    def replies_of_ours(self) -> int:
        """How often we have answered here already."""
        return sum(1 for t in self.turns if t.own and t.removed_at is None)
