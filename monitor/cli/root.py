"""The `presszero` command with its groups. Imports nothing that takes time: `--help` is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor import __version__
from monitor.cli import (
    alerts,
    audit,
    backfill,
    demo,
    digest,
    drafting,
    macros,
    nlp,
    outfit,
    outgoing,
    promises,
    queue,
    serving,
    sources,
    stages,
    storms,
    tokens,
    users,
    webhooks,
)
from monitor.cli.call import Call
from monitor.cli.group import new_group
from monitor.cli.reading import read_posts

app = new_group("Finds complaints about a brand, drafts replies, posts only what a person approved.")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"presszero {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", envvar="PRESSZERO_CONFIG", help="The configuration: ./config.toml by default."
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[  # noqa: ARG001 (its callback has printed it)
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Finds complaints about a brand, drafts replies, posts only what a person approved."""
    ctx.obj = Call(config, debug)


app.command("init")(outfit.init)
app.command("run")(serving.run)
app.command("demo")(demo.demo)
app.command("web")(serving.web)
app.command("collect")(stages.collect)
app.command("read")(read_posts)
app.command("draft")(drafting.draft)
app.add_typer(queue.group, name="queue")
app.add_typer(promises.group, name="promises")
app.add_typer(macros.group, name="macros")
app.add_typer(nlp.group, name="nlp")
app.command("publish")(outgoing.publish)
app.command("freeze")(outgoing.freeze)
app.command("thaw")(outgoing.thaw)
app.command("follow")(stages.follow)
app.command("backfill")(backfill.backfill)
app.command("digest")(digest.digest)
app.command("sources")(sources.sources)
app.command("doctor")(outfit.doctor)
users.group.add_typer(tokens.group, name="token")
app.add_typer(users.group, name="users")
app.add_typer(storms.group, name="storms")
app.add_typer(alerts.group, name="alerts")
app.add_typer(webhooks.group, name="webhooks")
app.add_typer(audit.audit_group, name="audit")
app.add_typer(audit.store_group, name="store")
