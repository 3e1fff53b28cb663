"""Agreement: Cohen's κ between the first labels and the independent second ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from monitor.domain.errors import InputUnreadable
from monitor.domain.reading import SIGNALS
from nlp.corpus import FROM_PLATFORM, SECOND, corpus_files, label_problems, load, rows
from nlp.scores import kappa


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many posts were labelled twice, and κ per decision."""

    posts: int
    kappas: dict[str, float]


def agreement(second: Path = SECOND) -> Agreement:
    """Compares every second label with the first. Raises `InputUnreadable` for labels of unknown posts."""
    first = {p.id: p for p in load(corpus_files())}
    pairs = []
    for path in corpus_files(second):
        for number, row in rows(path):
            if isinstance(row, str) or row.get("id") not in first or list(label_problems(row)):
                raise InputUnreadable(
                    f"second/{path.name}:{number}: not a full second label of a known post."
                )
            pairs.append((first[row["id"]], row))
    if not pairs:
        return Agreement(0, {})
    kappas = {
        name: kappa([getattr(a, name) for a, _ in pairs], [b[name] for _, b in pairs])
        for name in ("complaint", "severity", "urgency", "primary")
    }
    readable = [s for s in SIGNALS if s not in FROM_PLATFORM]
    kappas["signals"] = kappa(
        [s in a.signals for a, _ in pairs for s in readable],
        [s in b["signals"] for _, b in pairs for s in readable],
    )
    return Agreement(len(pairs), kappas)
