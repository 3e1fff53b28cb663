"""The posts by whose mistakes rules were mended stay read as they should be."""

from __future__ import annotations

from tests.unit.nlp.fresh import measure


def test_what_was_mended_stays_mended() -> None:
    figures, mistakes = measure("fresh")
    assert figures["P0 recall"] >= 0.98, mistakes
    assert figures["hard negatives raised"] <= 0.03, mistakes
    assert figures["claimed wait exact"] >= 0.95, mistakes
    assert figures["order numbers F1"] >= 0.95, mistakes
