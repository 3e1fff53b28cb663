"""Training: from the labelled posts to the weights, the same bytes each time.

``python -m nlp.train [--out FOLDER]``. Needs SciPy (the `train` dependency group); the reader doesn't.

Each head is a ridge regression over the hashed features and the likeness to examples. Calibration and
thresholds are fitted on predictions for industries that the weights which made them had not seen.
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
from nlp.meaning import likeness, load_meaning, unit
from nlp.thresholds import choose_thresholds
from nlp.typos import KNOWN_FILE, known_words
from nlp.weights import HEADS, MODEL, Floats, Weights

# Chosen by leave-one-industry-out on our corpus: how much each block of features counts, and the ridge.
BLOCK_WEIGHTS = tuple(float(np.sqrt(w)) for w in (1.0, 1.5, 1.0, 0.5))  # word pair char mark
LIKENESS = np.float32(4.0)  # the weight of likeness, where the blocks of features have theirs
EXAMPLES = 1_000  # posts of the corpus, drawn by seed, to which likeness is measured
PENALTY = 6.0
# A weight's steps on each side of nothing, per block. The marks are few, and some (rules of P0) weigh a
# hundred times what others do: they get what int8 holds. More for the others would make a bigger file.
_LEVELS = (32, 22, 22, 127)  # word pair char mark
# Residuals, as shares of what is asked for: of the weights, and of scores for posts that were left out. The
# latter need be no nearer than calibration and thresholds can tell.
_EXACT, _NEARLY = 1e-4, 1e-2
_MOST_STEPS = 1_000
_TINY = np.float32(1e-20)

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
    """Inverse document frequency per slot."""
    frequency = np.bincount(batch.buckets, minlength=BUCKETS)
    return np.asarray(np.log((1 + batch.posts) / (1 + frequency)) + 1)


def matrix(batch: Batch, rarity: Doubles) -> Any:
    """The posts × slots matrix: each block of a row has the length that `BLOCK_WEIGHTS` gives it.

    What a single post has teaches nothing and is left out, but counts in the length: a post of unknown
    words must not be judged by its "and" and its full stop as if they were all it says.
    """
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    values = rarity[batch.buckets]
    sizes = np.diff(batch.bounds, axis=1).ravel()
    segment = np.repeat(np.arange(len(sizes)), sizes)
    length = np.sqrt(np.bincount(segment, values**2, minlength=len(sizes)))
    factor = np.tile(BLOCK_WEIGHTS, batch.posts) / np.maximum(length, 1e-9)
    ends = np.append(batch.bounds[:, 0], len(batch.buckets))
    x = csr_matrix((values * factor[segment], batch.buckets, ends), shape=(batch.posts, BUCKETS))
    x.data[np.bincount(batch.buckets, minlength=BUCKETS)[x.indices] < 2] = 0
    x.eliminate_zeros()
    return x


@dataclass(frozen=True, slots=True)
class Design:
    """What the regression sees of the posts: features, and likeness to the examples, made upright.

    `near @ near.T` is the likeness of the posts among each other, as far as the examples tell (Nyström's
    approximation); `back` turns weights of its columns into weights of the likenesses themselves.
    """

    x: Any  # posts × slots, sparse
    near: Floats  # posts × examples
    back: Floats  # examples × examples
    examples: npt.NDArray[np.int8]


def design(batch: Batch, rarity: Doubles) -> Design:
    """The design for these posts."""
    drawn = np.random.default_rng(0).permutation(batch.posts)[:EXAMPLES]
    chosen = np.round(batch.vectors[np.sort(drawn)] * 127).astype(np.int8)
    among = unit(chosen.astype(np.float32))
    size, axes = np.linalg.eigh(likeness(among, among).astype(np.float64))
    upright = axes * np.sqrt(float(LIKENESS) / np.maximum(size, 1e-2))
    back = upright.astype(np.float32)
    return Design(
        matrix(batch, rarity).astype(np.float32), likeness(batch.vectors, among) @ back, back, chosen
    )


@dataclass(frozen=True, slots=True)
class Fit:
    """Ridge regression of every head at once: the weights, and what each post's score would be unseen."""

    weights: Floats  # slots × heads
    by_likeness: Floats  # examples × heads
    bias: Doubles
    unseen: Doubles  # posts × heads: scores by weights that had not seen the post's group


def fit(seen: Design, y: Doubles, groups: Sequence[str], penalty: float = PENALTY) -> Fit:
    """One linear system for all heads, and one more for each group that is left out.

    The latter start from the solution of the former, and are solved as far as a threshold can tell. Only
    means, rarity and the choice of examples are over all posts.
    """
    system = _Ridge(seen, penalty)
    mean = y.mean(axis=0)
    wanted = (y - mean).astype(np.float32)
    names = np.array(groups)
    alpha = system.solve(wanted, np.ones(len(y), dtype=bool), _EXACT)
    unseen = np.empty_like(y)
    for name in sorted(set(groups)):
        held = names == name
        unseen[held] = mean + system.common(system.solve(wanted, ~held, _NEARLY, alpha))[held]
    return Fit(seen.x.T @ alpha, seen.back @ (seen.near.T @ alpha), mean, unseen)


class _Ridge:
    """The system (K + penalty) α = y, where K is what the posts have in common: a matrix that is never made.

    Conjugate gradients (Hestenes & Stiefel 1952), all heads side by side. The likenesses, of which there are
    a thousand at most, are inverted exactly (Woodbury) and so leave the rest little to do.
    Memory grows with the posts, not with their square.
    """

    def __init__(self, seen: Design, penalty: float) -> None:
        self._x, self._across = seen.x, seen.x.T.tocsr()
        self._near = seen.near
        self._penalty = np.float32(penalty)
        self._rest = np.float32(penalty + sum(w * w for w in BLOCK_WEIGHTS))  # of a post with itself
        inner = (self._near.T @ self._near).astype(np.float64)
        inner[np.diag_indices_from(inner)] += self._rest
        self._inner = np.linalg.inv(inner).astype(np.float32)

    def common(self, alpha: Floats) -> Floats:
        """K @ alpha: posts × heads."""
        by_features = self._x @ (self._across @ alpha)
        return np.asarray(by_features + self._near @ (self._near.T @ alpha), dtype=np.float32)

    def _roughly_solved(self, y: Floats) -> Floats:
        """As if posts had nothing in common but likeness."""
        return np.asarray((y - self._near @ (self._inner @ (self._near.T @ y))) / self._rest)

    def solve(
        self, y: Floats, among: npt.NDArray[np.bool_], exactness: float, start: Floats | None = None
    ) -> Floats:
        """α for these posts alone, 0 for the others: no head is off by more than its share `exactness`."""
        chosen = among[:, None].astype(np.float32)
        alpha = np.zeros_like(y) if start is None else start * chosen
        left = chosen * (y - self.common(alpha) - self._penalty * alpha)
        enough = exactness * np.linalg.norm(y * chosen, axis=0)
        step = towards = chosen * self._roughly_solved(left)
        size = np.einsum("ij,ij->j", left, towards)
        for _ in range(_MOST_STEPS):
            if (np.linalg.norm(left, axis=0) <= enough).all():
                return alpha
            change = chosen * (self.common(step) + self._penalty * step)
            share = size / np.maximum(np.einsum("ij,ij->j", step, change), _TINY)
            alpha += share * step
            left -= share * change
            towards = chosen * self._roughly_solved(left)
            before, size = size, np.einsum("ij,ij->j", left, towards)
            step = towards + size / np.maximum(before, _TINY) * step
        raise ArithmeticError(
            f"No solution after {_MOST_STEPS} steps: are there numbers in the design that are none?"
        )


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
    seen = design(batch, rarity)
    fitted = fit(seen, y, [p.industry for p in posts])
    calibration = calibrate(fitted.unseen, y)
    table, scale = _quantised(fitted.weights * rarity[:, None])
    return Weights(
        table=table,
        scale=scale,
        rarity=rarity.astype(np.float32),
        examples=seen.examples,
        by_likeness=fitted.by_likeness.astype(np.float16).astype(np.float32),  # as it is stored
        bias=fitted.bias.astype(np.float32),
        slope=calibration[:, 0].astype(np.float32),
        shift=calibration[:, 1].astype(np.float32),
        thresholds=choose_thresholds(posts, notes, probabilities(fitted.unseen, calibration)),
        about={
            "posts": len(posts),
            "industries": len({p.industry for p in posts}),
            "corpus": digest(posts),
            "vectors": load_meaning().digest,
        },
    )


def _quantised(weights: Doubles | Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """As whole numbers, with a scale per block and head that also holds the weight of the block."""
    blocks = np.split(weights, FIRST[1:])
    scales = [
        np.maximum(np.abs(block).max(axis=0), 1e-9) / levels
        for block, levels in zip(blocks, _LEVELS, strict=True)
    ]
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
