from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlp.corpus import load
from nlp.features import BUCKETS, features
from nlp.train import folds, targets, train
from nlp.weights import HEADS, ModelUnreadable, load_weights

pytest.importorskip("scipy", reason="training needs the train dependency group")
POSTS = load()[:120]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_same_corpus_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        train(POSTS).save(tmp_path / name)
    for file in ("weights.npz", "model.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    stored = load_weights(tmp_path / "a")
    assert stored.table.shape == (BUCKETS, len(HEADS))
    (tmp_path / "a" / "weights.npz").write_bytes(b"PK nonsense")
    with pytest.raises(ModelUnreadable):
        load_weights(tmp_path / "a")


def test_industries_are_never_split_over_folds() -> None:
    posts = load()
    numbers = folds(posts)
    homes: dict[str, set[int]] = {}
    for post, number in zip(posts, numbers, strict=True):
        homes.setdefault(post.industry, set()).add(int(number))
    assert all(len(h) == 1 for h in homes.values())
    assert len(set(numbers.tolist())) > 1


def test_targets_follow_the_labels() -> None:
    row = dict(zip(HEADS, targets([POSTS[0]])[0], strict=True))
    assert row["complaint"] == POSTS[0].complaint
    assert row[f"primary:{POSTS[0].primary}"] == 1
    assert row["urgency<=3"] == (POSTS[0].urgency != "P4")


def test_features_of_a_post_do_not_depend_on_its_neighbours() -> None:
    texts = ["late again", "", "thanks a lot for that, it was fine", "x"]
    ids = [np.array([hash(w) % 2**63 for w in t.split()], dtype=np.uint64) for t in texts]
    extras = [np.array([i + 1], dtype=np.uint64) for i in range(len(texts))]
    together = features(texts, ids, extras)
    ends = [*together.starts[1:], len(together.buckets)]
    for i, text in enumerate(texts):
        alone = features([text], [ids[i]], [extras[i]])
        assert sorted(alone.buckets) == sorted(together.buckets[together.starts[i] : ends[i]])


def test_the_shipped_weights_are_small_and_match_the_corpus() -> None:
    weights = load_weights()
    folder = Path(load_weights.__globals__["MODEL"])
    assert sum(f.stat().st_size for f in folder.iterdir()) < 5_000_000
    assert weights.about["posts"] > 0
