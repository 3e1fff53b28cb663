"""`presszero publish`, `freeze` and `thaw`: what leaves the house, what is held back, and who stops it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.call import AS_JSON, USER, acting_user, opened, require_every_brand_of
from monitor.cli.entry import PARTLY_FAILED
from monitor.cli.say import as_json, out, table
from monitor.domain.errors import NotFound, WrongUse
from monitor.domain.moments import say_duration

if TYPE_CHECKING:
    from monitor.bootstrap import App
    from monitor.stages.publish import Outgoing, Outlook

_WHAT = typer.Argument(metavar="WHAT", help="everything, brand:NAME, source:NAME or incident:NAME.")


def publish(
    ctx: typer.Context,
    status: Annotated[
        bool, typer.Option("--status", help="Send nothing; show what leaves when, and what is held back.")
    ] = False,
    pause: Annotated[
        str | None, typer.Option("--pause", metavar="WHY", help="Stop all posting; everybody sees why.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Start it again: what waited leaves.")] = False,
    source: Annotated[
        str | None, typer.Option("--source", metavar="NAME", help="With --pause or --resume: only this one.")
    ] = None,
    user: Annotated[str | None, USER] = None,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Posts what is approved.

    First looks for replies whose outcome is unknown, then sends what is approved and whose time has
    come. Ends with 1 when a platform refused, or did not answer.
    """
    if (pause is not None) + resume + status > 1:
        raise WrongUse("--pause, --resume and --status are three different things.")
    if source is not None and pause is None and not resume:
        raise WrongUse("--source goes with --pause or --resume.")
    with opened(ctx) as app:
        if pause is not None or resume:
            _switch(app, pause, source, acting_user(app, user, "pause"))
        elif status:
            _show_outlook(app, json)
        else:
            _publish(app, json)


def _switch(app: App, why: str | None, source: str | None, name: str) -> None:
    from monitor.stages import review

    if source is None:
        require_every_brand_of(app, name)
    else:
        app.settings.source(source)
    review.pause(app.store, name, why is not None, why or "", app.clock, source=source)
    what = f"Posting from {source}" if source else "All posting"
    with app.store.read() as session:
        others = [s or "all posting" for s, _ in session.people.pauses() if s != source]
    if why is None:
        still = f" Still paused: {', '.join(others)}." if others else ""
        out(f"{what} is resumed by {name}.{still}")
    else:
        out(f"{what} is paused by {name}: {why.strip()}. Approved replies wait; --resume lets them go.")


def _publish(app: App, json: bool) -> None:
    report = app.run_publish()
    found = {name: list(getattr(report, name)) for name in _ENDS}
    if json:
        as_json({**found, "paused": report.paused})
    else:
        for name, ids in found.items():
            if ids:
                out(f"{_ENDS[name]}: {'drafts' if len(ids) > 1 else 'draft'} {', '.join(map(str, ids))}")
        if report.paused:
            out("All posting is paused; nothing was sent.")
        elif not any(found.values()):
            out("Nothing was due.")
        if found["stale"] or found["postponed"] or found["refused"]:
            out("Why, and what to do: `presszero publish --status`, `presszero queue show N`.")
    if found["refused"] or found["unknown"]:
        raise typer.Exit(PARTLY_FAILED)


_ENDS = {
    "posted": "Posted",
    "refused": "Refused by the platform, back in the queue",
    "unknown": "No answer, being looked for",
    "stale": "Not sent, back to a person",
    "postponed": "Later",
    "returned": "Provably not posted, to be approved again",
    "frozen": "Frozen",
    "thawed": "Thawed, back to a person",
}


# --- status ------------------------------------------------------------------------------------------


def _show_outlook(app: App, json: bool) -> None:
    from monitor.stages.publish import outlook

    outlets = app.outlets()
    with app.store.read() as session:
        view = outlook(session, outlets, app.clock.now())
    if json:
        as_json(_outlook_dict(app, view))
        return
    now, zone = app.clock.now(), app.settings.brand.zone
    for paused, row in view.pauses:
        out(f"PAUSED: {paused or 'all posting'}, by {row['user_name']}: {row['reason']}")
    for freeze in view.freezes:
        out(f"FROZEN: {freeze.scope}, by {freeze.by}: {freeze.reason}")
    if view.replies:
        rows = [_row(app, one, now) for one in view.replies]
        table(("N", "state", "leaves", "who", "on", "why", "what to do"), rows)
    else:
        out("Nothing is on its way.")
    for room in view.rooms:
        full = f", full until {room.full_until.astimezone(zone):%H:%M}" if room.full_until else ""
        limit = room.limit
        out(f"{room.account}: {room.used} of {limit.count:,} replies in {say_duration(limit.per)}{full}")
    for money in view.money:
        cap = f" of ${money.cap_usd:.2f}" if money.cap_usd is not None else ""
        out(f"Money today (UTC), {money.purse}: ${money.spent_usd:.2f}{cap}")


def _row(app: App, one: Outgoing, now: datetime) -> tuple[str, ...]:
    draft, case = one.draft, one.case
    who = f"@{case.customer_handle}" if case.customer_handle else case.customer or "?"
    cells = (str(draft.id), draft.state.value, _when(app, one, now), who, draft.platform)
    return (*cells, draft.reason or "", app.advise(draft.reason_code) or "")


def _when(app: App, one: Outgoing, now: datetime) -> str:
    """When it leaves, or when it is looked for next."""
    from monitor.domain.draft import DraftState

    moment = one.draft.send_after if one.draft.state is DraftState.APPROVED else None
    if one.draft.state is DraftState.UNKNOWN:
        moment = one.attempt.next_look_at if one.attempt else None
        return f"next look {app.say_moment(moment)}" if moment and moment > now else "look by hand"
    return "" if moment is None else app.say_moment(moment) if moment > now else "now"


def _outlook_dict(app: App, view: Outlook) -> dict[str, Any]:
    """`publish --status --json` (docs/cli.md)."""
    return {
        "pauses": [
            {"source": source, "reason": row["reason"], "user": row["user_name"], "at": row["at"]}
            for source, row in view.pauses
        ],
        "freezes": [
            {"what": str(f.scope), "reason": f.reason, "user": f.by, "at": f.at} for f in view.freezes
        ],
        "replies": [
            {
                "draft_id": one.draft.id,
                "case_id": one.case.id,
                "state": one.draft.state.value,
                "platform": one.draft.platform,
                "source": one.draft.source,
                "send_after": one.draft.send_after,
                "reason": one.draft.reason,
                "code": one.draft.reason_code,
                "advice": app.advise(one.draft.reason_code),
                "next_look_at": one.attempt.next_look_at if one.attempt else None,
                "parent_url": one.url,
            }
            for one in view.replies
        ],
        "limits": [
            {
                "account": room.account,
                "used": room.used,
                "count": room.limit.count,
                "seconds": room.limit.per.total_seconds(),
                "full_until": room.full_until,
            }
            for room in view.rooms
        ],
        "money": [
            {"purse": m.purse, "spent_usd": round(m.spent_usd, 4), "cap_usd": m.cap_usd} for m in view.money
        ],
    }


# --- freezes -----------------------------------------------------------------------------------------


def freeze(
    ctx: typer.Context,
    what: Annotated[str, _WHAT],
    reason: Annotated[str, typer.Option("--reason", help="Why: everybody sees it.")],
    user: Annotated[str | None, USER] = None,
) -> None:
    """Holds back drafts: of all, a brand, source, incident.

    Also those to come. Nothing of it can be approved until it is thawed; then people read it again.
    """
    from monitor.domain.freezing import Reach, Scope
    from monitor.stages import review

    scope = Scope.parse(what)
    with opened(ctx) as app:
        name = acting_user(app, user, "pause")
        if scope.reach is Reach.SOURCE:
            app.settings.source(scope.name)
        if scope.reach is Reach.BRAND and scope.name not in app.settings.brand.every:
            there = ", ".join(app.settings.brand.every)
            raise NotFound(f"There is no brand {scope.name!r}.", action=f"There are: {there}.")
        if scope.reach is Reach.EVERYTHING:
            require_every_brand_of(app, name)
        done = review.freeze(app.store, name, scope, reason, app.clock)
    out(f"{scope.begins} is frozen by {name}; {_many(len(done.drafts))} held back.")


def thaw(ctx: typer.Context, what: Annotated[str, _WHAT], user: Annotated[str | None, USER] = None) -> None:
    """Lifts a freeze: its drafts go back to a person."""
    from monitor.domain.freezing import Reach, Scope
    from monitor.stages import review

    scope = Scope.parse(what)
    with opened(ctx) as app:
        name = acting_user(app, user, "pause")
        if scope.reach is Reach.EVERYTHING:
            require_every_brand_of(app, name)
        done = review.thaw(app.store, name, scope, app.clock)
    out(f"{scope.begins} is thawed by {name}; {_many(len(done.drafts))} back with people.")


def _many(count: int) -> str:
    return "1 draft is" if count == 1 else f"{count} drafts are"
