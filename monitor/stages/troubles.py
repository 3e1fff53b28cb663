"""What every page, the digest and the command line have to say about sources that need somebody.

A source that is polled notes in its own state how that goes. Posting, rechecks and threads use the same
credentials, or others of the same account: where these are refused, that is noted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.base import SourceConfig
from monitor.domain.errors import AuthExpired, BadResponse, PressZeroError, Transient, action_for
from monitor.store.session import Session
from monitor.store.troubles import Doing

ACTOR = "machine:troubles"
POLLING = "polling"

# What doesn't get on, before the reason.
FAILS: dict[str, str] = {
    POLLING: "can't be read",
    Doing.POSTING.value: "can't post our replies",
    Doing.RECHECKS.value: "can't look again at what is stored",
    Doing.THREADS.value: "can't fetch conversations",
}

# Health of a source that may need somebody; the others mend by themselves.
NEEDS_SOMEBODY = frozenset({"auth", "failing"})

# A time-out or a garbled answer mends itself, most of the time. It is trouble when it lasts for so long.
PATIENCE = timedelta(minutes=10)
PASSING = frozenset({Transient.code, BadResponse.code})


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that doesn't get on, what is known of it, and what to do.

    `well_at` is when it last went well (aware UTC), None when it never did or nobody knows.
    """

    source: str
    doing: str
    code: str
    text: str
    well_at: datetime | None = None

    @property
    def fails(self) -> str:
        """What doesn't get on, as it follows the name of the source."""
        return FAILS[self.doing]

    def stands(self, now: datetime) -> bool:
        """Whether somebody should hear of it, or it is likely to be over with the next try."""
        return self.code not in PASSING or self.well_at is None or now - self.well_at > PATIENCE

    @property
    def what_to_do(self) -> str:
        """The advice that belongs to the code."""
        return action_for(self.code)


def noted(session: Session, source: str, doing: Doing, at: datetime, error: PressZeroError) -> None:
    """Credentials that are refused are shown on every page from now on; other errors mend themselves."""
    if isinstance(error, AuthExpired) and session.troubles.stumbled(
        source, doing, at, error.code, error.cause
    ):
        session.audit.record(
            at, ACTOR, "credentials.refused", f"source:{source}", doing=doing.value, code=error.code
        )


def got_on(session: Session, source: str, doing: Doing, at: datetime) -> None:
    """They are taken again."""
    if session.troubles.got_on(source, doing):
        session.audit.record(at, ACTOR, "credentials.taken", f"source:{source}", doing=doing.value)


def troubles(session: Session) -> tuple[Trouble, ...]:
    """Everything that doesn't get on now, by source; `standing` tells what of it needs somebody."""
    polling = [
        Trouble(s.source, POLLING, s.error_code or "", s.error_text or "", s.last_complete_at)
        for s in session.ledger.states()
        if s.health in NEEDS_SOMEBODY
    ]
    others = [Trouble(s.source, s.doing.value, s.code, s.text) for s in session.troubles.standing()]
    return tuple(sorted(polling + others, key=lambda t: t.source))


def standing(found: Iterable[Trouble], sources: Sequence[SourceConfig], now: datetime) -> tuple[Trouble, ...]:
    """Those that concern somebody: a source that is switched off, or gone, is not polled any more."""
    known, polled = {s.name for s in sources}, {s.name for s in sources if s.enabled}
    return tuple(t for t in found if t.stands(now) and t.source in (polled if t.doing == POLLING else known))
