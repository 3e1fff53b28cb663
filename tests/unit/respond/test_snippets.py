from __future__ import annotations

import re

from monitor.respond.compose import Responder
from monitor.respond.hours import BusinessHours
from monitor.respond.snippets import Snippet, snippets
from monitor.respond.voice import load_voice
from monitor.sample import voice_path
from tests.unit.respond.posts import NOW, conversation, reading

HOURS = BusinessHours.parse("Mon-Sun 06:00-22:00", "Europe/Berlin")
RESPONDER = Responder(load_voice(voice_path()), hours=HOURS)
TWICE = conversation("Charged twice for one seat @northwindair, refund it", read=reading("billing_refund"))


def of_kind(found: list[Snippet], kind: str) -> list[Snippet]:
    return [s for s in found if s.kind == kind]


def test_every_fact_of_the_brand_is_offered_word_for_word() -> None:
    told = [s.text for s in of_kind(snippets(RESPONDER, TWICE, NOW), "fact")]
    assert len(told) == len(RESPONDER.voice.facts)
    assert all(t.startswith(f.text) for t, f in zip(told, RESPONDER.voice.facts, strict=True))


def test_the_sentences_of_the_macro_that_fits_and_the_others_whole() -> None:
    found = snippets(RESPONDER, TWICE, NOW)
    assert any("charged twice" in s.text for s in of_kind(found, "sentence"))
    assert {s.title for s in of_kind(found, "macro")} >= {"praise", "resolved"}
    assert not [s for s in found if re.search(r"[{}]", s.text)], "nothing with a hole in it"


def test_no_suspended_macro_and_none_of_another_desk() -> None:
    titles = {s.title for s in snippets(RESPONDER, TWICE, NOW, frozenset({"praise"}))}
    assert not titles & {"praise", "executive", "press partner"}


def test_whoever_asks_for_a_person_gets_one_who_may_look_up_facts() -> None:
    asks = conversation("I want a human, no bot", read=reading(signals=["asks_for_human"]))
    assert {s.kind for s in snippets(RESPONDER, asks, NOW)} == {"fact"}
