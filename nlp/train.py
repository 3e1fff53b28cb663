"""Training: from the labelled posts to the weights, the same bytes each time.

``python -m nlp.train``. Needs SciPy (the `train` dependency group); the reader doesn't.

Each head is a logistic regression over the hashed features and the likeness to landmarks. Calibration and
thresholds are fitted on predictions for industries that the weights which made them had not seen.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.domain.reading import Post
from nlp.corpus import LabelledPost, load
from nlp.features import Batch
from nlp.folding import fold
from nlp.kept import Kept, kept_of
from nlp.logistic import Logistic
from nlp.meaning import likeness, load_meaning, unit
from nlp.thresholds import choose_thresholds
from nlp.typos import known_words, write_known
from nlp.weights import HEADS, MODEL, Floats, Weights

# How much each block of features counts was chosen by leave-one-industry-out on our corpus, likeness and the
# penalty on posts written later than those trained on (docs/nlp.md).
BLOCK_WEIGHTS = tuple(float(np.sqrt(w)) for w in (1.0, 1.5, 1.0, 0.5))  # word pair char mark
LIKENESS = np.float32(5.0)  # the weight of likeness, where the blocks of features have theirs
LANDMARKS = 1_000  # means of like posts, to which likeness is measured
_ROUNDS = 8  # in which the means are found; the groups hardly change any more
PENALTY = 0.4
# A weight's steps on each side of nothing, per block. The marks are few, and some (rules of P0) weigh a
# hundred times what others do: they get what int8 holds. More for the others would make a bigger file.
_LEVELS = (18, 13, 12, 127)  # word pair char mark
# By what share the last step may have lowered the loss: for the weights, and for scores of posts that were
# left out. The latter start near the end, and need be no nearer than calibration and thresholds can tell.
_EXACT, _NEARLY = 2e-3, 2e-2

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


def matrix(batch: Batch, kept: Kept) -> Any:
    """The posts × rows matrix: each block of a post has the length that `BLOCK_WEIGHTS` gives it."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    rows = kept.rows(batch)
    values = kept.rarity[rows]
    sizes = np.diff(batch.bounds, axis=1).ravel()
    segment = np.repeat(np.arange(len(sizes)), sizes)
    length = np.sqrt(np.bincount(segment, values**2, minlength=len(sizes)))
    values *= (np.tile(BLOCK_WEIGHTS, batch.posts) / np.maximum(length, 1e-9)).astype(np.float32)[segment]
    has_row = rows < len(kept.slots)
    before = np.append(0, np.cumsum(has_row))
    ends = before[np.append(batch.bounds[:, 0], len(rows))]
    return csr_matrix((values[has_row], rows[has_row], ends), shape=(batch.posts, len(kept.slots)))


@dataclass(frozen=True, slots=True)
class Design:
    """What the regression sees of the posts: features, and likeness to the landmarks, made upright.

    `near @ near.T` is the likeness of the posts among each other, as far as the landmarks tell (Nyström's
    approximation); `back` turns weights of its columns into weights of the likenesses themselves.
    """

    x: Any  # posts × rows (`nlp.kept`), sparse
    near: Floats  # posts × landmarks
    back: Floats  # landmarks × landmarks
    landmarks: npt.NDArray[np.int8]


def landmarks(vectors: Floats, count: int = LANDMARKS) -> npt.NDArray[np.int8]:
    """The means of `count` groups of like posts, as whole numbers: k-means, from posts drawn by seed."""
    from scipy.sparse import csr_matrix

    given = vectors[vectors.any(axis=1)]
    means = given[np.sort(np.random.default_rng(0).permutation(len(given))[:count])]
    for _ in range(_ROUNDS):
        nearest = np.concatenate([(part @ means.T).argmax(axis=1) for part in _parts(given)])
        groups = csr_matrix(
            (np.ones(len(given), dtype=np.float32), (nearest, np.arange(len(given)))),
            shape=(len(means), len(given)),
        )
        empty = np.bincount(nearest, minlength=len(means)) == 0
        means = np.where(empty[:, None], means, unit(groups @ given))
    return np.asarray(np.round(means * 127), dtype=np.int8)


def _parts(vectors: Floats, size: int = 20_000) -> list[Floats]:
    return [vectors[at : at + size] for at in range(0, len(vectors), size)]


def design(batch: Batch, kept: Kept) -> Design:
    """The design for these posts."""
    chosen = landmarks(batch.vectors)
    among = unit(chosen.astype(np.float32))
    size, axes = np.linalg.eigh(likeness(among, among).astype(np.float64))
    upright = axes * np.sqrt(float(LIKENESS) / np.maximum(size, 1e-2))
    back = upright.astype(np.float32)
    return Design(matrix(batch, kept), likeness(batch.vectors, among) @ back, back, chosen)


@dataclass(frozen=True, slots=True)
class Fit:
    """Logistic regression of every head at once: the weights, and what each post's score would be unseen."""

    weights: Floats  # rows × heads
    by_likeness: Floats  # landmarks × heads
    bias: Floats
    unseen: Doubles  # posts × heads: scores by weights that had not seen the post's group


def fit(seen: Design, y: Doubles, groups: Sequence[str], penalty: float = PENALTY) -> Fit:
    """One regression for all posts, and one more for each group that is left out.

    The latter start from the solution of the former, and are solved as far as a threshold can tell. Only
    rarity, and the choice of features and landmarks, are over all posts.
    """
    regression = Logistic(seen.x, seen.near, penalty)
    of_group = np.array(groups)
    whole = regression.solve(y, np.ones(len(y), dtype=bool), _EXACT)

    def without(group: str) -> Doubles:
        held = of_group == group
        scores = regression.scores(regression.solve(y, ~held, _NEARLY, whole))
        return np.asarray(scores[held], dtype=np.float64)

    unseen = np.empty_like(y)
    names = sorted(set(groups))
    for name, scores in zip(names, _side_by_side(without, names), strict=True):
        unseen[of_group == name] = scores
    return Fit(whole.weights, seen.back @ whole.by_near[:-1], whole.bias, unseen)


def _side_by_side(work: Callable[[str], Doubles], names: Sequence[str]) -> list[Doubles]:
    """The work for each name, in order, done in as many processes as there are cores.

    They are forked, so that what the work knows isn't copied.
    """
    with get_context("fork").Pool(initializer=_Forked.begin, initargs=(work,)) as pool:
        return pool.map(_Forked.run, names, chunksize=1)


class _Forked:
    """What a forked process is there for."""

    _work: Callable[[str], Doubles]

    @classmethod
    def begin(cls, work: Callable[[str], Doubles]) -> None:
        cls._work = staticmethod(work)

    @classmethod
    def run(cls, name: str) -> Doubles:
        return cls._work(name)


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
    kept = kept_of(batch)
    y = targets(posts)
    seen = design(batch, kept)
    fitted = fit(seen, y, [p.industry for p in posts])
    calibration = calibrate(fitted.unseen, y)
    table, scale = _quantised(fitted.weights * kept.rarity[:-1, None], kept.first)
    return Weights(
        kept=kept,
        table=table,
        scale=scale,
        landmarks=seen.landmarks,
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


def _quantised(weights: Floats, first: Sequence[int]) -> tuple[npt.NDArray[np.int8], Floats]:
    """As whole numbers, with a scale per block and head that also holds the weight of the block.

    `first` are the rows where blocks begin.
    """
    blocks = np.split(weights, first[1:])
    scales = [
        np.maximum(np.abs(block).max(axis=0, initial=0), 1e-9) / levels
        for block, levels in zip(blocks, _LEVELS, strict=True)
    ]
    table = np.concatenate([np.round(b / s).astype(np.int8) for b, s in zip(blocks, scales, strict=True)])
    return table, (np.array(scales) * np.array(BLOCK_WEIGHTS)[:, None]).astype(np.float32)


def digest(posts: Sequence[LabelledPost]) -> str:
    """Sixteen hex digits over the corpus as it was used."""
    return hashlib.sha256(repr(list(posts)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def main() -> int:
    """Trains from the committed corpus and writes the model files."""
    posts = load()
    write_known(known_words(fold(p.text).text for p in posts if p.lang == "en"))
    weights = train(posts)
    weights.save()
    size = (MODEL / "weights.npz").stat().st_size
    sys.stdout.write(f"{weights.name} from {len(posts)} posts, {size / 1e6:.2f} MB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
