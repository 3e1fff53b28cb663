from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("scipy", reason="training needs the train dependency group")

from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from nlp.logistic import Logistic

PENALTY = 0.5
Array = npt.NDArray[np.float64]


def posts(number: int, rare: float = 0.3) -> tuple[Any, npt.NDArray[np.float32], Array]:
    """Features, likenesses and three heads that depend on them."""
    random = np.random.default_rng(number)
    x = random.random((number, 15)) * (random.random((number, 15)) < 0.4)
    near = random.random((number, 4)).astype(np.float32)
    odds = x @ random.normal(size=(15, 3)) + near @ random.normal(size=(4, 3))
    y = (odds + random.logistic(size=odds.shape) > np.quantile(odds, 1 - rare, axis=0)).astype(float)
    return csr_matrix(x.astype(np.float32)), near, y


def exactly(columns: Array, y: Array) -> Array:
    """The minimum for one head as SciPy's BFGS finds it, the constant last and free."""
    wide = np.hstack([columns, np.ones((len(columns), 1))])

    def loss(w: Array) -> tuple[float, Array]:
        z = wide @ w
        pull = PENALTY * np.append(w[:-1], 0)
        value = (np.logaddexp(0, z) - y * z).sum() + pull @ w / 2
        return float(value), wide.T @ (1 / (1 + np.exp(-z)) - y) + pull

    found = minimize(loss, np.zeros(wide.shape[1]), jac=True, options={"gtol": 1e-8})
    return np.asarray(found.x)


@pytest.mark.parametrize("number", [60, 2_300])
def test_newton_finds_the_minimum_that_another_method_finds(number: int) -> None:
    x, near, y = posts(number)
    among = np.arange(number) % 3 > 0
    regression = Logistic(x, near, PENALTY)
    found = regression.solve(y, among, 1e-7)
    scores = regression.scores(found)
    for head in range(3):
        columns = np.hstack([x.toarray(), near]).astype(float)
        weights = exactly(columns[among], y[among, head])
        assert np.allclose(scores[:, head], columns @ weights[:-1] + weights[-1], atol=5e-2)
        assert np.allclose(found.bias[head], weights[-1], atol=5e-2)
        assert np.allclose(found.weights[:, head], weights[:15], atol=5e-2)


def test_the_solution_without_some_posts_is_found_from_the_whole_one() -> None:
    x, near, y = posts(1_000)
    regression = Logistic(x, near, PENALTY)
    whole = regression.solve(y, np.ones(1_000, bool), 1e-6)
    without = np.arange(1_000) % 4 > 0
    afresh = regression.scores(regression.solve(y, without, 1e-7))
    assert np.allclose(regression.scores(regression.solve(y, without, 3e-3, whole)), afresh, atol=0.1)


def test_rare_heads_and_heads_that_never_hold_stay_finite() -> None:
    x, near, y = posts(500)
    y[:, 0] = 0
    y[:, 1] = 0
    y[7, 1] = 1
    found = Logistic(x, near, PENALTY).solve(y, np.ones(500, bool), 1e-5)
    assert np.isfinite(found.weights).all()
    assert np.isfinite(found.by_near).all()
    assert (1 / (1 + np.exp(-Logistic(x, near, PENALTY).scores(found)[:, 0])) < 0.01).all()


def test_numbers_that_are_none_are_said() -> None:
    x, near, y = posts(60)
    near[3, 2] = np.inf
    with pytest.raises((ArithmeticError, np.linalg.LinAlgError)):
        Logistic(x, near, PENALTY).solve(y, np.ones(60, bool), 1e-4)
