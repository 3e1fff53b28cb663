"""The people page: who may come in, with which role; for admins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from monitor.domain.errors import NotFound, PressZeroError
from monitor.domain.moments import parse_moment
from monitor.stages import people
from monitor.stages.people import SignedIn, second_factor
from monitor.stages.people.membership import chosen
from monitor.store.brands import EVERY
from monitor.store.people import User
from monitor.store.session import Session
from monitor.web.access import Admin, Services
from monitor.web.case import Notice
from monitor.web.pages import frame_of, render
from monitor.web.services import WebServices

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person as an admin sees them."""

    user: User
    browsers: int
    last_seen: datetime | None
    has_factor: bool
    brands: tuple[str, ...]


@router.get("/people")
def people_page(request: Request, services: Services, person: Admin) -> Response:
    """Everybody who may come in."""
    return _people(request, services, person)


def _people(
    request: Request,
    services: WebServices,
    person: SignedIn,
    notice: Notice | None = None,
    handed: tuple[str, str] | None = None,
    changed: str = "",
) -> Response:
    with services.store.read() as session:
        frame, everybody = frame_of(session, person.name), _everybody(session)
    return render(
        request,
        services,
        "people.html",
        person=person,
        frame=frame,
        everybody=everybody,
        roles=people.ROLES,
        brands=services.brands if len(services.brands) > 1 else (),
        notice=notice,
        handed=handed,
        changed=changed,
        status=400 if notice and notice.code else 200,
    )


def _everybody(session: Session) -> list[Colleague]:
    factors, brands = session.access.factors(), session.brands.memberships()
    found = []
    for user in session.people.all():
        browsers = session.access.sign_ins(user.name)
        last = parse_moment(browsers[0]["last_seen_at"]) if browsers else None
        seen = brands.get(user.name, ())
        found.append(Colleague(user, len(browsers), last, user.name in factors, seen))
    return found


@router.post("/people")
def add_person(
    request: Request,
    services: Services,
    person: Admin,
    name: Annotated[str, Form(max_length=200)],
    role: Annotated[str, Form()],
    email: Annotated[str, Form(max_length=300)] = "",
    brand: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """A new colleague; the generated password is shown once."""
    name = name.strip()
    try:
        one_brand = len(services.brands) < 2 or role == "admin"
        brands = (EVERY,) if one_brand else chosen(brand or (), services.brands)
        password = people.add_user(
            services.store, name, role, None, services.clock, email=email, brands=brands, by=person.name
        )
    except PressZeroError as error:
        return _people(request, services, person, Notice.of(error))
    return _people(request, services, person, handed=(name, password), changed=name)


@router.post("/people/{name}")
def change_person(
    request: Request,
    services: Services,
    person: Admin,
    name: str,
    do: Annotated[str, Form()],
    role: Annotated[str, Form()] = "",
    email: Annotated[str, Form(max_length=300)] = "",
    brand: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """`do`: role, email, brands, password, factor, sign-out, disable or enable."""
    store, clock, by = services.store, services.clock, person.name
    handed = None
    acts: dict[str, Callable[[], object]] = {
        "role": lambda: people.set_role(store, name, role, clock, by=by),
        "email": lambda: people.set_email(store, name, email, clock, by=by),
        "brands": lambda: people.set_brands(store, name, brand or (), clock, by=by, known=services.brands),
        "factor": lambda: second_factor.turn_off(store, name, clock, by=by),
        "sign-out": lambda: people.sign_out_everywhere(store, name, clock, by=by),
        "disable": lambda: people.disable(store, name, clock, by=by),
        "enable": lambda: people.disable(store, name, clock, by=by, off=False),
    }
    try:
        if do == "password":
            handed = (name, people.set_password(store, name, None, clock, by=by))
        elif do in acts:
            acts[do]()
        else:
            raise NotFound(f"{do!r} is nothing that can be done to a person.", action="Use the buttons.")
    except PressZeroError as error:
        return _people(request, services, person, Notice.of(error), changed=name)
    return _people(request, services, person, handed=handed, changed=name)
