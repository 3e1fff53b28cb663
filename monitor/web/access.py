"""Who is asking: the cookie, the person behind it, and what their role allows."""

from __future__ import annotations

from collections.abc import Callable
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


Services = Annotated[WebServices, Depends(services_of)]


def cookie_name(services: WebServices) -> str:
    """The `__Host-` prefix makes browsers refuse the cookie from anywhere but this host over HTTPS."""
    return "__Host-presszero" if services.cookie_secure else "presszero"


def set_token(response: Response, services: WebServices, token: str) -> None:
    """Hands a browser its session token."""
    response.set_cookie(
        cookie_name(services),
        token,
        max_age=int(people.ABSOLUTE.total_seconds()),
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


def whoever(request: Request, services: Services) -> SignedIn | None:
    """The person behind the cookie, or None."""
    token = request.cookies.get(cookie_name(services))
    person = people.whose(services.store, token, services.clock) if token else None
    request.state.person = person
    return person


def signed_in(
    request: Request,
    services: Services,
    tasks: BackgroundTasks,
    person: Annotated[SignedIn | None, Depends(whoever)],
) -> SignedIn:
    """The person. Raises NotSignedInError; MustChangeError for one who came in with a handed-out password."""
    if person is None:
        raise NotSignedInError
    if person.must_change and request.url.path not in ("/account", "/account/password", "/sign-out"):
        raise MustChangeError
    # After the answer: a page does not wait for the store's one writer.
    tasks.add_task(_note_visit, services, person)
    return person


class MustChangeError(Exception):
    """The password was generated for this person: they choose their own first."""


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
Admin = Annotated[SignedIn, Depends(may(May.ADMIN))]
