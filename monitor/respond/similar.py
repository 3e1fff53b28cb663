"""How alike two replies are: shared shingles of three words, links and numbers aside."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LINK = re.compile(r"https?://\S+|[@#]\w+")
SHINGLE = 3

# Two replies about different things share their promise and their way to a person, which comes to
# 0.2–0.45 here; the same reply with one word changed comes to 0.7 and more.
NEAR = 0.6

Shingles = frozenset[tuple[str, ...]]


@lru_cache(maxsize=20_000)
def shingles(text: str) -> Shingles:
    """Every run of three words, lower case; the whole text where it is shorter."""
    words = [w.lower().replace("’", "'") for w in _WORD.findall(_LINK.sub(" ", text))]
    if len(words) < SHINGLE:
        return frozenset({tuple(words)}) if words else frozenset()
    return frozenset(tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1))


def likeness(one: str, other: str) -> float:
    """Jaccard index of their shingles, 0–1."""
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b) if a and b else 0.0


def nearest(text: str, others: Iterable[str]) -> tuple[float, str]:
    """The most similar of `others` with its likeness; (0, "") without any."""
    return max(((likeness(text, other), other) for other in others), default=(0.0, ""))


class Said:
    """Texts that were said, asked again and again which of them is nearest to another one.

    It looks only at texts that share a shingle, so that a day of thousands of replies stays quick.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts: list[str] = []
        self._holding: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """One more was said."""
        number = len(self._texts)
        self._texts.append(text)
        for shingle in shingles(text):
            self._holding[shingle].append(number)

    def nearest(self, text: str) -> tuple[float, str]:
        """The most similar one with its likeness; (0, "") when none has anything in common."""
        own = shingles(text)
        shared = Counter(number for shingle in own for number in self._holding.get(shingle, ()))
        best = max(
            ((n / (len(own) + len(shingles(self._texts[i])) - n), i) for i, n in shared.items()),
            default=None,
        )
        return (0.0, "") if best is None else (best[0], self._texts[best[1]])
