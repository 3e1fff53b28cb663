from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.folding import fold


@pytest.mark.parametrize(
    "trick",
    ["SUICIDE", "Ｓｕｉｃｉｄｅ", "ѕuісіdе", "s\u200bui\u200dcide", "𝓼𝓾𝓲𝓬𝓲𝓭𝓮", "ѕսіcіde", "suïcïdé"],
)
def test_tricks_fold_to_the_plain_word_and_back_to_the_authors_characters(trick: str) -> None:
    folded = fold(f"about {trick} yes")
    start = folded.text.index("suicide")
    first, last = folded.span(start, start + 7)
    assert folded.original[first:last] == trick


def test_curly_quotes_dashes_and_line_breaks_are_plain() -> None:
    assert fold("I “can’t”\n– no…").text == 'i "can\'t" - no.'


def test_real_greek_and_russian_words_stay_what_they_are() -> None:
    assert "заказ" in fold("где мой заказ").text
    assert "παραγγ" in fold("η παραγγελία μου").text


def test_sharp_s_grows_and_its_span_still_points_home() -> None:
    folded = fold("Großer Fuß verbrüht")
    start = folded.text.index("verbruht")
    first, last = folded.span(start, start + 8)
    assert folded.original[first:last] == "verbrüht"


@given(st.text(max_size=200))
def test_every_span_lies_within_the_original(text: str) -> None:
    folded = fold(text)
    for start in range(0, len(folded.text), 7):
        first, last = folded.span(start, min(start + 5, len(folded.text)))
        assert 0 <= first < last <= len(text)
