"""The past of the demo: the sample week lived through in seconds, by the real stages and a made-up team.

Only the clock is not real. Posts are collected when they were written, read, triaged and drafted; three
invented colleagues approve, reject, and settle promises during business hours; replies go to the outbox
of the demo. So the demo opens on an inbox, a digest and an audit log with a history, instead of on four
hundred posts that nobody has looked at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.domain.case import Case, Lane
from monitor.domain.draft import APPROVABLE
from monitor.domain.errors import PressZeroError
from monitor.domain.moments import parse_moment
from monitor.stages import review

if TYPE_CHECKING:
    from monitor.bootstrap import App

STEP = timedelta(minutes=30)

# What came in during the last hours is left for the newcomer to work on.
LEFT_FOR_YOU = timedelta(hours=7)

TEAM = {"mara": "manager", "jonas": "approver", "ines": "approver"}  # name → role
WORKS = range(6, 22)  # local hours
PER_STEP = 6  # cases that the team manages in one step

# Of a hundred drafts this many are put aside unanswered, and this many are rejected for their tone.
MISSED, REJECTED = 6, 5


class SteppedClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def live_through(
    open_at: Callable[[SteppedClock], App], start: datetime, end: datetime, say: Callable[[datetime], None]
) -> None:
    """Lives from `start` to `end` (aware UTC) in steps; `say` is told how far it has come."""
    clock = SteppedClock(start)
    app = open_at(clock)
    try:
        _hire(app)
        answered_by_brand = _answered_in_the_export()
        while clock.at < end:
            app.run_collect()
            app.run_pipeline()
            if clock.at < end - LEFT_FOR_YOU and clock.at.astimezone(app.settings.brand.zone).hour in WORKS:
                _work(app, answered_by_brand)
            clock.at += app.settings.review.undo
            app.run_publish()
            app.run_follow()
            clock.at += STEP - app.settings.review.undo
            say(clock.at)
    finally:
        app.close()


def _hire(app: App) -> None:
    """The team, as people of the demo: cases that ask for a person go to one of them."""
    from monitor.stages.people import add_user

    for name, role in TEAM.items():
        add_user(app.store, name, role, None, app.clock, by="demo")


def _answered_in_the_export() -> frozenset[str]:
    """Posts that the brand itself answers in the sample week: the team leaves those to it."""
    from monitor.sample import week_path

    rows = [json.loads(line) for line in week_path().read_text(encoding="utf-8").splitlines()]
    brand = {"northwindair", "NorthwindAir", "northwind.example", "care@northwind.example"}
    return frozenset(r["in_reply_to"] for r in rows if r.get("author") in brand and r.get("in_reply_to"))


def _work(app: App, left_alone: frozenset[str]) -> None:
    now = app.clock.now()
    with app.store.read() as session:
        cases = session.cases.lane(Lane.NOW, limit=40) + session.cases.lane(Lane.NEEDS_APPROVAL, limit=200)
        drafts = [(case, session.drafts.live_of(case.id)) for case in cases]
        promises = [p for p in session.promises.open() if parse_moment(p["due_at"]) <= now + STEP]
    done = 0
    for case, draft in drafts:
        if done >= PER_STEP or draft is None or draft.state not in APPROVABLE:
            continue
        if draft.in_reply_to in left_alone or case.conversation in left_alone:
            continue
        done += _decide(app, case, draft.id)
    for promise in promises:
        kept = _lot(promise["text"] + str(promise["id"])) >= MISSED
        review.settle_promise(app.store, promise["id"], _one_of(str(promise["case_id"])), kept, app.clock)


def _decide(app: App, case: Case, draft_id: int) -> bool:
    """One colleague looks at one draft. False when they pass it by."""
    lot, who = _lot(case.conversation), _one_of(case.conversation)
    if lot < MISSED:
        return False
    try:
        if lot < MISSED + REJECTED:
            review.reject(app.store, draft_id, who, "wrong_tone", app.clock)
            return True
        draft, conversation = review.show(app.store, draft_id)
        seconds = 12.0 + lot
        shown = review.Shown(draft.text, conversation.hash, draft.version, seconds)
        review.approve(
            app.store,
            draft_id,
            who,
            shown,
            app.clock,
            undo=app.settings.review.undo,
            second=app.settings.review.second_approver,
            judge=app.judge,
            check=app.check,
        )
    except PressZeroError:
        return False  # blocked, claimed, or no longer what it was: the newcomer will see it as it is
    return True


def _lot(of: str) -> int:
    """0–99, always the same for the same text: a demo that differs each time can't be described."""
    return hashlib.sha256(of.encode()).digest()[0] * 100 // 256


def _one_of(of: str) -> str:
    return list(TEAM)[hashlib.sha256(of.encode()).digest()[1] % len(TEAM)]
