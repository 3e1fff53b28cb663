"""Sends what is due: per channel one message at a time, bundled when there are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.alert import Alert, AlertKind, Channel
from monitor.domain.moments import Clock
from monitor.stages.alerting.noticing import ACTOR
from monitor.stages.alerting.saying import say
from monitor.stages.alerting.watch import Carrier, Watch
from monitor.store.alerts import AlertMessage
from monitor.store.protocol import Store
from monitor.store.session import Session

LEASE = timedelta(minutes=2)  # longer than a channel may take
SPAN = timedelta(minutes=10)  # over which the messages of a channel are counted
# When a channel had its share: so long is waited, and what comes in the meantime goes together.
PAGES_EVERY = timedelta(minutes=1)
OTHERS_EVERY = timedelta(minutes=10)

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=5)

# Of what is over by the time it could be said, nobody needs to hear.
SPARED = frozenset({AlertKind.P0, AlertKind.SLA})


@dataclass(slots=True)
class SendReport:
    """What one run did. `sent`: messages that left; `told`: alerts they spoke of."""

    sent: int = 0
    told: int = 0
    failed: int = 0
    spared: int = 0


Due = list[tuple[AlertMessage, Alert]]


def send(store: Store, watch: Watch, carrier: Carrier, clock: Clock) -> SendReport:
    """Sends what is due. One channel that fails holds up no other."""
    report, now = SendReport(), clock.now()
    with store.read() as session:
        due = session.alerts.due(now)
        alerts = {m.alert_id: session.alerts.get(m.alert_id) for m in due}
    by_channel: dict[tuple[str, bool], Due] = {}
    for message in due:
        alert = alerts[message.alert_id]
        by_channel.setdefault((message.channel, alert.kind is not AlertKind.P0), []).append((message, alert))
    for (name, is_other), theirs in sorted(by_channel.items(), key=lambda item: item[0][1]):
        channel = watch.channel(name)
        if channel is None:
            _end(store, theirs, "failed", now, "the channel is no longer configured")
            report.failed += len(theirs)
            continue
        _channel(store, watch, channel, theirs, carrier, clock, report, is_other=is_other)
    return report


def _channel(
    store: Store,
    watch: Watch,
    channel: Channel,
    due: Due,
    carrier: Carrier,
    clock: Clock,
    report: SendReport,
    *,
    is_other: bool,
) -> None:
    now = clock.now()
    needless = [(m, a) for m, a in due if not _is_wanted(a)]
    _end(store, needless, "spared", now)
    report.spared += len(needless)
    wanted = [(m, a) for m, a in due if _is_wanted(a)]
    if not wanted:
        return
    with store.write() as session:
        until = _held_until(session, watch, channel, now, is_other=is_other)
        if until is not None:
            for message, _ in wanted:
                session.alerts.later(message.id, until)
            return
        taken = [(m, a) for m, a in wanted if session.alerts.claim(m.id, now, now + LEASE)]
    if not taken:
        return
    told = list({a.id: a for _, a in taken}.values())
    said = say(told, watch, now)
    error = carrier.carry(channel.address, said.title, said.body)
    _record(store, watch, taken, error, clock.now())
    if error is None:
        report.sent += 1
        report.told += len(told)
    else:
        report.failed += 1


def _is_wanted(alert: Alert) -> bool:
    if alert.kind is AlertKind.P0:
        return alert.waits
    return alert.over_at is None if alert.kind in SPARED else True


def _held_until(
    session: Session, watch: Watch, channel: Channel, now: datetime, *, is_other: bool
) -> datetime | None:
    """Until when a channel is left alone: it is quiet, or it has had many."""
    quiet = channel.quiet.until(now) if channel.quiet is not None and is_other else None
    if quiet is not None:
        return quiet
    count, last = session.alerts.sent_since(channel.name, now - SPAN)
    if count < watch.patience.burst or last is None:
        return None
    until = last + (OTHERS_EVERY if is_other else PAGES_EVERY)
    return until if until > now else None


def _record(store: Store, watch: Watch, taken: Due, error: str | None, now: datetime) -> None:
    """What came of it, in one transaction. A page that did not get through brings in the next person."""
    with store.write() as session:
        for message, alert in taken:
            if error is None:
                together = taken[0][0].id if len(taken) > 1 else None
                session.alerts.ended(message.id, "sent", now, together=together)
                continue
            next_at = now + min(FIRST_WAIT * 2 ** min(message.tries, 10), LONGEST_WAIT)
            is_lost = next_at > message.created_at + watch.patience.give_up
            state = "failed" if is_lost else "waiting"
            session.alerts.ended(message.id, state, now, next_at=next_at, error=error)
            if message.error is None:
                session.audit.record(
                    now, ACTOR, "alert.not_taken", f"alert:{alert.id}", channel=message.channel, why=error
                )
                if alert.kind is AlertKind.P0:
                    session.alerts.sooner(alert.id, now)


def _end(
    store: Store, due: Sequence[tuple[AlertMessage, Alert]], state: str, now: datetime, why: str | None = None
) -> None:
    if not due:
        return
    with store.write() as session:
        for message, _ in due:
            session.alerts.ended(message.id, state, now, error=why)
