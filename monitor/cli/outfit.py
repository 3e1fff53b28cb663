"""`presszero init` and `presszero doctor`: a place to work in, and whether it is fit for work."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.call import AS_JSON, CONFIG, call_of, opened
from monitor.cli.entry import PARTLY_FAILED
from monitor.cli.say import as_json, err, out, table, working
from monitor.domain.errors import WrongUse

if TYPE_CHECKING:
    from monitor.bootstrap import App

ENV_EXAMPLE = """\
# Copy this file to `.env` (git ignores it) and fill in what your accounts need. The names begin
# with the `env` of the account in config.toml; `presszero sources --kinds` lists them per platform.

# PRESSZERO_X_BEARER_TOKEN=
# PRESSZERO_X_API_KEY=
# PRESSZERO_X_API_SECRET=
# PRESSZERO_X_ACCESS_TOKEN=
# PRESSZERO_X_ACCESS_SECRET=

# PRESSZERO_REDDIT_CLIENT_ID=
# PRESSZERO_REDDIT_CLIENT_SECRET=
# PRESSZERO_REDDIT_USERNAME=
# PRESSZERO_REDDIT_PASSWORD=

# Encrypts second factors in the database; keep it as safe as a password: `openssl rand -base64 32`
# PRESSZERO_SECRET_KEY=

# Signs the events of the webhook "crm"; `presszero webhooks secret` makes one.
# PRESSZERO_HOOK_CRM_SECRET=

# PRESSZERO_OIDC_CLIENT_SECRET=

# For digests and forgotten passwords: smtps://USER:PASSWORD@HOST:465?from=ADDRESS
# PRESSZERO_LLM_KEY=          # the language model of [respond.llm], where it needs one
# PRESSZERO_SMTP_URL=

# Any key of config.toml can be set here too, for example the database with its password:
# PRESSZERO_STORE__URL=
"""


def example_config() -> str:
    """The configuration that works as it is: the sample brand with its replayed week."""
    return files("monitor.config").joinpath("example.toml").read_text(encoding="utf-8")


def lay_out(file: Path) -> list[Path]:
    """Writes `file` and `.env.example` beside it, where they aren't there yet; returns what was written."""
    written = []
    for path, text in ((file, example_config()), (file.parent / ".env.example", ENV_EXAMPLE)):
        if not path.exists():
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def first_sign_in(app: App, name: str = "admin") -> str | None:
    """Adds the first person when there is nobody yet; returns their password, None when there is somebody."""
    from monitor.cli.call import operator
    from monitor.stages.people import add_user

    with app.store.read() as session:
        if session.people.all():
            return None
    return add_user(app.store, name, "admin", None, app.clock, by=operator())


def init(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where to work; the current folder by default.")] = Path(),
    admin: Annotated[str, typer.Option("--admin", help="Name of the first person.")] = "admin",
) -> None:
    """Makes a place to work in.

    Writes config.toml and .env.example, makes the database and the first sign-in. Overwrites nothing.
    """
    from monitor.bootstrap import open_app

    file = call_of(ctx).config or folder / CONFIG
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        written = lay_out(file)
    except OSError as exc:
        raise WrongUse(
            f"{exc.filename or file} can't be written: {exc.strerror}.", action="Choose another folder."
        ) from exc
    for path in written:
        out(f"Wrote {path}")
    app = open_app(file)
    try:
        password = first_sign_in(app, admin)
    finally:
        app.close()
    out(f"The database is {app.settings.store.shown}")
    if password is not None:
        out(f"First sign-in: {admin}, password {password}")
        err("It is shown only now, and changed at the first sign-in.")
    out(f"Next: put your brand into {file}; then `presszero --config {file} doctor`, and `… run`.")


def doctor(
    ctx: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no platform.")] = False,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Checks that everything is fit for work.

    Configuration, secrets, database, audit log, language model, voice, people, and every source.
    """
    from monitor.cli.checks import FAILED, examine

    with opened(ctx) as app, working("Checking…"):
        found = list(examine(app, offline=offline))
    if json:
        as_json([f.to_dict() for f in found])
    else:
        table(("", "what", "found"), [(f.state, f.what, f.found) for f in found])
        for finding in found:
            if finding.action:
                out(f"{finding.what}: {finding.action}")
    if any(f.state == FAILED for f in found):
        raise typer.Exit(PARTLY_FAILED)
