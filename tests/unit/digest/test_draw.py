from collections import Counter
from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from monitor.digest.draw import Draw

DAY = date(2026, 3, 5)


def drawn(ids: list[int], seed: object = 1, day: date = DAY, purpose: str = "in full") -> tuple[int, ...]:
    draw = Draw(seed, day, purpose, 3)
    for some_id in ids:
        draw.offer(some_id)
    return draw.drawn


@given(st.lists(st.integers(1, 10**6), unique=True, max_size=40), st.randoms())
def test_order_plays_no_part(ids: list[int], random: Random) -> None:
    shuffled = list(ids)
    random.shuffle(shuffled)
    assert drawn(ids) == drawn(shuffled)
    assert set(drawn(ids)) <= set(ids)
    assert len(drawn(ids)) == min(3, len(ids))


def test_day_seed_and_purpose_change_the_lot() -> None:
    ids = list(range(1, 200))
    lots = {drawn(ids), drawn(ids, seed=2), drawn(ids, day=date(2026, 3, 6)), drawn(ids, purpose="noise")}
    assert len(lots) == 4


def test_everybody_is_as_likely_as_anybody() -> None:
    times = Counter(some_id for seed in range(2000) for some_id in drawn(list(range(12)), seed=seed))
    assert set(times) == set(range(12))
    assert all(380 < n < 620 for n in times.values())  # 500 expected, standard deviation 19


def test_a_later_case_does_not_reshuffle_the_others() -> None:
    before = drawn(list(range(50)))
    after = drawn(list(range(51)))
    assert len(set(before) & set(after)) >= 2
