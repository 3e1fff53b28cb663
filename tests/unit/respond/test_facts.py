"""Which fact answers a question."""

from __future__ import annotations

import pytest

from monitor.respond.facts import fact_for
from monitor.respond.voice import load_voice
from monitor.sample import voice_path

VOICE = load_voice(voice_path())


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("how heavy can my hand luggage be?", "cabin-bag"),
        ("does my dog fly with me?", "pets"),
        ("is there wifi on board", "wifi"),
        ("when does online check-in open?", "online-check-in"),
        ("what films do you show?", None),
        ("my dog ate my wifi router", None),  # two facts fit equally well: none is given
    ],
)
def test_fact_for(text: str, fact: str | None) -> None:
    found = fact_for(text, {"question_howto"}, VOICE)
    assert (found.id if found else None) == fact


def test_facts_are_for_the_intents_they_name() -> None:
    assert fact_for("is there wifi on board", {"outage_bug"}, VOICE) is None
    assert fact_for("is there wifi on board", {"outage_bug", "question_howto"}, VOICE) is not None


def test_a_fact_counts_in_a_language_only_where_somebody_wrote_it() -> None:
    fact = VOICE.facts[0].model_copy(
        update={"say": {"de": "Jeder Tarif enthält ein Handgepäckstück."}, "keywords": ("handgepäck",)}
    )
    voice = VOICE.model_copy(update={"facts": (fact,)})
    assert fact_for("Wie groß darf Handgepäck sein?", {"question_howto"}, voice, "de") is fact
    assert fact_for("Wie groß darf Handgepäck sein?", {"question_howto"}, voice, "fr") is None
