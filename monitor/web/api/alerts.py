"""Alerts: what people were told of, and who sees to it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from monitor.domain.alert import Alert, AlertKind
from monitor.domain.moments import utc_text
from monitor.stages import alerting
from monitor.store.alerts import AlertMessage
from monitor.store.codec import maybe_text
from monitor.store.session import Session
from monitor.web.api.access import Drafting, Id, Reading
from monitor.web.api.document import problems
from monitor.web.api.paging import Paged, cursor_of
from monitor.web.api.shape import Moment, Shape

router = APIRouter(tags=["alerts"])


class ToldShape(Shape):
    """One message of an alert."""

    channel: str
    person: str | None
    state: str
    created_at: Moment
    finished_at: Moment | None
    error: str | None


class AlertShape(Shape):
    """Something that people were told of. Never a customer's words or name."""

    alert_id: int
    kind: AlertKind
    subject: str = Field(description="case:7, source:x-mentions, storm:3 …")
    source: str | None
    brand: str | None
    state: str = Field(description="waiting, acknowledged or over.")
    began_at: Moment
    over_at: Moment | None
    acked_at: Moment | None
    acked_by: str | None
    messages: list[ToldShape]


class AlertPage(Shape):
    """A page of alerts."""

    items: list[AlertShape]
    next: str | None


class AlertQuery(Paged):
    """Which alerts."""

    kind: AlertKind | SkipJsonSchema[None] = None
    waiting: bool = Field(default=False, description="Only those that go on and nobody sees to.")


@router.get("/alerts", responses=problems(400))
def list_alerts(act: Reading, query: Annotated[AlertQuery, Query()]) -> AlertPage:
    """What people were told of, newest first."""
    with act.store.read() as session:
        found = session.alerts.page(
            query.limit + 1, kind=query.kind or "", waiting=query.waiting, before=query.before("alerts")
        )
        more, found = len(found) > query.limit, found[: query.limit]
        items = [_alert(session, a) for a in found]
    return AlertPage(items=items, next=cursor_of("alerts", found[-1].id) if more else None)


@router.post("/alerts/{alert_id}/ack", responses=problems(404))
def acknowledge_alert(act: Drafting, alert_id: Id) -> AlertShape:
    """Somebody sees to it: nobody is told of it again."""
    alerting.acknowledge(act.store, alert_id, act.user, act.services.clock)
    with act.store.read() as session:
        return _alert(session, session.alerts.get(alert_id))


def _alert(session: Session, alert: Alert) -> AlertShape:
    return AlertShape(
        alert_id=alert.id,
        kind=alert.kind,
        subject=alert.subject,
        source=alert.source,
        brand=alert.brand,
        state=alert.state,
        began_at=utc_text(alert.began_at),
        over_at=maybe_text(alert.over_at),
        acked_at=maybe_text(alert.acked_at),
        acked_by=alert.acked_by,
        messages=[_told(m) for m in session.alerts.messages(alert.id)],
    )


def _told(message: AlertMessage) -> ToldShape:
    return ToldShape(
        channel=message.channel,
        person=message.person,
        state=message.state,
        created_at=utc_text(message.created_at),
        finished_at=maybe_text(message.finished_at),
        error=message.error,
    )
