"""The door: name and password, the second factor, and the way out."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from monitor.domain.errors import PressZeroError, SecretKeyUnusable, SignInFailed, TooManyTries
from monitor.stages import people
from monitor.stages.people import SignedIn, second_factor
from monitor.store.people import User
from monitor.web.access import (
    Reader,
    Services,
    address_of,
    agent_of,
    drop_token,
    set_token,
    token_of,
    whoever,
)
from monitor.web.case import Notice
from monitor.web.pages import THEMES, render, safe_next
from monitor.web.services import WebServices

router = APIRouter()
_YEAR = int(timedelta(days=365).total_seconds())

DONE = {
    "reset": Notice("Your password is changed.", "Sign in with the new one.", tone="good"),
    "out": Notice("You are signed out.", "", tone="info"),
    "out-here": Notice("You are signed out here.", "Not yet at your organisation.", tone="info"),
}


@router.get("/sign-in")
def sign_in_page(
    request: Request,
    services: Services,
    person: Annotated[SignedIn | None, Depends(whoever)],
    next: str = "/",
    done: str = "",
) -> Response:
    """The form; somebody who is in already goes on."""
    if person is not None:
        return RedirectResponse(safe_next(next), 303)
    notice = DONE.get(done)
    return door(request, services, next, notice=notice, still_there=done == "out-here")


def door(
    request: Request,
    services: WebServices,
    next: str,
    *,
    name: str = "",
    notice: Notice | None = None,
    status: int = 200,
    still_there: bool = False,
) -> Response:
    """The sign-in page. `still_there`: signed out here, and not yet at the provider."""
    return render(
        request,
        services,
        "sign_in.html",
        status=status,
        next=safe_next(next),
        name=name,
        notice=notice,
        by_mail=services.mail is not None and services.public_url is not None,
        provider=services.provider.label if services.provider else None,
        still_there=still_there and services.provider is not None,
    )


@router.post("/sign-in")
def sign_in(
    request: Request,
    services: Services,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=people.LONGEST_PASSWORD)],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Checks name and password; a new token for every sign-in."""
    name, address = name.strip(), address_of(request)
    try:
        user = people.check_password(services.store, name, password, address, services.clock)
    except SignInFailed as error:
        status = 429 if isinstance(error, TooManyTries) else 401
        return door(request, services, next, name=name, notice=Notice.of(error), status=status)
    if second_factor.has_factor(services.store, user.name):
        agent = agent_of(request)
        before = token_of(request, services)
        token = people.half_way(
            services.store, user, agent, services.clock, address=address, instead_of=before
        )
        answer = RedirectResponse("/sign-in/code?" + urlencode({"next": safe_next(next)}), 303)
        set_token(answer, services, token, lasts=people.HALF_WAY)
        return answer
    return let_in(request, services, user, next)


def let_in(
    request: Request, services: WebServices, user: User, next: str = "/", *, via: str = "password"
) -> Response:
    """Signs a browser in, and goes on. The token it came with ends."""
    token = people.sign_in(
        services.store,
        user,
        agent_of(request),
        services.clock,
        address=address_of(request),
        via=via,
        policy=services.policy,
        instead_of=token_of(request, services),
    )
    answer = RedirectResponse(safe_next(next), 303)
    set_token(answer, services, token)
    return answer


@router.get("/sign-in/code")
def code_page(request: Request, services: Services, next: str = "/") -> Response:
    """The second step, for whoever has shown their password."""
    if people.who_is_half_way(services.store, token_of(request, services) or "", services.clock) is None:
        return RedirectResponse("/sign-in", 303)
    return render(request, services, "code.html", next=safe_next(next), notice=None)


@router.post("/sign-in/code")
def sign_in_code(
    request: Request,
    services: Services,
    code: Annotated[str, Form(max_length=100)],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """The second step: six digits from the phone, or a recovery code."""
    user = people.who_is_half_way(services.store, token_of(request, services) or "", services.clock)
    if user is None:
        notice = Notice("That took too long.", "Begin again with name and password.")
        return door(request, services, next, notice=notice, status=401)
    try:
        via = second_factor.check(
            services.store, user.name, code, address_of(request), services.seal, services.clock
        )
    except (SignInFailed, SecretKeyUnusable) as error:
        return render(
            request,
            services,
            "code.html",
            status=_status_of(error),
            next=safe_next(next),
            notice=Notice.of(error),
        )
    return let_in(request, services, user, next, via=via)


def _status_of(error: PressZeroError) -> int:
    if isinstance(error, TooManyTries):
        return 429
    return 401 if isinstance(error, SignInFailed) else 503


@router.post("/sign-out")
def sign_out(services: Services, person: Reader) -> Response:
    """Forgets this browser."""
    people.sign_out(services.store, person, services.clock)
    answer = RedirectResponse(f"/sign-in?done=out{'-here' if person.via == 'oidc' else ''}", 303)
    drop_token(answer, services)
    return answer


@router.post("/theme")
def theme(
    services: Services, person: Reader, to: Annotated[str, Form()], next: Annotated[str, Form()] = "/"
) -> Response:
    """Light, dark, or as the system has it: kept in the browser."""
    del person
    answer = RedirectResponse(safe_next(next), 303)
    if to in THEMES:
        answer.set_cookie(
            "theme", to, max_age=_YEAR, secure=services.cookie_secure, httponly=True, samesite="lax"
        )
    return answer
