"""`presszero audit` and `presszero store`: proof, and the schema."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.call import AS_JSON, opened
from monitor.cli.group import new_group
from monitor.cli.say import as_json, out

audit_group = new_group("The append-only log of every decision.")
store_group = new_group("The database.")


@audit_group.command("verify")
def verify(ctx: typer.Context, json: Annotated[bool, AS_JSON] = False) -> None:
    """Walks the whole chain.

    Names the first broken link, and ends with 1, if there is one.
    """
    with opened(ctx) as app, app.store.read() as session:
        count = session.audit.verify()
    if json:
        as_json({"records": count, "intact": True})
    else:
        out(f"The audit chain is intact: {count} records.")


@store_group.command("migrate")
def migrate(ctx: typer.Context, json: Annotated[bool, AS_JSON] = False) -> None:
    """Brings the schema up to date.

    Every other command does that by itself.
    """
    from monitor.cli.call import call_of
    from monitor.config import load
    from monitor.store.sqlite import SqliteStore

    settings = load(call_of(ctx).file)
    store = SqliteStore(settings.store.url)
    applied = store.migrate()
    store.close()
    if json:
        as_json({"applied": applied})
    else:
        out(f"Applied: {', '.join(applied)}." if applied else "The schema is up to date.")
