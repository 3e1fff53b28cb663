"""How a case stands: what a merge makes of two cases, what a split begins, what an undo gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.domain.case import Case, CaseStatus, Outcome, clock_start, due_at
from monitor.domain.conversation import Turn
from monitor.domain.moments import parse_moment, utc_text
from monitor.domain.reading import Urgency
from monitor.stages.removal import title_of

_OPEN = frozenset({CaseStatus.OPEN, CaseStatus.WAITING})

# What a merge makes of two cases, and what its undo gives back unless somebody changed it since.
_FACTS = (
    "urgency",
    "primary_intent",
    "complaint",
    "severity",
    "signals",
    "status",
    "clock_start",
    "due_at",
    "outcome",
)
_MOMENTS = frozenset({"clock_start", "due_at"})


def facts(case: Case) -> dict[str, Any]:
    """How a case stands, as JSON."""
    found: dict[str, Any] = {}
    for name in _FACTS:
        value = getattr(case, name)
        found[name] = utc_text(value) if name in _MOMENTS and value is not None else value
    found["signals"] = list(case.signals)
    return found


def together(into: Case, gone: Case) -> Case:
    """The case that holds both: as urgent as the more urgent one, waiting since the longer wait."""
    urgency = into.urgency.or_higher(gone.urgency)
    open_ones = [c for c in (into, gone) if c.status is CaseStatus.OPEN]
    status = CaseStatus.OPEN if open_ones else into.status
    if not open_ones and CaseStatus.WAITING in (into.status, gone.status):
        status = CaseStatus.WAITING
    started = min((c.clock_start for c in open_ones), default=into.clock_start)
    responses = [c.first_response_at for c in (into, gone) if c.first_response_at is not None]
    return replace(
        into,
        status=status,
        urgency=urgency,
        complaint=max(into.complaint, gone.complaint),
        severity=max(into.severity, gone.severity),
        signals=tuple(sorted({*into.signals, *gone.signals})),
        clock_start=started,
        due_at=due_at(urgency, started, into.origin) if status is CaseStatus.OPEN else into.due_at,
        first_response_at=min(responses, default=None),
        outcome=into.outcome if status not in _OPEN or into.status is status else None,
        closed_at=into.closed_at if status not in _OPEN else None,
        escalated=into.escalated or gone.escalated,
        reach=into.reach + gone.reach,
    )


def new_case(case: Case, theirs: Sequence[Turn], now: datetime) -> Case:
    """The case that a split makes, as its own posts were read."""
    readings = [t.reading for t in theirs if t.reading is not None]
    first = theirs[0]
    urgency = Urgency.P4
    for reading in readings:
        urgency = urgency.or_higher(reading.urgency.level)
    urgency = urgency if readings else case.urgency
    started = clock_start(first.mention.created_at, first.first_seen_at)
    return replace(
        case,
        id=0,
        conversation=first.mention.conversation or first.mention.native_id,
        status=CaseStatus.OPEN,
        urgency=urgency,
        primary_intent=readings[-1].primary if readings else case.primary_intent,
        complaint=max((r.complaint for r in readings), default=case.complaint),
        severity=max((r.severity for r in readings), default=case.severity),
        signals=tuple(sorted({s for r in readings for s in r.signal_labels})),
        opened_at=now,
        clock_start=started,
        due_at=due_at(urgency, started, case.origin),
        last_customer_at=theirs[-1].mention.created_at,
        first_response_at=None,
        closed_at=None,
        outcome=None,
        title=title_of(theirs[-1].mention.text) or case.title,
        snooze=None,
        escalated=None,
        reach=0,
        version=1,
    )


def restored(case: Case, merged: Mapping[str, Any], before: Mapping[str, Any]) -> Case:
    """`case` with each fact that is still as the merge made it set back to what it was."""
    now = facts(case)
    same = {name: before[name] for name in _FACTS if now[name] == merged[name]}
    return _with_facts(case, same)


def restored_home(case: Case, before: Mapping[str, Any]) -> Case:
    """A merged case as it stood before it was merged."""
    back = _with_facts(case, before)
    return replace(
        back, merged_into=None, closed_at=back.closed_at if back.status is CaseStatus.DONE else None
    )


def _with_facts(case: Case, facts: Mapping[str, Any]) -> Case:
    values = dict(facts)
    for name in _MOMENTS & values.keys():
        values[name] = parse_moment(values[name]) if values[name] else None
    if "urgency" in values:
        values["urgency"] = Urgency(values["urgency"])
    if "status" in values:
        values["status"] = CaseStatus(values["status"])
    if "signals" in values:
        values["signals"] = tuple(values["signals"])
    if "outcome" in values:
        values["outcome"] = Outcome(values["outcome"]) if values["outcome"] else None
    return replace(case, **values)
