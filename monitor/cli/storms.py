"""`presszero storms`: many cases with one cause, and what somebody makes of it."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.call import AS_JSON, USER, acting_user, opened
from monitor.cli.group import new_group
from monitor.cli.say import as_json, err, one_line, out, table

group = new_group("Storms: many cases with one cause.")

N = typer.Argument(metavar="N", help="The number of the storm.")
WORDS = 80  # characters of a cell


@group.command("list")
def list_storms(ctx: typer.Context, json: Annotated[bool, AS_JSON] = False) -> None:
    """Storms that go on, or were seen within a day."""
    from dataclasses import asdict

    from monitor.incident.storms import QUIET

    with opened(ctx) as app:
        with app.store.read() as session:
            found = session.storms.since(app.clock.now() - QUIET)
        zone = app.settings.brand.zone
    if json:
        as_json([asdict(storm) for storm in found])
        return
    if not found:
        err("There is no storm.")
        return
    rows = []
    for storm in found:
        about = " ".join((storm.intent or "", *storm.terms)).strip()
        since = f"{storm.began_at.astimezone(zone):%d %b %H:%M}"
        state = "incident" if storm.incident else storm.state
        rows.append((storm.id, state, since, storm.cases, storm.peak, f"{storm.expected:.1f}", about))
    table(("N", "state", "since", "cases", "peak in 30 min", "usually", "about"), rows)


@group.command("show")
def show_storm(ctx: typer.Context, n: Annotated[int, N]) -> None:
    """The cases of a storm, the open ones first."""
    from monitor.cli.lanes import clock_words

    with opened(ctx) as app:
        with app.store.read() as session:
            session.storms.get(n)
            cases = session.storms.cases(n)
        now = app.clock.now()
    rows = [(f"c{c.id}", c.urgency, clock_words(c, now), one_line(c.title, WORDS)) for c in cases]
    table(("case", "", "clock", "what they say"), rows)


@group.command("incident")
def make_incident(
    ctx: typer.Context,
    n: Annotated[int, N],
    name: Annotated[str, typer.Argument(help="As a reply would say it: check-in outage.")],
    user: Annotated[str | None, USER] = None,
) -> None:
    """Makes an incident of a storm.

    Its open cases belong to it from now on, and replies may name it.
    """
    from monitor.incident.storms import declare

    with opened(ctx) as app:
        joined = declare(app.store, n, acting_user(app, user, "draft"), name, app.clock)
    out(f"{joined} cases belong to {name!r} now.")


@group.command("dismiss")
def dismiss_storm(ctx: typer.Context, n: Annotated[int, N], user: Annotated[str | None, USER] = None) -> None:
    """Says that it is none; nobody is told of it any more."""
    from monitor.incident.storms import dismiss

    with opened(ctx) as app:
        dismiss(app.store, n, acting_user(app, user, "draft"), app.clock)
    out(f"Storm {n} is dismissed.")
