"""What has already happened between a customer and us, as our own records show it.

"You've told us before" is said only when we know it; what they say of it themselves is told as theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.conversation import Conversation, Earlier
from monitor.respond.hours import WEEKDAYS

# An earlier matter is the same one coming back when it was about the same thing, this lately.
SAME_MATTER = timedelta(days=30)
COMPLAINT = 0.5


@dataclass(frozen=True, slots=True)
class Past:
    """How often we have answered here, and the earlier matter that this one repeats (None: there is none)."""

    answers: int = 0
    again: Earlier | None = None
    said_by_them: bool = False  # the post itself says that it isn't the first time

    @property
    def is_known(self) -> bool:
        """Whether our own records show an earlier answer, or an earlier complaint about the same."""
        return self.answers > 0 or self.again is not None

    @property
    def unanswered(self) -> bool:
        """They came with it before, and nobody answered."""
        return self.answers == 0 and self.again is not None and not self.again.answered


def past_of(conversation: Conversation) -> Past:
    """The past of a conversation."""
    turn, case = conversation.to_answer, conversation.case
    signals = turn.reading.signal_labels if turn is not None and turn.reading is not None else frozenset()
    same = [
        e
        for e in conversation.earlier
        if e.complaint >= COMPLAINT
        and e.intent == case.primary_intent
        and case.opened_at - e.opened_at <= SAME_MATTER
    ]
    said = bool(signals & {"repeat_contact", "prior_unanswered"})
    return Past(answers_of_ours(conversation), same[0] if same else None, said)


def answers_of_ours(conversation: Conversation) -> int:
    """How often we have answered *them*: a notice of ours that they commented on was for everybody."""
    turns = list(conversation.turns)
    first = next((n for n, t in enumerate(turns) if not t.own), len(turns))
    ours = {t.mention.native_id for t in turns if t.own}
    return sum(
        1
        for n, t in enumerate(turns)
        if t.own and t.removed_at is None and (n > first or t.mention.in_reply_to not in {None, *ours})
    )


def say_before(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """When that was, as one says it: ``earlier today``, ``yesterday``, ``on Monday``, ``last week`` …"""
    days = (now.astimezone(zone).date() - at.astimezone(zone).date()).days
    if days <= 0:
        return "earlier today"
    if days == 1:
        return "yesterday"
    if days < 7:
        return f"on {WEEKDAYS[at.astimezone(zone).weekday()]}"
    if days < 14:
        return "last week"
    return f"{days // 7} weeks ago"
