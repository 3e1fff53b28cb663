"""What a digest says in numbers and ids. Nothing here is a customer's word, so it may be kept.

Durations are seconds. Times are aware UTC. Shares are 0–1, or None where there is nothing to divide by.
Every group of parts adds up to the total beside it; tests hold that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Spread:
    """Several durations: how many, and how long. The median hides the worst; the mean doesn't."""

    count: int = 0
    median: float | None = None
    mean: float | None = None
    p90: float | None = None
    longest: float | None = None


class Sight(StrEnum):
    """Whether a small number means a quiet day."""

    WHOLE = "whole"  # every source proved the whole day
    PARTLY = "partly"  # something is missing, and it says what
    UNPROVEN = "unproven"  # sources that can't prove completeness (files, feeds), nothing known missing
    BLIND = "blind"  # nothing was looked at


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """How a source stood, and how much of the day it proved. `covered` None: it proves nothing."""

    source: str
    kind: str
    health: str
    error_code: str | None
    error_text: str | None
    last_complete_at: datetime | None
    covered: float | None
    rejects: int

    @property
    def in_trouble(self) -> bool:
        """Whether it needs somebody."""
        return self.health not in ("ok", "new") or self.last_complete_at is None


@dataclass(frozen=True, slots=True)
class GapSeen:
    """A stretch of the day that a source could not cover."""

    source: str
    start: datetime
    end: datetime
    reason: str
    detail: str
    fillable: bool


@dataclass(frozen=True, slots=True)
class Unseen:
    """What the day's numbers may lack."""

    sight: Sight
    day_is_over: bool
    sources: tuple[SourceSeen, ...] = ()
    gaps: tuple[GapSeen, ...] = ()
    backlog: int = 0  # posts that are not read or triaged yet, of any day
    backlog_since: datetime | None = None
    paused: str | None = None  # why posting is switched off


@dataclass(frozen=True, slots=True)
class PlatformVolume:
    """Posts of customers on one platform; `usual` is the mean of the days before, None without any."""

    platform: str
    posts: int
    usual: float | None


@dataclass(frozen=True, slots=True)
class Volume:
    """What customers wrote that day, counted on the day they wrote it."""

    posts: int
    platforms: tuple[PlatformVolume, ...]
    usual: float | None  # mean per day
    compared_days: int  # of the seven days before; fewer when we know of no earlier posts
    compared_with_gaps: bool
    late: int  # of `posts`: reached us only after the day was over
    removed: int  # of `posts`: removed since
    unplaced: int  # of `posts`: in no case, because they are not triaged yet, or were removed before
    arrivals: int  # not of `posts`: came that day, but were written on earlier days
    arrivals_since: datetime | None


@dataclass(frozen=True, slots=True)
class Kind:
    """Cases of one kind: complaint, question, praise, other, aside. The kinds add up to all cases."""

    kind: str
    cases: int
    posts: int  # what these customers wrote that day


@dataclass(frozen=True, slots=True)
class Counted:
    """A label with a number of cases."""

    label: str
    cases: int


@dataclass(frozen=True, slots=True)
class Answers:
    """The cases of one urgency. The six numbers after `cases` add up to it.

    `excused`: no answer is owed (P4, a backfill, thanks that ask nothing, we may not reply there,
    removed, opted out, closed on purpose). Judged by the case's urgency and the clock of design section 4.
    """

    level: str
    target: float | None
    cases: int
    in_time: int = 0
    late: int = 0
    overdue: int = 0  # still waiting, past the target
    running: int = 0  # still waiting, within the target
    missed: int = 0  # closed without an answer
    excused: int = 0

    @property
    def share(self) -> float | None:
        """Answered within the target, of all that are decided: an unanswered customer counts against us."""
        decided = self.in_time + self.late + self.overdue + self.missed
        return self.in_time / decided if decided else None


@dataclass(frozen=True, slots=True)
class Waits:
    """The same day's waiting, measured four ways."""

    reported: Spread = Spread()  # what service desks report: clock start → first response, answered only
    lived: Spread = Spread()  # every wait: from a post to the reply that came, follow-ups included
    lived_so_far: Spread = Spread()  # the same, and those who still wait, as long as they have until now
    claimed: Spread = Spread()  # waits that people told us of in their posts ("on hold 50 minutes")
    history: int = 0  # waits that began with a post imported long after it was written: from when we saw it
    solved: Spread = Spread()  # first post → settled well, for matters settled that day


@dataclass(frozen=True, slots=True)
class StillWaiting:
    """One person who waits for us."""

    case_id: int
    urgency: str
    since: datetime
    due_at: datetime | None
    assignee: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Everybody who waits for us, of whatever day. The urgencies add up to `cases`."""

    cases: int = 0
    by_urgency: tuple[Counted, ...] = ()
    overdue: int = 0
    since: datetime | None = None  # since when the one who waits longest does
    first: tuple[StillWaiting, ...] = ()  # P0, then oldest risk first
    listen_only: int = 0  # not in `cases`: we may not answer them


@dataclass(frozen=True, slots=True)
class PromiseDue:
    """A promise past its time."""

    promise_id: int
    case_id: int
    owner: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Promises:
    """Promises that were due that day: kept + kept_late + broken + still_open = due."""

    due: int = 0
    kept: int = 0
    kept_late: int = 0
    broken: int = 0
    still_open: int = 0
    made: int = 0
    overdue: int = 0  # of any day
    first_overdue: tuple[PromiseDue, ...] = ()


@dataclass(frozen=True, slots=True)
class MacroResult:
    """What a macro does to people: outcomes after its replies, before our next one in the same case."""

    macro: str  # "" is a person's own words
    replies: int
    worse: int
    better: int
    flagged: bool


@dataclass(frozen=True, slots=True)
class MacroStopped:
    """A macro that may not write, why, and who stopped it."""

    macro: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Macros:
    """The replies of the last weeks. `automation`: after so many they complained about our automation."""

    days: int = 28
    replies: int = 0
    worse: int = 0
    results: tuple[MacroResult, ...] = ()
    stopped: tuple[MacroStopped, ...] = ()
    automation: int = 0


@dataclass(frozen=True, slots=True)
class Meter:
    """Is a person reading what they approve? `timed` of the approvals have a known duration."""

    approvals: int = 0
    people: int = 0
    timed: int = 0
    median: float | None = None
    mean: float | None = None
    unchanged: int = 0

    @property
    def unchanged_share(self) -> float | None:
        """How many approvals left the machine's words as they were."""
        return self.unchanged / self.approvals if self.approvals else None


@dataclass(frozen=True, slots=True)
class Pointed:
    """How many cases, and some to look at."""

    cases: int = 0
    case_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PraiseSeen:
    """One post to pass on."""

    case_id: int
    mention_id: int


@dataclass(frozen=True, slots=True)
class Praise:
    """Posts of praise; `named` of them name somebody of our staff. Those come first."""

    posts: int = 0
    named: int = 0
    first: tuple[PraiseSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbers:
    """One day in numbers, as they were at `made_at`."""

    day: date
    zone: str
    start: datetime
    end: datetime
    made_at: datetime
    unseen: Unseen
    volume: Volume
    cases: int  # cases in which a customer wrote that day
    kinds: tuple[Kind, ...]
    complaining: int  # people who complained, each counted once
    complaints_waiting: int  # complaints of the day that nobody has answered
    complaints_waiting_since: datetime | None
    intents: tuple[Counted, ...]  # of the cases that were not set aside, by primary intent
    answers: tuple[Answers, ...]  # of the same cases, by urgency
    outcomes: tuple[Counted, ...]  # of the same cases, as they stand
    settled: tuple[Counted, ...]  # outcomes recorded that day, whenever the cases began
    waits: Waits = Waits()
    waiting: Waiting = Waiting()
    promises: Promises = Promises()
    macros: Macros = Macros()
    meter: Meter = Meter()
    automation: Pointed = Pointed()
    praise: Praise = Praise()
    noise: Pointed = Pointed()
    languages: tuple[Counted, ...] = ()
    in_full: Pointed = Pointed()  # `cases`: how many they were drawn from
    format: int = field(default=1)
