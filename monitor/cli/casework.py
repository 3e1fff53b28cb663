"""`presszero queue …`: what people do with a case besides answering it. Registered by `monitor.cli.queue`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.call import AS_JSON, USER, acting_user, opened
from monitor.cli.say import as_json, err, out, table
from monitor.domain.casework import ESCALATION_CLOCK
from monitor.domain.errors import WrongUse

if TYPE_CHECKING:
    from monitor.bootstrap import App

REF = typer.Argument(metavar="N", help="12 for draft 12, c7 for case 7.")
OFF = typer.Option("--off", help="Take it away again.")


def register(group: typer.Typer) -> None:
    """Adds the commands to `presszero queue`."""
    for name, command in (
        ("snooze", snooze_case),
        ("assign", assign_case),
        ("escalate", escalate_case),
        ("tag", tag_case),
        ("incident", put_in_incident),
        ("note", note_case),
        ("merge", merge_cases),
        ("split", split_case),
        ("unmerge", undo_merge_or_split),
        ("mine", what_waits_for),
    ):
        group.command(name)(command)


def snooze_case(
    ctx: typer.Context,
    n: Annotated[str, REF],
    until: Annotated[
        str, typer.Option("--until", metavar="T", help='2h, 14:30, tomorrow, "monday 9:00", or reply.')
    ] = "reply",
    off: Annotated[bool, typer.Option("--off", help="Bring it back now.")] = False,
    user: Annotated[str | None, USER] = None,
) -> None:
    """Puts a case out of sight for a while.

    Until a moment, or (reply) until the customer writes. It comes back by itself, at the latest when
    the customer's clock runs out.
    """
    from monitor.domain.casework import moment_meant
    from monitor.stages import review

    def act(app: App, case_id: int, name: str) -> str:
        if off:
            review.wake(app.store, case_id, name, app.clock)
            return "is back."
        zone = app.settings.brand.zone
        at = None if until == "reply" else moment_meant(until, app.clock.now(), zone)
        rest = review.snooze(app.store, case_id, name, at, app.clock).snooze
        ends = f"{rest.until.astimezone(zone):%a %d %b %H:%M}" if rest and rest.until else None
        told = "until the customer writes" if at is None else f"until {ends}"
        early = ends and (at is None or (rest and rest.until != at))
        return f"is snoozed {told}." + (f" At the latest {ends}: its clock runs out then." if early else "")

    _act(ctx, n, user, act)


def assign_case(
    ctx: typer.Context,
    n: Annotated[str, REF],
    who: Annotated[str, typer.Argument(metavar="[NAME]", help="A colleague; nobody when left out.")] = "",
    user: Annotated[str | None, USER] = None,
) -> None:
    """Gives a case to a colleague, or to nobody."""
    from monitor.stages import review

    def act(app: App, case_id: int, name: str) -> str:
        review.assign(app.store, case_id, name, who or None, app.clock)
        return f"is {who}'s." if who else "is nobody's."

    _act(ctx, n, user, act)


def escalate_case(
    ctx: typer.Context,
    n: Annotated[str, REF],
    to: Annotated[
        str, typer.Option("--to", help="executive, legal, safety, security, press or branch.")
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why: whoever takes it reads this first.")] = "",
    owner: Annotated[
        str | None, typer.Option("--owner", help="Who takes it; whose turn it is at the desk by default.")
    ] = None,
    within: Annotated[
        str | None, typer.Option("--within", metavar="T", help="How long they have: 30m, 4h, 2d.")
    ] = None,
    answer: Annotated[str | None, typer.Option("--answer", help="Close it, with what was decided.")] = None,
    user: Annotated[str | None, USER] = None,
) -> None:
    """Hands a case up to a desk: a named owner, a clock.

    With --answer: says what was decided, and gives the case back.
    """
    from monitor.domain.moments import parse_duration
    from monitor.domain.roster import Desk
    from monitor.stages import review

    def act(app: App, case_id: int, name: str) -> str:
        if answer is not None:
            closed = review.answer_escalation(app.store, case_id, name, answer, app.clock)
            return f"has its answer from the {closed.desk} desk."
        if to not in set(Desk):
            raise WrongUse(f"{to!r} is no desk.", action=f"--to {', '.join(ESCALATION_CLOCK)}.")
        made = review.escalate(
            app.store,
            case_id,
            name,
            Desk(to),
            reason,
            app.clock,
            owner=owner,
            roster=app.settings.review.roster,
            within=parse_duration(within) if within else None,
        )
        due = f"{made.due_at.astimezone(app.settings.brand.zone):%a %d %b %H:%M}"
        return f"lies with {made.owner} at the {made.desk} desk, due {due}."

    _act(ctx, n, user, act)


def tag_case(
    ctx: typer.Context,
    n: Annotated[str, REF],
    tags: Annotated[list[str], typer.Argument(metavar="TAG…", help="lost-bag, oslo …")],
    off: Annotated[bool, OFF] = False,
    user: Annotated[str | None, USER] = None,
) -> None:
    """Puts tags on a case."""
    from monitor.stages import review

    def act(app: App, case_id: int, name: str) -> str:
        for tag in tags:
            review.tag(app.store, case_id, name, tag, app.clock, off=off)
        with app.store.read() as session:
            now = session.casework.tags(case_id)
        return f"has the tags {', '.join(now)}." if now else "has no tags."

    _act(ctx, n, user, act)


def put_in_incident(
    ctx: typer.Context,
    n: Annotated[str, REF],
    incident: Annotated[str, typer.Argument(metavar="[NAME]", help="Begun if new; none when left out.")] = "",
    user: Annotated[str | None, USER] = None,
) -> None:
    """Says that a case is part of an incident, or of none."""
    from monitor.stages import review

    def act(app: App, case_id: int, name: str) -> str:
        review.join_incident(app.store, case_id, name, incident or None, app.clock)
        return f"is part of {incident!r}." if incident else "is part of no incident."

    _act(ctx, n, user, act)


def note_case(
    ctx: typer.Context,
    n: Annotated[str, REF],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="@name tells that colleague.")],
    user: Annotated[str | None, USER] = None,
) -> None:
    """Adds an internal note; customers never see it."""
    from monitor.stages import review

    def act(app: App, case_id: int, name: str) -> str:
        called = review.note(app.store, case_id, name, text, app.clock)
        return "has a note more." + (f" Told: {', '.join(called)}." if called else "")

    _act(ctx, n, user, act)


def merge_cases(
    ctx: typer.Context,
    n: Annotated[str, REF],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The case whose posts go to the first.")],
    user: Annotated[str | None, USER] = None,
) -> None:
    """Makes two cases of one customer one.

    Posts, open promises and tags of OTHER go to N. `queue unmerge` takes it back.
    """
    from monitor.cli.lanes import find
    from monitor.stages import review

    def act(app: App, case_id: int, name: str) -> str:
        with app.store.read() as session:
            gone, _ = find(session, other)
        move = review.merge(app.store, case_id, gone.id, name, app.clock)
        return f"holds case {gone.id} as well. To take it back: presszero queue unmerge {move}"

    _act(ctx, n, user, act)


def split_case(
    ctx: typer.Context,
    n: Annotated[str, REF],
    posts: Annotated[
        list[str], typer.Argument(metavar="POST…", help="Ids of posts, as `queue show --json` gives them.")
    ],
    user: Annotated[str | None, USER] = None,
) -> None:
    """Takes posts out into a case of their own.

    Our replies to them go along. `queue unmerge` takes it back.
    """
    from monitor.stages import review

    def act(app: App, case_id: int, name: str) -> str:
        with app.store.read() as session:
            turns = session.cases.conversation(case_id).turns
        by_id = {t.mention.native_id: t.mention_id for t in turns}
        if missing := [p for p in posts if p not in by_id]:
            raise WrongUse(f"Case {case_id} holds no post {missing[0]!r}.", action="See `queue show --json`.")
        made = review.split(app.store, case_id, [by_id[p] for p in posts], name, app.clock)
        with app.store.read() as session:
            move = session.casework.moves(made)[0].id
        return f"gave posts to the new case c{made}. To take it back: presszero queue unmerge {move}"

    _act(ctx, n, user, act)


def undo_merge_or_split(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(metavar="MOVE", help="The number that merge or split gave.")],
    user: Annotated[str | None, USER] = None,
) -> None:
    """Takes a merge or split back."""
    from monitor.stages import review

    with opened(ctx) as app:
        name = acting_user(app, user, "draft")
        move = review.undo_move(app.store, number, name, app.clock)
        out(f"The posts that went from case {move.from_case} to case {move.to_case} are back.")


def what_waits_for(
    ctx: typer.Context,
    user: Annotated[str | None, USER] = None,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """What waits for you.

    Notes that call you, cases given to you, escalations that lie with you, cases that came back.
    """
    from monitor.cli.lanes import clock_words

    with opened(ctx) as app:
        name = acting_user(app, user, "read")
        with app.store.read() as session:
            notices = [n for n in session.casework.notices(name) if n["seen_at"] is None]
            owned = session.casework.escalations_owned(name)
            cases = session.casework.assigned(name)
        now = app.clock.now()
        if json:
            as_json(
                {
                    "notices": [{k: n[k] for k in ("case_id", "kind", "by_name", "at")} for n in notices],
                    "escalations": [
                        {"case_id": e.case_id, "desk": e.desk, "reason": e.reason, "due_at": e.due_at}
                        for e in owned
                    ],
                    "cases": [{"case_id": c.id, "urgency": c.urgency, "due_at": c.due_at} for c in cases],
                }
            )
            return
        if notices:
            table(("case", "why", "by"), [(f"c{n['case_id']}", n["kind"], n["by_name"]) for n in notices])
        if owned:
            table(("case", "desk", "reason"), [(f"c{e.case_id}", e.desk, e.reason) for e in owned])
        if cases:
            rows = [(f"c{c.id}", c.urgency, clock_words(c, now), c.title) for c in cases]
            table(("case", "", "clock", "what they say"), rows)
        if not (notices or owned or cases):
            err(f"Nothing waits for {name}.")


def _act(ctx: typer.Context, ref: str, user: str | None, do: Callable[[App, int, str], str]) -> None:
    """One act on one case, in a person's name; `do` returns what became of the case."""
    from monitor.cli.lanes import find

    with opened(ctx) as app:
        name = acting_user(app, user, "draft")
        with app.store.read() as session:
            case, _ = find(session, ref)
        out(f"Case {case.id} {do(app, case.id, name)}")
