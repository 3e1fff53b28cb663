from __future__ import annotations

import pytest

from nlp.arousal import arousal
from nlp.folding import fold


@pytest.mark.parametrize(
    "text",
    [
        "WHERE IS MY MONEY",
        "fix this you f***ing thieves",
        "hello??? is ANYBODY there?!?!",
        "😡😡 third time",
        "I am absolutely furious!!!",
        "what the fuck is this",
    ],
)
def test_rage_and_panic(text: str) -> None:
    found = arousal(fold(text))
    assert found is not None
    assert 0 <= found[1] < found[2] <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "love it!!! best app ever",
        "WE WON THE CUP 🎉🎉🎉",
        "ok.",
        "my ATM PIN and SIM",
        "a bit late again",
        "OMG I LOVE THIS",
        "you are liars and crooks, every one of you",
    ],
)
def test_calm_and_joy(text: str) -> None:
    assert arousal(fold(text)) is None
