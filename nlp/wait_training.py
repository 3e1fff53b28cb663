"""Training of the waits: how much the words around a span of time speak for a wait.

``python -m nlp.wait_training`` reads the corpus and writes ``nlp/model/waits.json.gz``; the same corpus gives
the same bytes. A logistic regression over `nlp.waits.signs`, each span of time in each post an example. The
threshold is chosen on industries that the weights which judged them had not seen. Needs SciPy.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.clocks import between_times, clock_spans
from nlp.corpus import LabelledPost, load
from nlp.durations import Duration, durations
from nlp.folding import fold
from nlp.waits import ELSEWHERE, MODEL_FILE, SURE, claimed, overrun, plainly, signs, waited_elsewhere

PENALTY = 2.0  # chosen on unseen industries, like the rest
LEAST = 2  # examples that show a sign, for it to count
FALSE_CLAIMS = 0.2  # of the posts that speak of a time and of no wait, at most so many may be given one
_FOLDS = 5
_DIGITS = 2

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """One span of time in one post: what is around it, and whether it is the wait."""

    post: int
    span: Duration
    signs: frozenset[str]
    true: bool
    plain: bool | None  # what is known without weights


def examples(posts: Sequence[LabelledPost]) -> list[Example]:
    """Every span of time in the posts."""
    found = []
    for number, post in enumerate(posts):
        text = fold(post.text).text
        found += [
            Example(
                number,
                span,
                frozenset(signs(text, span)),
                post.wait == span.minutes,
                plainly(text, span),
            )
            for span in (*durations(text), *clock_spans(text))
        ]
    return found


def fit(given: Sequence[Example]) -> dict[str, float]:
    """The weight of each sign (and of "", which every span has)."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    counts = Counter(sign for example in given for sign in example.signs)
    names = sorted(sign for sign, count in counts.items() if count >= LEAST)
    column = {name: n for n, name in enumerate(names)}
    places = [(row, column[s]) for row, e in enumerate(given) for s in sorted(e.signs) if s in column]
    rows, columns = np.array(places).T
    x: Any = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(given), len(names)))
    y = np.array([float(e.true) for e in given])

    def loss(w: Doubles) -> tuple[float, Doubles]:
        z = x @ w[1:] + w[0]
        error = 1 / (1 + np.exp(-z)) - y
        value = np.logaddexp(0, z).sum() - y @ z + PENALTY / 2 * (w[1:] @ w[1:])
        return float(value), np.concatenate([[error.sum()], x.T @ error + PENALTY * w[1:]])

    found = minimize(
        loss,
        np.zeros(len(names) + 1),
        jac=True,
        method="L-BFGS-B",
        options={"gtol": 1e-7, "ftol": 1e-13, "maxiter": 5000},
    )
    return dict(zip(["", *names], map(float, found.x), strict=True))


def score(weights: dict[str, float], example: Example) -> float:
    """What speaks for the example being a wait."""
    return weights[""] + sum(weights.get(sign, 0.0) for sign in example.signs)


def unseen_scores(posts: Sequence[LabelledPost], given: Sequence[Example]) -> list[float]:
    """The score of each example by weights that had not seen its industry."""
    industries = sorted({post.industry for post in posts})
    fold_of = {industry: n % _FOLDS for n, industry in enumerate(industries)}
    scores = [0.0] * len(given)
    for number in range(_FOLDS):
        held = [fold_of[posts[e.post].industry] == number for e in given]
        weights = fit([e for e, h in zip(given, held, strict=True) if not h])
        for place, example in enumerate(given):
            if held[place]:
                scores[place] = score(weights, example)
    return scores


def threshold(posts: Sequence[LabelledPost], given: Sequence[Example], scores: Sequence[float]) -> float:
    """The lowest score at which `FALSE_CLAIMS` is kept."""
    highest: dict[int, float] = {}
    for example, value in zip(given, scores, strict=True):
        if posts[example.post].wait is None and example.plain is None:
            highest[example.post] = max(highest.get(example.post, value), value)
    allowed = int(FALSE_CLAIMS * len({e.post for e in given if posts[e.post].wait is None}))
    ranked = sorted(highest.values(), reverse=True)
    return ranked[allowed] if allowed < len(ranked) else float("-inf")


def unseen_waits(posts: Sequence[LabelledPost]) -> list[int | None]:
    """The wait claimed in each post, as weights read it that had not seen the post's industry."""
    given = examples(posts)
    scores = unseen_scores(posts, given)
    least = threshold(posts, given, scores)
    likely: list[list[tuple[Duration, float]]] = [[] for _ in posts]
    for example, value in zip(given, scores, strict=True):
        if example.plain:
            likely[example.post].append((example.span, least + SURE))
        elif example.plain is None and value > least:
            likely[example.post].append((example.span, value))
    waits = [longest.minutes if (longest := claimed(told)) else None for told in likely]
    for number, post in enumerate(posts):
        text = fold(post.text).text
        late = overrun(text)
        if late:
            waits[number] = max(waits[number] or 0, late[0])
        if waits[number] is None:
            told = between_times(text) or (waited_elsewhere(text) if post.lang in ELSEWHERE else None)
            waits[number] = told[0] if told else None
    return waits


def main() -> int:
    """Fits on the committed corpus and writes the file."""
    posts = [post for post in load() if post.lang in ("en", "und")]
    given = examples(posts)
    at = threshold(posts, given, unseen_scores(posts, given))
    weights = fit(given)
    kept = {name: round(w, _DIGITS) for name, w in weights.items() if name and abs(w) >= 0.5 * 10**-_DIGITS}
    waits = sum(example.true for example in given)
    model = {
        "about": {"posts": len(posts), "spans": len(given), "waits": waits},
        "threshold": round(at - weights[""], _DIGITS),
        "weights": dict(sorted(kept.items())),
    }
    whole = json.dumps(model, ensure_ascii=False, indent=0) + "\n"
    MODEL_FILE.write_bytes(gzip.compress(whole.encode(), mtime=0))
    sys.stdout.write(f"{len(kept)} signs from {len(given)} spans of time, {waits} of them waits\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
