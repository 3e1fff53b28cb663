"""Features: hashed words, word pairs and character n-grams of a batch of posts, by numpy alone.

Everything is done for a whole batch at once: the posts' characters and token ids are laid end to end,
hashed by shifting and multiplying, and folded into `BUCKETS` slots. Nothing crosses from one post into
the next. A post of no words and no characters has the features of its `extras` only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BUCKETS = 1 << 16
CHAR_SIZES = (3, 4, 5)
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SEEDS = {"word": np.uint64(0x1B), "pair": np.uint64(0x2D), "extra": np.uint64(0x47)}
_MAX_CHARS = 4_000  # of a post; its rest says the same again, and time stays linear
_MAX_TOKENS = 900

Ids = npt.NDArray[np.uint64]
Index = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batch:
    """Bucket numbers of all features, laid end to end; `starts[i]` is where post i begins.

    A bucket counts once per post, however often it occurs: ten thousand laughs are a laugh.
    """

    buckets: Index
    starts: Index


def features(texts: Sequence[str], tokens: Sequence[Ids], extras: Sequence[Ids]) -> Batch:
    """The features of a batch: folded texts, norm ids of their tokens, ids of the lexical extras."""
    parts: list[tuple[Ids, Index]] = [*_char_grams(texts), *_word_grams(tokens)]
    lengths = [len(e) for e in extras]
    owners = np.repeat(np.arange(len(texts)), lengths)
    parts.append((_salted(np.concatenate(extras), _SEEDS["extra"]), owners))
    hashes = np.concatenate([p[0] for p in parts])
    owner = np.concatenate([p[1] for p in parts])
    buckets = (hashes >> np.uint64(48)).astype(np.int64)
    keys = np.unique(owner.astype(np.int64) * BUCKETS + buckets)
    starts = np.searchsorted(keys, np.arange(len(texts)) * BUCKETS)
    return Batch(keys % BUCKETS, starts)


def _salted(ids: Ids, seed: np.uint64) -> Ids:
    mixed = (ids ^ seed) * _PRIME
    mixed ^= mixed >> np.uint64(29)
    return mixed * _MIX


def _char_grams(texts: Sequence[str]) -> list[tuple[Ids, Index]]:
    padded = [f" {t[:_MAX_CHARS]} " for t in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owners = np.repeat(np.arange(len(texts)), [len(p) for p in padded])
    rolling = codes.astype(np.uint64) + np.uint64(1)
    parts = []
    for size in range(2, CHAR_SIZES[-1] + 1):
        rolling = rolling[:-1] * _PRIME + codes[size - 1 :].astype(np.uint64)
        if size in CHAR_SIZES:
            inside = owners[: len(rolling)] == owners[size - 1 :]
            parts.append((_salted(rolling[inside], np.uint64(size)), owners[: len(rolling)][inside]))
    return parts


def _word_grams(tokens: Sequence[Ids]) -> list[tuple[Ids, Index]]:
    cut = [t[:_MAX_TOKENS] for t in tokens]
    ids = np.concatenate(cut)
    owners = np.repeat(np.arange(len(cut)), [len(t) for t in cut])
    inside = owners[:-1] == owners[1:]
    pairs = ids[:-1] * _PRIME + ids[1:]
    return [
        (_salted(ids, _SEEDS["word"]), owners),
        (_salted(pairs[inside], _SEEDS["pair"]), owners[:-1][inside]),
    ]
