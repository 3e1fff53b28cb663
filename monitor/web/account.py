"""One's own account: password, second factor, browsers, and how one approves."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from monitor.domain.approval import meter_of
from monitor.domain.errors import PressZeroError, SignInFailed, WrongUse
from monitor.stages import people
from monitor.stages.people import SignedIn, second_factor
from monitor.stages.people.second_factor import Enrolment
from monitor.web.access import Reader, Services, address_of, token_of
from monitor.web.case import Notice
from monitor.web.devices import device_of
from monitor.web.pages import frame_of, render
from monitor.web.services import WebServices
from monitor.web.sign_in import let_in

router = APIRouter()
METER_DAYS = 30
Password = Annotated[str, Form(max_length=people.LONGEST_PASSWORD)]


@router.get("/account")
def account(request: Request, services: Services, person: Reader) -> Response:
    """One's own page."""
    return _account(request, services, person)


def _account(
    request: Request,
    services: WebServices,
    person: SignedIn,
    notice: Notice | None = None,
    status: int = 200,
    enrolment: Enrolment | None = None,
    codes: list[str] | None = None,
) -> Response:
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        user = session.people.get(person.name)
        browsers = session.access.sign_ins(person.name)
        left = session.access.factors().get(person.name)
        approvals = session.inbox.approvals_by(person.name, services.clock.now() - timedelta(days=METER_DAYS))
    return render(
        request,
        services,
        "account.html",
        person=person,
        frame=frame,
        status=status,
        notice=notice,
        user=user,
        browsers=[(row, device_of(row["agent"])) for row in browsers],
        shortest=people.SHORTEST_PASSWORD,
        codes_left=left,
        enrolment=enrolment,
        qr=qr_of(enrolment.uri) if enrolment else None,
        codes=codes,
        can_enrol=services.seal is not None,
        needed=person.role in services.policy.second_factor,
        days=METER_DAYS,
        meter=meter_of(approvals),
    )


def qr_of(uri: str) -> Markup:
    """The QR code as SVG, without a style of its own: the content security policy allows none."""
    code = segno.make(uri, error="m", micro=False)
    return Markup(code.svg_inline(scale=4, svgclass="qr", lineclass=None, dark="#000", light="#fff"))  # noqa: S704


@router.post("/account/password")
def change_password(
    request: Request,
    services: Services,
    person: Reader,
    old: Password,
    new: Annotated[str, Form(max_length=people.LONGEST_PASSWORD + 1)],
) -> Response:
    """A new password: every other browser is signed out, this one gets a new token."""
    try:
        user = people.check_password(services.store, person.name, old, address_of(request), services.clock)
        if new == old:
            raise WrongUse("The new password is the old one.", action="Choose another one.")
        people.set_password(services.store, person.name, new, services.clock, by=person.name)
    except (SignInFailed, WrongUse) as error:
        return _account(request, services, person, Notice.of(error), 400)
    return let_in(request, services, user, "/" if person.must_change else "/account", via=person.via)


@router.post("/account/email")
def change_email(
    request: Request, services: Services, person: Reader, old: Password, email: Annotated[str, Form()] = ""
) -> Response:
    """Where links to a new password go: who changes it shows the password first."""
    try:
        people.check_password(services.store, person.name, old, address_of(request), services.clock)
        people.set_email(services.store, person.name, email, services.clock, by=person.name)
    except (SignInFailed, WrongUse) as error:
        return _account(request, services, person, Notice.of(error), 400)
    return RedirectResponse("/account", 303)


@router.post("/account/browsers")
def forget_browser(
    services: Services, person: Reader, browser: Annotated[str, Form(max_length=100)]
) -> Response:
    """Signs another browser of one's own out, or ("others") all but this one."""
    if browser == "others":
        by, but = person.name, person.token_hash
        people.sign_out_everywhere(services.store, person.name, services.clock, by=by, but=but)
    else:
        people.sign_out(services.store, person, services.clock, browser)
    return RedirectResponse("/account", 303)


# --- the second factor ---


@router.post("/account/second-factor/begin")
def begin_factor(request: Request, services: Services, person: Reader, old: Password) -> Response:
    """Shows a secret to scan. It counts from its first right code on."""
    try:
        people.check_password(services.store, person.name, old, address_of(request), services.clock)
        made = second_factor.begin(
            services.store, person.name, _issuer(services), services.seal, services.clock
        )
    except PressZeroError as error:
        return _account(request, services, person, Notice.of(error), 400)
    return _account(request, services, person, enrolment=made)


@router.post("/account/second-factor/confirm")
def confirm_factor(
    request: Request, services: Services, person: Reader, code: Annotated[str, Form(max_length=100)]
) -> Response:
    """The first code: the recovery codes are shown once, other browsers are signed out."""
    store, name = services.store, person.name
    try:
        codes = second_factor.confirm(store, name, code, services.seal, services.clock, but=person.token_hash)
    except PressZeroError as error:
        again = second_factor.begun(store, name, _issuer(services), services.seal) if services.seal else None
        return _account(request, services, person, Notice.of(error), 400, enrolment=again)
    fresh = people.whose(store, token_of(request, services) or "", services.clock, services.policy)
    return _account(request, services, fresh or person, codes=codes)


@router.post("/account/second-factor/codes")
def renew_codes(request: Request, services: Services, person: Reader, old: Password) -> Response:
    """Ten new recovery codes in place of the others."""
    try:
        people.check_password(services.store, person.name, old, address_of(request), services.clock)
        codes = second_factor.new_recovery_codes(services.store, person.name, services.clock)
    except PressZeroError as error:
        return _account(request, services, person, Notice.of(error), 400)
    return _account(request, services, person, codes=codes)


@router.post("/account/second-factor/off")
def drop_factor(request: Request, services: Services, person: Reader, old: Password) -> Response:
    """No second factor any more, where the role does not need one."""
    try:
        if person.role in services.policy.second_factor:
            raise WrongUse(
                f"Whoever is {person.role} needs a second factor here.",
                action="For another phone: have it reset with `presszero users second-factor NAME --reset`.",
            )
        user = people.check_password(services.store, person.name, old, address_of(request), services.clock)
        second_factor.turn_off(services.store, person.name, services.clock, by=person.name)
    except PressZeroError as error:
        return _account(request, services, person, Notice.of(error), 400)
    return let_in(request, services, user, "/account")


def _issuer(services: WebServices) -> str:
    return f"{services.brand_name} (Press Zero)".replace(":", " ")
