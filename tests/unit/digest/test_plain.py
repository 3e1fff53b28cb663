import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digest.plain import defanged, one_line, plain

ANYTHING = st.text(st.characters(), max_size=200)  # lone surrogates included


@given(ANYTHING)
def test_nothing_is_left_that_moves_a_cursor_or_turns_a_line_around(text: str) -> None:
    for char in plain(text):
        assert char == "\n" or unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")
        assert unicodedata.bidirectional(char) not in (
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        )
    plain(text).encode("utf-8")


@given(ANYTHING)
def test_twice_is_as_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "Grüße aus Köln",
        "שלום, המזוודה שלי",
        "أين حقيبتي؟",
        "👩‍👩‍👧 and 🏳️‍🌈",
        "नमस्ते",
        "a\nb\n\nc",
        "5 < 6 & \\o/",
        "e\u0301",
    ],
)
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


def test_an_escape_sequence_becomes_visible() -> None:
    assert plain("\x1b[31mred\x1b[0m\x07") == "␛[31mred␛[0m␇"
    assert plain("safe\u202egnp.exe") == "safegnp.exe"


def test_marks_can_not_pile_up() -> None:
    assert len(plain("Z" + "\u0301" * 500)) == 4


def test_one_line_is_cut_at_a_word() -> None:
    assert one_line("  a\n b\t c ") == "a b c"
    cut = one_line("one two three four", 12)
    assert cut == "one two…"
    assert one_line("x" * 50, 10) == "x" * 9 + "…"


def test_noise_can_not_be_clicked() -> None:
    assert defanged("win https://a.example/b") == "win https[:]//a.example/b"
