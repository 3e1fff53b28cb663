"""Measures: F1, AUC, calibration error, Cohen's κ. Plain numpy; no threshold is chosen here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_BINS = 10


@dataclass(frozen=True, slots=True)
class Rates:
    """Precision, recall and F1 of one label, 0–1, and how many posts truly have it."""

    precision: float
    recall: float
    f1: float
    support: int


def rates(found: Sequence[bool], truth: Sequence[bool]) -> Rates:
    """Of one label. A label that nobody has and nobody found scores 1."""
    f, t = np.array(found, bool), np.array(truth, bool)
    hit = int((f & t).sum())
    precision = hit / int(f.sum()) if f.any() else (0.0 if t.any() else 1.0)
    recall = hit / int(t.sum()) if t.any() else (0.0 if f.any() else 1.0)
    total = int(f.sum() + t.sum())
    return Rates(precision, recall, 2 * hit / total if total else 1.0, int(t.sum()))


def macro_f1(found: Sequence[object], truth: Sequence[object]) -> float:
    """The mean F1 over the classes that occur in `truth`."""
    classes = sorted(set(truth), key=str)
    if not classes:
        return 1.0
    return float(np.mean([rates([f == c for f in found], [t == c for t in truth]).f1 for c in classes]))


def auc(scores: Sequence[float], truth: Sequence[bool]) -> float:
    """The chance that a true post scores above a false one; ties count half. 0.5 if one side is empty."""
    s, t = np.array(scores, float), np.array(truth, bool)
    if t.all() or not t.any():
        return 0.5
    order = np.argsort(s, kind="stable")
    ranks = np.empty(len(s))
    ranks[order] = np.arange(1, len(s) + 1)
    values, inverse = np.unique(s, return_inverse=True)
    mean_rank = np.bincount(inverse, ranks) / np.bincount(inverse, minlength=len(values))
    ranks = mean_rank[inverse]
    positives = int(t.sum())
    return float((ranks[t].sum() - positives * (positives + 1) / 2) / (positives * (len(t) - positives)))


def calibration_error(p: Sequence[float], truth: Sequence[bool]) -> float:
    """Expected calibration error over ten equal bins: how far, on average, 0.7 is from seven in ten."""
    values: npt.NDArray[np.float64] = np.array(p, float)
    t = np.array(truth, float)
    if not len(values):
        return 0.0
    bins = np.minimum((values * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(values[bins == b].mean() - t[bins == b].mean()) * (bins == b).mean()
        for b in range(_BINS)
        if (bins == b).any()
    ]
    return float(sum(gaps))


def kappa(first: Sequence[object], second: Sequence[object]) -> float:
    """Cohen's κ: agreement beyond chance between two who labelled the same posts."""
    total = len(first)
    if not total:
        return 1.0
    agreed = sum(a == b for a, b in zip(first, second, strict=True)) / total
    labels = set(first) | set(second)
    chance = sum((list(first).count(c) / total) * (list(second).count(c) / total) for c in labels)
    return 1.0 if chance >= 1 else (agreed - chance) / (1 - chance)
