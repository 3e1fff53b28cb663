"""Alerts: what people were told of, who sees to it, who is on call, and whether a channel takes a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from monitor.domain.alert import Alert
from monitor.domain.casework import moment_meant
from monitor.domain.errors import NotFound, PressZeroError
from monitor.stages import alerting
from monitor.stages.alerting.saying import say
from monitor.stages.people import SignedIn, require_every_brand
from monitor.store.alerts import AlertMessage
from monitor.web.access import Drafter, Pauser, Reader, Services
from monitor.web.case import Notice
from monitor.web.pages import frame_of, render
from monitor.web.services import WebServices

router = APIRouter()
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an alert on one channel, all its rounds together."""

    channel: str
    person: str | None
    times: int
    last_at: datetime | None
    standing: str  # of the newest message, where it was not taken


def told_of(messages: Sequence[AlertMessage]) -> list[Told]:
    """One line a channel, in the order they were first told."""
    found = []
    for channel in dict.fromkeys(m.channel for m in messages):
        theirs = [m for m in messages if m.channel == channel]
        sent = [m.finished_at for m in theirs if m.state == "sent" and m.finished_at]
        last = theirs[-1]
        standing = "" if last.state == "sent" else last.error or last.state
        found.append(Told(channel, last.person, len(sent), max(sent, default=None), standing))
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """An alert as the page shows it."""

    alert: Alert
    title: str
    told: list[Told]

    @property
    def href(self) -> str | None:
        """What it is about, where that has a page."""
        kind, _, number = self.alert.subject.partition(":")
        pages = {"case": f"/cases/{number}", "storm": f"/storms/{number}", "source": "/sources"}
        return pages.get(kind)


@router.get("/alerts")
def alerts(request: Request, services: Services, person: Reader) -> Response:
    """Those that wait for somebody first, then the newest."""
    return _page(request, services, person)


def _page(
    request: Request,
    services: WebServices,
    person: SignedIn,
    notice: Notice | None = None,
    outcome: str = "",
) -> Response:
    now, watch = services.clock.now(), services.watch
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        found = session.alerts.page(SHOWN)
        lines = [
            Line(a, say([a], watch, now).title if watch else a.kind, told_of(session.alerts.messages(a.id)))
            for a in found
        ]
        covers = session.alerts.covers(now)
    on_call = watch.rota.on_call(now, covers) if watch else ()
    return render(
        request,
        services,
        "alerts.html",
        person=person,
        frame=frame,
        status=400 if notice else 200,
        notice=notice,
        outcome=outcome,
        waiting=[line for line in lines if line.alert.waits],
        others=[line for line in lines if not line.alert.waits],
        on_call=on_call,
        until=watch.rota.changes_at(now, covers) if watch else None,
        covers=covers,
        channels=watch.channels if watch else (),
        turns=[c.person for c in watch.channels if c.person] if watch else [],
    )


@router.post("/alerts/{alert_id}/ack")
def acknowledge(request: Request, services: Services, person: Drafter, alert_id: int) -> Response:
    """Somebody sees to it: nobody is told of it again."""
    try:
        alerting.acknowledge(services.store, alert_id, person.name, services.clock)
    except PressZeroError as error:
        return _page(request, services, person, Notice.of(error))
    return RedirectResponse("/alerts", 303)


@router.post("/alerts/test/{channel}")
def test_channel(request: Request, services: Services, person: Pauser, channel: str) -> Response:
    """Sends a test over a channel now."""
    try:
        if services.watch is None or services.carrier is None:
            raise NotFound(f"There is no channel {channel!r}.")
        why = alerting.try_channel(
            services.store, services.watch, channel, services.carrier, person.name, services.clock
        )
    except PressZeroError as error:
        return _page(request, services, person, Notice.of(error))
    return _page(
        request,
        services,
        person,
        outcome=f"{channel} took it." if why is None else f"{channel} did not take it: {why}.",
    )


@router.post("/alerts/cover")
def cover(
    request: Request,
    services: Services,
    person: Pauser,
    who: Annotated[str, Form(max_length=100)],
    until: Annotated[str, Form(max_length=60)],
    start: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Puts somebody on call in place of whoever the rota says. The rota is of every brand."""
    require_every_brand(person.brands)
    try:
        if services.watch is None:
            raise NotFound("There is no rota.")
        now, zone = services.clock.now(), services.watch.rota.zone
        begins: datetime = moment_meant(start, now, zone) if start.strip() else now
        ends = moment_meant(until, begins, zone)
        alerting.cover(services.store, services.watch, who, begins, ends, person.name, services.clock)
    except PressZeroError as error:
        return _page(request, services, person, Notice.of(error))
    return RedirectResponse("/alerts", 303)


@router.post("/alerts/cover/{cover_id}/drop")
def uncover(request: Request, services: Services, person: Pauser, cover_id: int) -> Response:
    """Takes a cover back."""
    require_every_brand(person.brands)
    try:
        alerting.uncover(services.store, cover_id, person.name, services.clock)
    except PressZeroError as error:
        return _page(request, services, person, Notice.of(error))
    return RedirectResponse("/alerts", 303)
