from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from nlp import distil
from nlp.meaning import Meaning

pytest.importorskip("scipy", reason="making vectors needs the train dependency group")


def test_sums_of_the_rows_say_what_the_sentence_model_says() -> None:
    """Of a model that is a sum over words: new texts lie as near each other as the model has them."""
    draw = np.random.default_rng(1)
    words = [f"{a}{b}" for a in "kmnprst" for b in ("ala", "ebe", "idi", "ofo", "ugu")]
    texts = [" ".join(draw.choice(words, 6, replace=False)) for _ in range(600)]

    def encode(of: Sequence[str]) -> npt.NDArray[np.float32]:
        sums = [
            sum(np.random.default_rng(zlib.crc32(w.encode())).normal(size=128) for w in text.split())
            for text in of
        ]
        return np.array(sums, dtype=np.float32)

    known, table = distil.distil(texts[:100], texts[100:500], encode)
    assert known == sorted(words)
    vectors, goal = Meaning(known, table).of([t.split() for t in texts[500:]]), encode(texts[500:])
    goal = goal - goal.mean(axis=0)
    goal /= np.linalg.norm(goal, axis=1, keepdims=True)
    upper = np.triu_indices(100, 1)
    assert np.corrcoef((vectors @ vectors.T)[upper], (goal @ goal.T)[upper])[0, 1] > 0.85


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("train.csv", 'text,category\n"late, again",7\nthanks,1\n'),
        ("train.tsv", "late, again\t3\tab1\nthanks\t15\tab2\n"),
        ("data_full.json", json.dumps({"train": [["late, again", "x"]], "oos": [["thanks", "y"]]})),
        ("SMSSpamCollection", "ham\tlate, again\nspam\tthanks\n"),
    ],
)
def test_each_set_is_read_in_the_form_it_is_given_out(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    assert list(distil.texts_of(tmp_path / name)) == ["late, again", "thanks"]
