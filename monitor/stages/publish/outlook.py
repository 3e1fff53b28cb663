"""The outlook: what is on its way out, what is held back and why, and how much room the limits leave.

Read-only: what `presszero publish --status` and the page *Posting* show.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.base import WriteLimit
from monitor.domain.approval import Approval
from monitor.domain.case import Case
from monitor.domain.draft import Draft, DraftState
from monitor.domain.freezing import Freeze
from monitor.domain.mention import MentionKey
from monitor.domain.moments import utc_text
from monitor.domain.posting import Attempt
from monitor.stages.publish.outlet import Outlet, Purse
from monitor.store.protocol import Row
from monitor.store.session import Session


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply on its way. `approval` and `attempt` are its newest; `url` leads to what it answers."""

    draft: Draft
    case: Case
    approval: Approval | None
    attempt: Attempt | None
    url: str | None

    @property
    def is_held(self) -> bool:
        """Whether an approved reply waits for something other than its time."""
        return self.draft.state is DraftState.APPROVED and self.draft.reason_code is not None


@dataclass(frozen=True, slots=True)
class WriteRoom:
    """How much of a write limit an account has used."""

    account: str
    limit: WriteLimit
    used: int
    full_until: datetime | None


@dataclass(frozen=True, slots=True)
class Money:
    """What replies cost today (UTC day), by purse; `cap_usd` None: there is no limit."""

    purse: str
    spent_usd: float
    cap_usd: float | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything about what leaves and what doesn't. `pauses` are (source or None for all, switch)."""

    pauses: Sequence[tuple[str | None, Row]]
    freezes: Sequence[Freeze]
    replies: Sequence[Outgoing]
    counts: dict[DraftState, int]
    rooms: Sequence[WriteRoom]
    money: Sequence[Money]

    def in_state(self, *states: DraftState) -> list[Outgoing]:
        """The replies in these states, in their order."""
        return [reply for reply in self.replies if reply.draft.state in states]


def outlook(session: Session, outlets: Iterable[Outlet], now: datetime) -> Outlook:
    """Read in one snapshot."""
    accounts = {outlet.account: outlet for outlet in outlets}
    purses = {outlet.purse.ending or outlet.purse.name: outlet.purse for outlet in accounts.values()}
    return Outlook(
        pauses=session.people.pauses(),
        freezes=session.outgoing.freezes(),
        replies=[_outgoing(session, draft) for draft in session.outgoing.drafts()],
        counts=session.outgoing.counts(),
        rooms=[room for name, outlet in accounts.items() for room in _rooms(session, name, outlet, now)],
        money=[money for purse in purses.values() if (money := _money(session, purse, now)) is not None],
    )


def _outgoing(session: Session, draft: Draft) -> Outgoing:
    parent = session.mentions.by_key(MentionKey(draft.platform, draft.in_reply_to))
    return Outgoing(
        draft=draft,
        case=session.cases.get(draft.case_id),
        approval=session.drafts.approval_of(draft.id),
        attempt=session.drafts.last_attempt(draft.id),
        url=parent.mention.url if parent else None,
    )


def _rooms(session: Session, account: str, outlet: Outlet, now: datetime) -> Iterable[WriteRoom]:
    for limit in outlet.rules.writes:
        used = session.outgoing.tries_since(account, now - limit.per)
        full = session.outgoing.full_until(account, limit.count, limit.per, now)
        yield WriteRoom(account, limit, used, full)


def _money(session: Session, purse: Purse, now: datetime) -> Money | None:
    today = utc_text(now)[:10]
    if purse.ending:
        return Money("replies", session.outgoing.spent_on(today, purse.ending), purse.cap_usd)
    if not purse.name or purse.cap_usd is None:
        return None
    return Money(purse.name, session.ledger.spend_since(purse.name, today)[0], purse.cap_usd)
