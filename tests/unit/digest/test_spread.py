import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digest.numbers import Spread
from monitor.digest.spread import spread

seconds = st.lists(st.floats(0, 1e9), min_size=1, max_size=50)


def test_of_nothing_nothing_is_said() -> None:
    assert spread([]) == Spread(0, None, None, None, None)


@given(seconds)
def test_agrees_with_the_statistics_of_the_standard_library(values: list[float]) -> None:
    found = spread(values)
    assert found.count == len(values)
    assert found.median == pytest.approx(statistics.median(values))
    assert found.mean == pytest.approx(statistics.fmean(values))
    assert found.longest == max(values)


@given(seconds)
def test_nine_of_ten_are_within_the_ninetieth_percentile(values: list[float]) -> None:
    p90 = spread(values).p90
    assert p90 in values
    assert sum(v <= p90 for v in values) >= 0.9 * len(values)
    assert sum(v < p90 for v in values) < 0.9 * len(values)
