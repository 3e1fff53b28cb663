"""Who is at a case: pages say that somebody is there, and are told who else is. No decision hangs on it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from monitor.domain.errors import StoreUnavailable
from monitor.stages import presence
from monitor.web.access import Reader, Services
from monitor.web.pages import render

router = APIRouter()


@router.post("/cases/{case_id}/here")
def here(
    request: Request,
    services: Services,
    person: Reader,
    case_id: int,
    doing: Annotated[str, Form()] = presence.LOOKING,
) -> Response:
    """A piece of the page: who else is here. Says, too, that this person is, or that they left."""
    busy = False
    try:
        presence.be_here(services.store, case_id, person.name, doing, services.clock)
    except StoreUnavailable:
        busy = True  # said again in ten seconds
    if doing == presence.GONE:
        return Response(status_code=204)
    with services.store.read() as session:
        if busy:
            session.cases.get(case_id)
        others = presence.others_here(session, case_id, person.name, services.clock.now())
    return render(request, services, "_others.html", person=person, others=others)
