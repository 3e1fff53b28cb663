"""`presszero run` and `web`: the program as people meet it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import __version__
from monitor.cli.call import opened
from monitor.cli.outfit import first_sign_in
from monitor.cli.say import out
from monitor.domain.errors import WrongUse

if TYPE_CHECKING:
    from monitor.bootstrap import App

HOST = typer.Option("--host", help="Address to listen on; [web] host by default.")
PORT = typer.Option(
    "--port", min=0, max=65535, help="Port to listen on; [web] port by default, 0 takes a free one."
)


def run(
    ctx: typer.Context,
    host: Annotated[str | None, HOST] = None,
    port: Annotated[int | None, PORT] = None,
    no_web: Annotated[bool, typer.Option("--no-web", help="Only the scheduler.")] = False,
) -> None:
    """Watches the brand, and shows the inbox.

    The scheduler and the pages in one process, until Ctrl-C. On the first start it prints the first
    sign-in, once.
    """
    with opened(ctx) as app:
        names = ", ".join(s.name for s in app.settings.sources_on) or "no source is switched on"
        out(f"Press Zero {__version__} watches {app.settings.brand.name}: {names}")
        start(app, host, port, web=not no_web, scheduler=True)


def web(
    ctx: typer.Context, host: Annotated[str | None, HOST] = None, port: Annotated[int | None, PORT] = None
) -> None:
    """Shows only the inbox.

    The scheduler runs elsewhere, as `presszero run --no-web`.
    """
    with opened(ctx) as app:
        start(app, host, port, web=True, scheduler=False)


def start(app: App, host: str | None, port: int | None, *, web: bool, scheduler: bool) -> None:
    """Says where everything is, and runs until it is stopped. Raises WrongUse when the port is taken."""
    settings = app.settings
    out(f"Database: {settings.store.shown}")
    at, chosen = host or settings.web.host, settings.web.port if port is None else port
    if web:
        chosen = _usable_port(at, chosen)  # before a password is shown that nobody would see again
    password = first_sign_in(app)
    if password is not None:
        out(f"First sign-in: admin, password {password} (shown only now)")
    if web:
        out(f"Inbox: {_address(at, chosen)}")
    out("Ctrl-C stops it; nothing is lost.")
    if scheduler:
        from monitor.runtime.inline import serve

        serve(app, at, chosen, web=web)
    else:
        import uvicorn

        uvicorn.run(app.web_app(), host=at, port=chosen, log_level="warning")


# --- addresses --------------------------------------------------------------------------------------


def _address(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else f"[{host}]" if ":" in host else host  # noqa: S104
    return f"http://{shown}:{port}"


def _usable_port(host: str, port: int) -> int:
    """`port`, or a free one for 0. Raises WrongUse when it is taken: better now than half-way."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise WrongUse(
                f"{host}:{port} can't be listened on: {exc.strerror or exc}.",
                action="Choose another with --port, or [web] port in config.toml.",
            ) from exc
        return int(probe.getsockname()[1])


def free_port(host: str, port: int | None) -> int | None:
    """The port asked for; without one, the usual one if it is free, else any: a demo should just start."""
    if port is not None:
        return port
    try:
        _usable_port(host, 8420)
    except WrongUse:
        return 0
    return None
