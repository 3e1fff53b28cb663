"""How alike two replies are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.respond.similar import NEAR, Said, likeness, nearest

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


_WORDS = st.lists(st.sampled_from("thank you for the parcel it is late again".split()), max_size=9).map(
    " ".join
)


@given(_WORDS, st.lists(_WORDS, max_size=6))
def test_looking_up_what_was_said_finds_what_comparing_all_finds(text: str, others: list[str]) -> None:
    said = Said(others)
    assert said.nearest(text)[0] == nearest(text, others)[0]
    said.add(text)
    assert said.nearest(text)[0] == nearest(text, [*others, text])[0]


@given(st.text(), st.text())
def test_symmetric_and_within_bounds(a: str, b: str) -> None:
    assert 0.0 <= likeness(a, b) == likeness(b, a) <= 1.0
