"""Macros, wired: every one with what it is for, who answers for it, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.bootstrap.desk import Desk
from monitor.domain.accountability import JUDGED_OVER, MacroStanding
from monitor.respond.languages import spoken
from monitor.respond.macros import Macro
from monitor.stages.accountability import owners_of
from monitor.store.protocol import Store


@dataclass(frozen=True, slots=True)
class MacroRow:
    """A macro as people see it."""

    standing: MacroStanding
    what: str
    owners: tuple[str, ...]
    marks: tuple[dict[str, Any], ...]  # what speaks against it, newest first

    def to_dict(self) -> dict[str, Any]:
        """As `macros list --json` prints it (docs/cli.md)."""
        s = self.standing
        return {
            "macro": s.macro,
            "what": self.what,
            "owners": list(self.owners),
            "replies": s.replies,
            "worse": s.worse,
            "automation": s.automation,
            "suspended": s.suspended,
            "reason": s.reason or None,
            "by": s.by or None,
            "at": s.at,
            "cases": [mark["case_id"] for mark in self.marks],
        }


class MacroDesk(Desk):
    """What is asked about macros."""

    @property
    def _every_macro(self) -> dict[str, Macro]:
        found = dict(self.responder.macros)
        for language in spoken().values():
            found |= {macro.name: macro for macro in language.macros.values()}
        return found

    @property
    def macro_names(self) -> frozenset[str]:
        """Every macro there is."""
        return frozenset(self._every_macro)

    def macro_rows(
        self, store: Store | None = None, *, everything: bool = False, now: datetime | None = None
    ) -> list[MacroRow]:
        """The macros that wrote or were stopped (or all), suspended ones first, then those that hurt most.

        `store`: as somebody sees it who sees some brands only.
        """
        since = (now or self.clock.now()) - JUDGED_OVER
        known = self._every_macro
        with (store or self.store).read() as session:
            standings = session.macros.standings(since)
            names = {*standings, *(known if everything else ())}
            rows = [
                MacroRow(
                    standings.get(name) or MacroStanding(name),
                    known[name].what if name in known else "No longer among the macros.",
                    tuple(owners_of(session, name, self.settings.respond.owners)),
                    tuple(dict(m) for m in session.macros.marks_of(name, since, limit=5)),
                )
                for name in names
            ]
        return sorted(rows, key=lambda r: (not r.standing.suspended, -r.standing.share, r.standing.macro))
