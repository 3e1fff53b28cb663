# ruff: noqa: E501  (the card's sentences stay whole)
"""The model card, written from measurements: what on, how measured, how well, known failures, attribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from nlp.agreement import agreement
from nlp.corpus import FIRST, load, summary
from nlp.evaluate import Report, evaluate_file
from nlp.scores import Rates
from nlp.weights import MODEL, load_weights

CARD = MODEL / "CARD.md"
_PER_INDUSTRY = (
    "complaint macro-F1", "complaint AUC", "complaint calibration error", "primary intent macro-F1",
    "signals macro-F1", "P0 recall", "P1 recall",
)  # fmt: skip


def write_card(
    whole: Report, each: Mapping[str, Report], files: Sequence[Path] = (), path: Path = CARD
) -> Path:
    """Writes the card. `files` are further labelled sets, named by their file name, evaluation only."""
    weights = load_weights()
    posts = load()
    parts = [
        f"# Model card: {weights.name}",
        "Written by `python -m nlp.evaluate --card`; every figure below was measured when it was written.",
        "## What it is",
        "Linear heads over words, word pairs, character n-grams and lexical marks (a row of weights for each that enough posts share), and over the likeness to a "
        "thousand means of posts by word vectors; a component of a spaCy pipeline; rules for urgency and signals beside them. It reads English; German, French, Spanish, "
        "Italian, Portuguese and Dutch get rules and a flag that a person should read.",
        "## What it was trained on",
        f"{len(posts)} posts written for this project and labelled under `nlp/data/GUIDE.md` (Apache-2.0, like the "
        "rest). No text from X, and no other text, took part in weights, calibration or thresholds; which kinds of posts were written last was decided after reading mistakes on posts from X. The word "
        "vectors were distilled from the sentence model all-MiniLM-L6-v2 on posts of this corpus and on the texts named under "
        "Attribution, without any labels (`python -m nlp.distil`).",
        "```\n" + summary(posts) + "\n```",
        "## Agreement between annotators",
        *_agreement_lines(),
        "## Every industry measured by weights that never saw it",
        "Weights, calibration and thresholds never saw the industry; the rules and their vetoes were written with the corpus in view, so that "
        "figures that hang on them (P0, P1, hard negatives, signals) flatter.",
        _figures(whole),
        _by_industry(each),
        "### Intents (multi-label)",
        _rates(whole.intents),
        "### Primary intent",
        _rates(whole.primary),
        "### Signals",
        _rates(whole.signals),
        "### Urgency: rows are the truth",
        _confusion(whole.confusion),
    ]
    for file in files:
        parts += [f"## {file.name} (evaluation only)", _figures(evaluate_file(file))]
    parts += [
        "## Known failures",
        _mistakes(whole),
        'Bare verdicts on a company by its name ("Northwind is the worst insurer there is") often pass for no complaint, and some glad posts all in capitals for one. Irony without a marker, matters that only the thread explains, and posts in languages without rules are read '
        "badly. Severity 2 and 3 are often confused. Nothing is derived about an author's health, finances, politics, "
        "faith or orientation, and nothing may be.",
        "## Attribution",
        "Word vectors: all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0); GoEmotions (Google Research, CC BY 4.0), BANKING77 "
        "(PolyAI, CC BY 4.0), CLINC150 (Larson et al., CC BY 3.0), SMS Spam Collection (Almeida and Hidalgo, UCI, CC BY 4.0). "
        "spaCy (MIT), NumPy and SciPy (BSD-3-Clause) are used to run and to train it.",
    ]
    path.write_text("\n\n".join(parts) + "\n", "utf-8")
    return path


def _figures(report: Report) -> str:
    rows = [f"| {name} | {value:.3f} |" for name, value in report.figures.items()]
    return "\n".join([f"{report.posts} posts.", "", "| figure | value |", "|---|---|", *rows])


def _by_industry(each: Mapping[str, Report]) -> str:
    head = "| unseen industry | posts | " + " | ".join(_PER_INDUSTRY) + " |"
    rows = [
        f"| {name} | {r.posts} | "
        + " | ".join(f"{r.figures[f]:.3f}" if f in r.figures else "–" for f in _PER_INDUSTRY)
        + " |"
        for name, r in each.items()
    ]
    return "\n".join([head, "|---|---|" + "---|" * len(_PER_INDUSTRY), *rows])


def _rates(table: Mapping[str, Rates]) -> str:
    rows = [
        f"| {k} | {r.precision:.2f} | {r.recall:.2f} | {r.f1:.2f} | {r.support} |" for k, r in table.items()
    ]
    return "\n".join(["| label | precision | recall | F1 | posts |", "|---|---|---|---|---|", *rows])


def _confusion(confusion: Mapping[str, Mapping[str, int]]) -> str:
    levels = ["P0", "P1", "P2", "P3", "P4"]
    rows = [
        f"| {t} | " + " | ".join(str(confusion.get(t, {}).get(s, 0)) for s in levels) + " |" for t in levels
    ]
    return "\n".join(["| | " + " | ".join(levels) + " |", "|---|" + "---|" * len(levels), *rows])


def _mistakes(report: Report) -> str:
    shown = [
        f"- {m['urgency']} read as {m['read']}: “{' '.join(str(m['text']).split())[:160]}”"
        for m in report.mistakes[:12]
    ]
    return "\n".join(
        [f"P0 missed or made up in unseen industries: {len(report.mistakes)} posts. Among them:", "", *shown]
    )


def _agreement_lines() -> list[str]:
    before, now = agreement(first=FIRST), agreement()
    if not now.posts:
        return ["No posts are labelled twice yet."]
    return [
        f"{now.posts} posts labelled twice, the second time from the bare text and the guide alone. Cohen's κ with the labels as "
        f"they stood then: {before}. Disagreements were settled in the guide and the corpus afterwards, never in the "
        f"second labels; κ with the corpus as it is now: {now}."
    ]
