from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain.errors import RuleInvalid
from monitor.domain.reading import Urgency
from nlp.folding import fold
from nlp.rulebook import Rule, Rulebook, read_rules, windows

RULES = read_rules()
BOOK = Rulebook(RULES)


def fired(text: str, lang: str) -> dict[str, tuple[int, int]]:
    return {h.rule.id: (h.start, h.end) for h in BOOK.hits(fold(text), lang)}


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_a_rule_fires_on_its_own_examples(rule: Rule) -> None:
    assert rule.fires
    for example in rule.fires:
        assert rule.id in fired(example, rule.lang), example


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_a_rule_keeps_silent_on_its_counterexamples(rule: Rule) -> None:
    assert rule.silent
    for example in rule.silent:
        span = fired(example, rule.lang).get(rule.id)
        assert span is None, f"{example!r} by {example[slice(*span)]!r}"


def test_almost_every_pattern_has_anchors() -> None:
    assert len(BOOK.unanchored) <= len(BOOK.rules) // 4, BOOK.unanchored


def test_anchors_never_rule_out_a_match() -> None:
    """Each pattern, tried without its anchors on every example, finds nothing the book misses."""
    examples = [e for r in RULES if r.lang == "en" for e in r.fires]
    for example in examples:
        folded = fold(example)
        found = {h.rule.id for h in BOOK.hits(folded, "en")}
        for rule_id in BOOK.every_match(folded.text):
            assert rule_id in found, (rule_id, example)


def test_every_urgent_rule_of_p0_names_what_it_is_about() -> None:
    for rule in RULES:
        if rule.floor is Urgency.P0:
            assert rule.intent in ("safety_hazard", "security_privacy_scam"), rule.id
        assert rule.why.endswith("."), rule.id


def test_hard_negatives_of_the_guide_raise_nothing() -> None:
    for text in (
        "this update killed me 😂",
        "bomb playlist",
        "my battery died at 3pm again",
        "your prices are daylight robbery",
        "I'd kill for your old menu back",
        "the new trailer gave me a heart attack",
        "these shoes are fire 🔥",
        "dying of boredom on hold, 40 min",
        "shot of espresso",
        "that beat is sick",
        "the app crashes when I share a photo of my kid",
        "I'm allergic to your customer service",
    ):
        floors = [h.rule.id for h in BOOK.hits(fold(text)) if h.rule.floor]
        assert not floors, (text, floors)


def test_windows_cover_the_text_without_gap_or_overlap() -> None:
    text = "One sentence here. " * 200 + "x" * 3000 + " tail"
    pieces = list(windows(text))
    assert "".join(p for _, p in pieces) == text
    assert all(text[o : o + len(p)] == p for o, p in pieces)


def test_a_hit_far_down_a_long_post_points_to_the_right_characters() -> None:
    text = "Nothing to see here, move along. " * 250 + "My hand got burned by your kettle."
    start, end = fired(text, "en")["p0.injury"]
    assert "burned" in text[start:end]


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        (
            "lang='en'\n[[rule]]\nid='a'\nwhy='w.'\npatterns=['{nope}']\nfires=['x']\nsilent=['y']\nfloor='P0'",
            "nope",
        ),
        ("lang='en'\n[[rule]]\nid='a'\nwhy='w.'\npatterns=['x']\nfires=['x']\nsilent=['y']", "exactly one"),
        ("lang='en'\n[[rule]]\nid='a'\nwyh='w.'\npatterns=['x']", "wyh"),
        ("lang=", "broken.toml"),
    ],
)
def test_a_broken_rule_file_is_named(tmp_path: Path, toml: str, named: str) -> None:
    (tmp_path / "words.toml").write_text("[words]\n")
    (tmp_path / "broken.toml").write_text(toml)
    with pytest.raises(RuleInvalid, match=named):
        read_rules(tmp_path)
