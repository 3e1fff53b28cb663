"""What every command is called with: the configuration, how to print, who is asking."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.domain.errors import WrongUse

if TYPE_CHECKING:
    from monitor.bootstrap import App

CONFIG = Path("config.toml")

# The same words for the same thing in every command.
AS_JSON = typer.Option("--json", help="Print JSON, for machines.")
USER = typer.Option("--user", help="Your name in `users list`; the variable USER by default.")
YES = typer.Option("--yes", "-y", help="Don't ask.")


@dataclass(frozen=True, slots=True)
class Call:
    """The options before the command."""

    config: Path | None = None
    debug: bool = False

    @property
    def file(self) -> Path:
        """The configuration: the one that was named, else that of the current folder."""
        return self.config or CONFIG


def call_of(ctx: typer.Context) -> Call:
    """The options that stood before the command."""
    call = ctx.find_object(Call)
    assert call is not None, "the root command makes it"  # noqa: S101
    return call


@contextmanager
def opened(ctx: typer.Context) -> Iterator[App]:
    """The wired application, closed at the end. Raises ConfigInvalid, StoreUnavailable."""
    from monitor.bootstrap import open_app

    app = open_app(call_of(ctx).file)
    try:
        yield app
    finally:
        app.close()


def operator() -> str:
    """Who runs this command, for the audit log: roles are managed from the shell of the machine."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a user id without a name, as in containers
        return f"cli:{os.getuid()}"


def acting_user(app: App, given: str | None, what: str) -> str:
    """The person a review action is recorded for. They exist, are active, and their role allows `what`.

    From here on the store of `app` holds what this person may see. Raises WrongUse, NotAllowed.
    """
    from monitor.domain.errors import NotAllowed
    from monitor.stages.people import ROLES, May
    from monitor.store.brands import EVERY

    name = given or os.environ.get("USER") or os.environ.get("LOGNAME") or ""
    with app.store.read() as session:
        user = session.people.get(name) if name else None
        everybody = [u.name for u in session.people.all() if u.disabled_at is None]
        sees_all = EVERY in session.brands.of(name)
    if user is None:
        who = f"There is nobody named {name!r} here." if name else "Nobody is named."
        names = ", ".join(everybody) or "`presszero users add` makes one"
        raise WrongUse(who, action=f"Say who decides: --user NAME ({names}).")
    if user.disabled_at is not None:
        raise NotAllowed(f"{name} has no access any more.")
    if May(what) not in ROLES[user.role]:
        raise NotAllowed(f"{name} is {user.role}; that needs the permission to {what}.")
    if not sees_all:
        app.store = app.store.within(name)
    return name


def require_every_brand_of(app: App, name: str) -> None:
    """What is about every brand is for those who see every brand. Raises NotAllowed."""
    from monitor.stages.people import require_every_brand
    from monitor.store.brands import EVERY

    with app.store.read() as session:
        brands = session.brands.of(name)
    require_every_brand(None if EVERY in brands else brands)
