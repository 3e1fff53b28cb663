"""freezing: while something is badly wrong, nothing of ours leaves; afterwards people read it again.

A freeze covers the brand, a source, or the cases of an incident. Drafts it covers become `frozen`, also
those that come into being while it lasts. When it is lifted they go back to a person: an approval from
before the freeze is worth nothing after it.
"""

from __future__ import annotations

from datetime import datetime

from monitor.domain.draft import Draft, DraftState
from monitor.domain.moments import Clock
from monitor.domain.preflight import THAWED
from monitor.store.protocol import Store
from monitor.store.session import Session

ACTOR = "machine:publish"


def apply(store: Store, clock: Clock, frozen: list[int], thawed: list[int]) -> None:
    """Freezes what a freeze covers by now, and gives back what none covers any more; adds to both lists."""
    with store.read() as session:
        waits = session.outgoing.to_freeze(1) or session.outgoing.to_thaw(1)
    if not waits:
        return
    with store.write() as session:
        frozen += freeze_covered(session, clock.now())
        thawed += thaw_uncovered(session, clock.now())


def freeze_covered(session: Session, now: datetime, by: str = ACTOR) -> list[int]:
    """Freezes every draft that a freeze covers; returns their ids."""
    found = []
    for draft in session.outgoing.to_freeze():
        freeze = session.outgoing.freeze_of(draft.id)
        if freeze is not None:
            _move(session, draft, DraftState.FROZEN, now, by, freeze.why, "publish.frozen")
            found.append(draft.id)
    return found


def thaw_uncovered(session: Session, now: datetime, by: str = ACTOR) -> list[int]:
    """Gives every frozen draft that no freeze covers any more back to a person; returns their ids."""
    found = []
    for draft in session.outgoing.to_thaw():
        fits = session.cases.conversation(draft.case_id).hash == draft.conversation_hash
        if fits:
            _move(session, draft, DraftState.EDITED, now, by, "It was frozen, and is no longer.", THAWED)
        else:
            why = "The conversation moved while it was frozen."
            _move(session, draft, DraftState.STALE, now, by, why, "publish.conversation_moved")
        found.append(draft.id)
    return found


def _move(
    session: Session, draft: Draft, state: DraftState, now: datetime, by: str, why: str, code: str
) -> None:
    moved = session.drafts.move(draft, state, now, reason=why, reason_code=code, send_after=None)
    action = "draft.frozen" if state is DraftState.FROZEN else "draft.thawed"
    session.audit.record(now, by, action, f"draft:{draft.id}", reason=why, code=code)
    session.cases.relane(session.cases.get(draft.case_id), moved.state)
