# ruff: noqa: E501  (example posts stand on one line)
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.errors import InputUnreadable
from nlp.corpus import check, corpus_files, load, main, openings
from nlp.similarity import near_copies

GOOD: dict[str, Any] = {
    "id": "rail-09-0001", "text": "train 35 mins late again", "platform": "x", "industry": "rail", "lang": "en",
    "intents": ["delivery_order"], "primary": "delivery_order", "complaint": 1, "severity": 1, "urgency": "P2",
    "signals": [], "wait": 35,
}  # fmt: skip


def written(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "rail-09.jsonl"
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows), "utf-8")
    return path


def test_the_committed_corpus_is_clean() -> None:
    problems, posts = check(corpus_files())
    assert not problems, "\n".join(map(str, problems[:20]))
    assert len({p.industry for p in posts}) >= 6


def test_no_opening_is_a_template() -> None:
    posts = load()
    words, count = openings(posts)[0]
    assert count <= max(5, 0.01 * len(posts)), words


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"id": "rail-9"}, "id"),
        ({"text": " "}, "empty"),
        ({"platform": "myspace"}, "platform"),
        ({"intents": ["noise", "praise"], "primary": "noise"}, "alone"),
        ({"primary": "praise"}, "first intent"),
        ({"complaint": 0}, "severity is 0 exactly"),
        ({"urgency": "P9"}, "P9"),
        ({"signals": ["summoned"]}, "platform"),
        ({"wait": 0}, "wait"),
        ({"wait": 2.5}, "wait"),
        ({"lang": "de"}, "unsupported_language"),
        ({"mood": "sad"}, "mood"),
        ({"entities": [{"label": "ORDER", "text": "A-1"}]}, "does not stand"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, change: dict[str, object], what: str) -> None:
    problems, _ = check([written(tmp_path, GOOD | change)])
    assert any(what in p.what for p in problems), problems
    with pytest.raises(InputUnreadable, match=r"rail-09\.jsonl:1"):
        load([written(tmp_path, GOOD | change)])


def test_broken_lines_and_copies_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twin = GOOD | {"id": "rail-09-0002", "text": "train 55 mins late again"}
    path = written(tmp_path, GOOD, twin, "{", "[]", GOOD)
    assert main([str(path)]) == 1
    told = capsys.readouterr().out
    for what in (
        "rail-09.jsonl:2: the same words as rail-09-0001",
        ":3: no JSON",
        ":4: not an object",
        "also in",
    ):
        assert what in told
    assert main([str(written(tmp_path, GOOD))]) == 0


def test_near_copies_finds_a_template_and_leaves_strangers() -> None:
    texts = [
        "my Aria headset stopped charging after two weeks, what now?",
        "my Bolt headset stopped charging after two weeks, what now?",
        "the left earcup creaks whenever I turn my head",
    ]
    assert [(a, b) for a, b, _ in near_copies(texts)] == [(1, 0)]
