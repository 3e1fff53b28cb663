# ruff: noqa: E501  (example posts stand on one line)
from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from spacy.language import Language

from nlp import tokens
from nlp.corpus import load
from nlp.pipeline import blank_pipeline


@pytest.fixture(scope="module")
def nlp() -> Language:
    return blank_pipeline()


@pytest.mark.parametrize(
    "whole",
    [
        "@northwind.air", "@care@northwind.example", "#worst_day", "https://nw.example/a?b=1&c=2", "a.b+c@mail.example",
        "#A-10332", "NW482", "203-4455667-1234567", "£", "12.50", "👩‍👩‍👧", "👍🏽", "🇩🇪", "❤️", "can't", "1Z999AA10123456784",
    ],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["{}", "({})", "so {}, yes", "{}!!!", "“{}”", "{}…"])
def test_stays_whole(nlp: Language, whole: str, frame: str) -> None:
    text = frame.format(whole)
    tokens = [t.text for t in nlp.make_doc(text)]
    assert whole in tokens
    assert nlp.make_doc(text).text == text


def test_glued_words_come_apart(nlp: Language) -> None:
    assert [t.text for t in nlp.make_doc("ok👍🏽late...again!!why")] == [
        "ok",
        "👍🏽",
        "late",
        "...",
        "again",
        "!!",
        "why",
    ]


def test_norms_hide_names_and_numbers_and_squeeze_letters(nlp: Language) -> None:
    norms = [t.norm_ for t in nlp.make_doc("@Anna SOOOOO late order 88213441 see http://x.example")]
    assert norms == ["@", "soo", "late", "order", "00000", "see", "http"]


def test_what_a_letter_tells_of_a_word_is_what_the_search_would_find() -> None:
    words = {word for post in load() for word in post.text.split()} | {"", "it's", "ab’S", "x😀", "é!", "#ñ"}

    def spans(matches: Iterable[re.Match[str] | None]) -> list[tuple[int, int]]:
        return [m.span() for m in matches if m]

    for word in words:
        assert spans([tokens._prefix(word)]) == spans([tokens._PREFIX.search(word)]), word
        assert spans([tokens._suffix(word)]) == spans([tokens._SUFFIX.search(word)]), word
        assert spans(tokens._infixes(word)) == spans(tokens._INFIX.finditer(word)), word
        assert spans([tokens._whole(word)]) == spans([tokens._WHOLE.fullmatch(word)]), word
