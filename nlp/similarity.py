"""Which posts are copies of each other, or cut from one template.

Two posts are near-copies when the sets of their word pairs overlap by more than `LIMIT` (Jaccard),
handles, links and numbers aside. Only posts that share a rare pair are compared, so that the time
grows with the number of real candidates and not with the square of the corpus.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

LIMIT = 0.6  # posts written apart from each other stay below 0.3 in this corpus
_SHORT = 4  # posts of fewer words ("thanks!", "any update?") are compared as a whole
_RARE = 40  # a pair that more posts share than this says nothing
_DROP = re.compile(r"@\w+|https?://\S+|\d+")
_WORD = re.compile(r"\w+|[^\w\s]", re.UNICODE)


def shingles(text: str) -> frozenset[str]:
    """The set of word pairs of a post, lower case, without handles, links and numbers."""
    words = _WORD.findall(_DROP.sub(" ", text.lower()))
    if len(words) < _SHORT:
        return frozenset({" ".join(words)})
    return frozenset(f"{a} {b}" for a, b in itertools.pairwise(words))


def near_copies(texts: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    """(later, earlier, overlap) for each post that is a near-copy of one before it."""
    sets = [shingles(t) for t in texts]
    frequency = Counter(s for pairs in sets for s in pairs)
    holders: dict[str, list[int]] = defaultdict(list)
    for index, pairs in enumerate(sets):
        shared: Counter[int] = Counter()
        for pair in pairs:
            if frequency[pair] <= _RARE or len(pairs) == 1:
                shared.update(holders[pair])
                holders[pair].append(index)
        best = max(
            ((_overlap(pairs, sets[other]), -other) for other in shared),
            default=(0.0, 0),
        )
        if best[0] > LIMIT:
            yield index, -best[1], best[0]


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b)
