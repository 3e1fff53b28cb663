"""How many posts a veto keeps from its rule is counted with the rules themselves."""

from __future__ import annotations

from nlp.corpus import post_from
from nlp.rulefile import read_book
from nlp.veto_worth import posts_kept


def test_a_veto_is_worth_the_posts_that_would_set_off_its_rule_without_it() -> None:
    fraud = next(rule for rule in read_book()[0] if rule.id == "p1.fraud")
    texts = (
        "when does the fraud team go home?",
        "When does the fraud team's phone line close on Saturdays?",
        "the fraud team says somebody used my card",
        "hello",
    )
    kept = posts_kept([fraud], [post_from(row(n, text)) for n, text in enumerate(texts)])
    assert {veto: number for (_, veto), number in kept.items() if number} == {
        "when +does +the +fraud +team": 2,
    }
    assert set(kept) == {("p1.fraud", veto) for veto in (*fraud.vetoes, *fraud.vetoes_anywhere)}


def row(number: int, text: str) -> dict[str, object]:
    return {
        "id": f"test-{number}",
        "text": text,
        "platform": "x",
        "industry": "energy",
        "lang": "en",
        "intents": ["noise"],
        "primary": "noise",
        "complaint": 0,
        "severity": 0,
        "urgency": "P4",
        "signals": [],
        "wait": None,
    }
