"""`presszero promises`: what we told customers we would do, who keeps it, and until when."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.call import AS_JSON, USER, acting_user, opened
from monitor.cli.group import new_group
from monitor.cli.say import as_json, one_line, out, table

group = new_group("What we told customers we would do.")

N = typer.Argument(metavar="N", help="The number of the promise.")
WORDS = 80  # characters of a cell


@group.command("list")
def show_promises(
    ctx: typer.Context,
    keeper: Annotated[str | None, typer.Option("--keeper", help="Only those of this person.")] = None,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Every promise that is neither kept nor broken.

    The one that is due first comes first.
    """
    from monitor.domain.moments import parse_moment, say_duration

    with opened(ctx) as app:
        with app.store.read() as session:
            found = [row for row in session.promises.open() if keeper in (None, row["keeper"])]
        now = app.clock.now()
    if json:
        as_json([dict(row) for row in found])
        return
    rows = []
    for row in found:
        left = parse_moment(row["due_at"]) - now
        clock = f"due in {say_duration(left)}" if left.total_seconds() >= 0 else f"{say_duration(-left)} late"
        who = f"@{row['customer_handle']}" if row["customer_handle"] else "somebody"
        rows.append(
            (
                row["id"],
                clock,
                row["keeper"] or row["owner"],
                who,
                f"c{row['case_id']}",
                one_line(row["text"], WORDS),
            )
        )
    if rows:
        table(("N", "clock", "keeper", "to", "case", "what"), rows)
    else:
        out("Nothing is promised that isn't kept.")


@group.command("kept")
def promise_kept(ctx: typer.Context, n: Annotated[int, N], user: Annotated[str | None, USER] = None) -> None:
    """Says that a promise was kept.

    A promised answer is kept by itself when the next reply of ours stands in the case.
    """
    _settle(ctx, n, user, True)


@group.command("broken")
def promise_broken(
    ctx: typer.Context, n: Annotated[int, N], user: Annotated[str | None, USER] = None
) -> None:
    """Says that a promise was not kept."""
    _settle(ctx, n, user, False)


def _settle(ctx: typer.Context, n: int, user: str | None, kept: bool) -> None:
    from monitor.stages.review import settle_promise

    with opened(ctx) as app:
        name = acting_user(app, user, "draft")
        settled = settle_promise(app.store, n, name, kept, app.clock)
    word = "kept" if kept else "broken"
    out(f"Promise {n}: {word}, says {name}." if settled else f"Promise {n} was settled before.")
