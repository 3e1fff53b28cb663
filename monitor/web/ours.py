"""Our own side: what we promised and still owe, and the macros, which are held to account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from monitor.domain.errors import NotFound, PressZeroError, WrongUse
from monitor.stages import accountability, review
from monitor.stages.people import SignedIn, require_every_brand
from monitor.web.access import Drafter, MacroKeeper, Reader, Services
from monitor.web.case import Notice
from monitor.web.pages import frame_of, render
from monitor.web.services import MacroRow, WebServices

router = APIRouter()


@router.get("/promises")
def promises(request: Request, services: Services, person: Reader, whose: str = "") -> Response:
    """Everything that is promised and neither kept nor broken, the first due first; `whose` me: only mine."""
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        owed = session.promises.open()
    mine = [row for row in owed if row["keeper"] == person.name]
    return render(
        request,
        services,
        "promises.html",
        person=person,
        frame=frame,
        owed=mine if whose == "me" else owed,
        counts={"": len(owed), "me": len(mine)},
        whose="me" if whose == "me" else "",
    )


@router.post("/promises/{promise_id}")
def settle(
    services: Services,
    person: Drafter,
    promise_id: int,
    kept: Annotated[str, Form()],
    whose: Annotated[str, Form()] = "",
) -> Response:
    """A promise was kept, or it was not."""
    review.settle_promise(services.store, promise_id, person.name, kept == "yes", services.clock)
    return RedirectResponse("/promises?whose=me" if whose == "me" else "/promises", 303)


@router.get("/macros")
def macros(request: Request, services: Services, person: Reader) -> Response:
    """What each macro's replies do to people; suspended ones first."""
    return _macros(request, services, person)


def _macros(
    request: Request, services: WebServices, person: SignedIn, notice: Notice | None = None
) -> Response:
    with services.store.read() as session:
        frame = frame_of(session, person.name)
    rows: Sequence[MacroRow] = services.macros(services.store) if services.macros else ()
    return render(
        request,
        services,
        "macros.html",
        person=person,
        frame=frame,
        rows=rows,
        notice=notice,
        status=400 if notice else 200,
    )


@router.post("/macros/{name}")
def change_macro(
    request: Request,
    services: Services,
    person: MacroKeeper,
    name: str,
    do: Annotated[str, Form()],
    reason: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """`do`: suspend or restore, with a reason. Macros write for every brand."""
    require_every_brand(person.brands)
    try:
        known = {row.standing.macro for row in (services.macros(services.store) if services.macros else ())}
        if name not in known:
            raise NotFound(f"There is no macro {name!r} that has written anything.")
        if do not in ("suspend", "restore"):
            raise WrongUse(f"{do!r} is nothing that can be done to a macro.", action="Use the buttons.")
        act = accountability.suspend if do == "suspend" else accountability.restore
        act(services.store, name, person.name, reason, services.clock)
    except PressZeroError as error:
        return _macros(request, services, person, Notice.of(error))
    return RedirectResponse("/macros", 303)
