"""A storm: many cases with one cause, within a window; far more than this brand is used to."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# What is looked at together, and what it is compared with.
WINDOW = timedelta(minutes=30)
BASELINE = timedelta(days=7)

# So many different customers at least: below it a storm is a handful of people.
FEWEST = 8
# Against a short past the rate is not known: then it takes more of them, and only what they speak of counts.
FEWEST_AT_FIRST = 15
SHORT_PAST = timedelta(days=1)

# A storm is at least so many times what is usual, and chance would hardly ever make it (once in a million
# windows: a busy brand looks at some 500,000 of them a year).
TIMES = 3.0
CHANCE = 1e-6
# Even of what never happened before, something like half a case a window is to be expected.
LEAST_EXPECTED = 0.5

# Two suspicions of which one holds this much of the other are one storm.
SAME = 0.5

_WORD = re.compile(r"[^\W_]{4,}")
MOST_TERMS = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """A case as a storm sees it. `said` is the customer's own words, or "" where they must not be used."""

    case_id: int
    customer: str
    intent: str
    said: str

    @property
    def terms(self) -> frozenset[str]:
        """The words of at least four letters or digits, one of them a letter."""
        found = (word.casefold() for word in _WORD.findall(self.said))
        return frozenset(word for word in found if not word.isdigit())


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What looks like a storm. `expected` is what a window usually holds of it."""

    intent: str | None  # None: no intent is shared by most
    terms: tuple[str, ...]
    cases: frozenset[int]
    customers: int
    expected: float


def tail(count: int, expected: float) -> float:
    """The chance of at least `count` events where `expected` are usual (Poisson)."""
    if count <= 0:
        return 1.0
    if count <= expected:
        return 1.0
    term = math.exp(count * math.log(expected) - expected - math.lgamma(count + 1))
    total, k = 0.0, count
    while term > total * 1e-12:
        total += term
        k += 1
        term *= expected / k
    return total


def is_storm(customers: int, expected: float, fewest: int = FEWEST) -> bool:
    """Whether so many customers in a window are a storm, where `expected` are usual."""
    usual = max(expected, LEAST_EXPECTED)
    return customers >= fewest and customers >= TIMES * usual and tail(customers, usual) < CHANCE


def suspicions(
    samples: Sequence[Sample],
    usual: Mapping[str, float],
    usual_term: Callable[[str], float] | None,
) -> list[Suspicion]:
    """What of a window looks like a storm, the largest first.

    `usual` is how many cases of an intent a window holds otherwise; `usual_term` the same for a word, None
    while the past is too short to know.
    """
    fewest = FEWEST if usual_term else FEWEST_AT_FIRST
    found = [*_by_term(samples, usual_term), *_by_intent(samples, usual, fewest)]
    return _merged(sorted(found, key=lambda s: -len(s.cases)), samples)


def _by_intent(samples: Sequence[Sample], usual: Mapping[str, float], fewest: int) -> Iterable[Suspicion]:
    for intent in sorted({s.intent for s in samples}):
        group = [s for s in samples if s.intent == intent]
        customers = len({s.customer for s in group})
        expected = usual.get(intent, 0.0)
        if is_storm(customers, expected, fewest):
            yield Suspicion(intent, (), frozenset(s.case_id for s in group), customers, expected)


def _by_term(samples: Sequence[Sample], usual: Callable[[str], float] | None) -> Iterable[Suspicion]:
    if usual is None:
        return
    holders: dict[str, list[Sample]] = {}
    for sample in samples:
        for term in sample.terms:
            holders.setdefault(term, []).append(sample)
    for term, group in sorted(holders.items()):
        customers = len({s.customer for s in group})
        if customers < FEWEST:
            continue
        expected = usual(term)
        if is_storm(customers, expected):
            yield Suspicion(None, (term,), frozenset(s.case_id for s in group), customers, expected)


def _merged(found: Sequence[Suspicion], samples: Sequence[Sample]) -> list[Suspicion]:
    """One suspicion for each cause: those that hold each other's cases are one."""
    result: list[Suspicion] = []
    for one in found:
        at = next((n for n, other in enumerate(result) if overlaps(one.cases, other.cases)), None)
        if at is None:
            result.append(one)
            continue
        other = result[at]
        cases = other.cases | one.cases
        customers = len({s.customer for s in samples if s.case_id in cases})
        terms = tuple(dict.fromkeys((*other.terms, *one.terms)))[:MOST_TERMS]
        # What is usual of the whole is at least what is usual of its rarer part.
        expected = max(other.expected, one.expected)
        result[at] = Suspicion(other.intent or one.intent, terms, cases, customers, expected)
    return [_with_intent(s, samples) for s in result]


def _with_intent(suspicion: Suspicion, samples: Sequence[Sample]) -> Suspicion:
    """Names what most of them speak of, where the suspicion came from a word."""
    if suspicion.intent is not None:
        return suspicion
    intents = [s.intent for s in samples if s.case_id in suspicion.cases]
    most = max(sorted(set(intents)), key=intents.count)
    shared = most if intents.count(most) >= SAME * len(intents) else None
    return Suspicion(shared, suspicion.terms, suspicion.cases, suspicion.customers, suspicion.expected)


def overlaps(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether the smaller of two sets of cases lies for a good part within the other."""
    smaller = min(len(one), len(other))
    return smaller > 0 and len(one & other) >= SAME * smaller


@dataclass(frozen=True, slots=True)
class Storm:
    """A storm as it is kept. Times are aware UTC."""

    id: int
    intent: str | None
    terms: tuple[str, ...]
    state: str  # active over dismissed
    began_at: datetime
    last_at: datetime  # when it was last seen
    over_at: datetime | None
    cases: int
    peak: int  # most customers in one window
    expected: float
    incident: int | None  # what a person made of it
    by: str | None  # who made an incident of it, or dismissed it

    @property
    def is_active(self) -> bool:
        """Whether it goes on."""
        return self.state == "active"
