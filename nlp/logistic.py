"""Logistic regression of many heads side by side, over sparse features and dense likenesses.

Newton's method, each step found by conjugate gradients (Lin, Weng and Keerthi 2008, "Trust region Newton
method for logistic regression"). A head's loss is Σ log(1 + exp(∓score)) over its posts plus half the
penalty times the square of its weights. Memory grows with the posts, not with their square, and the same
posts give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

_MOST_STEPS, _MOST_GRADIENTS, _MOST_HALVINGS = 60, 60, 12
_LEFT = np.float32(
    0.05
)  # of a step's (squared) residual: nearer isn't worth it, as the next step starts anew
# The same for every post, in a column of its own: so large that the penalty on its weight is none.
_CONSTANT = np.float32(10.0)
_ONE, _TINY, _FAR = np.float32(1), np.float32(1e-20), np.float32(60)


@dataclass(frozen=True, slots=True)
class Coefficients:
    """What features and likenesses add to each head's score (log-odds)."""

    weights: Floats  # features × heads
    by_near: Floats  # columns of `near`, and last the constant, × heads

    @property
    def bias(self) -> Floats:
        """What every post has, per head."""
        return np.asarray(self.by_near[-1] * _CONSTANT)

    def plus(self, other: Coefficients, times: Floats) -> Coefficients:
        """The sum with so many times (per head) the other."""
        return Coefficients(self.weights + times * other.weights, self.by_near + times * other.by_near)

    def dot(self, other: Coefficients) -> Floats:
        """The inner product, per head."""
        of_weights = np.einsum("ij,ij->j", self.weights, other.weights)
        return np.asarray(of_weights + np.einsum("ij,ij->j", self.by_near, other.by_near))


class Logistic:
    """The regression on these posts: `x` (posts × features, SciPy's CSR), `near` (posts × columns)."""

    def __init__(self, x: Any, near: Floats, penalty: float) -> None:
        self._x, self._across = x, x.T.tocsr()
        self._squares = self._across.multiply(self._across).tocsr()
        self._near = np.hstack([near, np.full((len(near), 1), _CONSTANT, np.float32)])
        self._penalty = np.float32(penalty)
        size, axes = np.linalg.eigh((self._near.T @ self._near).astype(np.float64))
        self._near_size = np.maximum(size, 0).astype(np.float32)[:, None]
        self._axes = axes.astype(np.float32)

    def scores(self, of: Coefficients) -> Floats:
        """The log-odds of each post, posts × heads."""
        return np.asarray(self._x @ of.weights + self._near @ of.by_near, dtype=np.float32)

    def solve(
        self,
        y: npt.NDArray[Any],
        among: npt.NDArray[np.bool_],
        exactness: float,
        start: Coefficients | None = None,
    ) -> Coefficients:
        """The coefficients by these posts alone, until a step lowers losses by less than this share of them.

        The share is the mean of all heads: one that its words tell nearly perfectly would go on for ever, and
        is better stopped. `y` holds 0 or 1, posts × heads. Raises `ArithmeticError` when there is no end.
        """
        goal, inside = y.astype(np.float32), among[:, None].astype(np.float32)
        now = start or self._constant(goal, inside)
        scores = self.scores(now)
        loss = self._loss(scores, goal, inside, now)
        for _ in range(_MOST_STEPS):
            chances = _ONE / (_ONE + np.exp(-np.clip(scores, -_FAR, _FAR)))
            step = self._step(now, inside * (goal - chances), inside * chances * (_ONE - chances))
            length, moved = np.ones(len(loss), np.float32), self.scores(step)
            for _ in range(_MOST_HALVINGS):  # for the heads that the whole step makes worse
                tried, there = now.plus(step, length), scores + length * moved
                fallen = self._loss(there, goal, inside, tried)
                worse = fallen > loss
                if not worse.any():
                    break
                length = np.where(worse, length / 2, length)
            if np.mean((loss - fallen) / loss) <= exactness:
                return tried
            now, scores, loss = tried, there, fallen
        raise ArithmeticError(
            f"No solution after {_MOST_STEPS} steps: are there numbers in the design that are none?"
        )

    def _constant(self, goal: Floats, inside: Floats) -> Coefficients:
        """No weights, and for all posts the share of those that a head holds for."""
        share = np.clip((goal * inside).sum(axis=0) / inside.sum(), 1e-6, 1 - 1e-6)
        heads = goal.shape[1]
        by_near = np.zeros((self._near.shape[1], heads), np.float32)
        by_near[-1] = np.log(share / (1 - share)) / _CONSTANT
        return Coefficients(np.zeros((self._x.shape[1], heads), np.float32), by_near)

    def _loss(self, scores: Floats, goal: Floats, inside: Floats, of: Coefficients) -> Doubles:
        of_posts = ((np.logaddexp(0, scores) - goal * scores) * inside).sum(axis=0, dtype=np.float64)
        return np.asarray(of_posts + float(self._penalty) / 2 * of.dot(of))

    def _gathered(self, rows: Floats) -> Coefficients:
        """Posts × heads, added up by what the posts have."""
        return Coefficients(np.asarray(self._across @ rows), self._near.T @ rows)

    def _step(self, at: Coefficients, wanting: Floats, curvature: Floats) -> Coefficients:
        """Newton's step, about.

        The residual is eased (preconditioned) by each feature's own curvature, and along the axes of the
        likenesses by the mean one.
        """
        by_weight = _ONE / (self._penalty + np.asarray(self._squares @ curvature))
        by_axis = _ONE / (self._penalty + self._near_size * curvature.mean(axis=0))

        def eased(g: Coefficients) -> Coefficients:
            return Coefficients(by_weight * g.weights, self._axes @ (by_axis * (self._axes.T @ g.by_near)))

        heads = curvature.shape[1]
        left = self._gathered(wanting).plus(at, np.full(heads, -self._penalty))
        step = at.plus(at, np.full(heads, -_ONE))
        towards = eased(left)
        size = first = left.dot(towards)
        for _ in range(_MOST_GRADIENTS):
            change = self._gathered(curvature * self.scores(towards)).plus(
                towards, np.full(heads, self._penalty)
            )
            share = np.asarray(size / np.maximum(towards.dot(change), _TINY), dtype=np.float32)
            step, left = step.plus(towards, share), left.plus(change, -share)
            next_one = eased(left)
            before, size = size, left.dot(next_one)
            if (size <= _LEFT * first).all():
                break
            towards = next_one.plus(towards, np.asarray(size / np.maximum(before, _TINY), dtype=np.float32))
        return step
