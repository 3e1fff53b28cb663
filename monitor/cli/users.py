"""`presszero users`: who may come in, and what they may do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from monitor.cli.call import AS_JSON, opened, operator
from monitor.cli.group import new_group
from monitor.cli.say import as_json, err, out, table
from monitor.domain.errors import WrongUse

group = new_group("People who may sign in.")

NAME = typer.Argument(help="Their name in Press Zero.")
FROM_STDIN = typer.Option("--password-stdin", help="Take the password from standard input; else one is made.")


@group.command("add")
def add_person(
    ctx: typer.Context,
    name: Annotated[str, NAME],
    role: Annotated[str, typer.Option("--role", help="viewer, agent, approver, manager or admin.")] = "agent",
    email: Annotated[str | None, typer.Option("--email", help="Where a forgotten password is reset.")] = None,
    brand: Annotated[
        list[str] | None, typer.Option("--brand", help="A brand they see; again for another one.")
    ] = None,
    password_stdin: Annotated[bool, FROM_STDIN] = False,
) -> None:
    """Adds a person.

    A generated password is shown once, and changed at the first sign-in. Where several brands are
    watched, say which of them they see; --brand '*' means every one.
    """
    from monitor.stages.people import add_user

    given = _password(password_stdin)
    with opened(ctx) as app:
        known = app.settings.brand.every
        brands = _brands(brand or [], known, is_admin=role == "admin")
        password = add_user(
            app.store, name, role, given, app.clock, email=email, brands=brands, by=operator()
        )
    out(f"{name} may sign in as {role}{_of(brands, known)}.")
    _show_once(password, given)


@group.command("list")
def list_people(ctx: typer.Context, json: Annotated[bool, AS_JSON] = False) -> None:
    """Everybody who may sign in, or once might."""
    with opened(ctx) as app, app.store.read() as session:
        people = session.people.all()
        factors, brands = session.access.factors(), session.brands.memberships()
        several = len(app.settings.brand.every) > 1
    if json:
        as_json(
            [
                {
                    "name": p.name,
                    "role": p.role,
                    "email": p.email,
                    "must_change": p.must_change,
                    "second_factor": p.name in factors,
                    "brands": brands.get(p.name, ()),
                    "disabled_at": p.disabled_at,
                }
                for p in people
            ]
        )
        return
    rows = [
        (
            p.name,
            p.role,
            p.email or "–",
            "yes" if p.name in factors else "–",
            *((_said(brands.get(p.name, ())),) if several else ()),
            "no access" if p.disabled_at else "active",
        )
        for p in people
    ]
    table(("name", "role", "mail", "second factor", *(("brands",) if several else ()), ""), rows)


@group.command("password")
def new_password(
    ctx: typer.Context, name: Annotated[str, NAME], password_stdin: Annotated[bool, FROM_STDIN] = False
) -> None:
    """Gives a new password.

    The person is signed out everywhere.
    """
    from monitor.stages.people import set_password

    given = _password(password_stdin)
    with opened(ctx) as app:
        password = set_password(app.store, name, given, app.clock, by=operator())
    out(f"{name} has a new password and is signed out everywhere.")
    _show_once(password, given)


@group.command("role")
def new_role(
    ctx: typer.Context,
    name: Annotated[str, NAME],
    role: Annotated[str, typer.Argument(help="viewer, agent, approver, manager or admin.")],
) -> None:
    """Changes what a person may do."""
    from monitor.stages.people import set_role

    with opened(ctx) as app:
        set_role(app.store, name, role, app.clock, by=operator())
    out(f"{name} is {role} now.")


@group.command("brands")
def new_brands(
    ctx: typer.Context,
    name: Annotated[str, NAME],
    brands: Annotated[list[str] | None, typer.Argument(help="The brands they see from now on.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every brand, those to come included.")] = False,
) -> None:
    """Says which brands a person sees, or changes it.

    They are signed out, and sign in anew.
    """
    from monitor.stages.people import set_brands
    from monitor.store.brands import EVERY

    with opened(ctx) as app:
        if brands or every:
            wanted = [EVERY] if every else brands or []
            seen = set_brands(
                app.store, name, wanted, app.clock, by=operator(), known=app.settings.brand.every
            )
        else:
            with app.store.read() as session:
                session.people.need(name)
                seen = session.brands.of(name)
    out(f"{name} sees {_said(seen)}.")


@group.command("email")
def new_email(
    ctx: typer.Context,
    name: Annotated[str, NAME],
    address: Annotated[str, typer.Argument(help='The new address; "" takes it away.')],
) -> None:
    """Sets where a link to a new password is mailed."""
    from monitor.stages.people import set_email

    with opened(ctx) as app:
        set_email(app.store, name, address, app.clock, by=operator())
    out(f"Mail for {name} goes to {address}." if address else f"{name} has no mail address any more.")


@group.command("second-factor")
def second_factor(
    ctx: typer.Context,
    name: Annotated[str, NAME],
    reset: Annotated[
        bool, typer.Option("--reset", help="Forget it: the phone and the codes are lost.")
    ] = False,
) -> None:
    """Says whether a person has one, or resets it.

    After a reset they sign in with the password alone, until they set up a new one.
    """
    from monitor.stages.people import second_factor as factor

    with opened(ctx) as app:
        with app.store.read() as session:
            session.people.need(name)
            left = session.access.factors().get(name)
        if reset and factor.turn_off(app.store, name, app.clock, by=operator()):
            out(f"{name} has no second factor any more, and is signed out everywhere.")
            return
    has = f"has one; {left} recovery codes are left" if left is not None else "has none"
    out(f"{name} {has}.")


@group.command("link")
def link_person(
    ctx: typer.Context,
    name: Annotated[str, NAME],
    subject: Annotated[str, typer.Argument(help="Their subject (sub) at the provider of [oidc].")] = "",
    off: Annotated[
        bool, typer.Option("--off", help="The provider means nobody here by it any more.")
    ] = False,
) -> None:
    """Says who somebody is at the provider.

    For people who were added by hand and now come through the organisation's sign-in. Without a subject it
    says what is known.
    """
    from monitor.stages.people import provider

    with opened(ctx) as app:
        issuer = app.settings.oidc.issuer
        if off:
            provider.unlink(app.store, name, app.clock, by=operator())
        elif subject:
            if not issuer:
                raise WrongUse("There is no provider.", action="Name one in [oidc] issuer.")
            provider.link(app.store, name, issuer, subject, app.clock, by=operator())
        with app.store.read() as session:
            session.people.need(name)
            known = session.access.identities(name)
    for row in known:
        out(f"{name} is {row['subject']} at {row['issuer']}.")
    if not known:
        out(f"No provider knows {name}.")


@group.command("sign-out")
def sign_out(ctx: typer.Context, name: Annotated[str, NAME]) -> None:
    """Signs a person out of every browser."""
    from monitor.stages.people import sign_out_everywhere

    with opened(ctx) as app:
        with app.store.read() as session:
            session.people.need(name)
        count = sign_out_everywhere(app.store, name, app.clock, by=operator())
    out(f"{name} is signed out of {count} {'browser' if count == 1 else 'browsers'}.")


@group.command("disable")
def take_access(
    ctx: typer.Context,
    name: Annotated[str, NAME],
    undo: Annotated[bool, typer.Option("--undo", help="Give access back.")] = False,
) -> None:
    """Takes access away, at once and everywhere.

    What they did stays in the audit log.
    """
    from monitor.stages.people import disable

    with opened(ctx) as app:
        disable(app.store, name, app.clock, by=operator(), off=not undo)
    out(f"{name} may sign in again." if undo else f"{name} has no access any more.")


def _brands(named: Sequence[str], known: Sequence[str], *, is_admin: bool) -> tuple[str, ...]:
    """What a new person sees: what was named; everything where there is one brand only, and for admins."""
    from monitor.stages.people.membership import chosen
    from monitor.store.brands import EVERY

    if not named and (len(known) == 1 or is_admin):
        return (EVERY,)
    return chosen(named, known)


def _of(brands: Sequence[str], known: Sequence[str]) -> str:
    return f" of {_said(brands)}" if len(known) > 1 else ""


def _said(brands: Sequence[str]) -> str:
    return "every brand" if "*" in brands else ", ".join(brands) or "nothing"


def _password(from_stdin: bool) -> str | None:
    """A password is never an argument: the process list shows those."""
    if not from_stdin:
        return None
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise WrongUse(
            "Standard input holds no password.", action="Pipe one in, or leave --password-stdin out."
        )
    return password


def _show_once(password: str, given: str | None) -> None:
    if given is None:
        out(f"Password: {password}")
        err("It is shown only now; they choose their own at the first sign-in.")
