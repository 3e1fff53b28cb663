from __future__ import annotations

import pytest

from nlp.anchors import pieces
from nlp.phrases import PhraseTree, spellings


@pytest.mark.parametrize(
    ("pattern", "phrases"),
    [
        ("drivers?", ["driver", "drivers"]),
        ("caught +(?:on +)?fire", ["caught fire", "caught on fire"]),
        ("can['-]?t", ["can't", "can-t", "cant"]),
        ("(?:red|hot)[ -]water", ["hot water", "hot-water", "red water", "red-water"]),
        ("power *bank", ["power bank", "powerbank"]),
        ("room [12]", ["room 1", "room 2"]),
    ],
)
def test_a_pattern_of_few_spellings_is_spelled_out(pattern: str, phrases: list[str]) -> None:
    assert spellings(pattern) == phrases


@pytest.mark.parametrize("pattern", [r"driv\w+", r"fire(?! sale)", r"\d+ days", r"a (?:\w+ )?b", "😂", "x?"])
def test_what_says_more_than_phrases_is_left_alone(pattern: str) -> None:
    assert spellings(pattern) is None


def test_phrases_are_found_with_their_places_and_only_as_whole_words() -> None:
    tree = PhraseTree()
    tree.add("fire", ["fire", "caught fire", "e-bike"])
    tree.add("denied", ["can't"])
    text = "can't say: caught  fire. fireside e-bike, caught. fire"
    found = {name: [text[a:b] for a, b in spans] for name, spans in tree.find(pieces(text)).items()}
    assert found == {"denied": ["can't"], "fire": ["caught  fire", "fire", "e-bike", "fire"]}
    assert tree.find(pieces("")) == {}
