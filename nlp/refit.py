"""Per-brand calibration from a team's own decisions; a refit that would read worse is refused.

A `Decision` holds what a reading said and what a person then decided: never a post's text. The curves
found (slope and shift of a head's log-odds) are laid over the shipped calibration.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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

    def undone(self, head: str, said: float) -> float:
        """What the shipped calibration would have said where these curves gave `said`."""
        slope, shift = self.curves.get(head, (1.0, 0.0))
        p = min(max(said, 1e-4), 1 - 1e-4)
        return 1 / (1 + math.exp(-(math.log(p / (1 - p)) - shift) / slope))

    def to_dict(self) -> dict[str, Any]:
        """For keeping: JSON that `curves_of` reads."""
        return {"model": self.model, "curves": {h: list(c) for h, c in self.curves.items()}}


def curves_of(raw: Mapping[str, Any]) -> Curves:
    """The inverse of `Curves.to_dict`. Raises `RefitRefused` if it can't be used."""
    try:
        return Curves(raw["model"], {h: (float(a), float(b)) for h, (a, b) in raw["curves"].items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RefitRefused(f"This is no calibration: {error!r}.") from error


@dataclass(frozen=True, slots=True)
class Trial:
    """What a new curve would do for one head, measured on decisions that took no part in its fit.

    `before` and `after` are mean log-losses (lower is better), None where there is too little to tell.
    """

    head: str
    decisions: int
    positives: int
    before: float | None = None
    after: float | None = None
    curve: tuple[float, float] | None = None

    @property
    def better(self) -> bool:
        """Whether the curve is worth having."""
        return self.before is not None and self.after is not None and self.before - self.after >= _GAIN


def trials(decisions: Sequence[Decision]) -> list[Trial]:
    """One per head that anybody decided about, in the order of `HEADS`."""
    return [_trial(head, found) for head in HEADS if (found := [d for d in decisions if d.head == head])]


def _trial(head: str, chosen: Sequence[Decision]) -> Trial:
    positives = sum(d.true for d in chosen)
    if len(chosen) < LEAST_DECISIONS or min(positives, len(chosen) - positives) < _LEAST_OF_EACH:
        return Trial(head, len(chosen), positives)
    odds = _odds(np.array([d.said for d in chosen]))
    truth = np.array([float(d.true) for d in chosen])
    before, after = _held_out(odds, truth)
    return Trial(head, len(chosen), positives, before, after, _curve(odds, truth))


def refit(decisions: Sequence[Decision], model: str) -> Curves:
    """Curves for the heads that gain by them on decisions left out. Raises `RefitRefused` if none does."""
    curves = {t.head: t.curve for t in trials(decisions) if t.better and t.curve}
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


def _held_out(odds: Doubles, truth: Doubles) -> tuple[float, float]:
    """Mean log-loss as it is, and with a curve, on decisions that took no part in the curve's fit."""
    fold = np.arange(len(odds)) % _FOLDS
    before = after = 0.0
    for number in range(_FOLDS):
        held = fold == number
        a, b = _curve(odds[~held], truth[~held])
        before += float(_loss(odds[held], truth[held]).sum())
        after += float(_loss(a * odds[held] + b, truth[held]).sum())
    return before / len(odds), after / len(odds)


def _loss(odds: Doubles, truth: Doubles) -> Doubles:
    return np.asarray(np.logaddexp(0, odds) - truth * odds)
