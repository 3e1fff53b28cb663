"""Posting: what leaves when, what is held back and why, and what to say of a reply that got no answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from monitor.domain.draft import DraftState
from monitor.domain.errors import NotFound, WrongUse
from monitor.stages import publish
from monitor.stages.publish import Outlet, outlook
from monitor.stages.review import pause
from monitor.web.access import Pauser, Reader, Services
from monitor.web.acts import Approving
from monitor.web.pages import frame_of, render

router = APIRouter()

GROUPS = (
    ("unknown", "No answer: is it there?", (DraftState.UNKNOWN,)),
    ("refused", "Refused by the platform", (DraftState.REFUSED,)),
    ("frozen", "Frozen", (DraftState.FROZEN,)),
    ("leaving", "On their way", (DraftState.APPROVED, DraftState.SENDING)),
)


@router.get("/posting")
def posting(request: Request, services: Services, person: Reader) -> Response:
    """What `presszero publish --status` says, with the buttons that belong to it."""
    now = services.clock.now()
    outlets: Sequence[Outlet] = services.posting.outlets() if services.posting else ()
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        view = outlook(session, outlets, now)
    groups = [(key, title, found) for key, title, states in GROUPS if (found := view.in_state(*states))]
    return render(
        request,
        services,
        "posting.html",
        person=person,
        frame=frame,
        view=view,
        groups=groups,
        sources=sorted({s.name for s in services.sources}),
        advise=services.posting.advise if services.posting else None,
    )


@router.post("/posting/{source}")
def switch(
    services: Services,
    person: Pauser,
    source: str,
    on: Annotated[str, Form()],
    reason: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Stops or starts posting from one source."""
    if source not in {s.name for s in services.sources}:
        raise NotFound(f"There is no source {source!r}.")
    pause(services.store, person.name, on == "yes", reason, services.clock, source=source)
    return RedirectResponse("/posting", 303)


@router.post("/cases/{case_id}/unknown")
def settle(
    act: Approving,
    case_id: int,
    do: Annotated[str, Form()] = "",
    url: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """What a person says of a reply without an answer: `do` is found (at `url`), absent or look."""

    def settled() -> None:
        store, clock, user = act.services.store, act.services.clock, act.person.name
        posting = act.services.posting
        with store.read() as session:
            draft = session.drafts.live_of(case_id)
        if draft is None or posting is None:
            raise NotFound("This case has no reply whose outcome is open.")
        if do == "look":
            publish.look(store, draft.id, user, clock)
        elif do == "absent":
            publish.absent(store, draft.id, user, posting.settles(draft.source, draft.platform), clock)
        elif do == "found":
            outlet = posting.route(draft.source, draft.platform)
            native_id = posting.native_id_in(draft.source, url.strip())
            handle = outlet.handle if outlet else None
            publish.found(store, draft.id, user, url.strip(), native_id, handle, clock)
        else:
            raise WrongUse(f"{do!r} is nothing that can be said of it.", action="Use the buttons.")

    return act.answer(case_id, settled)
