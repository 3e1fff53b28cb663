"""accountability: what customers hold against our replies is counted; a macro that makes things worse stops.

Triage counts, follow judges. Who comes back angrier, or complains about our automation, speaks against
the macro whose reply came before. Suspended, it writes no more: a person does, until a manager puts it
back with a reason; then it is judged afresh.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.domain.accountability import (
    ANSWERS_FOR,
    JUDGED_OVER,
    PEOPLE,
    MacroStanding,
    Mark,
    must_be_suspended,
)
from monitor.domain.case import Case
from monitor.domain.casework import NoticeKind
from monitor.domain.draft import Draft, DraftState
from monitor.domain.errors import WrongUse
from monitor.domain.mention import StoredMention
from monitor.domain.moments import Clock
from monitor.domain.reading import Reading
from monitor.respond.similar import likeness
from monitor.store.drafts import MACHINE
from monitor.store.macros import ACTIVE, SUSPENDED
from monitor.store.protocol import Store
from monitor.store.session import Session

TRIAGE, FOLLOW = "machine:triage", "machine:follow"

# Of a text that a person changed by more than this, the macro is no longer the author.
STILL_ITS_OWN = 0.5

COMPLAINT = 0.5

# Who is told of a macro without an owner.
ANSWERABLE = ("manager", "admin")


def hold(
    session: Session, case: Case, stored: StoredMention, reading: Reading, now: datetime, *, worse: bool
) -> None:
    """Counts a further post against the macro whose reply came before, where it speaks against it."""
    about_us = "about_our_automation" in reading.signal_labels and reading.complaint >= COMPLAINT
    kinds = ([Mark.WORSE] if worse else []) + ([Mark.AUTOMATION] if about_us else [])
    if not kinds:
        return
    draft = _reply_before(session, case, stored)
    if draft is None:
        return
    for kind in kinds:
        if session.macros.mark(draft, stored.id, kind, now):
            session.audit.record(
                now, TRIAGE, "macro.marked", f"macro:{draft.macro}", kind=kind.value, draft=draft.id
            )


def _reply_before(session: Session, case: Case, stored: StoredMention) -> Draft | None:
    """The machine's reply that the post comes after: not too long ago, and still in the macro's own words."""
    sent = [
        d
        for d in session.drafts.of_case(case.id)
        if d.state in (DraftState.POSTED, DraftState.CONFIRMED) and d.updated_at <= stored.first_seen_at
    ]
    if not sent or not sent[-1].macro or stored.mention.created_at - sent[-1].updated_at > ANSWERS_FOR:
        return None
    draft = sent[-1]
    ours = [t["text"] for t in session.drafts.texts(draft.id) if t["written_by"] == MACHINE] or [draft.text]
    return draft if likeness(ours[-1], draft.text) >= STILL_ITS_OWN else None


def judge(session: Session, owners: Mapping[str, str], now: datetime) -> list[str]:
    """Suspends the macros that make things worse; returns their names. Their owners are told."""
    since = now - JUDGED_OVER
    if session.macros.most_marks(since) < PEOPLE:
        return []
    standings = session.macros.standings(since)
    replies, bad = sum(s.replies for s in standings.values()), sum(s.bad for s in standings.values())
    found = []
    for name, s in standings.items():
        if s.suspended or not must_be_suspended(s.replies, s.bad, replies - s.replies, bad - s.bad):
            continue
        _suspend(session, name, _why(s), FOLLOW, now)
        _tell(session, name, owners, now)
        found.append(name)
    return found


def _why(s: MacroStanding) -> str:
    parts = []
    if s.worse:
        parts.append(f"after {s.worse} of its {s.replies} replies people came back angrier")
    if s.automation:
        parts.append(f"after {s.automation} they complained about our automation")
    return "; ".join(parts)


def _suspend(session: Session, macro: str, reason: str, by: str, now: datetime) -> None:
    session.macros.set_state(macro, SUSPENDED, reason, by, now)
    for draft in session.macros.untouched(macro):
        session.drafts.move(draft, DraftState.SUPERSEDED, now, reason=f"the macro {macro} was suspended")
    session.audit.record(now, by, "macro.suspended", f"macro:{macro}", reason=reason)


def _tell(session: Session, macro: str, owners: Mapping[str, str], now: datetime) -> None:
    newest = session.macros.marks_of(macro, now - JUDGED_OVER, limit=1)
    for name in owners_of(session, macro, owners):
        session.casework.tell(name, newest[0]["case_id"], NoticeKind.MACRO, FOLLOW, now)


def owners_of(session: Session, macro: str, owners: Mapping[str, str]) -> Sequence[str]:
    """Who answers for a macro: its owner, the owner of all others (``*``), or else every manager."""
    active = {u.name: u for u in session.people.all() if u.disabled_at is None}
    named = owners.get(macro) or owners.get("*")
    if named in active:
        return [named]
    return [name for name, user in active.items() if user.role in ANSWERABLE]


def suspend(store: Store, macro: str, user: str, reason: str, clock: Clock) -> None:
    """A manager stops a macro by hand. Raises WrongUse without a reason."""
    with store.write() as session:
        _suspend(session, macro, _reason(reason), user, clock.now())


def restore(store: Store, macro: str, user: str, reason: str, clock: Clock) -> None:
    """A manager puts a suspended macro back; from now on it is judged afresh. Raises WrongUse."""
    now = clock.now()
    with store.write() as session:
        if macro not in session.macros.suspended():
            raise WrongUse(f"The macro {macro} is not suspended.", action="See `presszero macros list`.")
        session.macros.set_state(macro, ACTIVE, _reason(reason), user, now, judged_from=now)
        session.audit.record(now, user, "macro.restored", f"macro:{macro}", reason=reason.strip())
        session.macros.let_write_again()


def _reason(reason: str) -> str:
    if not reason.strip():
        raise WrongUse("Say why: everybody who reads the list of macros sees it.")
    return reason.strip()
