"""Why a post is read as it is: spans to colour, the rules behind them, the words that moved the heads."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.reading import Post, Reading
from nlp.pipeline import SpacyReader, doc_of
from nlp.rulefile import read_rules

_WORDS = 5
_LEAST = 0.01  # a smaller change of probability isn't worth a colour


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters [start, end) of the post, what they stand for, and why. `kind` chooses the colour."""

    start: int
    end: int
    kind: str  # urgency signal entity wait word
    label: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reading with its marks, in the order of the text."""

    text: str
    reading: Reading
    marks: tuple[Mark, ...]


def explain(reader: SpacyReader, post: Post) -> Explanation:
    """The reading of `post` and every span behind it. About as slow as reading one post per word."""
    reading = reader.read([post])[0]
    why = {rule.id: rule.why for rule in read_rules()}
    marks = [
        Mark(r.start, r.end, "urgency", reading.urgency.level.value, r.rule, why.get(r.rule, ""))
        for r in reading.urgency.reasons
        if r.end > r.start
    ]
    marks += [
        Mark(s.start, s.end, "signal", s.label, s.rule, why.get(s.rule, ""))
        for s in reading.signals
        if s.end > s.start
    ]
    marks += [Mark(e.start, e.end, "entity", e.label, "entity", "") for e in reading.entities]
    marks += _moving_words(reader, post, reading)
    return Explanation(
        post.text, reading, tuple(sorted(marks, key=lambda m: (m.start, m.end, m.kind, m.label)))
    )


def _moving_words(reader: SpacyReader, post: Post, reading: Reading) -> list[Mark]:
    """The words without which complaint or primary intent would be less probable: each is left out once."""
    doc = doc_of(reader.nlp, post)
    words = [t for t in doc if t.text.strip() and any(c.isalpha() for c in t.text)]
    without = reader.read(
        [Post(post.text[: t.idx] + post.text[t.idx + len(t.text) :], post.platform, post.lang) for t in words]
    )
    heads = [("primary", reading.primary)] + ([("complaint", "complaint")] if reading.severity else [])
    marks = []
    for kind, label in heads:
        full = _probability(reading, kind, label)
        drops = sorted(
            ((full - _probability(r, kind, label), t.idx, t) for r, t in zip(without, words, strict=True)),
            key=lambda d: (-d[0], d[1]),
        )
        marks += [
            Mark(
                t.idx, t.idx + len(t.text), "word", label, "model", f"without it {label} falls by {drop:.2f}"
            )
            for drop, _, t in drops[:_WORDS]
            if drop >= _LEAST
        ]
    return marks


def _probability(reading: Reading, kind: str, label: str) -> float:
    if kind == "complaint":
        return reading.complaint
    return next((i.p for i in reading.intents if i.label == label), 0.0)
