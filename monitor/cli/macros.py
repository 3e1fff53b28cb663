"""`presszero macros`: what each macro does to people, and which of them may not write."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.call import AS_JSON, USER, acting_user, opened
from monitor.cli.group import new_group
from monitor.cli.say import as_json, one_line, out, table
from monitor.domain.errors import NotFound

group = new_group("What each macro does to people.")

NAME = typer.Argument(metavar="MACRO", help="Its name, as in `macros list`.")
REASON = typer.Option("--reason", help="Why; everybody sees it.")
WORDS = 70  # characters of a cell


@group.command("list")
def show_macros(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also those that never wrote.")] = False,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Replies of four weeks, and what became of people.

    A macro after whose replies people come back angrier, or complain about our automation, is suspended.
    """
    with opened(ctx) as app:
        rows = app.macro_rows(everything=everything)
    if json:
        as_json([row.to_dict() for row in rows])
        return
    table(
        ("macro", "replies", "worse", "automation", "", "what it is for", "owner"),
        [
            (
                r.standing.macro,
                r.standing.replies,
                r.standing.worse,
                r.standing.automation,
                "SUSPENDED" if r.standing.suspended else "",
                one_line(r.what, WORDS),
                ", ".join(r.owners) or "nobody",
            )
            for r in rows
        ],
    )
    for row in rows:
        if row.standing.suspended:
            out(f"{row.standing.macro} was suspended by {row.standing.by}: {row.standing.reason}")
            out(f'  Put it back: presszero macros restore {row.standing.macro} --reason "…"')


@group.command("suspend")
def suspend_macro(
    ctx: typer.Context,
    macro: Annotated[str, NAME],
    reason: Annotated[str, REASON],
    user: Annotated[str | None, USER] = None,
) -> None:
    """Stops a macro by hand.

    Its untouched drafts are dropped; until it is put back a person writes those replies.
    """
    from monitor.stages.accountability import suspend

    with opened(ctx) as app:
        name = acting_user(app, user, "macros")
        _known(macro, app.macro_names)
        suspend(app.store, macro, name, reason, app.clock)
    out(f"{macro} writes no more, says {name}.")


@group.command("restore")
def restore_macro(
    ctx: typer.Context,
    macro: Annotated[str, NAME],
    reason: Annotated[str, REASON],
    user: Annotated[str | None, USER] = None,
) -> None:
    """Puts a suspended macro back.

    A manager does, with a reason; from now on it is judged afresh.
    """
    from monitor.stages.accountability import restore

    with opened(ctx) as app:
        name = acting_user(app, user, "macros")
        restore(app.store, macro, name, reason, app.clock)
    out(f"{macro} may write again, says {name}.")


def _known(macro: str, names: frozenset[str]) -> None:
    if macro not in names:
        raise NotFound(f"There is no macro {macro!r}.", action="See `presszero macros list --all`.")
