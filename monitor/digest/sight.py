"""What the day's numbers may lack: gaps, sources in trouble, posts that nobody has read yet."""

from __future__ import annotations

from datetime import datetime

from monitor.digest.days import Stretch
from monitor.digest.numbers import GapSeen, Sight, SourceSeen, Unseen
from monitor.domain.coverage import Gap, Interval, merged
from monitor.store.codec import maybe_moment
from monitor.store.ledger import SourceState
from monitor.store.session import Session

# A poll every few minutes leaves a sliver at the end of the last window: that is no hole.
NEARLY_ALL = 0.995


def unseen(session: Session, day: Stretch, now: datetime, watched: frozenset[str] | None = None) -> Unseen:
    """What could not be seen of `day` up to `now`.

    A source that is polled no more (not in `watched`) counts for the days of which it proved something.
    """
    until = max(day.start, min(day.end, now))
    looked_at = Interval(day.start, until)
    every = [_source(session, state, looked_at) for state in session.ledger.states()]
    sources = tuple(s for s in every if watched is None or s.source in watched or s.covered)
    left_out = {s.source for s in every} - {s.source for s in sources}
    gaps = tuple(
        _clipped(gap, looked_at)
        for gap in session.ledger.gaps()
        if gap.interval.start < until and gap.interval.end > day.start
        if gap.source not in left_out
    )
    backlog = session.figures.rows("figure_backlog")
    paused = session.people.posting_paused()
    return Unseen(
        sight=_sight(sources, gaps),
        day_is_over=now >= day.end,
        sources=sources,
        gaps=gaps,
        backlog=sum(int(row["posts"]) for row in backlog),
        backlog_since=maybe_moment(min((row["oldest"] for row in backlog), default=None)),
        paused=None if paused is None else paused["reason"],
    )


def has_gaps(session: Session, stretch: Stretch) -> bool:
    """Whether any source is known to lack something of `stretch`."""
    return any(
        g.interval.start < stretch.end and g.interval.end > stretch.start for g in session.ledger.gaps()
    )


def _source(session: Session, state: SourceState, day: Interval) -> SourceSeen:
    coverage = session.ledger.coverage(state.source)
    return SourceSeen(
        source=state.source,
        kind=state.kind,
        health=state.health,
        error_code=state.error_code,
        error_text=state.error_text,
        last_complete_at=state.last_complete_at,
        covered=_share(day, coverage) if coverage else None,
        rejects=state.rejects_total,
    )


def _share(day: Interval, coverage: list[Interval]) -> float:
    whole = (day.end - day.start).total_seconds()
    if whole <= 0:
        return 0.0
    clipped = [
        Interval(max(i.start, day.start), min(i.end, day.end))
        for i in coverage
        if i.start < day.end and i.end > day.start
    ]
    return sum((i.end - i.start).total_seconds() for i in merged(clipped)) / whole


def _clipped(gap: Gap, day: Interval) -> GapSeen:
    return GapSeen(
        gap.source,
        max(gap.interval.start, day.start),
        min(gap.interval.end, day.end),
        gap.reason,
        gap.detail,
        gap.fillable,
    )


def _sight(sources: tuple[SourceSeen, ...], gaps: tuple[GapSeen, ...]) -> Sight:
    looked = [
        s for s in sources if s.covered != 0.0 and not (s.covered is None and s.last_complete_at is None)
    ]
    if not looked:
        return Sight.BLIND
    part = [s for s in sources if s.covered is not None and s.covered < NEARLY_ALL]
    if gaps or part or any(s.in_trouble for s in sources):
        return Sight.PARTLY
    return Sight.UNPROVEN if any(s.covered is None for s in sources) else Sight.WHOLE
