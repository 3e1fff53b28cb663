"""Posting: what is handed to a platform, and what may come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# When to look for a reply whose outcome is unknown, counted from the attempt. The first look is at once:
# most lost answers are of replies that arrived. Platforms list a new post within seconds; after the last
# look it is a person's turn.
LOOKS = (
    timedelta(0),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)


class AttemptState(StrEnum):
    """One try at posting. It is stored as `sending` before the call is made."""

    SENDING = "sending"
    POSTED = "posted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    ABSENT = "absent"  # reconciled: provably not on the platform
    DEFERRED = "deferred"  # provably not sent: the platform said "later"


@dataclass(frozen=True, slots=True)
class OutgoingReply:
    """An approved reply on its way out. `key` is the same however often this one is tried.

    `parent_text` is what the approver saw of the post that is answered (None: don't compare).
    `attempted_at` is when the attempt that is being reconciled began, aware UTC (None: not known).
    `ours` are the brand's handles there, in lower case and without @; `theirs` are the native ids of the
    customer's posts in the case; `known` those of our own posts that the approver saw. Any other post of
    ours that answers one of `theirs` was written meanwhile.
    """

    draft_id: int
    platform: str
    in_reply_to: str
    text: str
    key: str
    conversation: str | None = None
    parent_text: str | None = None
    attempted_at: datetime | None = None
    ours: frozenset[str] = frozenset()
    theirs: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `prepare` found: the reply is sendable as it is, at this price.

    `looked_usd` is what looking cost, in US dollars, whether the reply is sent or not.
    """

    reply: OutgoingReply
    length: int
    limit: int
    cost_usd: float = 0.0
    looked_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class ReplyPrice:
    """What posting a reply costs, in US dollars, and what it would cost without its links."""

    usd: float
    without_links_usd: float
    source: str  # where the price is published

    @property
    def in_words(self) -> str:
        """``$0.01``, or why it is dearer than it has to be."""
        if self.usd > self.without_links_usd:
            return f"the link makes this ${self.usd:.2f} instead of ${self.without_links_usd:.2f}"
        return f"${self.usd:.2f}"


@dataclass(frozen=True, slots=True)
class Posted:
    """The platform took it."""

    native_id: str
    posted_at: datetime
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    """The platform said no, in these words; nothing was posted."""

    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Later:
    """The platform said "not now"; nothing was posted. `rule` is why, where it has a name."""

    retry_at: datetime
    detail: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No usable answer: it may have been posted. `rule` is what was said, where it has a name."""

    detail: str
    rule: str = ""


SendResult = Posted | Declined | Later | Unknown


class Absence(StrEnum):
    """What it means when our own reply was not found."""

    PROVEN = "proven"  # the platform's list is complete: it isn't there
    UNPROVEN = "unproven"  # it may still turn up


@dataclass(frozen=True, slots=True)
class OwnReply:
    """The answer of `find_own_reply`. `cost_usd` is what looking cost, in US dollars."""

    found: Posted | None
    absence: Absence = Absence.UNPROVEN
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, as stored. `lease_until`: while it runs, nobody else may judge it.

    `code` is the platform's rule, or ours, for how it ended. While it is unknown we look for our reply at
    `next_look_at` (None: no more by ourselves), for the (`looks` + 1)th time. `settled_by` is the person
    who said what became of it. `purse` is what `cost_usd` was taken from. Times are aware UTC.
    """

    id: int
    draft_id: int
    approval_id: int
    state: AttemptState
    key: str
    native_id: str | None
    url: str | None
    started_at: datetime
    lease_until: datetime
    finished_at: datetime | None
    detail: str | None
    account: str = ""
    code: str | None = None
    cost_usd: float = 0.0
    purse: str = ""
    looks: int = 0
    next_look_at: datetime | None = None
    settled_by: str | None = None
