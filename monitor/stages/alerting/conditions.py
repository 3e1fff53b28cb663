"""What holds at this moment that people should know of. Reads only."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from monitor.domain.alert import AlertKind, Condition
from monitor.domain.case import SLA
from monitor.domain.errors import AuthExpired
from monitor.domain.moments import parse_moment, utc_text
from monitor.domain.reading import Urgency
from monitor.stages.alerting.watch import Watch
from monitor.stages.troubles import Trouble, standing, troubles
from monitor.store.session import Session

# A clock that ran out longer ago is no news: it is on every page and in the digest.
LATE = timedelta(hours=1)
# So far back a gap counts: older ones were told of, or were there before anybody listened.
GAPS_OF = timedelta(hours=24)
ENDED_WITHIN = timedelta(hours=24)
MIB = 1024 * 1024


def conditions(session: Session, watch: Watch, now: datetime) -> list[Condition]:
    """Everything that holds, with the brand it belongs to."""
    brands = session.brands.of_sources()
    found = [
        *_p0(session),
        *_at_risk(session, watch, now),
        *_storms(session, brands),
        *_troubled(session, watch, now),
        *_unpolled(session, watch, now),
        *_gaps(session, watch, now),
        *_paused(session, watch, now),
        *_disk(watch),
        *_backfills(session, now),
    ]
    return [replace(c, brand=brands.get(c.source)) if c.source else c for c in found]


def _p0(session: Session) -> Iterator[Condition]:
    for row in session.alerts.open_p0():
        detail = {"platform": row["platform"], "due": row["due_at"], "has": row["assignee"]}
        about = f"case:{row['id']}"
        yield Condition(AlertKind.P0, f"p0:{about}", about, row["source"], detail=detail)


def _at_risk(session: Session, watch: Watch, now: datetime) -> Iterator[Condition]:
    before = {
        u: (SLA[u] or timedelta(0)) * watch.patience.at_risk for u in (Urgency.P1, Urgency.P2, Urgency.P3)
    }
    horizons = {u.value.lower(): now + span for u, span in before.items()}
    for row in session.alerts.at_risk(now - LATE, horizons):
        detail = {
            "platform": row["platform"],
            "urgency": row["urgency"],
            "intent": row["primary_intent"],
            "due": row["due_at"],
            "has": row["assignee"],
        }
        about = f"case:{row['id']}"
        yield Condition(AlertKind.SLA, f"sla:{about}:{row['due_at']}", about, row["source"], detail=detail)


def _storms(session: Session, brands: Mapping[str, str]) -> Iterator[Condition]:
    for storm in session.storms.active():
        if storm.incident is not None:
            continue  # somebody knows
        theirs = {brands.get(case.source) for case in session.storms.cases(storm.id, 50)}
        brand = next(iter(theirs)) if len(theirs) == 1 else None
        detail = {
            "intent": storm.intent,
            "cases": storm.cases,
            "expected": round(storm.expected, 1),
            "since": utc_text(storm.began_at),
        }
        # It is told of again each time it has doubled.
        size = max(storm.cases, 1).bit_length()
        about = f"storm:{storm.id}"
        yield Condition(AlertKind.STORM, about, about, brand=brand, size=size, detail=detail)


def _troubled(session: Session, watch: Watch, now: datetime) -> Iterator[Condition]:
    found = standing(troubles(session), watch.sources, now)
    for source, theirs in groupby(sorted(found, key=_refused_first), key=lambda t: t.source):
        of = list(theirs)
        refused = [t for t in of if t.code == AuthExpired.code]
        if refused:
            yield _trouble(AlertKind.CREDENTIALS, source, refused)
        elif of:
            yield _trouble(AlertKind.SOURCE, source, of)


def _refused_first(trouble: Trouble) -> tuple[str, bool]:
    return trouble.source, trouble.code != AuthExpired.code


def _trouble(kind: AlertKind, source: str, found: Iterable[Trouble]) -> Condition:
    one = next(iter(found))
    detail = {"fails": one.fails, "code": one.code}
    return Condition(kind, f"{kind.value}:{source}", f"source:{source}", source, detail=detail)


def _unpolled(session: Session, watch: Watch, now: datetime) -> Iterator[Condition]:
    """Sources that nobody has tried for long: the collector has stopped, or hangs."""
    states = {s.source: s for s in session.ledger.states()}
    for source in watch.sources:
        state = states.get(source.name)
        rests = state is not None and state.not_before is not None and state.not_before > now
        if not source.enabled or watch.started is None or rests:
            continue
        tried = state.last_try_at if state is not None else None
        since = max(watch.started, tried or watch.started)
        if now - since > watch.polled_within(source):
            detail = {"fails": "is not polled", "since": utc_text(tried) if tried else None}
            about = f"source:{source.name}"
            yield Condition(AlertKind.SOURCE, f"stopped:{source.name}", about, source.name, detail=detail)


def _gaps(session: Session, watch: Watch, now: datetime) -> Iterator[Condition]:
    polled = {s.name for s in watch.sources if s.enabled}
    gaps = [g for g in session.ledger.gaps() if g.source in polled and g.interval.end > now - GAPS_OF]
    for source, theirs in groupby(sorted(gaps, key=lambda g: g.source), key=lambda g: g.source):
        of = list(theirs)
        total = sum((g.interval.end - g.interval.start for g in of), timedelta(0))
        if total < watch.patience.gap:
            continue
        # It is told of again each time it has doubled.
        size = int(total / watch.patience.gap).bit_length()
        minutes = round(total.total_seconds() / 60)
        detail: dict[str, Any] = {"minutes": minutes, "stays": not any(g.fillable for g in of)}
        yield Condition(AlertKind.GAP, f"gap:{source}", f"source:{source}", source, size=size, detail=detail)


def _paused(session: Session, watch: Watch, now: datetime) -> Iterator[Condition]:
    for source, row in session.people.pauses():
        since = parse_moment(row["at"])
        if now - since < watch.patience.paused:
            continue
        detail = {"since": row["at"], "by": row["user_name"]}
        about = f"source:{source}" if source else "posting"
        yield Condition(AlertKind.PAUSED, f"paused:{source or '*'}", about, source, detail=detail)


def _disk(watch: Watch) -> Iterator[Condition]:
    if watch.folder is None or not watch.folder.is_dir():
        return
    free = shutil.disk_usage(watch.folder).free // MIB
    if free < watch.patience.free_mb:
        # Told of again when half of it is gone as well.
        size = (watch.patience.free_mb // max(free, 1)).bit_length()
        step = free - free % 50
        yield Condition(AlertKind.DISK, "disk", "store", size=size, detail={"free_mb": step})


def _backfills(session: Session, now: datetime) -> Iterator[Condition]:
    for row in session.alerts.backfills_ended(now - ENDED_WITHIN):
        about = f"backfill:{row['run']}"
        key = f"{about}:{row['state']}:{row['updated_at']}"
        yield Condition(AlertKind.BACKFILL, key, about, detail={"state": row["state"]})
