"""Agreement: Cohen's κ between the labels of the corpus and the independent second ones.

``python -m nlp.agreement`` prints both figures: with the first labels as they stood when the second
ones were made (``nlp/data/first``: how well two people agree who have only the guide), and with
the corpus as it is now, disagreements settled (how far the second labels are from what is trained on).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.domain.errors import InputUnreadable
from monitor.domain.reading import SIGNALS
from nlp.corpus import FIRST, FROM_PLATFORM, SECOND, corpus_files, label_problems, rows
from nlp.scores import kappa

_SINGLE = ("complaint", "severity", "urgency", "primary")


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many posts were labelled twice, and κ per decision."""

    posts: int
    kappas: dict[str, float]

    def __str__(self) -> str:
        return ", ".join(f"{name} {value:.2f}" for name, value in self.kappas.items())


def agreement(second: Path = SECOND, first: Path | None = None) -> Agreement:
    """Compares every second label with the corpus, or with the labels in `first`.

    Raises `InputUnreadable` for labels of posts that nobody else labelled.
    """
    known = {
        str(row["id"]): row for row, _ in _labels(corpus_files() if first is None else corpus_files(first))
    }
    pairs: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []
    for row, where in _labels(corpus_files(second)):
        if row["id"] not in known:
            raise InputUnreadable(f"{where}: a second label of no known post.")
        pairs.append((known[row["id"]], row))
    if not pairs:
        return Agreement(0, {})
    kappas = {name: kappa([a[name] for a, _ in pairs], [b[name] for _, b in pairs]) for name in _SINGLE}
    readable = [s for s in SIGNALS if s not in FROM_PLATFORM]
    kappas["signals"] = kappa(
        [s in a["signals"] for a, _ in pairs for s in readable],
        [s in b["signals"] for _, b in pairs for s in readable],
    )
    return Agreement(len(pairs), kappas)


def _labels(paths: list[Path]) -> Iterator[tuple[dict[str, Any], str]]:
    for path in paths:
        for number, row in rows(path):
            where = f"{path.parent.name}/{path.name}:{number}"
            if isinstance(row, str) or "id" not in row or list(label_problems(row)):
                raise InputUnreadable(f"{where}: not the full labels of a post.")
            yield row, where


def main() -> int:
    """Prints both figures."""
    before, now = agreement(first=FIRST), agreement()
    sys.stdout.write(
        f"{before.posts} posts labelled twice, independently. Cohen's κ:\n"
        f"as first labelled:  {before}\n"
        f"after settling:     {now}\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
