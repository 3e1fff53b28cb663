from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from nlp.compiled import compiled, read_compiled, write_compiled
from nlp.corpus import load
from nlp.folding import fold
from nlp.rulefile import COMPILED_FILE, RULES, bounded, read_book, read_known

PATTERNS = [r"\b(?:on +hold)\b", r"\d+(?= *min)", "caf[e\u00e9]|th\u00e9"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "compiled.npz"
    assert write_compiled(PATTERNS, file) == len(PATTERNS)
    return file


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_kept_pattern_is_the_compiled_one(table: Path, pattern: str) -> None:
    assert compiled(pattern, table) == re.compile(pattern)
    text = "on  hold 40 min for a th\u00e9, on hold"
    assert [m.span() for m in compiled(pattern, table).finditer(text)] == [
        m.span() for m in re.finditer(pattern, text)
    ]


def test_groups_and_flags_are_left_to_re(tmp_path: Path) -> None:
    file = tmp_path / "compiled.npz"
    assert write_compiled(["(a)b", "(?i:x)", "(?i)y", "z"], file) == 2
    assert read_compiled(file).keys() == {"(?i:x)", "z"}
    assert compiled("(a)b", file).groups == 1
    assert compiled("(?i)y", file).search("Y")


@pytest.mark.parametrize("harm", ["another Python's", "half a file", "no file"])
def test_without_a_usable_table_patterns_are_compiled(table: Path, harm: str) -> None:
    if harm == "another Python's":
        with np.load(table) as stored:
            arrays = dict(stored)
        np.savez(table, **{**arrays, "magic": arrays["magic"] + 1})
    elif harm == "half a file":
        table.write_bytes(table.read_bytes()[:300])
    else:
        table.unlink()
    assert read_compiled(table) == {}
    assert compiled(PATTERNS[0], table).search("40 min on hold")


def test_the_rules_table_is_that_of_the_rules(tmp_path: Path) -> None:
    """``python -m nlp.rulefile`` was run after the last change, and what is kept finds the same."""
    stored = read_compiled(RULES / COMPILED_FILE)
    rules, concepts = read_book()
    known = read_known()
    searched = {p for r in rules for p in r.patterns if known[p].phrases is None}
    searched |= {w for c in concepts.values() for w in c.words if known[w].phrases is None}
    searched |= {v for r in rules for v in (*r.vetoes, *r.vetoes_anywhere)}
    searched |= {v for c in concepts.values() for v in c.vetoes}
    wanted = {bounded(source) for source in searched}
    file = tmp_path / "anew.npz"
    assert write_compiled(wanted, file) <= len(wanted)
    anew = read_compiled(file)
    assert not stored or stored.keys() == anew.keys()
    texts = [fold(p.text).text for p in load()[::400]]
    for pattern in sorted(anew)[::10]:
        kept, made = compiled(pattern), re.compile(pattern)
        for text in texts:
            assert [m.span() for m in kept.finditer(text)] == [m.span() for m in made.finditer(text)]
