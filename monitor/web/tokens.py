"""The tokens of the API: one's own, and for admins everybody's."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from monitor.domain.errors import PressZeroError
from monitor.stages import people, tokens
from monitor.stages.people import SignedIn
from monitor.stages.tokens import Scope
from monitor.store.tokens import Token
from monitor.web.access import Admin, Reader, Services, address_of
from monitor.web.case import Notice
from monitor.web.pages import frame_of, render
from monitor.web.services import WebServices

router = APIRouter()

LIFETIMES = {7: "a week", 30: "30 days", 90: "90 days", 365: "a year"}
MEANS: dict[Scope, str] = {
    Scope.READ: "read cases, mentions, drafts, sources, digests",
    Scope.DRAFT: "write, edit, hand off, note, assign, correct, close",
    Scope.APPROVE: "approve and undo, in your name",
    Scope.PAUSE: "pause all posting",
    Scope.AUDIT: "read the audit log",
    Scope.ADMIN: "look after webhooks",
}


@router.get("/account/tokens")
def own_tokens(request: Request, services: Services, person: Reader) -> Response:
    """One's own tokens."""
    return _page(request, services, person)


def _page(
    request: Request,
    services: WebServices,
    person: SignedIn,
    notice: Notice | None = None,
    made: str | None = None,
) -> Response:
    with services.store.read() as session:
        frame, found = frame_of(session, person.name), _alive_first(session.tokens.all(person.name), services)
    return render(
        request,
        services,
        "tokens.html",
        person=person,
        frame=frame,
        status=400 if notice else 200,
        notice=notice,
        made=made,
        tokens=found,
        scopes=[(scope, MEANS[scope]) for scope in tokens.allowed(person.role)],
        lifetimes=LIFETIMES,
    )


def _alive_first(found: list[Token], services: WebServices) -> list[Token]:
    now = services.clock.now()
    return sorted(found, key=lambda token: not token.is_alive(now))


@router.post("/account/tokens")
def make_token(
    request: Request,
    services: Services,
    person: Reader,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=people.LONGEST_PASSWORD)],
    days: Annotated[int, Form()] = 90,
    scope: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """A new token, shown this once. The password is asked for: whoever finds a browser open gets none."""
    try:
        people.check_password(services.store, person.name, password, address_of(request), services.clock)
        token, _ = tokens.make(
            services.store,
            person.name,
            name,
            scope,
            services.clock,
            by=person.name,
            lifetime=timedelta(days=days if days in LIFETIMES else 90),
        )
    except PressZeroError as error:
        return _page(request, services, person, Notice.of(error))
    return _page(request, services, person, made=token)


@router.post("/account/tokens/{token_id}/revoke")
def revoke_own(services: Services, person: Reader, token_id: int) -> Response:
    """Ends one of one's own tokens."""
    tokens.revoke(services.store, token_id, services.clock, by=person.name, of=person.name)
    return RedirectResponse("/account/tokens", 303)


@router.get("/people/tokens")
def every_token(request: Request, services: Services, person: Admin) -> Response:
    """Everybody's tokens, for admins."""
    with services.store.read() as session:
        frame, found = frame_of(session, person.name), _alive_first(session.tokens.all(), services)
    return render(request, services, "tokens_all.html", person=person, frame=frame, tokens=found)


@router.post("/people/tokens/{token_id}/revoke")
def revoke_any(services: Services, person: Admin, token_id: int) -> Response:
    """Ends anybody's token."""
    tokens.revoke(services.store, token_id, services.clock, by=person.name)
    return RedirectResponse("/people/tokens", 303)
