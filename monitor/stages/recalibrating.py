"""recalibrating: a brand's own calibration of the reading, found from what its people decided.

What a person approved with intent and urgency left as they were was read rightly; what they corrected, or
rejected as read wrongly, was not. Only what the reading *said* and what was decided take part, never a post's
words, so posts from X may count. Cases of several posts are left out: nobody can tell which one was meant.
Those about self-harm are never looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.domain.errors import NotFound
from monitor.domain.moments import Clock
from monitor.domain.reading import Reading, Urgency
from monitor.store.protocol import Row, Store
from nlp.refit import Curves, Decision, Trial, curves_of, refit, trials

_SELF_HARM = "selfharm"


@dataclass(frozen=True, slots=True)
class Refitting:
    """What was tried for one brand, and the curves that came of it (None when nothing read better)."""

    brand: str
    decisions: int
    trials: tuple[Trial, ...]
    curves: Curves | None

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "brand": self.brand,
            "decisions": self.decisions,
            "better": self.curves is not None,
            "heads": [
                {
                    "head": t.head,
                    "decisions": t.decisions,
                    "positives": t.positives,
                    "log_loss_before": t.before,
                    "log_loss_after": t.after,
                    "taken": t.better,
                }
                for t in self.trials
            ],
        }


def decisions_of(row: Row, curves: Curves) -> list[Decision]:
    """What a decided case says of the heads that read its post; `curves` are those it was read with."""
    reading = Reading.from_dict(json.loads(row["body"]))
    if any(_SELF_HARM in r.rule for r in reading.urgency.reasons):
        return []
    said = {i.label: curves.undone(f"intent:{i.label}", i.p) for i in reading.intents}
    settled = bool(row["approved"]) or row["intent_was"] is not None
    found: list[Decision] = []
    if settled and row["intent"] in said:
        found.append(Decision(f"intent:{row['intent']}", said[row["intent"]], True))
    wrong = row["intent_was"] if row["intent_was"] != row["intent"] else None
    if row["misread"] and not settled:
        wrong = reading.primary
    if wrong in said:
        found.append(Decision(f"intent:{wrong}", said[wrong], False))
    if row["approved"] or row["urgency_was"] is not None:
        rank = min(reading.urgency.level.rank, Urgency.P3.rank)
        head = f"urgency<={rank}"
        true = Urgency(row["urgency"]).rank <= rank
        found.append(Decision(head, curves.undone(head, reading.urgency.score), true))
    return found


def tried(store: Store, brand: str, model: str) -> Refitting:
    """What the decisions of a brand's people give. `model` is the name of the shipped weights."""
    with store.read() as session:
        brands = set(session.brands.of_sources().values())
        rows = [row for row in session.calibrations.decided() if row["brand"] == brand]
        own = session.calibrations.in_use(brand)
    if brand not in brands:
        raise NotFound(f"No source watches for {brand!r}.", action=f"Brands: {', '.join(sorted(brands))}.")
    read_with = {model: Curves(model, {})} | ({own["name"]: curves_of(own)} if own else {})
    decisions = [
        d for row in rows if row["model"] in read_with for d in decisions_of(row, read_with[row["model"]])
    ]
    measured = trials(decisions)
    curves = refit(decisions, model) if any(t.better for t in measured) else None
    return Refitting(brand, len(decisions), tuple(measured), curves)


def take(store: Store, found: Refitting, name: str, user: str, clock: Clock) -> None:
    """From now on the brand's posts are read with the curves found. `name` is that of the model they make."""
    if found.curves is None:
        raise NotFound(f"Nothing found for {found.brand} reads better.")
    now = clock.now()
    curves = found.curves.to_dict() | {"name": name}
    with store.write() as session:
        session.calibrations.use(found.brand, curves, found.decisions, user, now)
        heads = sorted(found.curves.curves)
        session.audit.record(
            now, user, "reading.recalibrated", f"brand:{found.brand}", heads=heads, model=name
        )


def give_up(store: Store, brand: str, user: str, clock: Clock) -> bool:
    """Back to the shipped calibration; False if the brand has no other."""
    now = clock.now()
    with store.write() as session:
        ended = session.calibrations.end(brand, now)
        if ended:
            session.audit.record(now, user, "reading.calibration_dropped", f"brand:{brand}")
    return ended


def in_use(store: Store, brands: Sequence[str], model: str) -> Mapping[str, Curves]:
    """The curves of each brand that has its own for this model; those of an older model count no more."""
    with store.read() as session:
        kept = {brand: session.calibrations.in_use(brand) for brand in brands}
    found = {brand: curves_of(raw) for brand, raw in kept.items() if raw}
    return {brand: curves for brand, curves in found.items() if curves.model == model}
