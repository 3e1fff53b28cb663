"""Why a draft says what it says and no more: for whoever asks `presszero draft --explain`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.domain.draft import Move
from monitor.respond.plan import Plan

# What is shown of the terms, in this order.
_TOLD = {
    "clause": "their problem",
    "thing": "their thing",
    "asked": "their question",
    "wait": "their wait",
    "before": "they wrote before",
    "media": "they attached",
    "staff": "they praise",
    "branch": "they named",
    "manager": "who runs it",
    "incident": "incident",
    "fact": "the fact that answers",
    "team": "the team",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """The macro and its reason, what was known, and every move that is not in the text, with the reason."""

    macro: str
    what: str
    why: str
    known: tuple[tuple[str, str], ...]
    unsaid: tuple[tuple[str, str], ...]

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"Macro {self.macro}: {self.what}"
        yield f"Chosen because {self.why}."
        for name, value in self.known:
            yield f"  {name}: {value}"


def explanation_of(plan: Plan, said: Sequence[Move]) -> Explanation:
    """Explains a text made of the moves `said` by its plan."""
    used = {m.move for m in said}
    unsaid = dict(plan.skipped)
    unsaid |= {m: "left out: the platform is short" for m in plan.moves if m not in used}
    slots = "".join(w for lines in plan.say.values() for w in lines).lower()
    known = [(told, plan.slots[s]) for s, told in _TOLD.items() if s in plan.slots and f"{{{s}}}" in slots]
    return Explanation(plan.macro.name, plan.macro.what, plan.why, tuple(known), tuple(unsaid.items()))
