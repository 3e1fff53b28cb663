"""`presszero demo`: the sample brand, with a past, and alive."""

from __future__ import annotations

import re
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.call import CONFIG, operator
from monitor.cli.lanes import WORK
from monitor.cli.outfit import example_config
from monitor.cli.say import err, out, progress
from monitor.cli.serving import HOST, PORT, free_port, start
from monitor.domain.errors import WrongUse
from monitor.domain.moments import utc_text

if TYPE_CHECKING:
    from monitor.bootstrap import App

USER = "demo"
PAST = timedelta(days=6)  # of the sample week; the seventh day plays while you watch
_HEAD = re.compile(r"^replay_head = .*$", re.MULTILINE)


def demo(
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Keep the demo here; a temporary folder by default.")
    ] = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Prepare everything, then stop.")] = False,
    host: Annotated[str | None, HOST] = None,
    port: Annotated[int | None, PORT] = None,
) -> None:
    """Shows a sample brand alive.

    A week of posts about an invented airline, read, drafted, and still coming in. Needs no account.
    """
    from monitor.bootstrap import open_app

    place = folder or Path(tempfile.mkdtemp(prefix="presszero-demo-"))
    try:
        now = datetime.now(UTC)
        file = _lay_out(place, now)
        _live_through_the_past(file, now)
        app = open_app(file)
        try:
            _sign_in(app)
            if not no_serve:
                start(app, host, free_port(host or app.settings.web.host, port), web=True, scheduler=True)
        finally:
            app.close()
    finally:
        if folder is None and not no_serve:
            shutil.rmtree(place, ignore_errors=True)


def _lay_out(place: Path, now: datetime) -> Path:
    """The sample's configuration, whose replay catches up with the clock now."""
    file = place / CONFIG
    try:
        place.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            head = f'replay_head = "{PAST.days}d"\nreplay_start = {utc_text(now)}'
            text, found = _HEAD.subn(head, example_config())
            assert found == 1, "the example replays the sample week"  # noqa: S101
            file.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise WrongUse(f"{file} can't be written: {exc.strerror}.", action="Choose another --dir.") from exc
    out(f"The sample brand is in {place}")
    return file


def _live_through_the_past(file: Path, now: datetime) -> None:
    from monitor.bootstrap import open_app
    from monitor.cli.history import live_through

    app = open_app(file)
    with app.store.read() as session:
        lived = session.mentions.count()
    app.close()
    if lived:
        out(f"It has {lived} posts already; going on from there.")
        return
    with progress("Six days of posts, read, triaged, drafted and answered", PAST.total_seconds()) as step:
        live_through(
            lambda clock: open_app(file, clock=clock),
            now - PAST,
            now,
            lambda at: step((at - (now - PAST)).total_seconds()),
        )


def _sign_in(app: App) -> None:
    from monitor.stages.people import add_user, generated_password

    with app.store.read() as session:
        known = session.people.get(USER) is not None
        lanes = session.cases.lanes()
    waiting = sum(lanes[lane] for lane in WORK)
    out(f"{sum(lanes.values())} cases; {waiting} of them wait for a person.")
    if known:
        err(f"{USER} has a password already: `presszero users password {USER}` gives a new one.")
        return
    password = generated_password()
    add_user(app.store, USER, "admin", password, app.clock, by=operator())
    out(f"Sign in as {USER}, password {password}")
