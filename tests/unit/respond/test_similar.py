"""How alike two replies are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.respond.similar import NEAR, likeness, nearest

ONE = "Thank you for telling me that your parcel still hasn't arrived. I'm asking the delivery team about it."


def test_one_word_changed_is_near_and_another_subject_is_not() -> None:
    assert likeness(ONE, ONE.replace("parcel", "letter")) >= NEAR
    assert (
        likeness(ONE, "It's your money, so you should know where it is. The billing team looks into it.")
        < 0.1
    )
    assert likeness(ONE, ONE.upper() + " https://t.example/1") == 1.0


def test_nearest_of_none() -> None:
    assert nearest(ONE, []) == (0.0, "")


@given(st.text(), st.text())
def test_symmetric_and_within_bounds(a: str, b: str) -> None:
    assert 0.0 <= likeness(a, b) == likeness(b, a) <= 1.0
