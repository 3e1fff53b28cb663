"""The short way of counting agrees with the library, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.weighted import _twitter_text, weighted_length

pieces = st.sampled_from(
    [
        "hello ",
        "é",
        "e\u0301",
        "a.b",
        "x.com",
        " . ",
        "...",
        "https://t.co/1",
        "😀",
        "👩\u200d👧",
        "日本",
        "©",
        "\u2026",
        "1\ufe0f\u20e3",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.lists(pieces, max_size=8).map("".join), st.text(max_size=30)))
@example("Thank you for telling me, Ann. I'm asking our baggage team now; by 18:00 I'll write here.")
@example("®")
@example("see northwind.example/help")
def test_it_agrees_with_the_library(text: str) -> None:
    if any("\ud800" <= c <= "\udfff" for c in text):
        return
    assert weighted_length(text) == _twitter_text().parse_tweet(text).weightedLength


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("a" * 280, 280), ("日本", 4), ("https://a.com/" + "b" * 99, 23)]
)
def test_known_lengths(text: str, length: int) -> None:
    assert weighted_length(text) == length
