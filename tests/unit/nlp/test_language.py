from __future__ import annotations

import pytest

from nlp.folding import fold
from nlp.language import LanguageGuesser

GUESSER = LanguageGuesser()


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Wo bleibt mein Paket? Seit drei Wochen keine Antwort", "de"),
        ("mon colis n'est toujours pas arrivé", "fr"),
        ("¿dónde está mi pedido?", "es"),
        ("donde esta mi pedido", "es"),
        ("il mio pacco non è arrivato", "it"),
        ("cadê minha encomenda?", "pt"),
        ("waar blijft mijn pakketje", "nl"),
        ("ok", "en"),
        ("thx guys", "en"),
        ("dm'd u", "en"),
        ("tag ur nan 💄", "en"),
        ("sim came, no sim in it", "en"),
        ("¿hacen envíos a Murcia?", "es"),
        ("@somebody http://x.example", "und"),
        ("🔥🔥", "und"),
        ("", "und"),
        ("где мой заказ", "und"),
    ],
)
def test_guess(text: str, lang: str) -> None:
    assert GUESSER.guess(fold(text).text) == lang


def test_the_platforms_tag_decides_where_words_do_not() -> None:
    assert GUESSER.guess("app", "de") == "de"
    assert GUESSER.guess("why is the app down again", "de") == "en"


def test_long_english_words_decide_where_small_ones_are_missing() -> None:
    known = LanguageGuesser(frozenset({"queue", "single", "buying", "sweet"}))
    post = fold("man in front buying a single sweet, one till, queue").text
    assert known.guess(post) == "en"
    assert known.guess(fold("donde esta mi pedido, service malo").text) == "es"
