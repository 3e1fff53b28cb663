"""`presszero alerts`: what people were told of, who is on call, and whether a message gets through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.call import AS_JSON, USER, acting_user, opened, operator, require_every_brand_of
from monitor.cli.entry import PARTLY_FAILED
from monitor.cli.group import new_group
from monitor.cli.say import as_json, err, out, table

if TYPE_CHECKING:
    from monitor.domain.alert import Alert
    from monitor.store.alerts import AlertMessage

group = new_group("Alerts: who is told of what, and who is on call.")

N = typer.Argument(metavar="N", help="The number of the alert.")


@group.command("list")
def list_alerts(
    ctx: typer.Context,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Only those that go on and nobody sees to.")
    ] = False,
    kind: Annotated[str, typer.Option("--kind", help="p0, sla, storm, gap … (docs/alerts.md).")] = "",
    count: Annotated[int, typer.Option("--count", min=1, max=1000, help="How many.")] = 30,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """What people were told of, the newest first."""
    from monitor.domain.alert import AlertKind
    from monitor.domain.errors import WrongUse
    from monitor.stages.alerting.saying import say

    if kind and kind not in set(AlertKind):
        raise WrongUse(f"{kind!r} is no kind of alert.", action=f"There are: {', '.join(AlertKind)}.")
    with opened(ctx) as app:
        with app.store.read() as session:
            found = session.alerts.page(count, kind=kind, waiting=waiting)
            sent = {a.id: session.alerts.messages(a.id) for a in found}
        zone, now = app.settings.brand.zone, app.clock.now()
        titles = {a.id: say([a], app.watch, now).title for a in found}
    if json:
        as_json([_alert(a, titles[a.id], sent[a.id]) for a in found])
        return
    if not found:
        err("There is no alert.")
        return
    rows = []
    for alert in found:
        state = f"{alert.acked_by} sees to it" if alert.state == "acknowledged" else alert.state
        at = f"{alert.began_at.astimezone(zone):%d %b %H:%M}"
        rows.append((alert.id, at, titles[alert.id], state, _told(sent[alert.id])))
    table(("N", "since", "what", "stands", "told"), rows)


def _told(messages: list[AlertMessage]) -> str:
    """Who has it, and who should have."""
    if not messages:
        return "nobody: no channel"
    parts = []
    for channel in dict.fromkeys(m.channel for m in messages):
        theirs = [m for m in messages if m.channel == channel]
        sent = sum(m.state == "sent" for m in theirs)
        last = theirs[-1]
        told = {0: "", 1: ""}.get(sent, f" {sent}×")
        rest = "" if last.state == "sent" else f" ({last.error or last.state})"
        parts.append(f"{channel}{told}{rest}")
    return ", ".join(parts)


def _alert(alert: Alert, title: str, messages: list[AlertMessage]) -> dict[str, Any]:
    names = ("kind", "subject", "source", "brand", "state", "began_at", "over_at", "acked_at", "acked_by")
    told = ("channel", "person", "state", "created_at", "finished_at", "tries", "error")
    return {
        "alert_id": alert.id,
        "title": title,
        **{name: getattr(alert, name) for name in names},
        "messages": [{name: getattr(m, name) for name in told} for m in messages],
    }


@group.command("ack")
def acknowledge_alerts(
    ctx: typer.Context,
    numbers: Annotated[list[int], typer.Argument(metavar="N…", help="The numbers of alerts.")],
    user: Annotated[str | None, USER] = None,
) -> None:
    """Says that you see to it: nobody is told of it again."""
    from monitor.stages.alerting import acknowledge

    with opened(ctx) as app:
        name = acting_user(app, user, "draft")
        for number in numbers:
            alert = acknowledge(app.store, number, name, app.clock)
            out(f"{name} sees to alert {alert.id}.")


@group.command("test")
def try_channels(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[CHANNEL…]", help="All of them when left out.")
    ] = None,
) -> None:
    """Sends a test over channels now, and says what came of it."""
    from monitor.stages.alerting import try_channel

    failed = False
    with opened(ctx) as app:
        wanted = names or [c.name for c in app.watch.channels]
        if not wanted:
            err("There is no channel. Add [alerts.channels.NAME] to config.toml (docs/alerts.md).")
            raise typer.Exit(PARTLY_FAILED)
        for name in wanted:
            why = try_channel(app.store, app.watch, name, app.carrier, operator(), app.clock)
            failed = failed or why is not None
            out(f"{name} took it." if why is None else f"{name} did not take it: {why}.")
    if failed:
        raise typer.Exit(PARTLY_FAILED)


@group.command("rota")
def show_rota(ctx: typer.Context, json: Annotated[bool, AS_JSON] = False) -> None:
    """Who is on call now, who is next, and what goes where."""
    from monitor.domain.alert import AlertKind

    with opened(ctx) as app:
        now, zone = app.clock.now(), app.watch.rota.zone
        with app.store.read() as session:
            covers = session.alerts.covers(now)
        people = app.watch.rota.on_call(now, covers)
        until = app.watch.rota.changes_at(now, covers)
        reached = {c.person for c in app.watch.channels}
        ways = {k: [c.name for c in app.watch.whom(k, None, now, covers)] for k in AlertKind}
    if json:
        kept = [{"cover_id": c.id, "who": c.who, "start": c.start, "end": c.end, "by": c.by} for c in covers]
        as_json({"on_call": list(people), "until": until, "covers": kept, "ways": ways})
        return
    if people:
        rest = f", until {until.astimezone(zone):%a %d %b %H:%M}" if until else ""
        out(f"On call: {people[0]}{rest}. Then: {', '.join(people[1:]) or 'nobody'}.")
        for name in people:
            if name not in reached:
                out(f"No channel reaches {name}.")
    else:
        out("There is no rota.")
    for cover in covers:
        start, end = (f"{t.astimezone(zone):%a %d %b %H:%M}" for t in (cover.start, cover.end))
        out(f"Cover {cover.id}: {cover.who}, {start} to {end} (by {cover.by}).")
    table(("alert", "goes now to"), [(k, ", ".join(names) or "nobody") for k, names in ways.items()])


@group.command("cover")
def cover_turn(
    ctx: typer.Context,
    who: Annotated[str, typer.Argument(help="Who is on call.")],
    until: Annotated[str, typer.Option("--until", help='18:00, 8h, tomorrow, "monday 9:00" …')],
    start: Annotated[str, typer.Option("--from", help="From when; from now on when left out.")] = "",
    user: Annotated[str | None, USER] = None,
) -> None:
    """Puts somebody on call in place of whoever the rota says."""
    from monitor.domain.casework import moment_meant
    from monitor.stages.alerting import cover

    with opened(ctx) as app:
        name = acting_user(app, user, "pause")
        require_every_brand_of(app, name)
        now, zone = app.clock.now(), app.watch.rota.zone
        begins = moment_meant(start, now, zone) if start else now
        ends = moment_meant(until, begins, zone)
        number = cover(app.store, app.watch, who, begins, ends, name, app.clock)
    out(f"Cover {number}: {who} is on call until {ends.astimezone(zone):%a %d %b %H:%M}.")


@group.command("uncover")
def drop_cover(
    ctx: typer.Context,
    n: Annotated[int, typer.Argument(metavar="N", help="The number of the cover.")],
    user: Annotated[str | None, USER] = None,
) -> None:
    """Takes a cover back: the rota holds again."""
    from monitor.stages.alerting import uncover

    with opened(ctx) as app:
        name = acting_user(app, user, "pause")
        require_every_brand_of(app, name)
        uncover(app.store, n, name, app.clock)
    out(f"Cover {n} is gone.")
