"""Thresholds: where a calibrated probability becomes a yes. Chosen on held-out industries of our corpus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nlp.corpus import LabelledPost
from nlp.notes import Notes
from nlp.weights import HEADS, LEARNED_SIGNALS

_GRID = np.round(np.arange(0.10, 0.97, 0.02), 2)
# The rules carry P0 and P1; the head adds what no rule has foreseen. It may cry wolf, on industries it
# has never seen, over at most this share of the posts that are neither: people stop looking at a
# lane that is full of jokes, and then nobody sees the one that is none.
_FALSE_ALARMS = {0: 0.008, 1: 0.03}

Doubles = npt.NDArray[np.float64]


def choose_thresholds(posts: Sequence[LabelledPost], notes: Sequence[Notes], p: Doubles) -> dict[str, float]:
    """A threshold per head that needs one; `p` are held-out probabilities, posts × heads."""
    column = {head: p[:, i] for i, head in enumerate(HEADS)}
    chosen = {"complaint": 0.5, "severity>=2": 0.5, "severity>=3": 0.5}
    for level in (0, 1):
        calm = np.array([int(post.urgency[1]) > 1 for post in posts])
        chosen[f"urgency<={level}"] = _for_quiet(column[f"urgency<={level}"], calm, _FALSE_ALARMS[level])
    chosen |= {"urgency<=2": 0.5, "urgency<=3": 0.5}
    for head in HEADS:
        if head.startswith("intent:"):
            truth = np.array([head[7:] in post.intents for post in posts])
            chosen[head] = _for_f1(column[head], np.zeros(len(posts), bool), truth, 0.2, 0.6)
    for label in LEARNED_SIGNALS:
        fired = np.array([any(s.label == label for s in n.signals) for n in notes])
        truth = np.array([label in post.signals for post in posts])
        chosen[f"signal:{label}"] = _for_f1(column[f"signal:{label}"], fired, truth, 0.3, 1.01)
    return chosen


def _for_quiet(p: Doubles, calm: npt.NDArray[np.bool_], false_alarms: float) -> float:
    """The lowest threshold at which the head raises no more than this share of the calm posts."""
    for threshold in _GRID:
        if (p[calm] >= threshold).mean() <= false_alarms:
            return float(threshold)
    return float(_GRID[-1])


def _for_f1(
    p: Doubles, fired: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_], low: float, high: float
) -> float:
    """The threshold of the best F1 of rules and head together; `high` > 1 allows "rules alone"."""
    best, best_f1 = (high if high > 1 else 0.5), -1.0
    for threshold in [*_GRID[(low <= _GRID) & (high >= _GRID)][::-1]]:
        f1 = _f1(fired | (p >= threshold), truth)
        if f1 > best_f1 + 1e-9:
            best, best_f1 = float(threshold), f1
    return high if high > 1 and _f1(fired, truth) >= best_f1 - 1e-9 else best


def _f1(found: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> float:
    both = float((found & truth).sum())
    total = float(found.sum() + truth.sum())
    return 2 * both / total if total else 0.0
