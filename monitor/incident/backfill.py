"""backfill: the same engine as live polling, over a past window.

A run is a row, its windows are rows; each page is committed with the window's progress and its
price. So Ctrl-C and `kill -9` cost at most the page that was under way, and `--resume` goes on with
the next one. What comes in has `origin=backfill`: no clock, no page to people, no draft unless
asked. As a foreground command it may wait for a rate limit; a connector still never sleeps.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from connectors.base import Gauged, Priced
from monitor.domain.coverage import Gap, Interval
from monitor.domain.errors import (
    BadResponse,
    NotCapable,
    PressZeroError,
    QuotaExhausted,
    RateLimited,
    Transient,
    WrongUse,
)
from monitor.domain.mention import Mention, Origin
from monitor.domain.moments import Clock, utc_text
from monitor.incident.forecast import Target, plan
from monitor.stages.drain import CollectReport, Drained, Left, Poll, drain
from monitor.stages.limits import BACKFILL, BESIDE, Allowance, Gate, fits
from monitor.store.backfills import Run
from monitor.store.ledger import Window
from monitor.store.protocol import Store
from monitor.store.session import Session

ACTOR = "machine:backfill"

# After a time-out, a 5xx or a garbled answer: so long, then twice as long …, then the source stops.
FIRST_PAUSE = timedelta(seconds=5)
TRIES = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `budget_usd` is for the whole run, over all of its sources."""

    window: Interval
    query: str | None = None
    budget_usd: float | None = None
    incident: str | None = None
    with_drafts: bool = False


@dataclass(slots=True)
class Part:
    """How one source of a run stands."""

    source: str
    report: CollectReport
    windows: int = 0
    drained: int = 0
    share: float = 0.0  # of its windows, 0–1
    at: Interval | None = None  # the window being drained
    error: PressZeroError | None = None  # why it stopped

    @property
    def complete(self) -> bool:
        """True when every window is drained."""
        return self.drained == self.windows


class Listener(Protocol):
    """Shows a run to people."""

    def page(self, part: Part) -> None:
        """A page was committed."""
        ...

    def wait(self, source: str, until: datetime, why: str) -> None:
        """Nothing can be asked before `until`: returns when it is time."""
        ...


# --- beginning and taking up again --------------------------------------------------------------


def begin(store: Store, targets: Sequence[Target], wish: Wish, clock: Clock) -> Run:
    """Opens every window of a new run, in one transaction. Raises NotCapable, WrongUse."""
    now = clock.now()
    end = min(wish.window.end, now)
    if end <= wish.window.start:
        raise WrongUse("The window is empty: --since must lie before --until, and in the past.")
    window = Interval(wish.window.start, end)
    plans = [(t, *plan(t, window, wish.query, now)) for t in targets]
    if not any(parts for _, parts, _ in plans):
        raise NotCapable("Nothing of this window can be had any more.", action="See it with --dry-run.")
    name = f"{now:%Y%m%d}-{secrets.token_hex(3)}"
    with store.write() as session:
        session.backfills.add(
            name,
            [t.word for t in targets],
            window,
            now,
            query=wish.query,
            budget_usd=wish.budget_usd,
            with_drafts=wish.with_drafts,
        )
        if wish.incident is not None:
            session.backfills.belongs_to(name, wish.incident, window, now)
        for target, parts, lost in plans:
            _open(session, name, target, parts, wish.query, now)
            if wish.query is None and not target.adhoc:
                gaps = [Gap(target.source.name, gone, why, fillable=False) for gone, why in lost]
                session.ledger.add_gaps(gaps, now)
        session.audit.record(
            now, ACTOR, "backfill.began", f"backfill:{name}", sources=[t.source.name for t in targets]
        )
        return session.backfills.get(name)


def _open(
    session: Session, run: str, target: Target, parts: Sequence[Interval], query: str | None, now: datetime
) -> None:
    if not target.adhoc:
        session.ledger.touch(target.source.name, target.connector.kind)
    for part in parts:
        session.ledger.open_window(target.source.name, Origin.BACKFILL, part, now, run=run, query=query)


def take_up(store: Store, name: str, clock: Clock, budget_usd: float | None = None) -> Run:
    """A run that was stopped or killed, going on; with another budget if one is given. Raises NotFound."""
    with store.write() as session:
        session.backfills.get(name)
        if budget_usd is not None:
            session.backfills.allow(name, budget_usd)
        session.backfills.becomes(name, "running", clock.now())
        return session.backfills.get(name)


# --- money ----------------------------------------------------------------------------------------


class RunGate(Gate):
    """The credential's requests, but the run's own money."""

    def __init__(self, allowance: Allowance, run: str, connector: object) -> None:
        super().__init__(allowance, BACKFILL)
        self._run = run
        self._dearest = connector.page_usd if isinstance(connector, Priced) else 0.0

    def money(self, session: Session, now: datetime, expected_usd: float) -> None:
        """The run's budget; without one, a day's budget of the source, apart from what polling spends.

        What was said on the command line is never exceeded: the next page is taken to be full.
        """
        run, allowance = session.backfills.get(self._run), self.allowance
        expected_usd = max(expected_usd, self._dearest)
        if run.budget_usd is not None:
            if expected_usd and run.spent_usd + expected_usd > run.budget_usd:
                raise QuotaExhausted(
                    f"${run.spent_usd:.2f} of the budget of ${run.budget_usd:.2f} is spent, "
                    f"and the next page may cost ${expected_usd:.2f}."
                )
        elif allowance.cap_usd is not None:
            spent = session.ledger.spend_since(allowance.source + BESIDE, utc_text(now)[:10])[0]
            fits(allowance.source, spent, allowance.cap_usd, expected_usd, now)

    def pay(self, session: Session, now: datetime, usd: float) -> None:
        """Counts for the run, and for the source apart from its polling."""
        self._dearest = max(self._dearest, usd)
        session.ledger.spent(self.allowance.source + BESIDE, now, usd)
        session.backfills.paid(self._run, now, usd)


# --- the work -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Lane:
    """One source of a run on its way."""

    target: Target
    part: Part
    poll: Poll
    windows: list[Window]
    rests_until: datetime | None = None
    why: str = ""
    failures: int = 0

    @property
    def going(self) -> bool:
        return bool(self.windows) and self.part.error is None


@dataclass(frozen=True, slots=True)
class Backfill:
    """A run with what it works with."""

    store: Store
    run: Run
    targets: Sequence[Target]
    clock: Clock
    is_own: Callable[[Mention], bool]
    listener: Listener
    _lanes: list[_Lane] = field(default_factory=list)

    def work(self) -> list[Part]:
        """Drains every window, or stops with a reason; returns how each source stands.

        Errors of the platforms end up in the parts. KeyboardInterrupt comes through: nothing is lost.
        """
        self._lanes[:] = [self._lane(target) for target in self.targets]
        while going := [lane for lane in self._lanes if lane.going]:
            lane = min(going, key=lambda each: each.rests_until or each.poll.clock.now())
            if lane.rests_until is not None and lane.rests_until > self.clock.now():
                self.listener.wait(lane.part.source, lane.rests_until, lane.why)
            lane.rests_until = None
            self._step(lane)
        parts = [lane.part for lane in self._lanes]
        reasons = [f"{p.source}: {p.error}" for p in parts if p.error is not None]
        state = "complete" if all(p.complete for p in parts) else "stopped"
        with self.store.write() as session:
            now = self.clock.now()
            session.backfills.becomes(self.run.name, state, now, "; ".join(reasons) or None)
            session.audit.record(now, ACTOR, f"backfill.{state}", f"backfill:{self.run.name}")
        return parts

    def _lane(self, target: Target) -> _Lane:
        name = target.source.name
        with self.store.read() as session:
            windows = [w for w in session.ledger.windows_of_run(self.run.name) if w.source == name]
        part = Part(name, CollectReport(name), len(windows))
        open_ones = [w for w in windows if w.state != "drained"]
        part.drained = part.windows - len(open_ones)
        part.share = _share(part)
        gate = RunGate(target.allowance, self.run.name, target.connector)

        def after_page() -> None:
            lane.failures = 0
            part.share = max(part.share, _share(part, target.connector))
            self.listener.page(part)

        poll = Poll(
            self.store, target.connector, target.source, self.clock, self.is_own, gate, after_page=after_page
        )
        lane = _Lane(target, part, poll, open_ones)
        return lane

    def _step(self, lane: _Lane) -> None:
        window, part = lane.windows[0], lane.part
        part.at = window.interval
        end = drain(lane.poll, window, part.report)
        if isinstance(end, Drained):
            lane.windows.pop(0)
            part.drained += 1
            part.share = _share(part)
            self.listener.page(part)
            return
        with self.store.read() as session:
            lane.windows[0] = session.ledger.window(window.id)
        _rest(lane, end, self.clock.now())


def _share(part: Part, connector: object = None) -> float:
    if not part.windows:
        return 1.0
    within = connector.share_read() or 0.0 if isinstance(connector, Gauged) else 0.0
    return min(1.0, (part.drained + within) / part.windows)


def _rest(lane: _Lane, end: Left, now: datetime) -> None:
    """When the source may go on, or why it can't."""
    error = end.error
    if error is None:
        lane.rests_until, lane.why = end.wake_at, "the platform wants a pause"
    elif isinstance(error, RateLimited):
        lane.rests_until, lane.why = error.retry_at, error.cause
    elif isinstance(error, Transient | BadResponse) and lane.failures < TRIES:
        lane.rests_until, lane.why = now + FIRST_PAUSE * 2**lane.failures, error.cause
        lane.failures += 1
    else:
        lane.part.error = error
