"""`presszero users`: who may come in, and what they may do."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from monitor.cli.call import AS_JSON, opened, operator
from monitor.cli.group import new_group
from monitor.cli.say import as_json, err, out, table
from monitor.domain.errors import NotFound, WrongUse

group = new_group("People who may sign in.")

NAME = typer.Argument(help="Their name in Press Zero.")
FROM_STDIN = typer.Option("--password-stdin", help="Take the password from standard input; else one is made.")


@group.command("add")
def add_person(
    ctx: typer.Context,
    name: Annotated[str, NAME],
    role: Annotated[str, typer.Option("--role", help="viewer, agent, approver, manager or admin.")] = "agent",
    email: Annotated[str | None, typer.Option("--email", help="Where a forgotten password is reset.")] = None,
    password_stdin: Annotated[bool, FROM_STDIN] = False,
) -> None:
    """Adds a person.

    A generated password is shown once, and changed at the first sign-in.
    """
    from monitor.stages.people import add_user

    given = _password(password_stdin)
    with opened(ctx) as app:
        password = add_user(app.store, name, role, given, app.clock, email=email, by=operator())
    out(f"{name} may sign in as {role}.")
    _show_once(password, given)


@group.command("list")
def list_people(ctx: typer.Context, json: Annotated[bool, AS_JSON] = False) -> None:
    """Everybody who may sign in, or once might."""
    with opened(ctx) as app, app.store.read() as session:
        people = session.people.all()
        factors = session.access.factors()
    if json:
        as_json(
            [
                {
                    "name": p.name,
                    "role": p.role,
                    "email": p.email,
                    "must_change": p.must_change,
                    "second_factor": p.name in factors,
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
            "no access" if p.disabled_at else "active",
        )
        for p in people
    ]
    table(("name", "role", "mail", "second factor", ""), rows)


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
            known = session.people.get(name)
            left = session.access.factors().get(name)
        if known is None:
            raise NotFound(f"There is nobody named {name!r}.", action="See `presszero users list`.")
        if reset and factor.turn_off(app.store, name, app.clock, by=operator()):
            out(f"{name} has no second factor any more, and is signed out everywhere.")
            return
    has = f"has one; {left} recovery codes are left" if left is not None else "has none"
    out(f"{name} {has}.")


@group.command("sign-out")
def sign_out(ctx: typer.Context, name: Annotated[str, NAME]) -> None:
    """Signs a person out of every browser."""
    from monitor.stages.people import sign_out_everywhere

    with opened(ctx) as app:
        with app.store.read() as session:
            if session.people.get(name) is None:
                raise NotFound(f"There is nobody named {name!r}.", action="See `presszero users list`.")
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
