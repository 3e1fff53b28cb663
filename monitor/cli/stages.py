"""`presszero collect`, `publish`, `follow`: the stages, called once, by hand or by cron."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.call import AS_JSON, opened
from monitor.cli.entry import PARTLY_FAILED
from monitor.cli.say import as_json, err, out, table, working

if TYPE_CHECKING:
    from monitor.stages.collect import CollectReport


def collect(
    ctx: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE…]", help="Every source by default.")
    ] = None,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Polls the sources once.

    Everything that is new, until their windows are drained or they have to wait.
    """
    with opened(ctx) as app, working("Collecting…"):
        reports = app.run_collect(sources or None)
    if json:
        as_json([_report(r) for r in reports])
    else:
        rows = [(r.source, r.new, r.known, r.revised, r.removed, r.rejects, _health(r)) for r in reports]
        table(("source", "new", "known", "edited", "removed", "rejected", ""), rows)
    for report in reports:
        if report.error is not None:
            err(f"{report.source}: {report.error}")
    if any(r.error is not None or r.rejects for r in reports):
        raise typer.Exit(PARTLY_FAILED)


def _health(report: CollectReport) -> str:
    if report.error is not None:
        return f"{report.health} ({report.error.code})"
    return "complete" if report.complete else report.health


def _report(report: CollectReport) -> dict[str, Any]:
    return {
        "source": report.source,
        "pages": report.pages,
        "new": report.new,
        "known": report.known,
        "revised": report.revised,
        "reposts": report.reposts,
        "removed": report.removed,
        "rejects": report.rejects,
        "complete": report.complete,
        "health": report.health,
        "error": {"code": report.error.code, "cause": report.error.cause} if report.error else None,
        "next_at": report.next_at,
    }


def follow(ctx: typer.Context, json: Annotated[bool, AS_JSON] = False) -> None:
    """Sees what became of the customers.

    Settles outcomes, brings back what we promised and what was snoozed, and looks again at stored
    posts whose turn it is.
    """
    with opened(ctx) as app:
        woken = app.run_wake().woken
        report = app.run_follow()
        looked = app.run_recheck()
    counts = {name: getattr(report, name) for name in ("settled", "silent", "kept", "reminded", "broken")}
    counts["woken"] = woken
    again = {name: sum(getattr(r, name) for r in looked) for name in ("asked", "edited", "removed")}
    if json:
        as_json({**counts, **again})
    else:
        out(f"{report.settled} settled, {report.silent} gone silent, {woken} came back from a snooze.")
        out(f"Promises: {report.kept} kept, {report.reminded} brought back in time, {report.broken} broken.")
        out(f"{again['asked']} posts looked at again, {again['edited']} edited, {again['removed']} removed.")
    for each in looked:
        if each.error is not None:
            err(f"{each.source}: {each.error}")
    if any(each.error is not None for each in looked):
        raise typer.Exit(PARTLY_FAILED)
