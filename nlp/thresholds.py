"""Thresholds: where a calibrated probability becomes a yes. Chosen on held-out industries of our corpus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from monitor.domain.reading import INTENTS, Signal
from nlp.corpus import LabelledPost
from nlp.decision import stands
from nlp.notes import Notes
from nlp.weights import HEADS, LEARNED_SIGNALS

_GRID = np.round(np.concatenate([np.arange(0.02, 0.10, 0.01), np.arange(0.10, 0.97, 0.02)]), 2)
# A P0 that nobody is paged for weighs as much as three pages for nothing: the head raises a post from one
# chance in four on. Lower would find more, but people stop answering a pager that cries wolf.
_PAGES_A_P0_IS_WORTH = 3
# For P1, rules and head together may raise, on industries they have never seen, at most this share of the
# posts that are neither P0 nor P1; within it, the head adds what no rule has foreseen.
_FALSE_ALARMS = 0.07

# A signal that is missed costs more than one that isn't there: a request for a person goes unheard, while a
# false mark costs a glance. A false `stop_request` silences us for ever, and counts in full.
_FALSE_SIGNAL = 0.6
_FALSE_SIGNAL_OF = {"stop_request": 1.0}

Doubles = npt.NDArray[np.float64]


def choose_thresholds(posts: Sequence[LabelledPost], notes: Sequence[Notes], p: Doubles) -> dict[str, float]:
    """A threshold per head that needs one; `p` are held-out probabilities, posts × heads."""
    column = {head: p[:, i] for i, head in enumerate(HEADS)}
    chosen = {"complaint": 0.5, "severity>=2": 0.5, "severity>=3": 0.5}
    calm = np.array([int(post.urgency[1]) > 1 for post in posts])
    fired = np.array([any(h.rule.floor and h.rule.floor.rank <= 1 for h in n.hits) for n in notes])
    chosen["urgency<=0"] = 1 / (1 + _PAGES_A_P0_IS_WORTH)
    chosen["urgency<=1"] = _for_quiet(column["urgency<=1"][calm], fired[calm], _FALSE_ALARMS)
    chosen |= {"urgency<=2": 0.5, "urgency<=3": 0.5}
    for head in HEADS:
        if head.startswith("intent:"):
            truth = np.array([head[7:] in post.intents for post in posts])
            chosen[head] = _for_f1(column[head], np.zeros(len(posts), bool), truth, 0.2, 0.6)
    primaries = np.stack([column[f"primary:{i}"] for i in INTENTS], axis=1)
    evenly = _evenly(primaries, np.array([INTENTS.index(post.primary) for post in posts]))
    chosen |= {f"primary:{i}": float(share) for i, share in zip(INTENTS, evenly, strict=True)}
    for label in LEARNED_SIGNALS:
        fired = np.array(
            [
                any(s.label == label and stands(s, row) for s in n.signals)
                for n, row in zip(notes, p, strict=True)
            ]
        )
        by_head = Signal(label, "model", "", 0, 0)
        heard = np.array([stands(by_head, row) for row in p])
        truth = np.array([label in post.signals for post in posts])
        chosen[f"signal:{label}"] = _for_f1(
            column[f"signal:{label}"] * heard,
            fired,
            truth,
            0.1,
            1.01,
            _FALSE_SIGNAL_OF.get(label, _FALSE_SIGNAL),
        )
    return chosen


def _for_quiet(p: Doubles, fired: npt.NDArray[np.bool_], false_alarms: float) -> float:
    """The lowest threshold at which rules and head raise no more than this share of these, calm posts."""
    for threshold in _GRID:
        if (fired | (p >= threshold)).mean() <= false_alarms:
            return float(threshold)
    return float(_GRID[-1])


def _for_f1(
    p: Doubles,
    fired: npt.NDArray[np.bool_],
    truth: npt.NDArray[np.bool_],
    low: float,
    high: float,
    false_alarm: float = 1.0,
) -> float:
    """The threshold of the best F1 of rules and head together, in which a false alarm counts `false_alarm`.

    `high` > 1 allows "rules alone".
    """
    best, best_f1 = (high if high > 1 else 0.5), -1.0
    for threshold in [*_GRID[(low <= _GRID) & (high >= _GRID)][::-1]]:
        f1 = _f1(fired | (p >= threshold), truth, false_alarm)
        if f1 > best_f1 + 1e-9:
            best, best_f1 = float(threshold), f1
    return high if high > 1 and _f1(fired, truth, false_alarm) >= best_f1 - 1e-9 else best


def _evenly(p: Doubles, truth: npt.NDArray[np.int64]) -> Doubles:
    """What to divide the classes' probabilities by, so that rare ones are found as well as common ones.

    From the square root of each class's share, each divisor is moved while the mean F1 of the classes gains.
    """
    shares = np.bincount(truth, minlength=p.shape[1]) / max(len(truth), 1)
    divisors = np.sqrt(np.maximum(shares, 1e-3))
    best = _mean_f1(p / divisors, truth)
    for _ in range(3):
        for number in range(p.shape[1]):
            for step in (0.8, 0.9, 1.1, 1.25):
                tried = divisors.copy()
                tried[number] *= step
                found = _mean_f1(p / tried, truth)
                if found > best + 1e-4:
                    best, divisors = found, tried
    return np.asarray(np.round(divisors, 4), dtype=np.float64)


def _mean_f1(weighed: Doubles, truth: npt.NDArray[np.int64]) -> float:
    classes = weighed.shape[1]
    said = weighed.argmax(axis=1)
    hits = np.bincount(truth[said == truth], minlength=classes)
    total = np.bincount(said, minlength=classes) + np.bincount(truth, minlength=classes)
    present = np.bincount(truth, minlength=classes) > 0
    return float((2 * hits / np.maximum(total, 1))[present].mean())


def _f1(found: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_], false_alarm: float = 1.0) -> float:
    hits = float((found & truth).sum())
    missed = float((truth & ~found).sum())
    return 2 * hits / max(2 * hits + missed + false_alarm * float((found & ~truth).sum()), 1e-9)
