"""Outgoing webhooks on the pages: how each stands, the log, one delivery with all its tries."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from monitor.domain.errors import NotFound, PressZeroError
from monitor.stages import telling
from monitor.stages.people import SignedIn
from monitor.web.access import Admin, Services
from monitor.web.case import Notice
from monitor.web.pages import frame_of, render
from monitor.web.services import WebServices

router = APIRouter()
PAGE = 50
STATES = ("waiting", "delivered", "dead")


@router.get("/webhooks")
def webhooks(
    request: Request, services: Services, person: Admin, hook: str = "", state: str = "", before: int = 0
) -> Response:
    """How every webhook stands, and what became of the last events."""
    return _page(request, services, person, hook[:40], state if state in STATES else "", before)


def _page(
    request: Request,
    services: WebServices,
    person: SignedIn,
    hook: str = "",
    state: str = "",
    before: int = 0,
    notice: Notice | None = None,
) -> Response:
    wanted = {"hook": hook, "state": state, "event": ""}
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        states, counts = session.outbox.states(), session.outbox.counts()
        found = session.outbox.page(wanted, PAGE + 1, *([before] if before > 0 else []))
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return render(
        request,
        services,
        "webhooks.html",
        person=person,
        frame=frame,
        notice=notice,
        hooks=[(s, states.get(s.name), counts.get(s.name, {})) for s in services.subscriptions],
        deliveries=found[:PAGE],
        more=more,
        hook=hook,
        state=state,
        states=STATES,
    )


@router.post("/webhooks/{name}/test")
def test_webhook(request: Request, services: Services, person: Admin, name: str) -> Response:
    """Sends a test event now, and says what came of it."""
    hook = next((s for s in services.subscriptions if s.name == name), None)
    if hook is None or services.courier is None:
        raise NotFound("There is no such webhook, or it is off.", action="See config.toml.")
    answer = telling.ping(
        services.store, hook, services.courier, services.clock, brand=services.brand_name, by=person.name
    )
    if answer.is_taken:
        said = Notice(f"{name} took it.", f"Answered {answer.status} after {answer.took_ms} ms.", tone="good")
    else:
        said = Notice(f"{name} did not take it.", f"{answer.error}.")
    return _page(request, services, person, notice=said)


@router.get("/webhooks/deliveries/{delivery_id}")
def delivery(request: Request, services: Services, person: Admin, delivery_id: int) -> Response:
    """One delivery: what was sent, and every try."""
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        found, tries = session.outbox.get(delivery_id), session.outbox.tries(delivery_id)
    return render(
        request,
        services,
        "delivery.html",
        person=person,
        frame=frame,
        delivery=found,
        tries=tries,
        body=json.dumps(json.loads(found.body), indent=2, ensure_ascii=False),
    )


@router.post("/webhooks/resend")
def resend(
    request: Request, services: Services, person: Admin, delivery_id: Annotated[int, Form()]
) -> Response:
    """Puts a delivery that has ended on its way once more."""
    try:
        telling.resend(services.store, delivery_id, services.subscriptions, services.clock, by=person.name)
    except PressZeroError as error:
        return _page(request, services, person, notice=Notice.of(error))
    return RedirectResponse("/webhooks", 303)
