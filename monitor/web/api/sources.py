"""How every source stands, and what it has proven."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from monitor.domain.coverage import Gap, Interval
from monitor.domain.errors import NotFound
from monitor.domain.moments import utc_text
from monitor.stages.health import SourceReport, source_report
from monitor.store.codec import maybe_text
from monitor.store.ledger import SourceState
from monitor.web.api.access import Reading
from monitor.web.api.document import problems
from monitor.web.api.shape import Moment, Shape, Text

router = APIRouter(tags=["sources"])


class SourceShape(Shape):
    """A source that was ever polled. What only the configuration knows is null for one that left it."""

    source: str
    kind: str
    enabled: bool | None
    health: str = Field(description="new, ok, limited, budget, auth, failing.")
    error_code: str | None
    error: str | None
    last_try_at: Moment | None
    last_complete_at: Moment | None
    not_before: Moment | None
    lag_seconds: float | None = Field(description="Between now and what was proven last.")
    mentions: int
    rejects: int
    gaps: int | None
    spent_today_usd: float | None
    budget_per_day_usd: float | None


class SourceList(Shape):
    """Every source."""

    items: list[SourceShape]


class IntervalShape(Shape):
    """A stretch of time: `start` belongs to it, `end` does not."""

    start: Moment
    end: Moment


class GapShape(IntervalShape):
    """A stretch that a source could not cover."""

    reason: str
    detail: str
    fillable: bool


class CoverageShape(Shape):
    """What a source has proven to be complete, and what it could not."""

    source: str
    covered: list[IntervalShape]
    gaps: list[GapShape]


@router.get("/sources")
def list_sources(act: Reading) -> SourceList:
    """How every source stands."""
    now = act.services.clock.now()
    with act.store.read() as session:
        states = session.ledger.states()
        reports = {r.source: r for r in source_report(session, act.services.sources, now)}
    return SourceList(items=[_source(state, reports.get(state.source)) for state in states])


@router.get("/sources/{source}/coverage", responses=problems(404))
def coverage(act: Reading, source: Annotated[Text, Path(max_length=200)]) -> CoverageShape:
    """What a source has proven, and its gaps with their reasons."""
    with act.store.read() as session:
        if source not in {state.source for state in session.ledger.states()}:
            raise NotFound(f"There is no source {source!r}.", action="GET /sources lists them.")
        covered, gaps = session.ledger.coverage(source), session.ledger.gaps(source)
    return CoverageShape(
        source=source, covered=[_interval(i) for i in covered], gaps=[_gap(gap) for gap in gaps]
    )


def _interval(interval: Interval) -> IntervalShape:
    return IntervalShape(start=utc_text(interval.start), end=utc_text(interval.end))


def _gap(gap: Gap) -> GapShape:
    return GapShape(
        start=utc_text(gap.interval.start),
        end=utc_text(gap.interval.end),
        reason=gap.reason,
        detail=gap.detail,
        fillable=gap.fillable,
    )


def _source(state: SourceState, report: SourceReport | None) -> SourceShape:
    return SourceShape(
        source=state.source,
        kind=state.kind,
        enabled=report.enabled if report else None,
        health=state.health,
        error_code=state.error_code,
        error=state.error_text,
        last_try_at=maybe_text(state.last_try_at),
        last_complete_at=maybe_text(state.last_complete_at),
        not_before=maybe_text(state.not_before),
        lag_seconds=report.lag.total_seconds() if report and report.lag is not None else None,
        mentions=state.mentions_total,
        rejects=state.rejects_total,
        gaps=len(report.gaps) if report else None,
        spent_today_usd=report.money.today if report else None,
        budget_per_day_usd=report.money.budget_per_day if report else None,
    )
