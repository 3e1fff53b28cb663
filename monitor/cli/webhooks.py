"""`presszero webhooks`: who hears of events, what became of each, and sending again."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.call import AS_JSON, opened, operator
from monitor.cli.entry import PARTLY_FAILED
from monitor.cli.group import new_group
from monitor.cli.say import as_json, err, out, table

if TYPE_CHECKING:
    from monitor.bootstrap import App
    from monitor.store.outbox import Delivery

group = new_group("Webhooks: who hears of events.")

N = typer.Argument(metavar="N", help="The number of the delivery.")
NAME = typer.Argument(help="The name of the webhook in config.toml.")


@group.command("list")
def list_hooks(ctx: typer.Context, json: Annotated[bool, AS_JSON] = False) -> None:
    """The webhooks there are, and how each stands."""
    with opened(ctx) as app:
        with app.store.read() as session:
            states, counts = session.outbox.states(), session.outbox.counts()
        found = [
            _hook(app, hook, states.get(hook.name), counts.get(hook.name, {}))
            for hook in app.settings.webhooks
        ]
    if json:
        as_json(found)
        return
    if not found:
        err("There is no webhook. Add a [[webhooks]] table to config.toml (docs/webhooks.md).")
        return
    rows = [
        (h["name"], " ".join(h["events"]), h["standing"], h["waiting"], h["dead"], h["delivered"])
        for h in found
    ]
    table(("name", "hears of", "stands", "waiting", "dead", "delivered"), rows)


def _hook(app: App, hook: Any, state: Any, counts: dict[str, int]) -> dict[str, Any]:
    from monitor.domain.moments import say_duration

    standing = "well" if state and state.last_ok_at else "not used yet"
    if state and state.failing_since:
        standing = f"failing for {say_duration(app.clock.now() - state.failing_since)}: {state.error}"
    return {
        "name": hook.name,
        "events": list(hook.events),
        "enabled": hook.enabled,
        "standing": standing if hook.enabled else "off",
        "failing_since": state.failing_since if state else None,
        "last_ok_at": state.last_ok_at if state else None,
        "waiting": counts.get("waiting", 0) + counts.get("sending", 0),
        "dead": counts.get("dead", 0),
        "delivered": counts.get("delivered", 0),
    }


@group.command("log")
def show_log(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Of one webhook; of all when left out.")] = "",
    state: Annotated[str, typer.Option("--state", help="waiting, sending, delivered or dead.")] = "",
    count: Annotated[int, typer.Option("--count", min=1, max=1000, help="How many.")] = 50,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """What became of the last events at each webhook."""
    with opened(ctx) as app:
        wanted = {"hook": name, "state": state, "event": ""}
        with app.store.read() as session:
            found = session.outbox.page(wanted, count)
        zone = app.settings.brand.zone
    if json:
        as_json([_delivery(d) for d in found])
        return
    if not found:
        err("Nothing was sent yet.")
        return
    rows = []
    for d in found:
        at = f"{d.created_at.astimezone(zone):%d %b %H:%M:%S}"
        said = d.error or (f"answered {d.status}" if d.status else "")
        rows.append((d.id, at, d.hook, d.event, d.subject, d.state, d.tries, said))
    table(("N", "at", "webhook", "event", "about", "state", "tries", "last answer"), rows)


def _delivery(delivery: Delivery) -> dict[str, Any]:
    names = (
        "hook",
        "event",
        "subject",
        "state",
        "tries",
        "status",
        "error",
        "created_at",
        "next_at",
        "finished_at",
    )
    told = {name: getattr(delivery, name) for name in names}
    return {"delivery_id": delivery.id, "event_id": delivery.event_key, **told}


@group.command("show")
def show_delivery(ctx: typer.Context, n: Annotated[int, N]) -> None:
    """One delivery: what was sent, and every try, as JSON."""
    import json

    with opened(ctx) as app, app.store.read() as session:
        delivery = session.outbox.get(n)
        tries = session.outbox.tries(n)
    as_json({**_delivery(delivery), "body": json.loads(delivery.body), "log": [dict(t) for t in tries]})


@group.command("test")
def test_hook(ctx: typer.Context, name: Annotated[str, NAME]) -> None:
    """Sends a test event now, and says what came of it."""
    with opened(ctx) as app:
        answer = app.ping(name, operator())
    if answer.is_taken:
        out(f"{name} took it: {answer.status} after {answer.took_ms} ms.")
        return
    out(f"{name} did not take it: {answer.error}.")
    raise typer.Exit(PARTLY_FAILED)


@group.command("resend")
def resend_deliveries(
    ctx: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[N…]", help="Numbers in the log.")] = None,
    dead: Annotated[str, typer.Option("--dead", metavar="NAME", help="Every dead one of this webhook.")] = "",
) -> None:
    """Puts deliveries that have ended on their way once more.

    Each keeps its event id, by which the receiver knows it. `presszero run` sends them.
    """
    with opened(ctx) as app:
        wanted = list(numbers or ())
        if dead:
            app.subscription(dead)
            with app.store.read() as session:
                found = session.outbox.page({"hook": dead, "state": "dead", "event": ""}, 1000)
            wanted += [d.id for d in reversed(found)]
        for number in wanted:
            app.resend(number, operator())
    out(f"{len(wanted)} on their way." if wanted else "Nothing to send.")


@group.command("secret")
def make_secret() -> None:
    """Makes a secret for a webhook, to be put into .env."""
    out(secrets.token_urlsafe(32))
