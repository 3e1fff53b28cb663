"""A full day: no two replies that leave within it are nearly the same, and three candidates are at hand."""

from __future__ import annotations

import pytest

from monitor.respond.compose import Responder
from monitor.respond.hours import BusinessHours
from monitor.respond.similar import NEAR, Said, likeness
from monitor.respond.voice import load_voice
from tests.unit.respond.posts import NOW, conversation, measure_on, reading

RESPONDER = Responder(
    load_voice(brand="Kestrel"), hours=BusinessHours.parse("Mon-Sun 06:00-22:00", "Europe/Berlin")
)
CALM = {"complaint": 0.0, "urgency": "P4"}

# (post, reading, how many customers who write the very same get different answers in one day)
MOMENTS = {
    "outage": ("The app crashes", reading("outage_bug"), 60),
    "billing": ("I was charged twice", reading("billing_refund"), 60),
    "delivery": ("My parcel never came", reading("delivery_order"), 60),
    "praise": ("What a lovely crew today", reading("praise", **CALM), 40),
    "feedback": ("Please add a dark mode", reading("feature_feedback", complaint=0.2, urgency="P3"), 40),
    "question": ("Does it rain there?", reading("question_howto", complaint=0.1, urgency="P3"), 15),
    "executive": ("Get me the ceo", reading("staff_or_process", signals=["asks_for_executive"]), 15),
    "german": ("Mein Koffer ist weg", reading("delivery_order", lang="de"), 20),
    "dutch": ("Mijn koffer is weg", reading("delivery_order", lang="nl"), 20),
    "french": ("Merci, superbe", reading("praise", lang="fr", **CALM), 20),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_the_same_trouble_all_day_long(name: str) -> None:
    post, read, often = MOMENTS[name]
    said = Said()
    for number in range(often):
        case = conversation(post, read=read, case_id=number)
        out = RESPONDER.propose(case, limit_of=measure_on("x"), now=NOW, recent=said)
        assert isinstance(out, list), out
        share, other = said.nearest(out[0].text)
        assert share < NEAR, (number, out[0].text, other)
        said.add(out[0].text)


@pytest.mark.parametrize("name", MOMENTS)
def test_three_candidates_that_differ(name: str) -> None:
    post, read, _ = MOMENTS[name]
    out = RESPONDER.propose(conversation(post, read=read), limit_of=measure_on("x"), now=NOW, candidates=3)
    assert isinstance(out, list) and len(out) == 3
    assert max(likeness(a.text, b.text) for a in out for b in out if a is not b) < 0.45


def test_a_day_so_full_that_all_was_said_still_has_a_draft() -> None:
    said = Said()
    for number in range(40):
        case = conversation("Does it rain there?", read=MOMENTS["question"][1], case_id=number)
        out = RESPONDER.propose(case, limit_of=measure_on("x"), now=NOW, recent=said)
        assert isinstance(out, list), "lint tells whoever approves it; nothing is withheld"
        said.add(out[0].text)
