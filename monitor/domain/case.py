"""A case: one customer's matter, with an urgency clock, a status and an outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.casework import Snooze
from monitor.domain.draft import DraftState
from monitor.domain.mention import Origin
from monitor.domain.reading import Urgency
from monitor.domain.roster import Desk

# First-response targets, from the design, section 4. P4 has no clock.
SLA: dict[Urgency, timedelta | None] = {
    Urgency.P0: timedelta(minutes=15),
    Urgency.P1: timedelta(hours=1),
    Urgency.P2: timedelta(hours=4),
    Urgency.P3: timedelta(hours=24),
    Urgency.P4: None,
}

# A post that reaches us later than this after it was written starts its clock when we first saw
# it: nobody can answer within four hours what came to light after nine years.
LATE_ARRIVAL = timedelta(hours=24)


class CaseStatus(StrEnum):
    """Where a case stands with us."""

    OPEN = "open"  # we owe the customer something
    WAITING = "waiting"  # we answered; the customer, or a promise, is next
    DONE = "done"
    ASIDE = "aside"  # noise: kept, searchable, sampled in the digest, asks nothing of anybody
    MERGED = "merged"  # its posts are part of another case; kept so that a merge can be taken back


class Outcome(StrEnum):
    """What became of the case for the *customer*."""

    RESOLVED_CONFIRMED = "resolved_confirmed"
    RESOLVED_ASSUMED = "resolved_assumed"
    RECOVERED = "recovered"
    MOVED_PRIVATE = "moved_private"
    REFERRED = "referred"
    AWAITING_CUSTOMER = "awaiting_customer"
    SILENT = "silent"
    WORSE = "worse"
    LOST = "lost"
    NO_REPLY_BY_POLICY = "no_reply_by_policy"
    NOT_PERMITTED = "not_permitted"
    DUPLICATE_OF_INCIDENT = "duplicate_of_incident"
    OPTED_OUT = "opted_out"
    SOURCE_DELETED = "source_deleted"
    MISSED = "missed"


class Lane(StrEnum):
    """The lanes of the inbox, in the order they are worked."""

    NOW = "now"
    NEEDS_APPROVAL = "needs_approval"
    BY_HAND = "by_hand"
    WAITING = "waiting"
    PROBLEMS = "problems"
    DONE = "done"
    ASIDE = "aside"


def clock_start(created_at: datetime, first_seen_at: datetime) -> datetime:
    """When the customer's clock started: when they wrote, unless it reached us very late."""
    return created_at if first_seen_at - created_at <= LATE_ARRIVAL else first_seen_at


def due_at(urgency: Urgency, started_at: datetime, origin: Origin) -> datetime | None:
    """When the first response is due, or None: P4 and backfilled cases have no clock."""
    target = SLA[urgency]
    return None if target is None or origin is Origin.BACKFILL else started_at + target


_TROUBLED = frozenset({DraftState.REFUSED, DraftState.UNKNOWN, DraftState.FROZEN})


def lane_of(
    status: CaseStatus,
    urgency: Urgency,
    draft: DraftState | None,
    verdict: str,
    *,
    snoozed: bool = False,
    stopped: bool = False,
) -> Lane:
    """The one lane a case is shown in. Trouble first, then rest, then urgency, then who has to act.

    `stopped`: its approved reply can't leave before somebody does something.
    """
    if status in (CaseStatus.DONE, CaseStatus.MERGED):
        return Lane.DONE
    if status is CaseStatus.ASIDE:
        return Lane.ASIDE
    if draft in _TROUBLED or (stopped and draft is DraftState.APPROVED):
        return Lane.PROBLEMS
    if snoozed or status is CaseStatus.WAITING or draft in (DraftState.APPROVED, DraftState.SENDING):
        return Lane.WAITING
    if urgency.rank <= Urgency.P1.rank:
        return Lane.NOW
    if verdict == "postable" and draft is not None and draft.awaits_person:
        return Lane.NEEDS_APPROVAL
    return Lane.BY_HAND


@dataclass(frozen=True, slots=True)
class Case:
    """One customer's matter, as stored. Times are aware UTC."""

    id: int
    platform: str
    source: str
    customer: str | None  # author id, or handle where the platform gives no id
    customer_handle: str | None
    conversation: str
    status: CaseStatus
    origin: Origin
    urgency: Urgency
    primary_intent: str
    complaint: float
    severity: int
    signals: tuple[str, ...]
    lang: str
    verdict: str
    verdict_rule: str
    assignee: str | None
    opened_at: datetime
    clock_start: datetime
    due_at: datetime | None
    last_customer_at: datetime
    first_response_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome | None
    title: str  # the customer's own words, shortened
    lane: Lane
    reach: int
    version: int
    desk: str | None = None  # the desk it has to reach (monitor.domain.roster)
    snooze: Snooze | None = None
    escalated: Desk | None = None  # a person handed it up, and waits for the answer
    merged_into: int | None = None
    incident: int | None = None
    has_media: bool = False  # kept by the store, with the posts (monitor.store.glances)
    place: str | None = None
