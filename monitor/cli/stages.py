"""`presszero collect`, `draft`, `publish`, `follow`: the stages, called once, by hand or by cron."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.call import AS_JSON, opened
from monitor.cli.entry import PARTLY_FAILED
from monitor.cli.say import as_json, err, out, table, working
from monitor.domain.errors import NotFound

if TYPE_CHECKING:
    from monitor.bootstrap import App
    from monitor.domain.draft import Move
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


def draft(
    ctx: typer.Context,
    case: Annotated[
        int | None, typer.Option("--case", metavar="N", help="Show the draft of this case.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="With --case: why each sentence is there.")
    ] = False,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Reads, triages and drafts what waits.

    With --case: shows one case's draft, or the one that would be written, or why none may be.
    """
    with opened(ctx) as app:
        if case is not None:
            _show_draft(app, case, explain, json)
            return
        with working("Reading, triaging, drafting…"):
            counts = dict(app.run_pipeline())
    if json:
        as_json(counts)
    else:
        out(", ".join(f"{count} {what}" for what, count in counts.items()) + ".")


def _show_draft(app: App, case_id: int, explain: bool, json: bool) -> None:
    """The stored draft of a case; where there is none, the one that would be written, or why none may be."""
    with app.store.read() as session:
        conversation = session.cases.conversation(case_id)
        live = session.drafts.live_of(case_id)
        withheld = session.cases.withheld(case_id)
    if live is None and withheld is not None:
        raise NotFound(f"Case {case_id} has no draft: {withheld['why']}", action="A person writes this one.")
    if live is not None:
        text, moves = live.text, live.moves
    else:
        found = app.candidates(conversation, 1)
        if not found:
            raise NotFound(f"Case {case_id} gets no automatic draft.", action="A person writes this one.")
        text, moves = found[0].text, found[0].moves
    if json:
        said = [{"move": m.move, "text": m.text, "why": m.why} for m in moves]
        as_json({"case_id": case_id, "draft_id": live.id if live else None, "text": text, "moves": said})
        return
    out(text)
    if explain:
        out()
        for line in _explained(moves):
            out(line)


def _explained(moves: tuple[Move, ...]) -> Iterator[str]:
    for move in moves:
        yield f"{move.text}"
        yield f"    {move.move}: {move.why}"
    if not moves:
        yield "These words are a person's own."


def publish(ctx: typer.Context, json: Annotated[bool, AS_JSON] = False) -> None:
    """Posts what is approved.

    First looks for replies whose outcome is unknown, then sends what is approved and whose undo time
    is over. Ends with 1 when a platform refused, or did not answer.
    """
    with opened(ctx) as app:
        report = app.run_publish()
    found = {name: list(getattr(report, name)) for name in _ENDS}
    if json:
        as_json({**found, "paused": report.paused})
    else:
        for name, ids in found.items():
            if ids:
                out(f"{_ENDS[name]}: drafts {', '.join(map(str, ids))}")
        if report.paused:
            out("All posting is paused; nothing was sent.")
        elif not any(found.values()):
            out("Nothing was due.")
    if found["refused"] or found["unknown"]:
        raise typer.Exit(PARTLY_FAILED)


_ENDS = {
    "posted": "Posted",
    "refused": "Refused by the platform, back in the queue",
    "unknown": "No answer, being looked for",
    "stale": "Not sent: the conversation moved",
    "postponed": "Later",
    "returned": "Provably not posted, to be approved again",
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
