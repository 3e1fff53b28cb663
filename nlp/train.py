"""Training: from the labelled posts to the weights, the same bytes each time.

``python -m nlp.train [--out FOLDER]``. Needs SciPy (the `train` dependency group); the reader doesn't.

Each head is an L2-regularised logistic regression over the hashed features. Calibration and
thresholds are fitted on predictions for industries that the weights which made them had not seen.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.domain.reading import Post
from nlp.corpus import LabelledPost, load
from nlp.features import BUCKETS, Batch
from nlp.thresholds import choose_thresholds
from nlp.weights import HEADS, MODEL, Weights

STRENGTH = 4.0  # inverse of the L2 penalty, as in liblinear's C; chosen by leave-industries-out
FOLDS = 5
_ITERATIONS = 80

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


def matrix(batch: Batch, rarity: Doubles | None = None) -> tuple[Any, Doubles]:
    """The posts × buckets matrix, rows of unit length, weighted by rarity (fitted here unless given)."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    rows = len(batch.starts)
    ends = np.append(batch.starts, len(batch.buckets))
    counts = csr_matrix(
        (np.ones(len(batch.buckets)), batch.buckets, ends), shape=(rows, BUCKETS), dtype=np.float64
    )
    if rarity is None:
        once = counts.copy()
        once.sum_duplicates()
        frequency = np.bincount(once.indices, minlength=BUCKETS)
        rarity = np.where(frequency >= 2, np.log((1 + rows) / (1 + frequency)) + 1, 0.0)
    weighted = counts.multiply(rarity[None, :]).tocsr()
    squares = np.add.reduceat(rarity[batch.buckets] ** 2, batch.starts)
    weighted = weighted.multiply(1.0 / np.sqrt(np.maximum(squares, 1e-9))[:, None]).tocsr()
    weighted.sum_duplicates()
    weighted.eliminate_zeros()
    return weighted, rarity


def fit_head(x: Any, y: Doubles, strength: float = STRENGTH) -> Doubles:
    """Weights and, last, the bias of one logistic regression."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    sign = 2 * y - 1
    transposed = x.T.tocsr()

    def loss(w: Doubles) -> tuple[float, Doubles]:
        margin = sign * (x @ w[:-1] + w[-1])
        value = strength * float(np.logaddexp(0, -margin).sum()) + 0.5 * float((w[:-1] ** 2).sum())
        pull = -strength * sign / (1 + np.exp(np.clip(margin, -30, 30)))
        gradient = np.append(transposed @ pull + w[:-1], pull.sum())
        return value, gradient

    start = np.zeros(x.shape[1] + 1)
    result = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _ITERATIONS})
    return np.asarray(result.x)


def fit(x: Any, y: Doubles) -> Doubles:
    """All heads: buckets + 1 × heads. A head with fewer than three examples stays at its base rate."""
    used = np.unique(x.indices)
    narrow = x[:, used]
    result = np.zeros((x.shape[1] + 1, y.shape[1]))
    for head in range(y.shape[1]):
        positives = y[:, head].sum()
        if 3 <= positives <= len(y) - 3:
            fitted = fit_head(narrow, y[:, head])
            result[used, head], result[-1, head] = fitted[:-1], fitted[-1]
        else:
            base = (positives + 0.5) / (len(y) + 1)
            result[-1, head] = np.log(base / (1 - base))
    return result


def folds(posts: Sequence[LabelledPost], count: int = FOLDS) -> npt.NDArray[np.int64]:
    """A fold number per post; whole industries go into one fold, the big ones spread first."""
    sizes: dict[str, int] = {}
    for post in posts:
        sizes[post.industry] = sizes.get(post.industry, 0) + 1
    loads = [0] * count
    where: dict[str, int] = {}
    for industry in sorted(sizes, key=lambda i: (-sizes[i], i)):
        lightest = loads.index(min(loads))
        where[industry] = lightest
        loads[lightest] += sizes[industry]
    return np.array([where[p.industry] for p in posts])


def out_of_fold(x: Any, y: Doubles, fold: npt.NDArray[np.int64]) -> Doubles:
    """Scores for each post by weights that have not seen its industry."""
    scores = np.zeros_like(y)
    for number in np.unique(fold):
        held = fold == number
        weights = fit(x[~held], y[~held])
        scores[held] = x[held] @ weights[:-1] + weights[-1]
    return scores


def platt(scores: Doubles, truth: Doubles) -> tuple[float, float]:
    """Slope and shift that turn scores into probabilities (Platt's targets against overconfidence)."""
    from scipy.optimize import minimize

    positives = truth.sum()
    goal = np.where(truth > 0, (positives + 1) / (positives + 2), 1 / (len(truth) - positives + 2))

    def loss(ab: Doubles) -> tuple[float, Doubles]:
        z = ab[0] * scores + ab[1]
        error = 1 / (1 + np.exp(-np.clip(z, -30, 30))) - goal
        value = float((np.logaddexp(0, z) - goal * z).sum())
        return value, np.array([(error * scores).sum(), error.sum()])

    slope, shift = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B").x
    return max(float(slope), 0.05), float(shift)


def train(posts: Sequence[LabelledPost]) -> Weights:
    """The weights for these posts."""
    batch, notes = featurise(posts)
    x, rarity = matrix(batch)
    y = targets(posts)
    held_out = out_of_fold(x, y, folds(posts))
    calibration = np.array([platt(held_out[:, h], y[:, h]) for h in range(len(HEADS))])
    p = 1 / (1 + np.exp(-(held_out * calibration[:, 0] + calibration[:, 1])))
    full = fit(x, y)
    folded_in = full[:-1] * rarity[:, None]
    scale = np.maximum(np.abs(folded_in).max(axis=0), 1e-9) / 127
    return Weights(
        table=np.round(folded_in / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        rarity=rarity.astype(np.float32),
        bias=full[-1].astype(np.float32),
        slope=calibration[:, 0].astype(np.float32),
        shift=calibration[:, 1].astype(np.float32),
        thresholds=choose_thresholds(posts, notes, p),
        about={"posts": len(posts), "industries": len({p.industry for p in posts}), "corpus": digest(posts)},
    )


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
    weights = train(posts)
    weights.save(options.out)
    size = (options.out / "weights.npz").stat().st_size
    sys.stdout.write(f"{weights.name} from {len(posts)} posts, {size / 1e6:.2f} MB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
