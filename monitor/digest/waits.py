"""Waiting as customers live it: from a post that asks something to the reply that came after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.digest.days import Stretch
from monitor.domain.case import SLA, CaseStatus, Outcome, clock_start
from monitor.domain.mention import Origin
from monitor.domain.moments import parse_moment
from monitor.domain.reading import Urgency
from monitor.store.protocol import Row

# Below this probability of a complaint a P4 post asks nothing of us (triage draws the line here too).
ASKS_BELOW = 0.5

# What reaches us later than this after it was written is history that was imported, not a customer
# whom we kept waiting: its wait counts from when we saw it.
HISTORY = timedelta(days=30)

# Closed without a reply of ours in public, and nobody is owed one.
NO_REPLY_OWED = frozenset(Outcome) - {Outcome.MISSED, Outcome.SILENT, Outcome.WORSE, Outcome.LOST}


@dataclass(frozen=True, slots=True)
class Post:
    """What of one post counts for the waiting. `complaint` None: not read, or removed."""

    id: int
    at: datetime
    seen: datetime
    own: bool
    removed: bool
    complaint: float | None
    urgency: str | None
    claimed: int | None  # minutes
    foreign: str | None = None  # its language, where we can't draft in it

    @property
    def asks(self) -> bool:
        """Whether its writer waits for us afterwards. A post that was not read yet may well ask."""
        if self.own or self.removed:
            return False
        thanks = self.complaint is not None and self.complaint < ASKS_BELOW and self.urgency == "P4"
        return not thanks


@dataclass(frozen=True, slots=True)
class Wait:
    """One stretch of waiting in a case. `reply` None: nobody has answered."""

    start: datetime
    seen: datetime
    clock: datetime  # when our clock started for it
    reply: datetime | None
    is_first: bool  # nobody had answered in this case before

    @property
    def is_history(self) -> bool:
        """Whether the post was imported long after it was written."""
        return self.seen - self.start > HISTORY

    @property
    def lived(self) -> float | None:
        """Seconds from the post to the reply."""
        return None if self.reply is None else self.until(self.reply)

    def until(self, when: datetime) -> float:
        """Seconds that the customer has waited at `when`."""
        began = self.seen if self.is_history and self.seen <= when else self.start
        return max(0.0, (when - began).total_seconds())

    @property
    def reported(self) -> float | None:
        """Seconds from the clock's start to the reply; a reply older than the clock counts from the post."""
        if self.reply is None:
            return None
        began = self.clock if self.clock <= self.reply else self.start
        return (self.reply - began).total_seconds()


def post_of(row: Row) -> Post:
    """A post from a row of figure_case_posts."""
    return Post(
        id=row["id"],
        at=parse_moment(row["created_at"]),
        seen=parse_moment(row["first_seen_at"]),
        own=bool(row["own"]),
        removed=bool(row["removed"]),
        complaint=row["complaint"],
        urgency=row["urgency"],
        claimed=row["claimed"],
        foreign=row["foreign_lang"],
    )


def waits_of(posts: Iterable[Post], confirmed: Iterable[datetime] = ()) -> list[Wait]:
    """The waits of one case, oldest first. `confirmed` are replies of ours that we have not seen as posts."""
    events: list[tuple[datetime, int, Post | None]] = [(p.at, 0 if p.asks else 1, p) for p in posts]
    events += [(at, 1, None) for at in confirmed]
    waits: list[Wait] = []
    begun: Post | None = None
    answered = False
    for at, _, post in sorted(events, key=lambda e: (e[0], e[1])):
        if post is None or post.own:
            if begun is not None:
                waits.append(_wait(begun, at, not answered))
                begun = None
            answered = True
        elif begun is None and post.asks:
            begun = post
    if begun is not None:
        waits.append(_wait(begun, None, not answered))
    return waits


def _wait(begun: Post, reply: datetime | None, is_first: bool) -> Wait:
    return Wait(begun.at, begun.seen, clock_start(begun.at, begun.seen), reply, is_first)


def within(waits: Iterable[Wait], day: Stretch) -> list[Wait]:
    """The waits that began that day."""
    return [w for w in waits if day.start <= w.start < day.end]


def is_measured(case: Row) -> bool:
    """Whether an answer is ours to give at all: not for backfills, nor where we may only listen."""
    return bool(
        case["origin"] == Origin.LIVE.value
        and case["verdict"] != "listen_only"
        and case["status"] != CaseStatus.ASIDE.value
    )


def judged(case: Row, todays: Sequence[Wait], now: datetime) -> str:
    """How the first wait of the day went: a field of `Answers`."""
    level = Urgency(case["urgency"])
    target = SLA[level]
    if target is None or not is_measured(case) or not todays:
        return "excused"
    wait = todays[0]
    if wait.reported is not None:
        return "in_time" if wait.reported <= target.total_seconds() else "late"
    if case["status"] == CaseStatus.OPEN.value:
        return "overdue" if now > wait.clock + target else "running"
    if case["status"] == CaseStatus.DONE.value:
        outcome = Outcome(case["outcome"]) if case["outcome"] else None
        return "excused" if outcome in NO_REPLY_OWED else "missed"
    return "excused"
