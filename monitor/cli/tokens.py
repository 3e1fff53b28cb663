"""`presszero users token`: what programs show to the API instead of a person's password."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.call import AS_JSON, opened, operator
from monitor.cli.group import new_group
from monitor.cli.say import as_json, err, out, table

group = new_group("Tokens of the JSON API.")


@group.command("add")
def add_token(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Whose rights it has, at most.")],
    scopes: Annotated[
        list[str] | None, typer.Option("--scope", help="read, draft, pause, audit or admin; read by default.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What it is for.")] = "cli",
    lasts: Annotated[
        str, typer.Option("--lasts", metavar="T", help="How long: 12h, 30d; 365d at most.")
    ] = "90d",
) -> None:
    """Makes a token; it is shown once.

    One that approves is made by its person alone, on their account page.
    """
    from monitor.domain.moments import parse_duration
    from monitor.stages import tokens

    with opened(ctx) as app:
        token, made = tokens.make(
            app.store,
            person,
            name,
            scopes or ["read"],
            app.clock,
            by=operator(),
            lifetime=parse_duration(lasts),
        )
        ends = f"{made.expires_at.astimezone(app.settings.brand.zone):%d %b %Y %H:%M}"
    out(f"Token: {token}")
    err(f"It is shown only now. It is {person}'s, for {', '.join(made.scopes)}, until {ends}.")
    err(f"To end it: presszero users token revoke {made.id}")


@group.command("list")
def list_tokens(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="[PERSON]", help="Everybody's when left out.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """The tokens there are, the newest first."""
    with opened(ctx) as app:
        with app.store.read() as session:
            found = session.tokens.all(person or None)
        now, zone = app.clock.now(), app.settings.brand.zone
    found = [t for t in found if every or t.is_alive(now)]
    if json:
        as_json(
            [
                {
                    "token_id": t.id,
                    "person": t.user,
                    "name": t.name,
                    "hint": t.hint,
                    "scopes": list(t.scopes),
                    "created_at": t.created_at,
                    "created_by": t.created_by,
                    "expires_at": t.expires_at,
                    "last_used_at": t.last_used_at,
                    "revoked_at": t.revoked_at,
                    "alive": t.is_alive(now),
                }
                for t in found
            ]
        )
        return
    if not found:
        err("There is no token.")
        return
    rows = []
    for t in found:
        used = f"{t.last_used_at.astimezone(zone):%d %b %H:%M}" if t.last_used_at else "never"
        ends = f"{t.expires_at.astimezone(zone):%d %b %Y}" if t.is_alive(now) else "over"
        rows.append((t.id, t.user, t.name, f"{t.hint}…", " ".join(t.scopes), used, ends))
    table(("N", "whose", "name", "begins", "scopes", "last used", "ends"), rows)


@group.command("revoke")
def revoke_token(
    ctx: typer.Context, number: Annotated[int, typer.Argument(metavar="N", help="Its number in the list.")]
) -> None:
    """Ends a token, at once."""
    from monitor.stages import tokens

    with opened(ctx) as app:
        token = tokens.revoke(app.store, number, app.clock, by=operator())
    out(f"Token {number} ({token.name}, of {token.user}) opens nothing any more.")
