"""How every source stands: what `presszero sources`, the inbox and scripts show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.base import SourceConfig
from monitor.domain.coverage import Gap, Interval
from monitor.domain.moments import utc_text
from monitor.stages.limits import BESIDE, Allowance, allowances
from monitor.stages.troubles import POLLING, Trouble, troubles
from monitor.store.ledger import RateBudget, SourceState
from monitor.store.rechecks import Backlog
from monitor.store.session import Session


@dataclass(frozen=True, slots=True)
class RateLeft:
    """Requests left to the credential that a source uses. Times are aware UTC."""

    account: str
    remaining: int | None
    limit: int | None
    reset_at: datetime | None
    waits_until: datetime | None  # every source of the credential waits until then
    why: str | None


@dataclass(frozen=True, slots=True)
class Money:
    """US dollars. `backfills_month` is not part of the others, and of no daily budget."""

    today: float
    month: float
    budget_per_day: float | None
    backfills_month: float
    requests_today: int


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source. Times are aware UTC; `lag` is what lies between now and what was proven last."""

    source: str
    kind: str
    enabled: bool
    health: str  # off new ok limited budget auth failing
    error: tuple[str, str] | None  # (code, text)
    last_try_at: datetime | None
    last_complete_at: datetime | None
    not_before: datetime | None
    lag: timedelta | None
    mentions: int
    rejects: int
    coverage: tuple[Interval, ...]
    gaps: tuple[Gap, ...]
    rate: RateLeft
    money: Money
    recheck: Backlog
    stumbles: tuple[Trouble, ...] = ()  # what its credentials are refused for, besides polling

    @property
    def unfillable(self) -> int:
        """How many of its gaps will stay."""
        return sum(1 for gap in self.gaps if not gap.fillable)


def source_report(session: Session, sources: Sequence[SourceConfig], now: datetime) -> list[SourceReport]:
    """Every configured source, in the order of the configuration."""
    states = {state.source: state for state in session.ledger.states()}
    shares, found = allowances(sources), troubles(session)
    reports = [_report(session, s, states.get(s.name), shares[s.name], now) for s in sources]
    return [replace(r, stumbles=tuple(t for t in found if _concerns(t, r))) for r in reports]


def _concerns(trouble: Trouble, report: SourceReport) -> bool:
    return trouble.source == report.source and trouble.doing != POLLING


def _report(
    session: Session, source: SourceConfig, state: SourceState | None, share: Allowance, now: datetime
) -> SourceReport:
    coverage = tuple(session.ledger.coverage(source.name))
    resting = state.not_before if state and state.not_before and state.not_before > now else None
    return SourceReport(
        source=source.name,
        kind=source.kind,
        enabled=source.enabled,
        health=_health(source, state),
        error=_error(state),
        last_try_at=state.last_try_at if state else None,
        last_complete_at=state.last_complete_at if state else None,
        not_before=resting,
        lag=_lag(state, now),
        mentions=state.mentions_total if state else 0,
        rejects=state.rejects_total if state else 0,
        coverage=coverage,
        gaps=tuple(session.ledger.gaps(source.name)),
        rate=_rate(share.account, session.ledger.rate_budget(share.account), now),
        money=_money(session, source, now),
        recheck=session.rechecks.backlog(source.name, now),
    )


def _health(source: SourceConfig, state: SourceState | None) -> str:
    if not source.enabled:
        return "off"
    return state.health if state else "new"


def _error(state: SourceState | None) -> tuple[str, str] | None:
    if state is None or state.error_code is None:
        return None
    return state.error_code, state.error_text or ""


def _lag(state: SourceState | None, now: datetime) -> timedelta | None:
    """From what was proven last; where nothing can be proven, from the last complete poll."""
    if state is None:
        return None
    last = state.frontier or state.last_complete_at
    return max(timedelta(0), now - last) if last else None


def _rate(account: str, budget: RateBudget | None, now: datetime) -> RateLeft:
    if budget is None:
        return RateLeft(account, None, None, None, None, None)
    waits = budget.not_before if budget.not_before and budget.not_before > now else None
    fresh = budget.reset_at is not None and budget.reset_at > now
    # After the reset the budget is whole again; nobody has said so yet, but that is how limits work.
    remaining = budget.remaining if fresh or budget.limit is None else budget.limit
    return RateLeft(
        account,
        remaining,
        budget.limit,
        budget.reset_at if fresh else None,
        waits,
        budget.why if waits else None,
    )


def _money(session: Session, source: SourceConfig, now: datetime) -> Money:
    today, month = utc_text(now)[:10], utc_text(now)[:8] + "01"
    spent, requests = session.ledger.spend_since(source.name, today)
    return Money(
        today=spent,
        month=session.ledger.spend_since(source.name, month)[0],
        budget_per_day=source.budget_per_day,
        backfills_month=session.ledger.spend_since(source.name + BESIDE, month)[0],
        requests_today=requests,
    )
