"""Events: what others may hear of. They are written with what they tell of, in one transaction.

An event names things by number and says what became of them; never a customer's words or name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from monitor.domain.draft import DraftState
from monitor.domain.reading import Urgency


class Event(StrEnum):
    """What a webhook may subscribe to."""

    CASE_OPENED = "case.opened"
    CASE_URGENT = "case.urgent"  # it is P0 or P1, from now on
    CASE_ASSIGNED = "case.assigned"
    CASE_ESCALATED = "case.escalated"
    CASE_SETTLED = "case.settled"
    DRAFT_PROPOSED = "draft.proposed"
    DRAFT_SECONDING = "draft.seconding"  # one yes is there, another person's is needed
    DRAFT_APPROVED = "draft.approved"
    DRAFT_REJECTED = "draft.rejected"
    DRAFT_HANDED_OFF = "draft.handed_off"
    DRAFT_CONFIRMED = "draft.confirmed"
    DRAFT_POSTED = "draft.posted"
    DRAFT_REFUSED = "draft.refused"
    DRAFT_UNKNOWN = "draft.unknown"
    DRAFT_STALE = "draft.stale"
    DRAFT_FROZEN = "draft.frozen"
    DRAFT_WITHDRAWN = "draft.withdrawn"
    PROMISE_MADE = "promise.made"
    PROMISE_KEPT = "promise.kept"
    PROMISE_BROKEN = "promise.broken"
    STORM_BEGAN = "storm.began"
    STORM_OVER = "storm.over"
    SOURCE_HEALTH = "source.health"
    POSTING_PAUSED = "posting.paused"
    POSTING_RESUMED = "posting.resumed"
    DIGEST_MADE = "digest.made"
    PING = "ping"  # somebody tests the way; every webhook gets it that is asked for it


# What a draft may turn into that others hear of; the other states are between colleagues.
OF_DRAFT: dict[DraftState, Event] = {
    state: Event(f"draft.{state.value}")
    for state in DraftState
    if state is not DraftState.PROPOSED and f"draft.{state.value}" in set(Event)
}

# Audit actions that are events as they stand.
_OF_ACTION: dict[str, Event] = {
    "case.assigned": Event.CASE_ASSIGNED,
    "case.escalated": Event.CASE_ESCALATED,
    "promise.made": Event.PROMISE_MADE,
    "posting.paused": Event.POSTING_PAUSED,
    "posting.resumed": Event.POSTING_RESUMED,
    "storm.began": Event.STORM_BEGAN,
    "storm.over": Event.STORM_OVER,
    "source.health": Event.SOURCE_HEALTH,
    "digest.made": Event.DIGEST_MADE,
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One event. `key` is the same however often it is told; `subject` is that of the audit log."""

    id: int
    key: str
    event: Event
    subject: str
    detail: Mapping[str, Any]
    at: datetime


def event_of(action: str, detail: Mapping[str, Any]) -> Event | None:
    """The event that an audit record is, if it is one."""
    if action == "promise.settled":
        return Event.PROMISE_KEPT if detail.get("kept") else Event.PROMISE_BROKEN
    if action == "case.joined":
        before = Urgency.P4.value if "revived" in detail else str(detail.get("was"))
        return Event.CASE_URGENT if _raised(before, str(detail.get("urgency"))) else None
    if action == "case.urgency_corrected":
        return Event.CASE_URGENT if _raised(str(detail.get("was")), str(detail.get("became"))) else None
    if action == "case.referred":  # to a desk, and where somebody sits there to a person
        return Event.CASE_ASSIGNED if detail.get("to") else None
    return _OF_ACTION.get(action)


def _raised(was: str, became: str) -> bool:
    """Whether an urgency is P0 or P1 now and was less before."""
    if was not in Urgency.__members__ or became not in Urgency.__members__:
        return False
    return is_urgent(Urgency(became)) and Urgency(became).rank < Urgency(was).rank


def is_urgent(urgency: Urgency) -> bool:
    """P0 and P1: somebody is in trouble right now."""
    return urgency.rank <= Urgency.P1.rank


def wants(patterns: Iterable[str], event: Event) -> bool:
    """Whether a subscription covers an event: ``draft.posted``, ``draft.*``, ``*``."""
    return any(fnmatchcase(event.value, pattern) for pattern in patterns)


def covers_something(pattern: str) -> bool:
    """Whether a pattern of a subscription fits any event at all."""
    return any(fnmatchcase(event.value, pattern) for event in Event)
