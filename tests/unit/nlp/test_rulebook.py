from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain.errors import RuleInvalid
from monitor.domain.reading import Urgency
from nlp.anchors import anchors
from nlp.corpus import load
from nlp.folding import fold
from nlp.rulebook import load_rulebook, windows
from nlp.rulefile import Rule, branches, known_of, read_concepts, read_known, read_rules

RULES = read_rules()
BOOK = load_rulebook()


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


@pytest.mark.parametrize("rule", [r for r in RULES if r.floor is Urgency.P0], ids=lambda r: r.id)
def test_the_counterexamples_of_p0_set_off_no_other_p0_either(rule: Rule) -> None:
    for example in rule.silent:
        floors = [h.rule.id for h in BOOK.hits(fold(example), rule.lang) if h.rule.floor is Urgency.P0]
        assert not floors, example


def test_almost_every_pattern_has_anchors() -> None:
    assert len(BOOK.unanchored) <= 5, BOOK.unanchored


def test_anchors_never_rule_out_a_match() -> None:
    """Each pattern and veto, tried without its anchors on every example and many posts, changes nothing."""
    examples = [e for r in RULES if r.lang == "en" for e in (*r.fires, *r.silent)]
    posts = [p.text for p in load()[::20] if p.lang == "en" and len(p.text) < 500]
    for example in (*examples, *posts):
        folded = fold(example)
        found = {h.rule.id for h in BOOK.hits(folded, "en")}
        assert BOOK.every_match(folded.text) == found, example


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        (
            r"\d{1,2} *(?:am|pm)",
            [{"am", "pm"}, {"0"}],
        ),  # "6pm" is one word, its unit is an anchor all the same
        (r"(?:1[0-7]|[1-9])(?: +|-)(?:year|week)s?", [{"year", "week"}, {"0"}]),
        (r"to +(?:er|icu)(?! +nurse)", [{"er", "icu"}, {"to"}]),
        (r"[-|] *(?:bbc|cnn)", [{"bbc", "cnn"}]),
        (r"[$£] *\d+", [{"$", "£"}, {"0"}]),
        (r"19\d\d", [{"0"}, {f"19{n:02d}" for n in range(100)}]),
        (r"in +(?:\d+|an?) +row", [{"row"}, {"in"}, {"0", "a", "an"}]),
    ],
)
def test_anchors_are_found_behind_figures_gaps_and_before_what_must_not_follow(
    pattern: str, needed: list[set[str]]
) -> None:
    assert {frozenset(n) for n in needed} == set(anchors(pattern))


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("(?:fca|fire (?:a|b))", ("(?:fca)", "(?:fire (?:a|b))")),
        ("[|]x|\\|y", ("(?:[|]x)", "(?:\\|y)")),
        ("(?:a|b) c (?:d|e)", ("(?:a|b) c (?:d|e)",)),
        ("plain", ("plain",)),
    ],
)
def test_a_choice_is_taken_apart_at_its_outermost_bars(pattern: str, parts: tuple[str, ...]) -> None:
    assert branches(pattern) == parts


def test_what_was_worked_out_beforehand_is_what_the_rules_say() -> None:
    """``python -m nlp.rulefile`` was run after the last change."""
    known = read_known()
    sources = {p for r in RULES for p in (*r.patterns, *r.vetoes, *r.vetoes_anywhere)} | {
        w for c in read_concepts().values() for w in (*c.words, *c.vetoes)
    }
    assert known.keys() == sources
    for source in sorted(sources)[::40]:
        assert known[source] == known_of(source), source


def test_every_urgent_rule_of_p0_names_what_it_is_about() -> None:
    for rule in RULES:
        if rule.floor is Urgency.P0:
            assert rule.intent in ("safety_hazard", "security_privacy_scam"), rule.id
        assert rule.why.endswith("."), rule.id


def test_every_concept_is_asked_for() -> None:
    asked = {n for r in RULES for combo in (*r.near, r.unless) for choice in combo for n in choice.split("|")}
    marked = {c.name for c in read_concepts().values() if c.mark}
    assert read_concepts().keys() <= asked | marked


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


def test_a_concept_that_is_denied_does_not_count() -> None:
    assert "p0.fire" in fired("the battery is swollen", "en")
    assert "p0.fire" not in fired("the battery isn't swollen or anything", "en")


def test_concepts_stand_together_in_any_order_but_not_across_sentences() -> None:
    assert "p0.injury" in fired("my hand was burned by it", "en")
    assert "p0.injury" in fired("it burned my hand", "en")
    assert "p0.injury" not in fired("The toast was burned. My hand luggage is lost.", "en")


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
        (
            "lang='en'\n[[rule]]\nid='a'\nwhy='w.'\nnear=[['nobody']]\nfires=['x']\nsilent=['y']\nfloor='P0'",
            "nobody",
        ),
        ("lang='en'\n[[concept]]\nname='a'\nwrods=['x']", "wrods"),
        ("lang='en'\n[[concept]]\nname='a'\nwords=['x']\n[[concept]]\nname='a'\nwords=['y']", "given twice"),
        ("lang=", "broken.toml"),
    ],
)
def test_a_broken_rule_file_is_named(tmp_path: Path, toml: str, named: str) -> None:
    (tmp_path / "words.toml").write_text("[words]\n")
    (tmp_path / "broken.toml").write_text(toml)
    with pytest.raises(RuleInvalid, match=named):
        load_rulebook(tmp_path)
