"""The stages with everything filled in: the scheduler, the command line and the tests call these."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from connectors.base import (
    Rechecker,
    SourceConfig,
    Threader,
)
from monitor.bootstrap.outbound import Outbound
from monitor.stages import collect as collecting
from monitor.stages import context as explaining
from monitor.stages import draft as drafting
from monitor.stages import follow as following
from monitor.stages import publish as publishing
from monitor.stages import read as reading
from monitor.stages import recheck as rechecking
from monitor.stages import review
from monitor.stages import triage as triaging
from monitor.stages.limits import CONTEXT, RECHECK, Allowance, Gate, allowances


class Work(Outbound):
    """Each method runs one stage on whatever waits for it."""

    def run_collect(self, names: Iterable[str] | None = None) -> list[collecting.CollectReport]:
        """Polls the named sources, or every one that is switched on. Raises NotFound."""
        chosen = [self.settings.source(n) for n in names] if names else self.settings.sources_on
        # Named, it was a person who asked, perhaps after renewing its secrets.
        return [self._collect(source, anew=bool(names)) for source in chosen]

    def scheduled(self, name: str) -> collecting.CollectReport:
        """Polls one source for the scheduler; the first time since the start, also with refused secrets."""
        anew = name not in self._polled
        self._polled.add(name)
        return self._collect(self.settings.source(name), anew=anew)

    def _collect(self, source: SourceConfig, *, anew: bool) -> collecting.CollectReport:
        with self._one_at_a_time[source.name]:
            return collecting.collect(
                self.store,
                self.connector(source.name),
                source,
                self.clock,
                is_own=self.is_own,
                allowance=self._allowances[source.name],
                anew=anew,
            )

    @cached_property
    def _polled(self) -> set[str]:
        """The sources that the scheduler of this process has polled."""
        return set()

    @cached_property
    def _allowances(self) -> dict[str, Allowance]:
        return allowances(self.settings.sources)

    def run_recheck(self, names: Iterable[str] | None = None) -> list[rechecking.RecheckReport]:
        """Looks again at the stored posts whose turn it is, those of switched-off sources too."""
        chosen = [self.settings.source(n) for n in names] if names else self.settings.sources
        return [report for source in chosen if (report := self._recheck(source)) is not None]

    def _recheck(self, source: SourceConfig) -> rechecking.RecheckReport | None:
        connector = self.connector(source.name)
        if not (connector.capabilities.can_recheck and isinstance(connector, Rechecker)):
            return None
        gate = Gate(self._allowances[source.name], RECHECK)
        desk = rechecking.Desk(self.store, connector, source, self.clock, gate, self.is_own)
        with self._one_at_a_time[source.name]:
            return rechecking.recheck(desk)

    def run_context(self) -> list[explaining.ContextReport]:
        """Fetches the threads around open cases, where the platform allows it and the budget permits."""
        found = [self._context(source) for source in self.settings.sources_on]
        return [report for report in found if report is not None]

    def _context(self, source: SourceConfig) -> explaining.ContextReport | None:
        connector = self.connector(source.name)
        if not (connector.capabilities.can_thread and isinstance(connector, Threader)):
            return None
        gate = Gate(self._allowances[source.name], CONTEXT)
        library = explaining.Library(self.store, connector, source, self.clock, gate, self.is_own)
        with self._one_at_a_time[source.name]:
            return explaining.context(library)

    def run_read(self, each: Callable[[int], None] | None = None) -> int:
        """Reads everything that waits; returns how many. `each` is told how many were read so far."""
        return _until_none(
            lambda: reading.read(
                self.store,
                self.reader,
                self.settings.own_handles,
                self.clock,
                of_source=self.readers_of_sources(),
            ),
            each,
        )

    def run_triage(self, each: Callable[[int], None] | None = None) -> int:
        """Triages everything that waits; returns how many. `each` is told how many so far."""

        def step() -> int:
            means_others = self.naming.means_others
            roster = self.settings.review.roster
            return triaging.triage(
                self.store, self.judge, self.clock, means_others=means_others, roster=roster
            ).mentions

        return _until_none(step, each)

    def run_draft(self) -> int:
        """Drafts for everything that waits; returns how many drafts were proposed."""
        if not self.settings.respond.enabled:
            return 0
        proposed = 0
        while (report := self._draft()).looked_at:
            proposed += report.proposed
        return proposed

    def _draft(self, pick: drafting.Pick | None = None) -> drafting.DraftReport:
        """One batch; replies go out through the source that a case came from."""
        return drafting.draft(
            self.store,
            self.compose,
            lambda case: case.source,
            self.clock,
            judge=self.judge,
            pick=pick or drafting.live,
        )

    def run_pipeline(self) -> dict[str, int]:
        """read → triage → draft, until nothing waits."""
        return {"read": self.run_read(), "triaged": self.run_triage(), "drafted": self.run_draft()}

    def run_publish(self) -> publishing.PublishReport:
        """Reconciles and sends."""
        with self._publishing:
            return publishing.publish(self.store, self.route, self.clock, policy=self.policy)

    def run_wake(self) -> review.WakeReport:
        """Brings back the snoozed cases whose time has come."""
        return review.wake_due(self.store, self.clock)

    def run_follow(self) -> following.FollowReport:
        """Watches what became of the customers."""
        return following.follow(self.store, self.clock, owners=self.settings.respond.owners)


def _until_none(step: Callable[[], int], each: Callable[[int], None] | None = None) -> int:
    total = 0
    while done := step():
        total += done
        if each is not None:
            each(total)
    return total
