"""The machine is held to account: when a macro's replies make things worse, it stops writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# One day is too little to judge a wording by.
JUDGED_OVER = timedelta(days=28)

# A macro is flagged from this many replies on, when at least this share of them went badly, and this many
# times as many as of all other macros' replies.
REPLIES = 5
SHARE = 0.1
TIMES = 2.0

# It is suspended when it is flagged by more than chance: this many people, each for themselves.
PEOPLE = 3

# Who complains later than this after a reply complains about something else.
ANSWERS_FOR = timedelta(days=7)


class Mark(StrEnum):
    """What speaks against a macro's reply."""

    AUTOMATION = "automation"  # they complained about our automation after it
    WORSE = "worse"  # they came back angrier than before it


@dataclass(frozen=True, slots=True)
class MacroStanding:
    """How a macro stands: its replies since it was last judged afresh, and how many of them went badly."""

    macro: str
    replies: int = 0
    worse: int = 0
    automation: int = 0
    bad: int = 0  # replies with any mark
    suspended: bool = False
    reason: str = ""
    by: str = ""  # who suspended it, or put it back
    at: datetime | None = None

    @property
    def share(self) -> float:
        """The share of its replies that went badly, 0–1."""
        return self.bad / self.replies if self.replies else 0.0


def is_flagged(replies: int, bad: int, others: int, others_bad: int) -> bool:
    """Whether a macro does worse than the rest, by its own replies and those of all others."""
    elsewhere = others_bad / others if others else 0.0
    return replies >= REPLIES and bad / replies >= max(SHARE, TIMES * elsewhere)


def must_be_suspended(replies: int, bad: int, others: int, others_bad: int) -> bool:
    """Whether what speaks against it is more than one angry person."""
    return bad >= PEOPLE and is_flagged(replies, bad, others, others_bad)
