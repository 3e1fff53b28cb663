"""Meaning: a vector for each of twenty thousand words, and how near posts lie to each other by them.

``nlp/model/vectors.npz`` holds what `nlp.distil` worked out once from a sentence model: a row of int8 per
word, its rarity folded in. The vector of a post is the sum of its distinct words' rows, at length 1; a post
without a known word has zeros. So "my hand came up in blisters" lies near "burned my fingers", though
they share no word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from monitor.domain.errors import ModelUnusable
from nlp.arrays import read_arrays, sums_of_runs

VECTORS = Path(__file__).parent / "model" / "vectors.npz"
# Chosen by leave-one-industry-out on our corpus: how fast likeness fades with the squared distance (0–4).
SHARPNESS = np.float32(2.0)

Floats = npt.NDArray[np.float32]


class Meaning:
    """The words' vectors."""

    def __init__(self, words: Sequence[str], table: npt.NDArray[np.int8]) -> None:
        self._row = {word: number for number, word in enumerate(words)}
        self.digest = hashlib.sha256("\n".join(words).encode() + table.tobytes()).hexdigest()[:16]
        self._table: Floats = table.astype(np.float32)

    def of(self, posts: Sequence[Iterable[str]]) -> Floats:
        """One vector per post, each a post's folded words: posts × dimensions."""
        row = self._row
        rows = [{row[word] for word in words if word in row} for words in posts]
        sizes = np.array([len(r) for r in rows], dtype=np.int64)
        picked = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=sizes.sum())
        return unit(sums_of_runs(self._table[picked], sizes))


def unit(vectors: Floats) -> Floats:
    """The same at length 1; zeros stay zeros."""
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(vectors / np.maximum(length, np.float32(1e-9))[:, None], dtype=np.float32)


def likeness(vectors: Floats, others: Floats) -> Floats:
    """How alike each of `vectors` is to each of `others`, all of length 1 or 0: from 0 to 1."""
    closeness = vectors @ others.T
    closeness -= 1
    closeness *= 2 * SHARPNESS
    return np.asarray(np.exp(closeness, out=closeness))


@cache
def load_meaning(path: Path = VECTORS) -> Meaning:
    """The shipped vectors. Raises `ModelUnusable`."""
    try:
        stored = read_arrays(path)
        words = stored["words"].tobytes().decode("utf-8").split("\n")
        table = stored["table"]
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnusable(f"{path.name}: {error}.") from error
    if table.dtype != np.int8 or len(words) != len(table):
        raise ModelUnusable(f"{path.name} holds {len(words)} words and {len(table)} vectors.")
    return Meaning(words, table)
