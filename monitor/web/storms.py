"""Storms on the pages: a banner over the queue, the cases of one, and what somebody makes of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from monitor.domain.errors import PressZeroError
from monitor.incident import storms as storming
from monitor.stages.people import SignedIn
from monitor.web.access import Drafter, Reader, Services
from monitor.web.case import Notice
from monitor.web.pages import frame_of, render
from monitor.web.services import WebServices

router = APIRouter()
SHOWN = 200


@router.get("/storms/banner")
def banner(request: Request, services: Services, person: Reader) -> Response:
    """A piece of the page: the storms that go on."""
    with services.store.read() as session:
        frame = frame_of(session, person.name)
    return render(request, services, "_storms.html", person=person, frame=frame)


@router.get("/storms/{storm_id}")
def storm_page(request: Request, services: Services, person: Reader, storm_id: int) -> Response:
    """One storm, with its cases."""
    return _page(request, services, person, storm_id)


def _page(
    request: Request, services: WebServices, person: SignedIn, storm_id: int, notice: Notice | None = None
) -> Response:
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        storm, cases = session.storms.get(storm_id), session.storms.cases(storm_id, SHOWN)
        incidents = {int(i["id"]): str(i["name"]) for i in session.casework.incidents_known()}
    return render(
        request,
        services,
        "storm.html",
        person=person,
        frame=frame,
        status=409 if notice else 200,
        notice=notice,
        storm=storm,
        cases=cases,
        incidents=incidents,
    )


@router.post("/storms/{storm_id}/incident")
def declare(
    request: Request,
    services: Services,
    person: Drafter,
    storm_id: int,
    name: Annotated[str, Form(max_length=200)],
) -> Response:
    """It is an incident: its open cases belong to it."""
    try:
        storming.declare(services.store, storm_id, person.name, name, services.clock)
    except PressZeroError as error:
        return _page(request, services, person, storm_id, Notice.of(error))
    return RedirectResponse(f"/storms/{storm_id}", 303)


@router.post("/storms/{storm_id}/dismiss")
def dismiss(request: Request, services: Services, person: Drafter, storm_id: int) -> Response:
    """It is none."""
    try:
        storming.dismiss(services.store, storm_id, person.name, services.clock)
    except PressZeroError as error:
        return _page(request, services, person, storm_id, Notice.of(error))
    return RedirectResponse("/", 303)
