"""Compares what holds with what people were told, and puts messages on their way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.alert import Alert, AlertKind, Condition, Cover, level_of
from monitor.domain.moments import Clock
from monitor.stages.alerting.conditions import conditions
from monitor.stages.alerting.watch import Watch
from monitor.store.protocol import Store
from monitor.store.session import Session

ACTOR = "machine:alerts"

# What was over for less than this is the same thing that comes and goes: nobody is told anew.
FLICKER = timedelta(hours=1)
KEPT_FOR = timedelta(days=90)


@dataclass(slots=True)
class NoticeReport:
    """What one look did."""

    raised: int = 0
    over: int = 0
    messages: int = 0


def notice(store: Store, watch: Watch, clock: Clock) -> NoticeReport:
    """Raises what is new, ends what is over, tells people. While nothing changes nothing is written."""
    report, now = NoticeReport(), clock.now()
    with store.read() as session:
        found = {c.key: c for c in conditions(session, watch, now)}
        standing = {a.key: a for a in session.alerts.standing()}
        idle = not session.alerts.to_tell(now)
    if idle and found.keys() == standing.keys() and not any(_differs(standing[k], found[k]) for k in found):
        return report
    with store.write() as session:
        found = {c.key: c for c in conditions(session, watch, now)}
        standing = {a.key: a for a in session.alerts.standing()}
        for alert in standing.values():
            if alert.key not in found:
                session.alerts.over(alert.id, now)
                session.audit.record(now, ACTOR, "alert.over", f"alert:{alert.id}")
                report.over += 1
        for condition in found.values():
            _stands(session, condition, standing.get(condition.key), now, report)
        covers = session.alerts.covers(now)
        for alert in session.alerts.to_tell(now):
            report.messages += _tell(session, watch, alert, covers, now)
        session.alerts.forget(now - KEPT_FOR)
    return report


def _differs(alert: Alert, condition: Condition) -> bool:
    return condition.size > alert.size or dict(condition.detail) != dict(alert.detail)


def _stands(
    session: Session, condition: Condition, alert: Alert | None, now: datetime, report: NoticeReport
) -> None:
    if alert is not None:
        if condition.size > alert.size:
            session.alerts.grew(alert.id, condition, now)
            session.audit.record(now, ACTOR, "alert.grew", f"alert:{alert.id}", size=condition.size)
        elif dict(condition.detail) != dict(alert.detail):
            session.alerts.note(alert.id, condition)
        return
    last = session.alerts.last(condition.key)
    flickers = last is not None and last.over_at is not None and now - last.over_at < FLICKER
    if last is not None and flickers and condition.kind is not AlertKind.P0 and condition.size <= last.size:
        session.alerts.again(last.id, condition)
        session.audit.record(now, ACTOR, "alert.again", f"alert:{last.id}")
        return
    made = session.alerts.add(condition, now)
    session.audit.record(
        now, ACTOR, "alert.raised", f"alert:{made}", kind=condition.kind.value, about=condition.subject
    )
    report.raised += 1


def _tell(session: Session, watch: Watch, alert: Alert, covers: Sequence[Cover], now: datetime) -> int:
    """One round: everybody who should know by now. Only a P0 has a next one."""
    patience, is_page = watch.patience, alert.kind is AlertKind.P0
    level = max(level_of(alert, now, patience), _failed(session, alert)) if is_page else 0
    sent = 0
    for channel in watch.whom(alert.kind, alert.brand, now, covers, level):
        quiet = channel.quiet.until(now) if channel.quiet is not None and not is_page else None
        sent += session.alerts.address(alert, channel.name, channel.person, now, quiet or now)
    session.alerts.told(alert.id, now + patience.repeat if is_page else None)
    if is_page and alert.round:
        session.audit.record(
            now, ACTOR, "alert.repeated", f"alert:{alert.id}", round=alert.round + 1, level=level
        )
    return sent


def _failed(session: Session, alert: Alert) -> int:
    """How many people could not be reached: each of them brings in the next one."""
    return len({m.person for m in session.alerts.messages(alert.id) if m.person and m.error})
