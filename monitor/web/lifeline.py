"""A customer's history with us as a line: what they came with, when we answered, how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.case import Case, CaseStatus, Outcome

_GOOD = frozenset(
    {Outcome.RESOLVED_CONFIRMED, Outcome.RESOLVED_ASSUMED, Outcome.RECOVERED, Outcome.MOVED_PRIVATE}
)
_BAD = frozenset({Outcome.WORSE, Outcome.LOST, Outcome.MISSED, Outcome.SILENT})
# A matter shorter than this on the line would not be seen.
_LEAST = 0.8  # per cent


@dataclass(frozen=True, slots=True)
class Stretch:
    """One matter on the line. `start`, `width` and `answered` are per cent of the line."""

    case: Case
    start: float
    width: float
    answered: float | None
    tone: str  # good, bad, open or plain
    here: bool

    @property
    def unanswered(self) -> bool:
        """Whether it is over and we never answered."""
        return not self.here and self.answered is None and self.case.status is CaseStatus.DONE


@dataclass(frozen=True, slots=True)
class Lifeline:
    """Everything that this customer came to us with, oldest first."""

    stretches: tuple[Stretch, ...]
    since: datetime | None

    @property
    def times(self) -> int:
        """How often they came, this time included."""
        return len(self.stretches)

    @property
    def ended_badly(self) -> int:
        """How many of the matters before ended badly for them."""
        return sum(1 for s in self.stretches if s.tone == "bad" and not s.here)

    @property
    def unanswered(self) -> int:
        """How many of the matters before never had an answer."""
        return sum(1 for s in self.stretches if s.unanswered)


def tone_of(case: Case) -> str:
    """How a matter stands, for the eye."""
    if case.outcome in _GOOD:
        return "good"
    if case.outcome in _BAD:
        return "bad"
    return "open" if case.status in (CaseStatus.OPEN, CaseStatus.WAITING) else "plain"


def lifeline_of(cases: Sequence[Case], here: Case, now: datetime) -> Lifeline:
    """The line through `cases`, which are one customer's; `here` is the case that is looked at."""
    known = sorted({c.id: c for c in (*cases, here)}.values(), key=lambda c: (began(c), c.id))
    since = began(known[0])
    whole = max(now - since, timedelta(minutes=1)).total_seconds()

    def place(moment: datetime) -> float:
        return round(min(100.0, max(0.0, 100 * (moment - since).total_seconds() / whole)), 2)

    return Lifeline(tuple(_stretch(case, place, here, now) for case in known), since)


def began(case: Case) -> datetime:
    """When the matter began for the customer."""
    return min(case.opened_at, case.clock_start)


def _stretch(case: Case, place: Callable[[datetime], float], here: Case, now: datetime) -> Stretch:
    start = min(place(began(case)), 100 - _LEAST)
    end = place(case.closed_at or (now if case.status is not CaseStatus.ASIDE else case.last_customer_at))
    answered = place(case.first_response_at) if case.first_response_at else None
    return Stretch(
        case, start, round(max(end - start, _LEAST), 2), answered, tone_of(case), case.id == here.id
    )
