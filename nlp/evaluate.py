"""Evaluation: a reader against labelled posts, leave-one-industry-out, and the model card.

- `evaluate_file(path)` measures the shipped reader on any labelled file (evaluation only).
- `leave_one_industry_out()` trains on all industries but one and measures on that one, for each.
- `model_card()` writes ``nlp/model/CARD.md`` from what these find.

``python -m nlp.evaluate FILE… | --industries | --card``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from monitor.domain.reading import INTENTS, SIGNALS, Post, Reader, Reading
from nlp.corpus import FROM_PLATFORM, LabelledPost
from nlp.labelled import HARD, Known, read_labelled
from nlp.scores import Rates, auc, calibration_error, macro_f1, rates

COMPLAINT_AT = 0.5  # fixed beforehand, for every file
_BELOW_P1 = 1


@dataclass(slots=True)
class Report:
    """What was measured. Figures 0–1; only what the labels allow is in it."""

    posts: int
    figures: dict[str, float] = field(default_factory=dict)
    intents: dict[str, Rates] = field(default_factory=dict)
    primary: dict[str, Rates] = field(default_factory=dict)
    signals: dict[str, Rates] = field(default_factory=dict)
    confusion: dict[str, dict[str, int]] = field(default_factory=dict)  # urgency: truth → said → posts
    mistakes: list[dict[str, Any]] = field(default_factory=list)  # P0 that was missed or made up

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "posts": self.posts,
            "figures": {k: round(v, 4) for k, v in self.figures.items()},
            **{
                name: {
                    k: [round(r.precision, 4), round(r.recall, 4), round(r.f1, 4), r.support]
                    for k, r in table.items()
                }
                for name, table in (
                    ("intents", self.intents),
                    ("primary", self.primary),
                    ("signals", self.signals),
                )
            },
            "urgency_confusion": self.confusion,
            "mistakes": self.mistakes,
        }

    def lines(self) -> list[str]:
        """For people."""
        out = [f"{self.posts} posts"]
        out += [f"  {name:<28} {value:.3f}" for name, value in self.figures.items()]
        for title, table in (("intents", self.intents), ("primary", self.primary), ("signals", self.signals)):
            if table:
                out.append(f"  {title}: precision recall F1 posts")
                out += [
                    f"    {k:<24} {r.precision:.2f} {r.recall:.2f} {r.f1:.2f} {r.support}"
                    for k, r in table.items()
                ]
        for truth, said in sorted(self.confusion.items()):
            out.append(f"  {truth} read as " + " ".join(f"{k}:{v}" for k, v in sorted(said.items())))
        return out


def compare(known: Sequence[Known], readings: Sequence[Reading]) -> Report:
    """Measures readings against what is known of the same posts."""
    report = Report(len(known))
    pairs = list(zip(known, readings, strict=True))
    _complaints(report, pairs)
    _intents(report, pairs)
    _urgency(report, pairs)
    _rest(report, pairs)
    return report


Pairs = list[tuple[Known, Reading]]


def _complaints(report: Report, pairs: Pairs) -> None:
    told = [(k.complaint, r) for k, r in pairs if k.complaint is not None]
    if not told:
        return
    truth = [bool(c) for c, _ in told]
    p = [r.complaint for _, r in told]
    report.figures["complaint macro-F1"] = macro_f1([x >= COMPLAINT_AT for x in p], truth)
    report.figures["complaint AUC"] = auc(p, truth)
    report.figures["complaint calibration error"] = calibration_error(p, truth)
    graded = [(k.severity, r.severity) for k, r in pairs if k.severity is not None]
    if graded:
        report.figures["severity macro-F1"] = macro_f1([s for _, s in graded], [t for t, _ in graded])


def _intents(report: Report, pairs: Pairs) -> None:
    first = [(k.primary, r.primary) for k, r in pairs if k.primary]
    if first:
        truth, said = [t for t, _ in first], [s for _, s in first]
        report.figures["primary intent macro-F1"] = macro_f1(said, truth)
        report.figures["primary intent accuracy"] = float(np.mean([a == b for a, b in first]))
        report.primary = {
            i: rates([s == i for s in said], [t == i for t in truth]) for i in INTENTS if i in truth
        }
    many = [(k.intents, {i.label for i in r.intents}) for k, r in pairs if k.intents is not None]
    if many:
        report.intents = {
            i: rates([i in s for _, s in many], [i in (t or ()) for t, _ in many])
            for i in INTENTS
            if any(i in (t or ()) for t, _ in many)
        }
        report.figures["intents macro-F1"] = float(np.mean([r.f1 for r in report.intents.values()]))


def _urgency(report: Report, pairs: Pairs) -> None:
    told = [(k, r) for k, r in pairs if k.urgency]
    if not told:
        return
    for k, r in told:
        row = report.confusion.setdefault(str(k.urgency), {})
        row[r.urgency.level.value] = row.get(r.urgency.level.value, 0) + 1
        wrong_p0 = (k.urgency == "P0") != (r.urgency.level.value == "P0")
        if wrong_p0:
            report.mistakes.append({"text": k.text, "urgency": k.urgency, "read": r.urgency.level.value})
    report.figures["urgency macro-F1"] = macro_f1(
        [r.urgency.level.value for _, r in told], [k.urgency for k, _ in told]
    )
    for level, name in ((0, "P0 recall"), (1, "P1 recall")):
        those = [r.urgency.level.rank for k, r in told if k.urgency == f"P{level}"]
        if those:
            report.figures[name] = float(np.mean([rank <= level for rank in those]))
    calm = [r.urgency.level.rank for k, r in told if k.urgency in ("P2", "P3", "P4")]
    if calm:
        report.figures["P2–P4 raised to P0"] = float(np.mean([rank == 0 for rank in calm]))
        report.figures["P2–P4 raised to P0 or P1"] = float(np.mean([rank <= _BELOW_P1 for rank in calm]))
    hard = [r.urgency.level.rank for k, r in told if k.hard and k.urgency in ("P2", "P3", "P4")]
    if hard:
        report.figures["hard negatives raised to P0 or P1"] = float(
            np.mean([rank <= _BELOW_P1 for rank in hard])
        )


def _rest(report: Report, pairs: Pairs) -> None:
    told = [(k.signals, r.signal_labels) for k, r in pairs if k.signals is not None]
    if told:
        readable = [s for s in SIGNALS if s not in FROM_PLATFORM]
        report.signals = {
            s: rates([s in r for _, r in told], [s in (t or ()) for t, _ in told])
            for s in readable
            if any(s in (t or ()) for t, _ in told)
        }
        if report.signals:
            report.figures["signals macro-F1"] = float(np.mean([r.f1 for r in report.signals.values()]))
    waits = [(k.wait, r.claimed_wait_minutes) for k, r in pairs if k.says_wait]
    claimed = [(t, s) for t, s in waits if t is not None]
    if claimed:
        report.figures["claimed wait exact"] = float(np.mean([t == s for t, s in claimed]))
        unclaimed = [float(s is not None) for t, s in waits if t is None]
        report.figures["wait claimed where none is"] = float(np.mean(unclaimed)) if unclaimed else 0.0
    orders = [
        (k.orders, {e.text for e in r.entities if e.label == "ORDER"})
        for k, r in pairs
        if k.orders is not None
    ]
    if any(t for t, _ in orders):
        both = sum(len((t or frozenset()) & s) for t, s in orders)
        total = sum(len(t or ()) + len(s) for t, s in orders)
        report.figures["order numbers F1"] = 2 * both / total


def evaluate_file(path: Path, reader: Reader | None = None) -> Report:
    """The shipped reader (or `reader`) on a labelled file. Raises `InputUnreadable`."""
    if reader is None:
        from nlp.pipeline import load_reader

        reader = load_reader()
    known = read_labelled(path)
    return compare(known, reader.read([Post(k.text, k.platform) for k in known]))


def known_of(post: LabelledPost) -> Known:
    """A post of the corpus as something to be measured against."""
    return Known(
        text=post.text,
        platform=post.platform,
        industry=post.industry,
        intents=frozenset(post.intents),
        primary=post.primary,
        complaint=bool(post.complaint),
        severity=post.severity,
        urgency=post.urgency,
        signals=frozenset(post.signals),
        wait=post.wait,
        says_wait=True,
        orders=None
        if post.entities is None
        else frozenset(text for label, text in post.entities if label == "ORDER"),
        hard=post.id.startswith(HARD),
    )


def leave_one_industry_out(posts: Sequence[LabelledPost]) -> tuple[Report, dict[str, Report]]:
    """For each industry, weights trained without it; all posts together, and each industry's own report."""
    from nlp.held_out import held_out_readings
    from nlp.wait_training import unseen_waits

    readings = [
        replace(reading, claimed_wait_minutes=wait)
        for reading, wait in zip(
            held_out_readings(posts, [p.industry for p in posts]), unseen_waits(posts), strict=True
        )
    ]
    known = [known_of(p) for p in posts]
    each: dict[str, Report] = {}
    for industry in sorted({p.industry for p in posts}):
        chosen = [i for i, p in enumerate(posts) if p.industry == industry]
        each[industry] = compare([known[i] for i in chosen], [readings[i] for i in chosen])
    return compare(known, readings), each


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints reports; ``--card`` writes the model card."""
    parser = argparse.ArgumentParser(prog="python -m nlp.evaluate", description="Measure the reading.")
    parser.add_argument("files", nargs="*", type=Path, help="labelled JSONL or CSV")
    parser.add_argument("--industries", action="store_true", help="leave-one-industry-out on our corpus")
    parser.add_argument("--card", action="store_true", help="write the model card (implies --industries)")
    options = parser.parse_args(arguments)
    for path in options.files:
        sys.stdout.write("\n".join([path.name, *evaluate_file(path).lines()]) + "\n")
    if options.industries or options.card:
        from nlp.card import write_card
        from nlp.corpus import load

        whole, each = leave_one_industry_out(load())
        sys.stdout.write("\n".join(["every industry unseen", *whole.lines()]) + "\n")
        if options.card:
            sys.stdout.write(f"{write_card(whole, each, options.files)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
