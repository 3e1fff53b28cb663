"""Time as people read it: in the brand's zone, and as the customer lives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from monitor.domain.case import SLA, Case, CaseStatus
from monitor.domain.moments import say_duration, utc_text

# The clock turns amber in the last quarter of its time.
SOON = 0.25


@dataclass(frozen=True, slots=True)
class UrgencyClock:
    """The clock of a case in words. `tone`: late, soon, fine, none or met."""

    text: str
    tone: str
    waiting: str  # how long the customer has been waiting, or ""
    due: str  # UTC text for the browser to count on, or ""
    since: str


def clock_of(case: Case, now: datetime) -> UrgencyClock:
    """How the clock of `case` stands."""
    back = case.status is CaseStatus.OPEN and case.first_response_at is not None
    if back and case.clock_start <= (case.first_response_at or now):
        # Answered, and open again without a new clock: somebody brought it back, or they wrote at once.
        since = utc_text(case.last_customer_at)
        return UrgencyClock(
            "open again", "soon", f"waiting {say_duration(now - case.last_customer_at)}", "", since
        )
    if case.first_response_at is not None and not back:
        took = case.first_response_at - case.clock_start
        late = case.due_at is not None and case.first_response_at > case.due_at
        return UrgencyClock(f"answered after {say_duration(took)}", "none" if late else "met", "", "", "")
    if case.status in (CaseStatus.DONE, CaseStatus.ASIDE):
        return UrgencyClock("no reply", "none", "", "", "")
    since = utc_text(case.clock_start)
    waiting = f"waiting {say_duration(now - case.clock_start)}"
    if case.due_at is None:
        return UrgencyClock("no clock", "none", waiting, "", since)
    left = case.due_at - now
    due = utc_text(case.due_at)
    if left < timedelta(0):
        return UrgencyClock(f"{say_duration(left)} late", "late", waiting, due, since)
    target = SLA[case.urgency] or timedelta(hours=24)
    tone = "soon" if left < target * SOON else "fine"
    return UrgencyClock(f"due in {say_duration(left)}", tone, waiting, due, since)


def local(moment: datetime, zone: ZoneInfo, now: datetime) -> Markup:
    """A ``<time>`` in the brand's zone, as short as it can be without being unclear."""
    here, today = moment.astimezone(zone), now.astimezone(zone)
    if here.date() == today.date():
        short = f"{here:%H:%M}"
    elif here.year == today.year:
        short = f"{here.day} {here:%b %H:%M}"
    else:
        short = f"{here.day} {here:%b %Y}"
    full = f"{here:%a} {here.day} {here:%b %Y, %H:%M} {here.tzname()}"
    # Nothing of it comes from outside, and a page holds hundreds of these.
    return Markup(f'<time datetime="{utc_text(moment)}" title="{full}">{short}</time>')  # noqa: S704


def ago(moment: datetime, now: datetime) -> str:
    """``12 min ago``, or ``just now``."""
    gone = now - moment
    return "just now" if gone < timedelta(seconds=45) else f"{say_duration(gone)} ago"
