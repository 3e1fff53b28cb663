"""Backfill, wired: which sources, what it will take, and the run itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.base import (
    SourceConfig,
)
from connectors.registry import connector_class
from monitor.bootstrap.work import Work
from monitor.domain.case import Case
from monitor.domain.coverage import Interval
from monitor.domain.errors import WrongUse
from monitor.stages.limits import BESIDE, alone
from monitor.store.session import Session

if TYPE_CHECKING:
    from monitor.incident.backfill import Listener, Part
    from monitor.incident.forecast import Forecast, Target
    from monitor.store.backfills import Run


class Past(Work):
    """What a past window asks of the parts."""

    def backfill_targets(self, words: Sequence[str]) -> list[Target]:
        """The sources that the words name: sources of the configuration, or ``archive:FILE``.

        Each with a connector of its own. Raises NotFound, WrongUse.
        """
        from monitor.incident.forecast import Target

        found = []
        for word in dict.fromkeys(words):
            adhoc = word.startswith("archive:")
            source = self._adhoc(word.partition(":")[2]) if adhoc else self.settings.source(word)
            source = self._beside_the_database(source)
            connector = connector_class(source.kind)(
                self._beside_the_database(source), self._account(source), self.clock
            )
            allowance = alone(source) if adhoc else self._allowances[source.name]
            # A run is taken up from whatever folder: the word holds the whole path.
            name = f"archive:{getattr(source, 'path', '')}" if adhoc else word
            found.append(Target(name, source, connector, allowance, adhoc))
        return found

    def _adhoc(self, path: str) -> SourceConfig:
        """An export that is no source of the configuration. The same file has the same name every time."""
        from connectors.archive import ArchiveConfig

        if path in ("", "-"):
            raise WrongUse("A backfill reads a file: archive:FILE.")
        full = path if path.startswith("sample:") else str(Path(path).expanduser().resolve())
        stem = re.sub(r"[^a-z0-9]+", "-", Path(full).name.partition(".")[0].lower()).strip("-")[:32] or "file"
        name = f"archive-{stem}-{hashlib.sha256(full.encode()).hexdigest()[:6]}"
        rejects = self._data_folder / f"{name}.rejects.jsonl"
        return ArchiveConfig(name=name, kind="archive", path=full, rejects=rejects)

    def forecast(self, target: Target, window: Interval, query: str | None) -> Forecast:
        """What a backfill of one source will take; what asking for it cost is counted."""
        from monitor.incident.forecast import forecast

        found, now = forecast(target, window, query, self.clock.now()), self.clock.now()
        if found.estimate.spent_usd:
            with self.store.write() as session:
                session.ledger.spent(target.source.name + BESIDE, now, found.estimate.spent_usd)
        return found

    def run_backfill(self, run: Run, targets: Sequence[Target], listener: Listener) -> list[Part]:
        """Works on a run until it is complete or stops; KeyboardInterrupt comes through."""
        from monitor.incident.backfill import Backfill

        return Backfill(self.store, run, targets, self.clock, self.is_own, listener).work()

    def draft_backfilled(self, run: Run, sources: Iterable[str]) -> int:
        """Drafts for the cases of a run's window; returns how many drafts were proposed."""
        proposed = 0
        for source in sources:
            pick = partial(_backfilled, source=source, window=run.window)
            while (report := self._draft(pick)).looked_at:
                proposed += report.proposed
        return proposed


def _backfilled(session: Session, limit: int, *, source: str, window: Interval) -> list[Case]:
    return session.backfills.to_draft(source, window, limit)
