"""presence: who is at a case right now, and what somebody typed that is in no draft.

Neither is a decision: a colleague is told that somebody else is here, and no word is lost.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.domain.conversation import Conversation
from monitor.domain.draft import Draft
from monitor.domain.errors import WrongUse
from monitor.domain.moments import Clock
from monitor.store.attention import Present
from monitor.store.protocol import Store
from monitor.store.session import Session

LOOKING, TYPING, GONE = "looking", "typing", "gone"

# A page says every ten seconds that somebody is there; one that says nothing for this long is closed.
LASTS = timedelta(seconds=25)
_FORGET = timedelta(hours=1)

# No reply is longer; what is typed is kept, not weighed.
_LONGEST = 40_000


def be_here(store: Store, case_id: int, user: str, doing: str, clock: Clock) -> None:
    """Somebody looks at a case, types in it, or leaves it. Raises WrongUse, NotFound."""
    now = clock.now()
    if doing not in (LOOKING, TYPING, GONE):
        raise WrongUse(f"{doing!r} is nothing one can be doing.", action=f"{LOOKING}, {TYPING} or {GONE}.")
    with store.write() as session:
        session.cases.get(case_id)
        if doing == GONE:
            session.attention.gone(user, case_id)
        else:
            session.attention.here(user, case_id, doing, now)
        draft = session.drafts.live_of(case_id)
        if draft is not None:
            session.attention.looked(user, draft.id, now)
        session.attention.forget_presence(now - _FORGET)


def others_here(session: Session, case_id: int, user: str, now: datetime) -> list[Present]:
    """Who else is at a case."""
    return [p for p in session.attention.present(case_id, now - LASTS) if p.user != user]


def opened(store: Store, user: str, draft: Draft, conversation: Conversation, clock: Clock) -> None:
    """Somebody's page showed a draft: from now on they may say yes to it among others."""
    with store.write() as session:
        session.attention.opened(user, draft.id, draft.version, conversation.hash, clock.now())


def keep_words(store: Store, case_id: int, user: str, text: str, clock: Clock) -> None:
    """Keeps words that could not go into the draft, for whoever typed them; empty ones are forgotten."""
    with store.write() as session:
        session.cases.get(case_id)
        if text.strip():
            session.attention.keep_words(user, case_id, text[:_LONGEST], clock.now())
        else:
            session.attention.drop_words(user, case_id)
