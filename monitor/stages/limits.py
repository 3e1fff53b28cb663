"""What may be asked now: one rate budget per credential, one purse per source.

The budget of a credential is shared by all of its sources, is fed by the headers of their answers,
and lies in the store: it survives a restart. A connector never sleeps; where this module says no,
the source stops with a visible reason and the scheduler comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.base import RateState, SourceConfig
from monitor.domain.errors import PressZeroError, QuotaExhausted, RateLimited
from monitor.domain.moments import utc_text
from monitor.store.session import Session

# Where one of a credential's sources reads our own mentions, the others leave it this share of the
# requests and of the money: somebody who addresses us is heard last of all to be cut off.
RESERVE = 0.1


# Money of backfills is counted under the source's name with this: it must not stop live polling.
BESIDE = "+backfill"


@dataclass(frozen=True, slots=True)
class Use:
    """A kind of work: the share of the day's money it may use up, the share of requests it leaves."""

    money: float
    leaves: float


# Collecting may use everything; looking again leaves it a fifth of the money, context half of it.
COLLECT = Use(money=1.0, leaves=0.0)
RECHECK = Use(money=0.8, leaves=0.1)
CONTEXT = Use(money=0.5, leaves=0.25)
# The money of a backfill is its own (`--budget`); requests are left to live polling.
BACKFILL = Use(money=1.0, leaves=0.1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one source may use: the requests of its credential, and US dollars per UTC day."""

    source: str
    account: str  # the credential; a source without one stands for itself
    cap_usd: float | None = None
    own_mentions: bool = False  # it reads what is addressed to us: stopped last
    siblings: tuple[str, ...] = ()  # every source of the credential, this one included
    pool_usd: float | None = None  # what all of them may spend together; None: one has no cap
    yields: bool = False  # another source of the credential reads our own mentions


def alone(source: SourceConfig) -> Allowance:
    """The allowance of a source that shares its credential with nobody."""
    return Allowance(
        source.name,
        source.account or source.name,
        source.budget_per_day,
        source.own_mentions,
        (source.name,),
        source.budget_per_day,
    )


def allowances(sources: Sequence[SourceConfig]) -> dict[str, Allowance]:
    """The allowance of each source, by name."""
    return {source.name: _allowance(source, sources) for source in sources}


def _allowance(source: SourceConfig, sources: Sequence[SourceConfig]) -> Allowance:
    if source.account is None:
        return alone(source)
    family = [s for s in sources if s.account == source.account and (s.enabled or s is source)]
    caps = [s.budget_per_day for s in family if s.budget_per_day is not None]
    return Allowance(
        source=source.name,
        account=source.account,
        cap_usd=source.budget_per_day,
        own_mentions=source.own_mentions,
        siblings=tuple(s.name for s in family),
        pool_usd=sum(caps) if len(caps) == len(family) else None,
        yields=not source.own_mentions and any(s.own_mentions for s in family),
    )


class Gate:
    """Asked before each request, told after it. Both belong into the caller's transaction."""

    def __init__(self, allowance: Allowance, use: Use = COLLECT) -> None:
        self.allowance = allowance
        self.use = use

    def check(self, session: Session, now: datetime, expected_usd: float = 0.0) -> None:
        """Raises RateLimited or QuotaExhausted when a request of that price may not be made now."""
        self._requests(session, now)
        self.money(session, now, expected_usd)

    def passed(self, session: Session, now: datetime, usd: float, rate: RateState | None) -> None:
        """Counts one answered request, and keeps what its headers said."""
        self.pay(session, now, usd)
        if rate is None:
            return
        ledger, account = session.ledger, self.allowance.account
        ledger.account_rated(account, now, remaining=rate.remaining, limit=rate.limit, reset_at=rate.reset_at)
        if rate.remaining <= 0 and rate.reset_at > now:
            ledger.account_waits(account, now, rate.reset_at, "the last answer said that no request is left")

    def refused(self, session: Session, now: datetime, error: PressZeroError) -> None:
        """A 429 holds up every source of the credential."""
        if isinstance(error, RateLimited) and not isinstance(error, HeldBack):
            session.ledger.account_waits(self.allowance.account, now, error.retry_at, error.cause)

    def _requests(self, session: Session, now: datetime) -> None:
        allowance = self.allowance
        budget = session.ledger.rate_budget(allowance.account)
        if budget is None:
            return
        if budget.not_before is not None and budget.not_before > now:
            raise HeldBack(f"{allowance.account} waits: {budget.why}", retry_at=budget.not_before)
        leaves = max(self.use.leaves, RESERVE if allowance.yields else 0.0)
        if budget.remaining is None or not budget.limit or budget.reset_at is None or budget.reset_at <= now:
            return
        if leaves and budget.remaining <= budget.limit * leaves:
            raise HeldBack(
                f"{budget.remaining} of {budget.limit} requests of {allowance.account} are left; "
                "they are kept for what is more urgent.",
                retry_at=budget.reset_at,
            )

    def money(self, session: Session, now: datetime, expected_usd: float) -> None:
        """Raises QuotaExhausted when `expected_usd` more does not fit into the UTC day."""
        allowance, today = self.allowance, utc_text(now)[:10]
        own = session.ledger.spend_since(allowance.source, today)[0]
        family = own
        if len(allowance.siblings) > 1 and allowance.pool_usd is not None:
            family = sum(session.ledger.spend_since(name, today)[0] for name in allowance.siblings)
        if allowance.own_mentions and allowance.pool_usd is not None:
            limits = [(family, allowance.pool_usd)]
        else:
            limits = [(own, allowance.cap_usd)] if allowance.cap_usd is not None else []
            if allowance.yields and allowance.pool_usd is not None:
                limits.append((family, allowance.pool_usd * (1 - RESERVE)))
        for spent, cap in limits:
            fits(allowance.source, spent, cap * self.use.money, expected_usd, now)

    def pay(self, session: Session, now: datetime, usd: float) -> None:
        """Counts one request and its price."""
        session.ledger.spent(self.allowance.source, now, usd)


class HeldBack(RateLimited):
    """We hold back by ourselves: no platform was asked."""


def fits(source: str, spent: float, cap: float, expected: float, now: datetime) -> None:
    """Raises QuotaExhausted when `expected` US dollars more don't fit under `cap` on this UTC day."""
    # A page dearer than the whole cap would never be read: the first of a day always may.
    if spent < cap and (spent == 0 or spent + expected <= cap):
        return
    beside = f", and the next page costs about ${expected:.2f}" if spent < cap else ""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    raise QuotaExhausted(f"{source}: ${spent:.2f} of ${cap:.2f} is spent for today{beside}.", until=midnight)
