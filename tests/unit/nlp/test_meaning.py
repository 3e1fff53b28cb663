from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor.domain.errors import ModelUnusable
from nlp.meaning import Meaning, likeness, load_meaning


def test_posts_without_a_shared_word_lie_near_each_other_when_they_mean_the_same() -> None:
    burned, blisters, menu = load_meaning().of(
        [
            "i burned my fingers on it".split(),
            "there are blisters all over her hand".split(),
            "the new autumn menu looks lovely".split(),
        ]
    )
    assert burned @ blisters > burned @ menu + 0.2
    assert burned @ blisters > blisters @ menu + 0.2


def test_vectors_have_length_one_and_a_post_of_no_known_word_has_zeros() -> None:
    posts = [["late", "again"], [], ["zzxqv"], ["late", "late", "again", "zzxqv"]]
    meaning = load_meaning()
    vectors = meaning.of(posts)
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, 0, 1], atol=1e-5)
    assert np.array_equal(vectors[0], vectors[3]), "repeated and unknown words change nothing"
    for post, vector in zip(posts, vectors, strict=True):
        assert np.array_equal(meaning.of([post])[0], vector), "nor do the neighbours in a batch"


def test_likeness_is_one_for_the_same_and_falls_with_the_angle() -> None:
    across = np.array([[1, 0], [0, 1], [-1, 0]], dtype=np.float32)
    found = likeness(across, across[:1])[:, 0]
    assert found[0] == pytest.approx(1)
    assert 1 > found[1] > found[2] > 0


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    path.write_bytes(b"PK nonsense")
    with pytest.raises(ModelUnusable, match=r"vectors\.npz"):
        load_meaning(path)
    np.savez(path, words=np.frombuffer(b"one\ntwo", np.uint8), table=np.zeros((1, 4), np.int8))
    with pytest.raises(ModelUnusable, match="2 words and 1 vectors"):
        load_meaning(path)


def test_the_digest_tells_vectors_apart() -> None:
    table = np.eye(3, dtype=np.int8)
    assert Meaning(["a", "b", "c"], table).digest == Meaning(["a", "b", "c"], table).digest
    assert Meaning(["a", "b", "c"], table).digest != Meaning(["a", "c", "b"], table).digest
    assert Meaning(["a", "b", "c"], table).digest != Meaning(["a", "b", "c"], table * 2).digest
