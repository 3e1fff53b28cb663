"""The door: sign in, sign out, one's own account."""

from __future__ import annotations

from datetime import timedelta
from statistics import median
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from monitor.domain.errors import SignInFailed, WrongUse
from monitor.stages import people
from monitor.stages.people import SignedIn
from monitor.web.access import Reader, Services, drop_token, set_token, whoever
from monitor.web.case import Notice
from monitor.web.pages import THEMES, frame_of, render, safe_next
from monitor.web.services import WebServices

router = APIRouter()
METER_DAYS = 30
_YEAR = int(timedelta(days=365).total_seconds())


@router.get("/sign-in")
def sign_in_page(
    request: Request,
    services: Services,
    person: Annotated[SignedIn | None, Depends(whoever)],
    next: str = "/",
) -> Response:
    """The form; somebody who is in already goes on."""
    if person is not None:
        return RedirectResponse(safe_next(next), 303)
    return render(request, services, "sign_in.html", next=safe_next(next), name="", notice=None)


@router.post("/sign-in")
def sign_in(
    request: Request,
    services: Services,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=people.LONGEST_PASSWORD)],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Checks name and password; a new token for every sign-in."""
    address = request.client.host if request.client else "unknown"
    name = name.strip()
    try:
        user = people.check_password(services.store, name, password, address, services.clock)
    except SignInFailed as error:
        return render(
            request,
            services,
            "sign_in.html",
            status=401,
            next=safe_next(next),
            name=name,
            notice=Notice.of(error),
        )
    token = people.sign_in(services.store, user, request.headers.get("user-agent", ""), services.clock)
    answer = RedirectResponse(safe_next(next), 303)
    set_token(answer, services, token)
    return answer


@router.post("/sign-out")
def sign_out(services: Services, person: Reader) -> Response:
    """Forgets this browser."""
    people.sign_out(services.store, person, services.clock)
    answer = RedirectResponse("/sign-in", 303)
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


@router.get("/account")
def account(request: Request, services: Services, person: Reader) -> Response:
    """One's own page: password, browsers, and how one approves."""
    return _account(request, services, person)


def _account(
    request: Request, services: WebServices, person: SignedIn, notice: Notice | None = None, status: int = 200
) -> Response:
    since = services.clock.now() - timedelta(days=METER_DAYS)
    with services.store.read() as session:
        frame = frame_of(session)
        browsers = session.people.sign_ins(person.name)
        approvals = session.inbox.approvals_by(person.name, since)
    timed = [seconds for seconds, _ in approvals if seconds is not None]
    return render(
        request,
        services,
        "account.html",
        person=person,
        frame=frame,
        status=status,
        notice=notice,
        browsers=browsers,
        days=METER_DAYS,
        approvals=len(approvals),
        median_seconds=round(median(timed)) if timed else None,
        unchanged=round(100 * sum(same for _, same in approvals) / len(approvals)) if approvals else None,
        shortest=people.SHORTEST_PASSWORD,
    )


@router.post("/account/password")
def change_password(
    request: Request,
    services: Services,
    person: Reader,
    old: Annotated[str, Form(max_length=people.LONGEST_PASSWORD)],
    new: Annotated[str, Form(max_length=people.LONGEST_PASSWORD + 1)],
) -> Response:
    """A new password: every other browser is signed out, this one gets a new token."""
    address = request.client.host if request.client else "unknown"
    try:
        user = people.check_password(services.store, person.name, old, address, services.clock)
        if new == old:
            raise WrongUse("The new password is the old one.", action="Choose another one.")
        people.set_password(services.store, person.name, new, services.clock, by=person.name)
    except (SignInFailed, WrongUse) as error:
        return _account(request, services, person, Notice.of(error), 400)
    token = people.sign_in(services.store, user, request.headers.get("user-agent", ""), services.clock)
    answer = RedirectResponse("/account" if not person.must_change else "/", 303)
    set_token(answer, services, token)
    return answer


@router.post("/account/browsers")
def forget_browser(services: Services, person: Reader, browser: Annotated[str, Form()]) -> Response:
    """Signs another browser of one's own out."""
    people.sign_out(services.store, person, services.clock, browser)
    return RedirectResponse("/account", 303)
