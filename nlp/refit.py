"""Per-brand calibration from a team's own decisions; a refit that would read worse is refused.

A `Decision` holds what a reading said and what a person then decided: never a post's text. The curves
found (slope and shift of a head's log-odds) are laid over the shipped calibration.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from monitor.domain.errors import RefitRefused
from nlp.weights import HEADS, Weights

LEAST_DECISIONS = 50  # per head; fewer say more of chance than of the brand
_LEAST_OF_EACH = 8
_GAIN = 0.005  # mean log-loss that unseen decisions must gain
_FOLDS = 5

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a head said of a post (0–1), and whether a person found it so."""

    head: str  # one of nlp.weights.HEADS
    said: float
    true: bool


@dataclass(frozen=True, slots=True)
class Curves:
    """Slope and shift per head, found for the weights named by `model`."""

    model: str
    curves: dict[str, tuple[float, float]]

    def save(self, path: Path) -> None:
        """As JSON."""
        path.write_text(json.dumps({"model": self.model, "curves": self.curves}, indent=1) + "\n", "utf-8")


def read_curves(path: Path) -> Curves:
    """Raises `RefitRefused` if the file can't be used."""
    try:
        raw = json.loads(path.read_text("utf-8"))
        return Curves(raw["model"], {h: (float(a), float(b)) for h, (a, b) in raw["curves"].items()})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RefitRefused(f"{path.name} is no calibration: {error}.") from error


def refit(decisions: Sequence[Decision], model: str) -> Curves:
    """Curves for the heads that gain by them on decisions left out. Raises `RefitRefused` if none does."""
    curves: dict[str, tuple[float, float]] = {}
    for head in HEADS:
        chosen = [d for d in decisions if d.head == head]
        positives = sum(d.true for d in chosen)
        if len(chosen) < LEAST_DECISIONS or min(positives, len(chosen) - positives) < _LEAST_OF_EACH:
            continue
        odds = _odds(np.array([d.said for d in chosen]))
        truth = np.array([float(d.true) for d in chosen])
        if _gain(odds, truth) >= _GAIN:
            curves[head] = _curve(odds, truth)
    if not curves:
        raise RefitRefused(f"{len(decisions)} decisions give no head a calibration that reads better.")
    return Curves(model, curves)


def recalibrated(weights: Weights, curves: Curves) -> Weights:
    """The weights with the brand's curves laid over them. Raises `RefitRefused` for another's curves."""
    if curves.model != weights.name:
        raise RefitRefused(f"The calibration was made for {curves.model}, not for {weights.name}.")
    slope, shift = weights.slope.copy(), weights.shift.copy()
    for head, (a, b) in curves.curves.items():
        i = HEADS.index(head)
        slope[i], shift[i] = slope[i] * a, shift[i] * a + b
    return dataclasses.replace(weights, slope=slope, shift=shift)


def decisions_of(said: Mapping[str, float], truth: Mapping[str, bool]) -> list[Decision]:
    """One decision per head that both know of."""
    return [Decision(h, p, truth[h]) for h, p in said.items() if h in truth]


def _odds(p: Doubles) -> Doubles:
    p = np.clip(p, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(p / (1 - p)))


def _curve(odds: Doubles, truth: Doubles) -> tuple[float, float]:
    """Ridge-held logistic fit near (1, 0): the shipped calibration is the prior."""
    columns = np.stack([odds, np.ones_like(odds)], axis=1)
    answer = np.array([1.0, 0.0])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(columns @ answer, -30, 30)))
        curvature = (columns * (p * (1 - p))[:, None]).T @ columns + np.eye(2)
        answer = answer - np.linalg.solve(curvature, columns.T @ (p - truth) + (answer - [1.0, 0.0]))
    return max(float(answer[0]), 0.1), float(answer[1])


def _gain(odds: Doubles, truth: Doubles) -> float:
    """Mean log-loss saved on decisions that took no part in the fit."""
    fold = np.arange(len(odds)) % _FOLDS
    saved = 0.0
    for number in range(_FOLDS):
        held = fold == number
        a, b = _curve(odds[~held], truth[~held])
        saved += float((_loss(odds[held], truth[held]) - _loss(a * odds[held] + b, truth[held])).sum())
    return saved / len(odds)


def _loss(odds: Doubles, truth: Doubles) -> Doubles:
    return np.asarray(np.logaddexp(0, odds) - truth * odds)
