"""storms: looks at what customers began in the last half hour, and says when it is far more than usual.

A storm is a suspicion: it is shown, and people are told. What comes of it is a person's to say: an incident,
which its cases then belong to, or nothing. No reply speaks of it before that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.case import CaseStatus
from monitor.domain.casework import incident_name
from monitor.domain.errors import ForbiddenTransition
from monitor.domain.moments import Clock
from monitor.domain.storm import (
    BASELINE,
    FEWEST,
    MOST_TERMS,
    SHORT_PAST,
    WINDOW,
    Sample,
    Storm,
    Suspicion,
    overlaps,
    suspicions,
)
from monitor.store.protocol import Store
from monitor.store.session import Session

ACTOR = "machine:storms"

# A storm that was not seen for this long is over.
CALM = timedelta(hours=1)
# What somebody dismissed is not brought up again for so long, unless it is about something else.
QUIET = timedelta(hours=24)


@dataclass(slots=True)
class StormReport:
    """What one run did."""

    began: int = 0
    grew: int = 0
    over: int = 0


def watch(store: Store, clock: Clock) -> StormReport:
    """Looks at the window that ends now. Reads first: while nothing is unusual nothing is written."""
    report, now = StormReport(), clock.now()
    with store.read() as session:
        samples = session.storms.samples(now - WINDOW, now)
        found = _suspected(session, samples, now)
        active = session.storms.active()
    calm = [s for s in active if now - s.last_at >= CALM]
    if not found and not calm:
        return report
    with store.write() as session:
        known = session.storms.since(now - QUIET)
        for suspicion in found:
            _note(session, suspicion, known, now, report)
        for storm in session.storms.active():
            if now - storm.last_at >= CALM and session.storms.end(storm.id, "over", now):
                session.audit.record(now, ACTOR, "storm.over", f"storm:{storm.id}", cases=storm.cases)
                report.over += 1
    return report


def _suspected(session: Session, samples: list[Sample], now: datetime) -> list[Suspicion]:
    if len({s.customer for s in samples}) < FEWEST:
        return []
    start, end = now - BASELINE, now - WINDOW
    past = session.storms.past(start, end)
    known_for = min(now - past.first_at, BASELINE) if past.first_at else timedelta(0)
    windows = max(1.0, known_for / WINDOW)
    counts = session.storms.usual(start, end)
    if known_for < SHORT_PAST:
        return suspicions(
            samples, {i: sum(by_hour.values()) / windows for i, by_hour in counts.items()}, None
        )
    days = known_for / timedelta(days=1)
    usual = {intent: _usual(by_hour, windows, days, now) for intent, by_hour in counts.items()}
    busy = _busy(counts, windows, days, now)
    return suspicions(samples, usual, lambda term: busy * session.storms.usual_term(term, past) / windows)


def _usual(by_hour: Mapping[int, int], windows: float, days: float, now: datetime) -> float:
    """How many cases a window holds: on average, or at this hour of the day if it is more."""
    on_average = sum(by_hour.values()) / windows
    hours = {(now.hour + shift) % 24 for shift in (-1, 0, 1)}
    at_this_hour = max(by_hour.get(hour, 0) for hour in hours) / (days * (timedelta(hours=1) / WINDOW))
    return max(on_average, at_this_hour)


def _busy(counts: Mapping[str, Mapping[int, int]], windows: float, days: float, now: datetime) -> float:
    """How much busier than on average this hour of the day is; 1 where it is not."""
    together: Counter[int] = Counter()
    for by_hour in counts.values():
        together.update(by_hour)
    on_average = sum(together.values()) / windows
    return _usual(together, windows, days, now) / on_average if on_average else 1.0


def _note(
    session: Session, suspicion: Suspicion, known: list[Storm], now: datetime, report: StormReport
) -> None:
    """A suspicion is a storm that goes on, one that was dismissed, or a new one."""
    for storm in known:
        if not _is_of(session, suspicion, storm):
            continue
        if storm.state == "dismissed":
            return
        if storm.is_active:
            terms = tuple(dict.fromkeys((*storm.terms, *suspicion.terms)))[:MOST_TERMS]
            session.storms.goes_on(storm, suspicion, terms, now)
            report.grew += 1
            return
    storm_id = session.storms.begin(suspicion, now)
    session.audit.record(
        now,
        ACTOR,
        "storm.began",
        f"storm:{storm_id}",
        cases=len(suspicion.cases),
        customers=suspicion.customers,
        expected=round(suspicion.expected, 2),
        intent=suspicion.intent,
    )
    report.began += 1


def _is_of(session: Session, suspicion: Suspicion, storm: Storm) -> bool:
    if overlaps(suspicion.cases, session.storms.case_ids(storm.id)):
        return True
    if set(suspicion.terms) & set(storm.terms):
        return True
    return not suspicion.terms and not storm.terms and suspicion.intent == storm.intent


# --- what people make of it -----------------------------------------------------------------------


def declare(store: Store, storm_id: int, user: str, name: str, clock: Clock) -> int:
    """It is an incident: its open cases belong to it from now on; returns how many.

    A case that a person put elsewhere stays there. Replies may name the incident from now on.
    Raises NotFound, WrongUse, ForbiddenTransition when somebody has dismissed it.
    """
    now = clock.now()
    with store.write() as session:
        storm = session.storms.get(storm_id)
        if storm.state == "dismissed":
            raise ForbiddenTransition(f"{storm.by} dismissed storm {storm_id}.")
        incident = session.casework.incident(incident_name(name), now)
        joined = 0
        for case in session.storms.cases(storm_id, limit=10_000):
            if case.incident is None and case.status in (CaseStatus.OPEN, CaseStatus.WAITING):
                session.cases.update(replace(case, incident=incident))
                session.audit.record(
                    now, user, "case.incident_set", f"case:{case.id}", incident=incident, storm=storm_id
                )
                joined += 1
        session.storms.declare(storm_id, incident, user)
        session.audit.record(
            now, user, "storm.declared", f"storm:{storm_id}", incident=incident, cases=joined
        )
        return joined


def dismiss(store: Store, storm_id: int, user: str, clock: Clock) -> Storm:
    """It is none: nobody is told of it any more. Raises NotFound, ForbiddenTransition when it is over."""
    now = clock.now()
    with store.write() as session:
        storm = session.storms.get(storm_id)
        if not session.storms.end(storm_id, "dismissed", now, user):
            raise ForbiddenTransition(f"Storm {storm_id} is {storm.state}.")
        session.audit.record(now, user, "storm.dismissed", f"storm:{storm_id}")
        return session.storms.get(storm_id)
