from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from monitor.domain.errors import ModelUnusable
from nlp.corpus import load
from nlp.features import FIRST, Batch, features
from nlp.kept import kept_of
from nlp.lexical import marks, number
from nlp.logistic import Logistic
from nlp.meaning import likeness, load_meaning, unit
from nlp.rulefile import read_rules
from nlp.train import (
    BLOCK_WEIGHTS,
    PENALTY,
    _quantised,
    design,
    featurise,
    fit,
    landmarks,
    matrix,
    platt,
    targets,
    train,
)
from nlp.weights import HEADS, MODEL, load_weights

pytest.importorskip("scipy", reason="training needs the train dependency group")
POSTS = load()[:120]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_same_corpus_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        trained = train(POSTS)
        trained.save(tmp_path / name)
    for file in ("weights.npz", "model.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    stored = load_weights(tmp_path / "a")
    assert stored.table.shape == (len(trained.kept.slots), len(HEADS))
    assert np.array_equal(stored.kept.slots, trained.kept.slots)
    assert stored.name == trained.name
    whole = (tmp_path / "a" / "weights.npz").read_bytes()
    for damaged in (b"PK nonsense", whole[: len(whole) // 2], b""):
        (tmp_path / "a" / "weights.npz").write_bytes(damaged)
        with pytest.raises(ModelUnusable):
            load_weights(tmp_path / "a")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_file_of_another_version_says_so(tmp_path: Path) -> None:
    info = json.loads((MODEL / "model.json").read_text("utf-8")) | {"version": "3"}
    (tmp_path / "model.json").write_text(json.dumps(info), "utf-8")
    np.savez_compressed(tmp_path / "weights.npz", table=np.zeros((4, len(HEADS)), np.int8))
    with pytest.raises(ModelUnusable, match="another version"):
        load_weights(tmp_path)


def test_landmarks_are_the_means_of_like_posts() -> None:
    drawn = np.random.default_rng(1)
    ways = np.eye(8, dtype=np.float32)[:4]
    posts = unit((ways[np.arange(400) % 4] + 0.05 * drawn.standard_normal((400, 8))).astype(np.float32))
    posts[::50] = 0  # posts without a known word have no place
    found = landmarks(posts, 40)
    assert found.shape == (40, 8)
    assert found.dtype == np.int8
    assert np.array_equal(found, landmarks(posts, 40)), "the same each time"
    toward = unit(found.astype(np.float32)) @ ways.T
    assert (toward.max(axis=1) > 0.95).all(), "each amid its own kind"
    assert set(toward.argmax(axis=1).tolist()) == {0, 1, 2, 3}
    assert len(landmarks(posts[:10], 40)) == 9, "no more than there are posts"


def test_scores_of_a_group_are_by_weights_that_had_not_seen_it() -> None:
    """Against a regression without the group, solved from nothing and to the end."""
    batch, _ = featurise(POSTS)
    y, seen = targets(POSTS), design(batch, kept_of(batch))
    groups = ["a" if i % 4 == 0 else "b" for i in range(len(POSTS))]
    found = fit(seen, y, groups)
    regression = Logistic(seen.x, seen.near, PENALTY)
    for name in "ab":
        held = np.array([g == name for g in groups])
        alone = regression.scores(regression.solve(y, ~held, 1e-6))[held]
        assert np.abs(found.unseen[held] - alone).mean() < 0.1


def test_weights_score_a_post_as_the_regression_does() -> None:
    """What is stored (whole numbers, landmarks, likenesses) against the regression it was made from."""
    batch, _ = featurise(POSTS)
    y, seen = targets(POSTS), design(batch, kept_of(batch))
    fitted = fit(seen, y, [p.industry for p in POSTS])
    exact = seen.x @ fitted.weights + likeness(batch.vectors, unit(seen.landmarks.astype(np.float32))) @ (
        fitted.by_likeness
    )
    rounded_away = np.abs(train(POSTS).scores(batch) - exact - fitted.bias)
    assert rounded_away.mean() < 0.02, "log-odds"
    assert rounded_away.max() < 0.3


def test_one_heavy_mark_does_not_round_the_others_away() -> None:
    """A rule of P0 weighs a hundred times what other marks do; they count in thousands of posts."""
    weights = np.zeros((400, len(HEADS)), dtype=np.float32)
    weights[300] = 0.5
    weights[301:] = -0.004  # 99 of them
    table, scale = _quantised(weights, [0, 100, 200, 300])
    restored = table[300:] * scale[-1] / BLOCK_WEIGHTS[-1]
    assert np.allclose(restored[0], 0.5, atol=1e-3)
    assert np.allclose(restored[1:].sum(axis=0), -0.396, atol=0.04)


def test_platt_finds_the_curve_that_made_the_data() -> None:
    random = np.random.default_rng(3)
    scores = random.normal(size=20_000)
    truth = (random.random(20_000) < 1 / (1 + np.exp(-(2.0 * scores - 1.0)))).astype(float)
    slope, shift = platt(scores, truth)
    assert abs(slope - 2.0) < 0.15
    assert abs(shift + 1.0) < 0.1


def test_platt_keeps_its_head_over_rare_labels() -> None:
    random = np.random.default_rng(5)
    for rate in (0.02, 0.002):
        truth = (random.random(10_000) < rate).astype(float)
        scores = random.normal(size=10_000) * 0.05 + truth * 0.3 + rate
        slope, shift = platt(scores, truth)
        p = 1 / (1 + np.exp(-(slope * scores + shift)))
        assert 1 < slope < 300
        assert abs(p.mean() - rate) < rate / 2


def test_targets_follow_the_labels() -> None:
    row = dict(zip(HEADS, targets([POSTS[0]])[0], strict=True))
    assert row["complaint"] == POSTS[0].complaint
    assert row[f"primary:{POSTS[0].primary}"] == 1
    assert row["urgency<=3"] == (POSTS[0].urgency != "P4")


def test_features_of_a_post_do_not_depend_on_its_neighbours() -> None:
    texts = ["late again", "", "thanks a lot for that, it was fine", "x"]
    ids = [np.array([hash(w) % 2**63 for w in t.split()], dtype=np.uint64) for t in texts]
    extras = [np.array([i + 1], dtype=np.uint64) for i in range(len(texts))]
    vectors = load_meaning().of([t.split() for t in texts])
    together = features(texts, ids, extras, vectors)
    for i, text in enumerate(texts):
        alone = features([text], [ids[i]], [extras[i]], vectors[i : i + 1])
        first, end = together.bounds[i, 0], together.bounds[i, -1]
        assert list(alone.buckets) == list(together.buckets[first:end])
        assert list(alone.bounds[0]) == list(together.bounds[i] - first)


def test_no_two_marks_share_a_slot() -> None:
    _, notes = featurise(load())
    names = sorted({name for each in notes for name in marks(each)} | {rule.id for rule in read_rules()})
    slots: dict[int, list[str]] = {}
    for name in names:
        one = [np.array([number(name)], dtype=np.uint64)]
        (slot,) = features([""], [np.array([], dtype=np.uint64)], one, load_meaning().of([[]])).buckets[-1:]
        slots.setdefault(int(slot), []).append(name)
    assert [shared for shared in slots.values() if len(shared) > 1] == [], "choose another seed for marks"


def test_the_shipped_weights_are_small_and_match_the_corpus() -> None:
    weights = load_weights()
    assert sum(f.stat().st_size for f in MODEL.iterdir()) < 5_000_000
    assert weights.about["posts"] > 0
    assert np.all((weights.slope > 0.3) & (weights.slope < 3)), "log-odds need no more than a nudge"
    assert np.all(np.abs(weights.shift) < 3)


def test_features_that_too_few_posts_have_get_no_row_but_count_in_the_length() -> None:
    def posts(*words: list[int]) -> Batch:
        none = [np.array([1], dtype=np.uint64)] * len(words)
        return features(
            [""] * len(words),
            [np.array(w, dtype=np.uint64) for w in words],
            none,
            load_meaning().of([[]] * len(words)),
        )

    batch = posts([7], [7], [7, 99])
    kept = kept_of(batch)
    assert [int(s < FIRST[1]) for s in kept.slots] == [1, 0], "the shared word, and the mark"
    rows = kept.rows(batch)
    assert (rows == len(kept.slots)).sum() == 2, "the word of one post, and the pair with it"
    x = matrix(batch, kept).toarray()
    assert x[0, 0] == pytest.approx(BLOCK_WEIGHTS[0]), "nothing else in its block"
    assert x[2, 0] < 0.8 * x[0, 0], "the unknown word takes its share of the length"
