"""Posts that no weight, threshold or rule was made from are read about as well as when first measured.

The floors lie below what was measured then: they tell of damage, and ask for nothing. Nobody mends by the
mistakes in these files.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.corpus import load
from nlp.evaluate import evaluate_file
from nlp.labelled import read_labelled

HERE = Path(__file__).parent
FLOORS = {
    "unseen-mixed": {
        "complaint macro-F1": 0.86,
        "complaint AUC": 0.94,
        "primary intent macro-F1": 0.68,
        "P0 recall": 0.75,
        "P1 recall": 0.72,
        "signals macro-F1": 0.78,
        "claimed wait exact": 0.88,
    },
    "unseen-money": {
        "complaint macro-F1": 0.80,
        "complaint AUC": 0.88,
        "primary intent macro-F1": 0.58,
        "P0 recall": 0.82,
        "P1 recall": 0.77,
        "signals macro-F1": 0.66,
        "claimed wait exact": 0.85,
    },
    "unseen-desks": {
        "complaint macro-F1": 0.86,
        "complaint AUC": 0.94,
        "primary intent macro-F1": 0.72,
        "P0 recall": 0.90,
        "P1 recall": 0.82,
        "signals macro-F1": 0.65,
        "claimed wait exact": 0.88,
    },
}
CEILINGS = {"complaint calibration error": 0.09, "P2–P4 raised to P0 or P1": 0.09}


@pytest.mark.parametrize("name", FLOORS)
def test_unseen_posts_are_read_as_well_as_they_were(name: str) -> None:
    figures = evaluate_file(HERE / f"{name}.jsonl").figures
    assert {k: v for k, v in figures.items() if v < FLOORS[name].get(k, 0)} == {}
    assert {k: v for k, v in figures.items() if v > CEILINGS.get(k, 1)} == {}


@pytest.mark.parametrize("name", FLOORS)
def test_they_are_not_in_the_corpus(name: str) -> None:
    ours = {post.text for post in load()}
    assert [post.text for post in read_labelled(HERE / f"{name}.jsonl") if post.text in ours] == []
