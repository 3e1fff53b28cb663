"""Which features have weights: those that posts of the corpus share, each with a row of its own.

There are many more slots (`nlp.features`) than features, so that hardly two of them meet in one; a feature
that too few posts have teaches nothing and has no row. Whatever has none counts in a post's length all the
same, as something rare: a post of unknown words must not be judged by its "and" and its full stop as if they
were all it says.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from nlp.features import BUCKETS, FIRST, Batch

# So many posts must have a feature. Fewer rows would lose by what they leave out, more gain nothing
# (docs/nlp.md).
_FEWEST = (2, 4, 5, 2)  # word pair char mark

Floats = npt.NDArray[np.float32]
Index = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Kept:
    """The slots that have rows, and each row's inverse document frequency; last, that of the rest."""

    slots: npt.NDArray[np.uint32]  # ascending
    rarity: Floats  # rows + 1
    _row: Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lays out the row of each slot."""
        row = np.full(BUCKETS, len(self.slots), dtype=np.int32)
        row[self.slots] = np.arange(len(self.slots), dtype=np.int32)
        object.__setattr__(self, "_row", row)

    def rows(self, batch: Batch) -> Index:
        """The row of each feature of the batch; the number of rows for one that has none."""
        return self._row[batch.buckets]

    @property
    def first(self) -> list[int]:
        """The row where each block begins."""
        return [int(row) for row in np.searchsorted(self.slots, FIRST)]


def kept_of(batch: Batch) -> Kept:
    """What these posts share."""
    frequency = np.bincount(batch.buckets, minlength=BUCKETS)
    fewest = np.repeat(_FEWEST, np.diff([*FIRST, BUCKETS]))
    slots = np.flatnonzero(frequency >= fewest)
    posts = np.append(frequency[slots], 1)  # the rest count as if one post had them
    rarity = np.log((1 + batch.posts) / (1 + posts)) + 1
    return Kept(slots.astype(np.uint32), rarity.astype(np.float16).astype(np.float32))  # as it is stored
