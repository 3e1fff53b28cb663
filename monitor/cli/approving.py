"""One approval at the terminal: what is shown is what is approved."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from monitor.cli.say import ask, err

if TYPE_CHECKING:
    from monitor.bootstrap import App


def approve_one(
    app: App, ref: str, name: str, yes: bool, reason: str | None, at: str | None = None
) -> dict[str, object] | None:
    """Shows a draft, asks, and approves exactly what was shown. None when the person said no."""
    from monitor.cli.lanes import draft_id_of
    from monitor.domain.moments import say_duration
    from monitor.stages.review import Shown, approve, show

    draft, conversation = show(app.store, draft_id_of(app.store, ref))
    send_at = app.send_at(conversation.case, at)
    turn, started = conversation.to_answer, time.monotonic()
    if not yes:
        err(f"They: {turn.mention.text if turn else '(removed)'}\n")
        err(f"We:   {draft.text}\n")
        when = f", {app.say_moment(send_at)}" if send_at else ""
        if not ask(f"Post this as {name}{when}?"):
            err(f"{ref}: not approved.")
            return None
    approval = approve(
        app.store,
        draft.id,
        name,
        Shown(
            text=draft.text,
            conversation_hash=conversation.hash,
            draft_version=draft.version,
            seconds=None if yes else round(time.monotonic() - started, 1),
        ),
        app.clock,
        undo=app.settings.review.undo,
        second=app.settings.review.second_approver,
        send_at=send_at,
        judge=app.judge,
        check=app.check,
        override_reason=reason,
    )
    if not approval.is_enough:
        why = ", ".join(approval.needs)
        err(f"Draft {draft.id}: {name} said the first yes; a second person has to say one, too ({why}).")
    elif send_at is None:
        left = say_duration(app.settings.review.undo)
        err(f"Draft {draft.id} approved by {name}; it can be taken back for {left}.")
    else:
        when = app.say_moment(send_at)
        err(f"Draft {draft.id} approved by {name}; it leaves {when}.")
        err(f"`presszero queue undo {draft.id}` takes it back until then.")
    return {
        "approval_id": approval.id,
        "draft_id": draft.id,
        "case_id": draft.case_id,
        "user": approval.user,
        "text": approval.text,
        "text_hash": approval.text_hash,
        "conversation_hash": approval.conversation_hash,
        "at": approval.at,
        "needs": list(approval.needs),
        "is_enough": approval.is_enough,
        "send_at": approval.send_at,
    }
