"""Outgoing webhooks: how each stands, the log of deliveries, sending again."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from monitor.domain.errors import NotFound
from monitor.domain.events import Event
from monitor.domain.moments import utc_text
from monitor.stages import telling
from monitor.stages.telling import Subscription
from monitor.store.codec import maybe_text
from monitor.store.outbox import Delivery
from monitor.web.api.access import Act, Administering, Id
from monitor.web.api.document import problems
from monitor.web.api.paging import Paged, cursor_of
from monitor.web.api.shape import Moment, Shape, Text

router = APIRouter(tags=["webhooks"])


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    DEAD = "dead"


class HookShape(Shape):
    """A webhook that is switched on. Its address and secrets are told to nobody."""

    name: str
    events: list[str]
    failing_since: Moment | None
    last_ok_at: Moment | None
    not_before: Moment | None = Field(description="Nothing is sent until then, because its server fails.")
    error: str | None
    waiting: int
    dead: int
    delivered: int


class HookList(Shape):
    """Every webhook that is switched on."""

    items: list[HookShape]


class DeliveryShape(Shape):
    """An event on its way to a webhook."""

    delivery_id: int
    hook: str
    event_id: str
    event: str
    subject: str
    state: DeliveryState
    tries: int
    created_at: Moment
    next_at: Moment
    finished_at: Moment | None
    status: int | None = Field(description="Of the last answer.")
    error: str | None


class TryShape(Shape):
    """One try."""

    at: Moment
    status: int | None
    error: str | None
    took_ms: int


class DeliveryDetail(DeliveryShape):
    """A delivery with what was sent, and every try."""

    body: dict[str, Any]
    log: list[TryShape]


class DeliveryPage(Shape):
    """A page of deliveries."""

    items: list[DeliveryShape]
    next: str | None


class DeliveryQuery(Paged):
    """Which deliveries."""

    hook: Annotated[Text | SkipJsonSchema[None], Field(max_length=40)] = None
    state: DeliveryState | SkipJsonSchema[None] = None
    event: Event | SkipJsonSchema[None] = None


@router.get("/webhooks")
def list_webhooks(act: Administering) -> HookList:
    """How every webhook stands."""
    with act.store.read() as session:
        states, counts = session.outbox.states(), session.outbox.counts()
    found = []
    for hook in act.services.subscriptions:
        state, count = states.get(hook.name), counts.get(hook.name, {})
        found.append(
            HookShape(
                name=hook.name,
                events=list(hook.events),
                failing_since=maybe_text(state.failing_since) if state else None,
                last_ok_at=maybe_text(state.last_ok_at) if state else None,
                not_before=maybe_text(state.not_before) if state else None,
                error=state.error if state else None,
                waiting=count.get("waiting", 0) + count.get("sending", 0),
                dead=count.get("dead", 0),
                delivered=count.get("delivered", 0),
            )
        )
    return HookList(items=found)


class Pinged(Shape):
    """What came of a test."""

    taken: bool
    status: int | None
    error: str | None
    took_ms: int


@router.post("/webhooks/{name}/test", responses=problems(404))
def ping_webhook(act: Administering, name: Annotated[Text, Path(max_length=40)]) -> Pinged:
    """Sends a test event now, and says what came of it."""
    services, hook = act.services, _subscription(act, name)
    if services.courier is None:
        raise NotFound("Nothing carries events here.", action="Ask where `presszero run` works.")
    answer = telling.ping(
        act.store, hook, services.courier, services.clock, brand=services.brand_name, by=act.user
    )
    return Pinged(taken=answer.is_taken, status=answer.status, error=answer.error, took_ms=answer.took_ms)


def _subscription(act: Act, name: str) -> Subscription:
    found = next((s for s in act.services.subscriptions if s.name == name), None)
    if found is None:
        raise NotFound(f"There is no webhook {name!r}, or it is off.", action="GET /webhooks lists them.")
    return found


@router.get("/deliveries", responses=problems(400))
def list_deliveries(act: Administering, query: Annotated[DeliveryQuery, Query()]) -> DeliveryPage:
    """What became of events at webhooks, newest first."""
    wanted = {"hook": query.hook or "", "state": query.state or "", "event": query.event or ""}
    with act.store.read() as session:
        found = session.outbox.page(wanted, query.limit + 1, query.before("deliveries"))
    more, found = len(found) > query.limit, found[: query.limit]
    place = cursor_of("deliveries", found[-1].id) if more else None
    return DeliveryPage(items=[_delivery(d) for d in found], next=place)


@router.get("/deliveries/{delivery_id}", responses=problems(404))
def show_delivery(act: Administering, delivery_id: Id) -> DeliveryDetail:
    """A delivery with what was sent, and every try."""
    with act.store.read() as session:
        delivery, tries = session.outbox.get(delivery_id), session.outbox.tries(delivery_id)
    return DeliveryDetail(
        **_delivery(delivery).model_dump(), body=json.loads(delivery.body), log=[TryShape(**t) for t in tries]
    )


@router.post("/deliveries/{delivery_id}/resend", responses=problems(404))
def resend_delivery(act: Administering, delivery_id: Id) -> DeliveryShape:
    """Puts a delivery that has ended on its way once more, under the same event id."""
    services = act.services
    return _delivery(
        telling.resend(act.store, delivery_id, services.subscriptions, services.clock, by=act.user)
    )


def _delivery(found: Delivery) -> DeliveryShape:
    return DeliveryShape(
        delivery_id=found.id,
        hook=found.hook,
        event_id=found.event_key,
        event=found.event,
        subject=found.subject,
        state=DeliveryState(found.state),
        tries=found.tries,
        created_at=utc_text(found.created_at),
        next_at=utc_text(found.next_at),
        finished_at=maybe_text(found.finished_at),
        status=found.status,
        error=found.error,
    )
