"""Training: from the labelled posts to the weights, the same bytes each time.

``python -m nlp.train [--out FOLDER]``. Needs SciPy (the `train` dependency group); the reader doesn't.

Each head is a ridge regression over the hashed features. Calibration and thresholds are fitted on
predictions for industries that the weights which made them had not seen.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.domain.reading import Post
from nlp.corpus import LabelledPost, load
from nlp.features import BUCKETS, FIRST, Batch
from nlp.folding import fold
from nlp.thresholds import choose_thresholds
from nlp.typos import KNOWN_FILE, known_words
from nlp.weights import HEADS, MODEL, Floats, Weights

# Chosen by leave-one-industry-out on our corpus: how much each block of features counts, and the ridge.
BLOCK_WEIGHTS = tuple(float(np.sqrt(w)) for w in (1.0, 0.5, 1.0, 0.5))  # word pair char mark
PENALTY = 2.0

Doubles = npt.NDArray[np.float64]


def targets(posts: Sequence[LabelledPost]) -> Doubles:
    """What each head should say of each post: 0 or 1, posts × heads."""
    rows = []
    for post in posts:
        rank = int(post.urgency[1])
        true = {
            "complaint": post.complaint,
            "severity>=2": post.severity >= 2,
            "severity>=3": post.severity >= 3,
        }
        true |= {f"urgency<={level}": rank <= level for level in range(4)}
        true |= {f"intent:{i}": True for i in post.intents}
        true |= {f"primary:{post.primary}": True}
        true |= {f"signal:{s}": True for s in post.signals}
        rows.append([float(true.get(head, False)) for head in HEADS])
    return np.array(rows)


def featurise(posts: Sequence[LabelledPost]) -> tuple[Batch, list[Any]]:
    """The features of all posts, and their notes (what the rules alone say)."""
    from nlp.components import batch_of
    from nlp.notes import notes_of
    from nlp.pipeline import blank_pipeline, doc_of

    language = blank_pipeline()
    docs = list(language.pipe(doc_of(language, Post(p.text, p.platform)) for p in posts))
    return batch_of(docs), [notes_of(d) for d in docs]


def rarity_of(batch: Batch) -> Doubles:
    """Inverse document frequency per slot; 0 for what a single post has."""
    frequency = np.bincount(batch.buckets, minlength=BUCKETS)
    return np.where(frequency >= 2, np.log((1 + batch.posts) / (1 + frequency)) + 1, 0.0)


def matrix(batch: Batch, rarity: Doubles) -> Any:
    """The posts × slots matrix: each block of a row has the length that `BLOCK_WEIGHTS` gives it."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    values = rarity[batch.buckets]
    sizes = np.diff(batch.bounds, axis=1).ravel()
    segment = np.repeat(np.arange(len(sizes)), sizes)
    length = np.sqrt(np.bincount(segment, values**2, minlength=len(sizes)))
    factor = np.tile(BLOCK_WEIGHTS, batch.posts) / np.maximum(length, 1e-9)
    ends = np.append(batch.bounds[:, 0], len(batch.buckets))
    x = csr_matrix((values * factor[segment], batch.buckets, ends), shape=(batch.posts, BUCKETS))
    x.eliminate_zeros()
    return x


@dataclass(frozen=True, slots=True)
class Fit:
    """Ridge regression of every head at once: the weights, and what each post's score would be unseen."""

    weights: Doubles  # slots × heads
    bias: Doubles
    unseen: Doubles  # posts × heads: scores by weights that had not seen the post's group


def fit(x: Any, y: Doubles, groups: Sequence[str], penalty: float = PENALTY) -> Fit:
    """One linear system for all heads; leaving a group out is exact algebra on its inverse, not a new fit.

    For held-out group B and A = (XXᵀ + penalty)⁻¹ the prediction is y_B − A_BB⁻¹ (A y)_B (the leave-out
    identity of ridge regression). Only means and rarity are counted on all posts.
    """
    mean = y.mean(axis=0)
    gram = (x @ x.T).toarray()
    gram[np.diag_indices_from(gram)] += penalty
    inverse = _inverse(gram)
    alpha = inverse @ (y - mean)
    unseen = np.empty_like(y)
    names = np.array(groups)
    for name in sorted(set(groups)):
        held = np.flatnonzero(names == name)
        unseen[held] = y[held] - np.linalg.solve(inverse[np.ix_(held, held)], alpha[held])
    return Fit(np.asarray(x.T @ alpha), mean, unseen)


def _inverse(gram: Doubles) -> Doubles:
    """By Cholesky, in place: half the work and memory of the general inverse."""
    from scipy.linalg.lapack import dpotrf, dpotri  # type: ignore[import-untyped]

    lower, failed = dpotrf(gram.T, lower=1, overwrite_a=1)
    inverse, failed_too = dpotri(lower, lower=1, overwrite_c=1)
    if failed or failed_too:
        raise ValueError("the posts' similarities are no positive matrix")
    return np.asarray(np.tril(inverse) + np.tril(inverse, -1).T)


def platt(scores: Doubles, truth: Doubles) -> tuple[float, float]:
    """Slope and shift that turn scores into probabilities (Platt's targets against overconfidence).

    Newton's method on two numbers; a step that makes matters worse is halved, or rare heads run away.
    """
    positives = truth.sum()
    goal = np.where(truth > 0, (positives + 1) / (positives + 2), 1 / (len(truth) - positives + 2))
    columns = np.stack([scores, np.ones_like(scores)], axis=1)
    answer = np.array([0.0, np.log((positives + 1) / (len(truth) - positives + 1))])
    loss = _log_loss(columns @ answer, goal)
    for _ in range(50):
        p = 1 / (1 + np.exp(-columns @ answer))
        curvature = (columns * (p * (1 - p))[:, None]).T @ columns + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, columns.T @ (p - goal))
        while (tried := _log_loss(columns @ (answer - step), goal)) > loss and np.abs(step).max() > 1e-9:
            step = step / 2
        if tried >= loss:
            break
        answer, loss = answer - step, tried
    return max(float(answer[0]), 0.05), float(answer[1])


def _log_loss(odds: Doubles, goal: Doubles) -> float:
    return float((np.logaddexp(0, odds) - goal * odds).sum())


def calibrate(unseen: Doubles, y: Doubles) -> Doubles:
    """Slope and shift per head, from scores of posts whose industry was left out."""
    return np.array([platt(unseen[:, h], y[:, h]) for h in range(y.shape[1])])


def probabilities(scores: Doubles, calibration: Doubles) -> Doubles:
    """Calibrated probabilities of uncalibrated scores, posts × heads."""
    z = scores * calibration[:, 0] + calibration[:, 1]
    return np.asarray(1 / (1 + np.exp(-np.clip(z, -30, 30))))


def train(posts: Sequence[LabelledPost]) -> Weights:
    """The weights for these posts."""
    batch, notes = featurise(posts)
    rarity = rarity_of(batch)
    y = targets(posts)
    fitted = fit(matrix(batch, rarity), y, [p.industry for p in posts])
    calibration = calibrate(fitted.unseen, y)
    table, scale = _quantised(fitted.weights * rarity[:, None])
    return Weights(
        table=table,
        scale=scale,
        rarity=rarity.astype(np.float32),
        bias=fitted.bias.astype(np.float32),
        slope=calibration[:, 0].astype(np.float32),
        shift=calibration[:, 1].astype(np.float32),
        thresholds=choose_thresholds(posts, notes, probabilities(fitted.unseen, calibration)),
        about={"posts": len(posts), "industries": len({p.industry for p in posts}), "corpus": digest(posts)},
    )


def _quantised(weights: Doubles) -> tuple[npt.NDArray[np.int8], Floats]:
    """As int8, with a scale per block and head that also holds the weight of the block."""
    blocks = np.split(weights, FIRST[1:])
    scales = [np.maximum(np.abs(block).max(axis=0), 1e-9) / 127 for block in blocks]
    table = np.concatenate([np.round(b / s).astype(np.int8) for b, s in zip(blocks, scales, strict=True)])
    return table, (np.array(scales) * np.array(BLOCK_WEIGHTS)[:, None]).astype(np.float32)


def digest(posts: Sequence[LabelledPost]) -> str:
    """Sixteen hex digits over the corpus as it was used."""
    return hashlib.sha256(repr(list(posts)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains from the committed corpus and writes the model files."""
    parser = argparse.ArgumentParser(
        prog="python -m nlp.train", description="Fit the weights from nlp/data/corpus."
    )
    parser.add_argument("--out", type=Path, default=MODEL, help="folder for weights.npz and model.json")
    options = parser.parse_args(arguments)
    posts = load()
    known = known_words(fold(p.text).text for p in posts if p.lang == "en")
    KNOWN_FILE.write_text("\n".join(known) + "\n", "utf-8")
    weights = train(posts)
    weights.save(options.out)
    size = (options.out / "weights.npz").stat().st_size
    sys.stdout.write(f"{weights.name} from {len(posts)} posts, {size / 1e6:.2f} MB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
