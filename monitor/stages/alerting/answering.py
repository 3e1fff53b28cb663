"""What people do: see to an alert, take somebody's turn on the rota, try a channel."""

from __future__ import annotations

from datetime import datetime

from monitor.domain.alert import Alert, must_differ
from monitor.domain.errors import ForbiddenTransition, WrongUse
from monitor.domain.moments import Clock, utc_text
from monitor.stages.alerting.watch import Carrier, Watch
from monitor.store.protocol import Store


def acknowledge(store: Store, alert_id: int, user: str, clock: Clock) -> Alert:
    """Somebody sees to it: nobody is told of it any more. Raises NotFound, ForbiddenTransition."""
    now = clock.now()
    with store.write() as session:
        before = session.alerts.get(alert_id)
        if not session.alerts.acknowledge(alert_id, user, now):
            over = before.over_at is not None
            why = f"Alert {alert_id} is over." if over else f"{before.acked_by} sees to alert {alert_id}."
            raise ForbiddenTransition(why, action="There is nothing to do.")
        session.audit.record(now, user, "alert.acknowledged", f"alert:{alert_id}", about=before.subject)
        return session.alerts.get(alert_id)


def cover(
    store: Store, watch: Watch, who: str, start: datetime, end: datetime, user: str, clock: Clock
) -> int:
    """Somebody is on call from `start` to `end` in place of whoever the rota says. Raises WrongUse."""
    must_differ(start, end)
    now = clock.now()
    if end <= now:
        raise WrongUse("That is over.", action="Give an end that is to come.")
    known = dict.fromkeys((*watch.rota.everybody, *(c.person for c in watch.channels if c.person)))
    if who not in known:
        names = ", ".join(known) or "nobody"
        raise WrongUse(f"{who!r} is not on the rota and has no channel.", action=f"There are: {names}.")
    with store.write() as session:
        number = session.alerts.cover(who, start, end, user, now)
        session.audit.record(
            now, user, "rota.covered", f"cover:{number}", who=who, start=utc_text(start), end=utc_text(end)
        )
    return number


def uncover(store: Store, cover_id: int, user: str, clock: Clock) -> None:
    """They are not, after all. Raises NotFound."""
    with store.write() as session:
        session.alerts.uncover(cover_id)
        session.audit.record(clock.now(), user, "rota.uncovered", f"cover:{cover_id}")


def try_channel(
    store: Store, watch: Watch, name: str, carrier: Carrier, user: str, clock: Clock
) -> str | None:
    """Sends a test over a channel now; None when it took it, else why not. Raises WrongUse."""
    channel = watch.channel(name)
    if channel is None:
        names = ", ".join(c.name for c in watch.channels) or "none"
        raise WrongUse(f"There is no channel {name!r}.", action=f"There are: {names}.")
    with store.write() as session:
        session.audit.record(clock.now(), user, "alert.tested", f"channel:{name}")
    body = "\n".join(filter(None, ("Alerts reach you here. Nothing is wrong.", watch.link("/alerts"))))
    return carrier.carry(channel.address, f"Test from {user}", body)
