"""`presszero backfill`: reads the past with the same engine, and can be taken up where it stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.call import AS_JSON, opened
from monitor.cli.entry import PARTLY_FAILED
from monitor.cli.say import as_json, err, out, table, working
from monitor.domain.errors import BadMoment, StoreUnavailable, WrongUse
from monitor.domain.moments import parse_duration, parse_moment, say_duration, utc_text

if TYPE_CHECKING:
    from monitor.bootstrap import App
    from monitor.cli.progress import Show
    from monitor.domain.coverage import Interval
    from monitor.incident.backfill import Part
    from monitor.incident.forecast import Forecast, Target
    from monitor.store.backfills import Run

# A file is read whole unless told otherwise: no post of any platform is older.
FIRST_POST = datetime(1990, 1, 1, tzinfo=UTC)


def backfill(
    ctx: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE…]", help="Names of sources, or archive:FILE.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="T",
            help="From when: 2026-03-01, 2026-03-01T12:00:00Z, or 7d (ago).",
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="T", help="Up to when, exclusive; now by default.")
    ] = None,
    query: Annotated[
        str | None, typer.Option("--query", metavar="Q", help="Another question than the source's own.")
    ] = None,
    incident: Annotated[
        str | None, typer.Option("--incident", metavar="NAME", help="The incident this belongs to.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it takes and what can't be had.")
    ] = False,
    budget: Annotated[
        float | None,
        typer.Option("--budget", metavar="USD", min=0.0, help="Stop before the run costs more than this."),
    ] = None,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="RUN", help="Go on with a run that was stopped.")
    ] = None,
    drafts: Annotated[bool, typer.Option("--draft", help="Draft replies too; otherwise none.")] = False,
    collect_only: Annotated[
        bool, typer.Option("--collect-only", help="Leave reading and triage to `presszero run`.")
    ] = False,
    runs: Annotated[bool, typer.Option("--runs", help="List the runs.")] = False,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Reads the past.

    With the same engine as live polling: committed page by page, within the platforms' limits, and
    taken up with --resume after Ctrl-C or a crash. What comes in sets no clocks and pages nobody.
    """
    from monitor.incident.backfill import Wish, begin, take_up

    with opened(ctx) as app:
        if runs:
            _list(app, json)
            return
        if resume is not None:
            if sources or since or until or query:
                raise WrongUse("A run that goes on keeps its sources and its window: leave them out.")
            with _only_one(app, resume):
                run = take_up(app.store, resume, app.clock, budget)
                _work(app, run, app.backfill_targets(run.sources), json, collect_only)
            return
        if not sources:
            raise WrongUse("Say which sources to read: names from `presszero sources`, or archive:FILE.")
        targets = app.backfill_targets(sources)
        window = _window(app, targets, since, until)
        if dry_run:
            _dry_run(app, targets, window, query, budget, json)
            return
        run = begin(app.store, targets, Wish(window, query, budget, incident, drafts), app.clock)
        err(f"Run {run.name}: if it stops, `presszero backfill --resume {run.name}` goes on.")
        with _only_one(app, run.name):
            _work(app, run, targets, json, collect_only)


def _window(app: App, targets: Sequence[Target], since: str | None, until: str | None) -> Interval:
    from monitor.domain.coverage import Interval

    now = app.clock.now()
    end = _moment("--until", until, now) if until else now
    if since is not None:
        start = _moment("--since", since, now)
    elif all(t.source.kind == "archive" for t in targets):
        start = FIRST_POST
    else:
        raise WrongUse("Say from when on: --since 2026-03-01.")
    if start >= end:
        raise WrongUse(f"--since {utc_text(start)} doesn't lie before --until {utc_text(end)}.")
    return Interval(start, end)


def _moment(option: str, text: str, now: datetime) -> datetime:
    try:
        return now - parse_duration(text.strip().removesuffix("ago"))
    except BadMoment:
        pass
    try:
        return parse_moment(text)
    except BadMoment as exc:
        raise WrongUse(f"{option}: {exc.cause}", action=exc.what_to_do) from exc


@contextmanager
def _only_one(app: App, name: str) -> Iterator[None]:
    """Two processes on one run would fetch and pay every page twice."""
    from monitor.runtime.lock import RunLock

    path = Path(f"{app.lock_path}.{Path(name).name}")
    lock = RunLock(path)
    try:
        lock.take()
    except StoreUnavailable as exc:
        raise StoreUnavailable(
            f"Another process works on the run {name}.", action="Wait until it is done, or stop it."
        ) from exc
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        lock.release()


# --- the work -----------------------------------------------------------------------------------


def _work(app: App, run: Run, targets: Sequence[Target], json: bool, collect_only: bool) -> None:
    from monitor.cli.progress import shown

    done: dict[str, int] = {}
    try:
        with shown(app.clock) as show:
            parts = app.run_backfill(run, targets, show)
            if not collect_only:
                done = _after(app, run, [p.source for p in parts], show)
    except KeyboardInterrupt:
        with app.store.write() as session:
            session.backfills.becomes(run.name, "stopped", app.clock.now(), "interrupted")
        err(f"Stopped; nothing is lost. `presszero backfill --resume {run.name}` goes on.")
        raise typer.Exit(130) from None
    finally:
        for target in targets:
            target.connector.close()
    with app.store.read() as session:
        run = session.backfills.get(run.name)
    _say(run, parts, done, json)
    if run.state != "complete":
        err(f"Not complete. `presszero backfill --resume {run.name}` goes on where it stopped.")
        raise typer.Exit(PARTLY_FAILED)


def _after(app: App, run: Run, sources: Sequence[str], show: Show) -> dict[str, int]:
    """What has come in is read and triaged; drafted only if somebody asked for it."""
    with app.store.read() as session:
        waiting = sum(int(row["posts"]) for row in session.figures.rows("figure_backlog"))
    done = {
        "read": app.run_read(lambda count: show.count("read", count, waiting)),
        "triaged": app.run_triage(lambda count: show.count("triaged", count, waiting)),
    }
    if run.with_drafts:
        done["drafted"] = app.draft_backfilled(run, sources)
    return done


def _say(run: Run, parts: Sequence[Part], done: dict[str, int], json: bool) -> None:
    if json:
        as_json({**_run(run), "parts": [_part(p) for p in parts], **done})
        return
    rows = [
        (p.source, p.report.new, p.report.known, p.report.revised, p.report.rejects, p.report.pages, _end(p))
        for p in parts
    ]
    table(("source", "new", "known", "edited", "rejected", "pages", ""), rows)
    for part in parts:
        if part.error is not None:
            err(f"{part.source}: {part.error}")
    money = f", ${run.spent_usd:.2f}" if run.spent_usd else ""
    more = "".join(f", {count:,} {what}" for what, count in done.items())
    out(f"Run {run.name}: {run.state}, {run.requests:,} requests{money}{more}.")


def _end(part: Part) -> str:
    if part.complete:
        return "complete"
    code = f" ({part.error.code})" if part.error else ""
    return f"{part.drained} of {part.windows} parts{code}"


def _part(part: Part) -> dict[str, Any]:
    report = part.report
    return {
        "source": part.source,
        "complete": part.complete,
        "windows": part.windows,
        "drained": part.drained,
        "pages": report.pages,
        "new": report.new,
        "known": report.known,
        "revised": report.revised,
        "rejects": report.rejects,
        "error": {"code": part.error.code, "cause": part.error.cause} if part.error else None,
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "run": run.name,
        "state": run.state,
        "sources": run.sources,
        "since": run.window.start,
        "until": run.window.end,
        "query": run.query,
        "incident": run.incident,
        "budget_usd": run.budget_usd,
        "spent_usd": round(run.spent_usd, 4),
        "requests": run.requests,
        "started_at": run.started_at,
        "why": run.why,
    }


def _list(app: App, json: bool) -> None:
    with app.store.read() as session:
        found = session.backfills.newest()
    if json:
        as_json([_run(r) for r in found])
        return
    table(
        ("run", "state", "sources", "since", "until", "requests", "spent", "why"),
        [
            (
                r.name,
                r.state,
                ", ".join(r.sources),
                utc_text(r.window.start),
                utc_text(r.window.end),
                r.requests,
                f"${r.spent_usd:.2f}",
                r.why or "",
            )
            for r in found
        ],
    )


# --- beforehand ---------------------------------------------------------------------------------


def _dry_run(
    app: App, targets: Sequence[Target], window: Interval, query: str | None, budget: float | None, json: bool
) -> None:
    with working("Counting…"):
        found = [app.forecast(target, window, query) for target in targets]
    for target in targets:
        target.connector.close()
    if json:
        as_json([_forecast(f) for f in found])
    else:
        table(
            ("source", "from", "to", "posts", "requests", "price", "time"),
            [_forecast_cells(f) for f in found],
        )
        for line in _forecast_notes(found, budget):
            out(line)
    if any(f.error is not None for f in found):
        raise typer.Exit(PARTLY_FAILED)


def _forecast_cells(found: Forecast) -> tuple[object, ...]:
    e, reach = found.estimate, found.reachable
    return (
        found.source,
        f"{reach.start:%Y-%m-%d %H:%M}" if reach else "–",
        f"{reach.end:%Y-%m-%d %H:%M}" if reach else "–",
        "unknown" if e.posts is None else f"{e.posts:,}",
        "unknown" if e.requests is None else f"{e.requests:,}",
        "unknown" if e.cost_usd is None else f"${e.cost_usd:.2f}",
        "unknown" if e.seconds is None else say_duration(timedelta(seconds=e.seconds)),
    )


def _forecast_notes(found: Sequence[Forecast], budget: float | None) -> Iterator[str]:
    for f in found:
        for interval, why in f.estimate.cannot:
            yield (
                f"{f.source}: can't be had: {utc_text(interval.start)} to {utc_text(interval.end)} "
                f"({WHY.get(why, why)})"
            )
        if f.error is not None:
            yield f"{f.source}: {f.error}"
        if f.estimate.spent_usd:
            yield f"{f.source}: asking for these counts cost ${f.estimate.spent_usd:.3f}"
    cost = sum(f.estimate.cost_usd or 0.0 for f in found)
    if budget is not None and cost > budget:
        yield f"The budget of ${budget:.2f} pays for about {100 * budget / cost:.0f} % of it."
    yield "Nothing was fetched. Leave out --dry-run to do it."


WHY = {
    "window_expired": "the platform doesn't show posts that old",
    "not_capable": "this kind of source shows only what is newest",
    "feed_too_short": "the feed holds only its newest entries",
}


def _forecast(found: Forecast) -> dict[str, Any]:
    e = found.estimate
    return {
        "source": found.source,
        "since": found.reachable.start if found.reachable else None,
        "until": found.reachable.end if found.reachable else None,
        "windows": found.chunks,
        "posts": e.posts,
        "requests": e.requests,
        "cost_usd": e.cost_usd,
        "seconds": e.seconds,
        "asking_cost_usd": e.spent_usd,
        "cannot": [{"since": i.start, "until": i.end, "why": why} for i, why in e.cannot],
        "error": {"code": found.error.code, "cause": found.error.cause} if found.error else None,
    }
