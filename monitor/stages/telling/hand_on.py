"""Puts events on their way: each to every webhook that asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from monitor.domain.events import Event, wants
from monitor.domain.moments import Clock
from monitor.stages.telling.hook import Subscription
from monitor.stages.telling.payload import OfThePast, body_of
from monitor.store.protocol import Store

BATCH = 500
KEPT_FOR = timedelta(days=30)


def hand_on(
    store: Store,
    subscriptions: Sequence[Subscription],
    clock: Clock,
    *,
    brand: str,
    public_url: str | None = None,
    limit: int = BATCH,
) -> int:
    """Hands on up to `limit` events, in one transaction; returns how many. Old ones are forgotten.

    A webhook hears of what happens from when it is configured; what waits for one that is gone is dead.
    """
    now = clock.now()
    with store.read() as session:
        idle = not session.outbox.waiting(1)
        gone = set(session.outbox.awaited()) - {s.name for s in subscriptions}
    if idle and not gone:
        return 0
    with store.write() as session:
        for hook in gone:
            session.outbox.drop(hook, now, "the webhook is no longer configured")
        waiting = session.outbox.waiting(limit)
        for happening in waiting:
            wanting = [s for s in subscriptions if wants(s.events, happening.event)]
            if not wanting or happening.event is Event.PING:
                continue
            try:
                body = body_of(session, happening, brand, public_url)
            except OfThePast:
                continue
            for to in wanting:
                session.outbox.add(
                    to.name,
                    happening.event,
                    happening.key,
                    happening.subject,
                    body,
                    now,
                    now + to.retry_for,
                )
        if waiting:
            session.outbox.handed_on(waiting[-1])
        session.outbox.forget(now - KEPT_FOR)
    return len(waiting)
