"""Edits that keep the meaning may not take a P0 away; hyperbole may not become one by them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.domain.reading import Post, Urgency
from nlp.pipeline import SpacyReader, load_reader
from nlp.regressions import relapses
from nlp.rulefile import read_rules

P0 = [e for r in read_rules() if r.floor is Urgency.P0 and r.lang == "en" for e in r.fires]
CALM = [
    "this update killed me 😂",
    "bomb playlist",
    "I'd kill for your old menu back",
    "these shoes are fire 🔥",
]

EDITS: dict[str, Callable[[str], str]] = {
    "as it is": lambda t: t,
    "capitals": str.upper,
    "small letters": str.lower,
    "title": str.title,
    "fullwidth": lambda t: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in t),
    "zero width": "\u200b".join,
    "soft hyphens": lambda t: t.replace("e", "e\u00ad"),
    "Cyrillic look-alikes": lambda t: t.translate(str.maketrans("aeocpx", "аеосрх")),
    "curly quotes": lambda t: t.replace("'", "’").replace('"', "”"),
    "no apostrophes": lambda t: t.replace("n't", "nt").replace("'ve", "ve").replace("'m", "m"),
    "emoji before and after": lambda t: f"😢😢 {t} 🙏🏽💔",
    "handle before": lambda t: f"@northwindair @kestrel.help {t}",
    "hashtag after": lambda t: f"{t} #help #urgent",
    "line breaks": lambda t: t.replace(" ", "\n"),
    "wide spaces": lambda t: t.replace(" ", "\u00a0 "),
    "right to left marks": lambda t: f"\u202b{t}\u202c",
    "at the end of a long post": lambda t: (
        "I have been a member since the spring and all was fine. " * 150 + t
    ),
    "at the start of a long post": lambda t: f"{t} " + "I have been a member since the spring. " * 200,
}


@pytest.fixture(scope="module")
def reader() -> SpacyReader:
    return load_reader()


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_that_keeps_the_meaning_keeps_p0(reader: SpacyReader, edit: str) -> None:
    readings = reader.read([Post(EDITS[edit](text)) for text in P0])
    lost = [t for t, r in zip(P0, readings, strict=True) if r.urgency.level is not Urgency.P0]
    assert not lost


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_does_not_make_a_joke_an_emergency(reader: SpacyReader, edit: str) -> None:
    if edit == "fullwidth" or "long" in edit:
        pytest.skip("what is added isn't calm, or the emoji that marks the joke goes")
    readings = reader.read([Post(EDITS[edit](text)) for text in CALM])
    raised = [t for t, r in zip(CALM, readings, strict=True) if r.urgency.level.rank <= 1]
    assert not raised


@pytest.mark.parametrize(
    "text",
    [
        "I have been suicdal since the letter came",
        "they called an amublance for my dad in your store",
        "she had an allregic reaction to your serum",
        "got an electirc shock from your toaster",
    ],
)
def test_a_slip_in_the_word_that_matters_is_put_right(reader: SpacyReader, text: str) -> None:
    reading = reader.read([Post(text)])[0]
    assert reading.urgency.level is Urgency.P0
    for reason in reading.urgency.reasons:
        assert reason.text == text[reason.start : reason.end]


def test_what_was_corrected_once_stays_corrected(reader: SpacyReader) -> None:
    assert relapses(reader) == []


def test_nothing_breaks_it(reader: SpacyReader) -> None:
    strange = [
        "\x00",
        "\ud800",
        "a" * 10_000,
        "😂" * 5_000,
        "\u202e" * 50,
        "(((" * 3_000,
        "@" * 4_000,
        " \n" * 3_000,
        "1" * 9_000,
    ]
    for reading in reader.read([Post(t) for t in strange]):
        assert reading.urgency.level.rank >= 1
