"""Sends what is due to each webhook, tries again what was not taken, and gives up after a stated time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.webhook.signature import HEADER, sign
from monitor.domain.errors import ForbiddenTransition, NotFound
from monitor.domain.events import Event, Happening
from monitor.domain.moments import Clock, utc_text
from monitor.stages.telling.hook import Answer, Courier, Subscription
from monitor.stages.telling.payload import body_of
from monitor.store.outbox import Delivery
from monitor.store.protocol import Store
from monitor.store.session import Session

ACTOR = "machine:webhooks"
BATCH = 100  # deliveries of one webhook a run

# The wait doubles with each failure, up to an hour; a fifth of it is chance, so that many don't come at once.
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
JITTER = 0.2
LEASE = timedelta(minutes=2)

GONE = 410  # the receiver says that it will never take anything again


@dataclass(slots=True)
class DeliveryReport:
    """What one run did."""

    delivered: int = 0
    failed: int = 0
    dead: int = 0


def deliver(
    store: Store,
    subscriptions: Sequence[Subscription],
    courier: Courier,
    clock: Clock,
    *,
    limit: int = BATCH,
) -> DeliveryReport:
    """Sends what is due. A webhook whose server fails is left alone for a while; the others don't wait."""
    report = DeliveryReport()
    for to in subscriptions:
        with store.read() as session:
            state = session.outbox.states().get(to.name)
            due = session.outbox.due(to.name, clock.now(), limit)
        if state is not None and state.not_before is not None and state.not_before > clock.now():
            continue
        for delivery in due:
            if not _deliver(store, to, delivery, courier, clock, report):
                break
    return report


def _deliver(
    store: Store,
    to: Subscription,
    delivery: Delivery,
    courier: Courier,
    clock: Clock,
    report: DeliveryReport,
) -> bool:
    """One delivery: claimed, sent, recorded. False when nothing more should be sent to this webhook now."""
    begun = clock.now()
    with store.write() as session:
        # Longer than the courier may take: while it runs, nobody else sends this one.
        if not session.outbox.claim(delivery.id, begun, begun + max(LEASE, 8 * to.timeout)):
            return True
    answer = send(to, delivery.event, delivery.event_key, delivery.body, courier, begun)
    now = clock.now()
    with store.write() as session:
        if answer.is_taken:
            _note(session, delivery, answer, "delivered", now, now)
            session.outbox.well(to.name, now)
            report.delivered += 1
            return True
        next_at = now + wait_after(delivery.tries + 1, answer.retry_after)
        rest = None
        if answer.server_fails:
            state = session.outbox.states().get(to.name)
            rest = now + wait_after((state.failures if state else 0) + 1, answer.retry_after)
            next_at = max(next_at, rest)  # before that, nothing is sent: it may be too late by then
        is_dead = answer.status == GONE or next_at > delivery.give_up_at
        _note(session, delivery, answer, "dead" if is_dead else "waiting", now, next_at)
        session.outbox.fails(to.name, now, rest, answer.error or "not taken")
        report.failed += 1
        if is_dead:
            report.dead += 1
            session.audit.record(
                now, ACTOR, "webhook.dead", f"webhook:{to.name}", delivery=delivery.id, event=delivery.event
            )
    return not answer.server_fails


def _note(
    session: Session, delivery: Delivery, answer: Answer, state: str, now: datetime, next_at: datetime
) -> None:
    session.outbox.tried(
        delivery.id,
        state,
        now,
        next_at=next_at,
        status=answer.status,
        error=answer.error,
        took_ms=answer.took_ms,
    )


def send(to: Subscription, event: str, key: str, body: str, courier: Courier, now: datetime) -> Answer:
    """One signed POST. The signature is made anew at each try: it holds for five minutes."""
    raw = body.encode()
    signed = sign(to.secrets[0], raw, now)
    for old in to.secrets[1:]:
        signed += "," + sign(old, raw, now).partition(",")[2]
    headers = {
        "content-type": "application/json",
        "user-agent": "PressZero-Webhook/1",
        HEADER: signed,
        "X-PressZero-Event": event,
        "X-PressZero-Id": key,
        "Idempotency-Key": key,
    }
    return courier.post(to.address, raw, headers, timeout=to.timeout, private=to.allow_private)


def wait_after(failures: int, asked: timedelta | None = None) -> timedelta:
    """How long to wait after so many failures in a row; at least as long as the receiver asked for."""
    doubled: int = 2 ** min(failures - 1, 20)
    wait = min(FIRST_WAIT * doubled, LONGEST_WAIT)
    chance = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - it protects nothing
    return max(wait * chance, min(asked or timedelta(0), LONGEST_WAIT))


# --- by hand --------------------------------------------------------------------------------------


def ping(store: Store, to: Subscription, courier: Courier, clock: Clock, *, brand: str, by: str) -> Answer:
    """Sends a test event now, and says what came of it. It is in the audit log, and in no other."""
    now = clock.now()
    with store.write() as session:
        session.audit.record(now, by, "webhook.tested", f"webhook:{to.name}")
        key = f"ping-{to.name}-{utc_text(now)}"
        happening = Happening(0, key, Event.PING, f"webhook:{to.name}", {"by": by}, now)
        body = body_of(session, happening, brand, None)
    return send(to, Event.PING.value, key, body, courier, now)


def resend(
    store: Store, delivery_id: int, subscriptions: Sequence[Subscription], clock: Clock, *, by: str
) -> Delivery:
    """Puts a delivery that has ended on its way once more, under the same id.

    Raises NotFound, ForbiddenTransition when it is on its way anyhow.
    """
    now = clock.now()
    with store.write() as session:
        delivery = session.outbox.get(delivery_id)
        to = next((s for s in subscriptions if s.name == delivery.hook), None)
        if to is None:
            raise NotFound(
                f"The webhook {delivery.hook!r} is no longer configured.",
                action="See `presszero webhooks list`.",
            )
        if not session.outbox.again(delivery_id, now, now + to.retry_for):
            raise ForbiddenTransition(
                f"Delivery {delivery_id} is {delivery.state}.", action="It is tried again by itself."
            )
        session.audit.record(now, by, "webhook.resent", f"webhook:{to.name}", delivery=delivery_id)
        return session.outbox.get(delivery_id)
