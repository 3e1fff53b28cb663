"""`presszero queue`: a person reads, edits, approves, rejects or hands off, from the terminal.

Everything goes through `monitor.stages.review`, as in the inbox: the same promises hold.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import casework, settling
from monitor.cli.approving import approve_one
from monitor.cli.call import AS_JSON, USER, YES, acting_user, opened
from monitor.cli.entry import PARTLY_FAILED, exit_code, said
from monitor.cli.group import new_group
from monitor.cli.say import as_json, err, one_line, out, table
from monitor.cli.wording import new_text
from monitor.domain.errors import PressZeroError, WrongUse

if TYPE_CHECKING:
    from monitor.bootstrap import App
    from monitor.domain.case import Case

group = new_group("What waits for a person.")

REF = typer.Argument(metavar="N", help="12 for draft 12, c7 for case 7.")
REFS = typer.Argument(metavar="N…", help="12 for draft 12, c7 for case 7.")
WORDS, FIRST_LINE = 90, 70  # characters of a cell


@group.command("list")
def show_lanes(
    ctx: typer.Context,
    lane: Annotated[list[str] | None, typer.Option("--lane", help="Only this lane; may be repeated.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every lane, also waiting, done and aside.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="WHAT=VALUE", help="urgency=P1, assignee=me, tag=oslo …; repeatable."),
    ] = None,
    view: Annotated[str | None, typer.Option("--view", help="A saved view, by its name.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many cases per lane.")] = 50,
    user: Annotated[str | None, USER] = None,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """The lanes of the inbox, oldest risk first.

    --only narrows them: urgency, intent, source, lang, verdict, assignee (a name, me, or - for
    nobody), incident, photo=yes, place, tag.
    """
    from monitor.cli.lanes import LANE_NAMES, asked_of, lanes_wanted, rows_of
    from monitor.store.inbox import Filter

    with opened(ctx) as app:
        name = acting_user(app, user, "read") if view or "assignee=me" in (only or ()) else ""
        asked, lanes = asked_of(app, only or (), view, name), lanes_wanted(lane or (), everything)
        if asked.get("lane") in set(LANE_NAMES):
            lanes = lanes_wanted([asked["lane"]], False)
        now, wanted = app.clock.now(), Filter.of(asked, name)
        found = {one: rows_of(app, one, limit, now, wanted) for one in lanes}
        with app.store.read() as session:
            counts = session.cases.lanes()
    if json:
        as_json([row.to_dict() for rows in found.values() for row in rows])
        return
    for one, rows in found.items():
        few = f", the first {len(rows)}" if len(rows) < counts[one] else ""
        out(f"{LANE_NAMES[one]}: {f'{len(rows)} of {counts[one]}' if asked else f'{counts[one]}{few}'}")
        if rows:
            show_rows(rows)
    out("`presszero queue show N` shows one whole; `approve N`, `reject N`, `edit N`, `handoff N` decide.")


def show_rows(rows: Sequence[QueueRow]) -> None:
    """Rows of the queue as a table."""
    heads = ("N", "", "clock", "who", "on", "for", "what they say", "draft")
    table(heads, [_cells(row) for row in rows])


@group.command("search")
def search_cases(
    ctx: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="WORD…", help="All of them; the last may go on.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="At most this many cases.")] = 40,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Cases that hold all of the words, newest first.

    In a post, in the customer's name, or in a draft.
    """
    from monitor.cli.lanes import row_of

    with opened(ctx) as app:
        now = app.clock.now()
        with app.store.read() as session:
            found = session.inbox.search(" ".join(words), limit=limit)[0][:limit]
            rows = [row_of(app, session, f.row.case, now) for f in found]
    if json:
        as_json([row.to_dict() for row in rows])
    elif rows:
        show_rows(rows)
    else:
        err("No case holds all of these words.")


def _cells(row: QueueRow) -> Sequence[str]:
    case = row.case
    who = f"@{case.customer_handle}" if case.customer_handle else case.customer or "?"
    first = next((line for line in (row.draft.text if row.draft else "").split("\n") if line.strip()), "–")
    words = one_line(row.words, WORDS)
    return (
        row.ref,
        case.urgency.value,
        row.clock,
        one_line(who, 30),
        case.platform,
        _whose(case),
        words,
        one_line(f"{row.price.in_words}: {first}" if row.price else first, FIRST_LINE),
    )


def _whose(case: Case) -> str:
    """Whose case it is, and because of which desk."""
    if case.desk is None:
        return case.assignee or "–"
    return f"{case.assignee or 'nobody yet'} ({case.desk})"


@group.command("show")
def show_case(ctx: typer.Context, n: Annotated[str, REF], json: Annotated[bool, AS_JSON] = False) -> None:
    """One case whole.

    The conversation, the readings with their reasons, the draft, notes, promises, outcomes.
    """
    from monitor.cli.casefile import CaseFile

    with opened(ctx) as app:
        case = CaseFile.read(app, n)
        if json:
            as_json(case.to_dict())
            return
        for line in case.lines(app.clock.now(), app.settings.brand.zone):
            out(line)


@group.command("approve")
def approve_drafts(
    ctx: typer.Context,
    n: Annotated[list[str], REFS],
    user: Annotated[str | None, USER] = None,
    yes: Annotated[bool, YES] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why it goes out although the lint stops it.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="T",
            help='When it leaves: 2h, 14:30, "monday 9:00"; open: in business hours; now: even outside them.',
        ),
    ] = None,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Says yes to a draft, word for word.

    It is posted when the undo time is over, or at the time you say. Asks first, unless --yes says that
    you have read it.
    """
    if not yes and not sys.stdin.isatty():
        raise WrongUse("Nobody can be asked here.", action="Say --yes if you have read the draft.")
    with opened(ctx) as app:
        name = acting_user(app, user, "approve")
        approvals, worst = [], 0
        for ref in n:
            try:
                done = approve_one(app, ref, name, yes, reason, at)
            except PressZeroError as error:
                err(f"{ref}: {said(error)}")
                worst = max(worst, exit_code(error) if len(n) == 1 else PARTLY_FAILED)
                continue
            if done is not None:
                approvals.append(done)
        if json:
            as_json(approvals)
    if worst:
        raise typer.Exit(worst)


@group.command("undo")
def undo_approval(
    ctx: typer.Context, n: Annotated[str, REF], user: Annotated[str | None, USER] = None
) -> None:
    """Takes an approval back in time."""
    from monitor.stages.review import undo

    _act(ctx, n, user, "approve", lambda app, i, name: undo(app.store, i, name, app.clock), "taken back by")


@group.command("reject")
def reject_draft(
    ctx: typer.Context,
    n: Annotated[str, REF],
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            help="wrong_tone, wrong_facts, wrong_intent, no_reply_needed, answered_elsewhere or other.",
        ),
    ] = "other",
    user: Annotated[str | None, USER] = None,
) -> None:
    """Drops a draft.

    The case stays open, to be answered by hand, unless no reply is needed or it was answered elsewhere.
    """
    from monitor.stages.review import reject

    _act(
        ctx,
        n,
        user,
        "draft",
        lambda app, i, name: reject(app.store, i, name, reason, app.clock),
        "rejected by",
    )


@group.command("edit")
def edit_draft(
    ctx: typer.Context,
    n: Annotated[str, REF],
    text: Annotated[str | None, typer.Option("--text", help="The new text.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Take the new text from this file; - is standard input.")
    ] = None,
    user: Annotated[str | None, USER] = None,
) -> None:
    """Changes the words of a draft.

    Or writes the first ones for a case without a draft (cN). Without --text and --file it opens EDITOR.
    """
    from monitor.cli.lanes import find
    from monitor.stages.review import edit, write

    with opened(ctx) as app:
        name = acting_user(app, user, "draft")
        with app.store.read() as session:
            case, draft = find(session, n)
        words = new_text(text, file, draft.text if draft else "")
        if draft is None:
            saved = write(app.store, case.id, name, words, case.source, app.clock, app.promised)
        else:
            saved = edit(app.store, draft.id, name, words, draft.version, app.clock, app.promised)
        out(f"Draft {saved.id} is now {name}'s text ({len(saved.text)} characters).")


@group.command("handoff")
def hand_off_draft(
    ctx: typer.Context,
    n: Annotated[str, REF],
    user: Annotated[str | None, USER] = None,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Takes a draft to post it by hand.

    Prints the text, and the address of the platform's reply window if it has one.
    """
    from monitor.cli.lanes import draft_id_of
    from monitor.stages.review import hand_off, show

    with opened(ctx) as app:
        name = acting_user(app, user, "draft")
        draft = hand_off(app.store, draft_id_of(app.store, n), name, app.clock)
        _, conversation = show(app.store, draft.id)
        url = app.handoff_url(conversation, draft.text)
        if json:
            as_json({"draft_id": draft.id, "text": draft.text, "url": url, "state": draft.state.value})
            return
        out(draft.text)
        if url:
            out(f"\nPost it here: {url}")
        err(f"When it is posted: presszero queue confirm {draft.id}")


@group.command("confirm")
def confirm_posted(
    ctx: typer.Context, n: Annotated[str, REF], user: Annotated[str | None, USER] = None
) -> None:
    """Says that a reply was posted by hand."""
    from monitor.stages.review import confirm

    _act(ctx, n, user, "draft", lambda app, i, name: confirm(app.store, i, name, app.clock), "confirmed by")


casework.register(group)
settling.register(group)


def _act(
    ctx: typer.Context,
    ref: str,
    user: str | None,
    needs: str,
    action: Callable[[App, int, str], object],
    words: str,
) -> None:
    """One decision about one draft, in a person's name."""
    from monitor.cli.lanes import draft_id_of

    with opened(ctx) as app:
        name = acting_user(app, user, needs)
        draft_id = draft_id_of(app.store, ref)
        action(app, draft_id, name)
        out(f"Draft {draft_id} {words} {name}.")


if TYPE_CHECKING:
    from monitor.cli.lanes import QueueRow
