from __future__ import annotations

import numpy as np

from nlp.arrays import sums_of_runs


def test_runs_of_rows_are_summed_and_none_is_zero() -> None:
    rows = np.arange(12, dtype=np.float32).reshape(6, 2)
    found = sums_of_runs(rows, np.array([2, 0, 3, 1]))
    assert found.tolist() == [[2, 4], [0, 0], [18, 21], [10, 11]]
    assert sums_of_runs(rows[:0], np.array([0, 0])).tolist() == [[0, 0], [0, 0]]
