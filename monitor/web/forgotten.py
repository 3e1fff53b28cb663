"""Forgotten passwords: ask for a link, open it, choose a new one. Everybody gets the same answer."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import make_msgid
from typing import Annotated

import structlog
from fastapi import APIRouter, BackgroundTasks, Form, Request, Response
from fastapi.responses import RedirectResponse

from monitor.domain.errors import NotFound, PressZeroError, ResetLinkDead, TooManyTries, WrongUse
from monitor.domain.moments import say_duration
from monitor.stages import people
from monitor.stages.people import resets
from monitor.stages.people.resets import ResetLetter
from monitor.web.access import Services, address_of
from monitor.web.case import Notice
from monitor.web.pages import render
from monitor.web.services import WebServices

log = structlog.get_logger(__name__)
router = APIRouter()


@router.get("/forgotten")
def forgotten_page(request: Request, services: Services) -> Response:
    """Where one asks for a link."""
    _possible(services)
    return render(request, services, "forgotten.html", asked=False, notice=None)


@router.post("/forgotten")
def forgotten(
    request: Request,
    services: Services,
    tasks: BackgroundTasks,
    who: Annotated[str, Form(max_length=254)],
) -> Response:
    """Says the same to everybody, at the same speed; the letter is written afterwards."""
    _possible(services)
    try:
        resets.ask(services.store, who, address_of(request), services.clock)
    except TooManyTries as error:
        return render(request, services, "forgotten.html", status=429, asked=False, notice=Notice.of(error))
    tasks.add_task(_send, services, who)
    lasts = say_duration(resets.LASTS)
    return render(request, services, "forgotten.html", asked=True, notice=None, lasts=lasts)


def _send(services: WebServices, who: str) -> None:
    assert services.mail is not None  # noqa: S101 - asked before
    try:
        for letter in resets.begin(services.store, who, services.clock):
            services.mail.send(_message(services, letter))
            log.info("reset_mailed", user=letter.name)
    except PressZeroError as error:
        log.error("reset_not_mailed", code=error.code, cause=error.cause)


def _message(services: WebServices, letter: ResetLetter) -> EmailMessage:
    assert services.mail is not None and services.public_url is not None  # noqa: S101
    name, _, host = services.mail.sender.rpartition("@")
    brand = " ".join(services.brand_name.split())
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = Address(f"{brand} inbox", name, host)
    message["To"] = letter.email
    message["Subject"] = f"A new password for the inbox of {brand}"
    message["Date"] = services.clock.now()
    message["Message-ID"] = make_msgid(domain=host)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834
    link = f"{services.public_url.rstrip('/')}/reset/{letter.token}"
    message.set_content(
        f"Somebody, probably you, asked for a new password for {letter.name} in the inbox of {brand}.\n\n"
        f"Choose one here, once, within {say_duration(resets.LASTS)}:\n\n{link}\n\n"
        "If it was not you, do nothing: your password stays as it is.\n",
        cte="quoted-printable",
    )
    return message


@router.get("/reset/{token}")
def reset_page(request: Request, services: Services, token: str) -> Response:
    """The form behind the link. Looking at it, as mail scanners do, does not use it up."""
    try:
        name = resets.whose_link(services.store, token, services.clock)
    except ResetLinkDead as error:
        return _dead(request, services, error)
    return _form(request, services, token, name)


@router.post("/reset/{token}")
def reset(
    request: Request,
    services: Services,
    token: str,
    new: Annotated[str, Form(max_length=people.LONGEST_PASSWORD + 1)],
) -> Response:
    """Uses the link up; then one signs in as always, with the second factor where there is one."""
    try:
        resets.finish(services.store, token, new, services.clock)
    except ResetLinkDead as error:
        return _dead(request, services, error)
    except WrongUse as error:
        name = resets.whose_link(services.store, token, services.clock)
        return _form(request, services, token, name, Notice.of(error))
    return RedirectResponse("/sign-in?done=reset", 303)


def _form(
    request: Request, services: WebServices, token: str, name: str, notice: Notice | None = None
) -> Response:
    answer = render(
        request,
        services,
        "reset.html",
        token=token,
        name=name,
        notice=notice,
        status=400 if notice else 200,
        shortest=people.SHORTEST_PASSWORD,
    )
    answer.headers["referrer-policy"] = "no-referrer"  # the address is the secret
    return answer


def _dead(request: Request, services: WebServices, error: ResetLinkDead) -> Response:
    return render(
        request,
        services,
        "forgotten.html",
        status=410,
        asked=False,
        notice=Notice.of(error),
    )


def _possible(services: WebServices) -> None:
    if services.mail is None or services.public_url is None:
        raise NotFound(
            "This inbox sends no mail.", action="An admin gives you a new password: ask one of them."
        )
