"""Who is asking: the cookie, the person behind it, and what their role allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, cast

from fastapi import BackgroundTasks, Depends, Request, Response

from monitor.domain.errors import StoreUnavailable
from monitor.stages import people
from monitor.stages.people import May, SignedIn
from monitor.web.services import WebServices


class NotSignedInError(Exception):
    """Nobody is signed in with this browser: the sign-in page comes first."""


def services_of(request: Request) -> WebServices:
    """What the app was built with."""
    return cast(WebServices, request.app.state.services)


Whole = Annotated[WebServices, Depends(services_of)]


def cookie_name(services: WebServices) -> str:
    """The `__Host-` prefix makes browsers refuse the cookie from anywhere but this host over HTTPS."""
    return "__Host-presszero" if services.cookie_secure else "presszero"


def token_of(request: Request, services: WebServices) -> str | None:
    """The session token that a browser sent."""
    return request.cookies.get(cookie_name(services))


def address_of(request: Request) -> str:
    """The network address that a request came from; behind a proxy on this machine, the one it names."""
    return request.client.host if request.client else "unknown"


def agent_of(request: Request) -> str:
    """What the browser calls itself."""
    return request.headers.get("user-agent", "")


def set_token(
    response: Response, services: WebServices, token: str, *, lasts: timedelta | None = None
) -> None:
    """Hands a browser its session token."""
    response.set_cookie(
        cookie_name(services),
        token,
        max_age=int((lasts or services.policy.absolute).total_seconds()),
        path="/",
        secure=services.cookie_secure,
        httponly=True,
        samesite="lax",
    )


def drop_token(response: Response, services: WebServices) -> None:
    """Takes it back."""
    response.delete_cookie(
        cookie_name(services), path="/", secure=services.cookie_secure, httponly=True, samesite="lax"
    )


def whoever(request: Request, services: Whole) -> SignedIn | None:
    """The person behind the cookie, or None."""
    token = token_of(request, services)
    person = people.whose(services.store, token, services.clock, services.policy) if token else None
    request.state.person = person
    return person


def services_within(services: Whole, person: Annotated[SignedIn | None, Depends(whoever)]) -> WebServices:
    """The same, with the store as the person may see it: every page gets this one, and no other."""
    if person is None or person.brands is None:
        return services
    return replace(services, store=services.store.within(person.name))


Services = Annotated[WebServices, Depends(services_within)]


# What somebody sees to before anything else: their password, and their second factor.
_FIRST = frozenset(
    "/account /account/password /sign-out /theme /account/second-factor/begin /account/second-factor/confirm "
    "/account/second-factor/codes /account/second-factor/off".split()
)


def signed_in(
    request: Request,
    services: Services,
    tasks: BackgroundTasks,
    person: Annotated[SignedIn | None, Depends(whoever)],
) -> SignedIn:
    """The person. Raises NotSignedInError; UnfinishedError for one who has to see to their account first."""
    if person is None:
        raise NotSignedInError
    if (person.must_change or person.must_enrol) and request.url.path not in _FIRST:
        raise UnfinishedError
    # After the answer: a page does not wait for the store's one writer.
    tasks.add_task(_note_visit, services, person)
    return person


class UnfinishedError(Exception):
    """The password was handed out, or a second factor is needed: the account page comes first."""


def _note_visit(services: WebServices, person: SignedIn) -> None:
    try:
        people.seen(services.store, person, services.clock)
    except StoreUnavailable:
        return  # the store is busy: the next request notes it


def may(what: May) -> Callable[[SignedIn], SignedIn]:
    """A dependency that raises NotAllowed unless the person's role allows `what`."""

    def check(person: Annotated[SignedIn, Depends(signed_in)]) -> SignedIn:
        people.require(person, what)
        return person

    return check


Reader = Annotated[SignedIn, Depends(may(May.READ))]
Drafter = Annotated[SignedIn, Depends(may(May.DRAFT))]
Approver = Annotated[SignedIn, Depends(may(May.APPROVE))]
Pauser = Annotated[SignedIn, Depends(may(May.PAUSE))]
MacroKeeper = Annotated[SignedIn, Depends(may(May.MACROS))]
Admin = Annotated[SignedIn, Depends(may(May.ADMIN))]
