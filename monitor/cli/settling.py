"""`presszero queue found|absent|look`: what a person says of a reply whose outcome is unknown.

Registered by `monitor.cli.queue`.
"""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.call import USER, acting_user, opened
from monitor.cli.say import out

REF = typer.Argument(metavar="N", help="12 for draft 12, c7 for case 7.")


def register(group: typer.Typer) -> None:
    """Adds the commands to `presszero queue`."""
    for name, command in (("found", found), ("absent", absent), ("look", look)):
        group.command(name)(command)


def found(
    ctx: typer.Context,
    n: Annotated[str, REF],
    url: Annotated[str, typer.Argument(metavar="URL", help="Its address on the platform.")],
    user: Annotated[str | None, USER] = None,
) -> None:
    """Says that a reply without an answer is there.

    You saw it on the platform: from now on it counts as posted.
    """
    from monitor.cli.lanes import draft_id_of
    from monitor.stages import publish

    with opened(ctx) as app:
        name = acting_user(app, user, "approve")
        draft_id = draft_id_of(app.store, n)
        with app.store.read() as session:
            draft = session.drafts.get(draft_id)
        native_id = app.native_id_in(draft.source, url)
        outlet = app.route(draft.source, draft.platform)
        handle = outlet.handle if outlet else None
        publish.found(app.store, draft_id, name, url, native_id, handle, app.clock)
        out(f"Draft {draft_id} is posted: {name} saw it at {url}")


def absent(ctx: typer.Context, n: Annotated[str, REF], user: Annotated[str | None, USER] = None) -> None:
    """Says that a reply without an answer isn't there.

    You looked on the platform: it goes back to be approved again.
    """
    from monitor.cli.lanes import draft_id_of
    from monitor.stages import publish

    with opened(ctx) as app:
        name = acting_user(app, user, "approve")
        draft_id = draft_id_of(app.store, n)
        with app.store.read() as session:
            draft = session.drafts.get(draft_id)
        settles = app.settles(draft.source, draft.platform)
        publish.absent(app.store, draft_id, name, settles, app.clock)
        out(f"Draft {draft_id} was not posted, says {name}; it can be approved again.")


def look(ctx: typer.Context, n: Annotated[str, REF], user: Annotated[str | None, USER] = None) -> None:
    """Has a reply without an answer looked for once more."""
    from monitor.cli.lanes import draft_id_of
    from monitor.stages import publish

    with opened(ctx) as app:
        name = acting_user(app, user, "draft")
        draft_id = draft_id_of(app.store, n)
        publish.look(app.store, draft_id, name, app.clock)
        app.run_publish()
        with app.store.read() as session:
            draft = session.drafts.get(draft_id)
        out(f"Draft {draft_id} is {draft.state.value}" + (f": {draft.reason}" if draft.reason else "."))
