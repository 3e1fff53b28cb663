"""What every section needs: local times, links, and the words behind an id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.digest import say
from monitor.digest.figures import DigestFigures
from monitor.digest.numbers import Numbers
from monitor.digest.page import Quote, Tone
from monitor.digest.plain import defanged, one_line
from monitor.digest.words import Words

WORDS = 180  # characters of a post, where it is not shown in full
REMOVED = "(removed by its author)"


@dataclass(frozen=True, slots=True)
class DigestBrand:
    """Whose digest it is. `inbox` is the address of the inbox, for links; None: none are made."""

    name: str
    zone: ZoneInfo
    inbox: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """One digest as its readers see it."""

    figures: DigestFigures
    brand: DigestBrand

    @property
    def n(self) -> Numbers:
        """The numbers."""
        return self.figures.numbers

    @property
    def words(self) -> Words:
        """The words."""
        return self.figures.words

    def moment(self, when: datetime) -> str:
        """A moment in the brand's time zone, as short as it can be for this day."""
        return say.moment(when, self.brand.zone, self.n.day)

    def lasting(self, since: datetime) -> str:
        """How long something has lasted when the digest was made."""
        return say.lasted(max(0.0, (self.n.made_at - since).total_seconds()))

    def link(self, case_id: int) -> str | None:
        """The address of a case in the inbox."""
        return None if self.brand.inbox is None else f"{self.brand.inbox.rstrip('/')}/cases/{case_id}"

    def case(self, case_id: int, facts: list[str], tone: Tone = "", *, harmless: bool = False) -> Quote:
        """A case in its customer's own words, shortened. `harmless`: its links can't be clicked."""
        case = self.words.cases.get(case_id)
        title = one_line(case.title, WORDS) if case else REMOVED
        where = [say.platform(case.platform)] if case else []
        return Quote(
            words=defanged(title) if harmless else title,
            facts=" · ".join([*facts, *where]),
            number=f"case {case_id}",
            link=self.link(case_id),
            tone=tone,
        )
