"""Features: hashed words, word pairs, character n-grams and marks of a batch of posts, by numpy alone.

Everything is done for a whole batch at once: the posts' characters and token ids are laid end to end,
hashed by shifting and multiplying, and folded into the slots of their block. Nothing crosses from one
post into the next. A post of no words and no characters has its marks only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BLOCKS = ("word", "pair", "char", "mark")
_BITS = (20, 22, 20, 14)  # far more slots than features: hardly two share one
FIRST = tuple(sum(1 << b for b in _BITS[:i]) for i in range(len(_BITS)))  # slot where a block begins
BUCKETS = sum(1 << b for b in _BITS)
CHARS = 4
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
# With these seeds no two marks share a slot (tests/unit/nlp/test_train.py): a rule of P0 must never
# count as "four sour words".
_SEEDS = dict(zip(BLOCKS, map(np.uint64, (0x1B, 0x2D, 0x04, 0x6B)), strict=True))
_MAX_CHARS = 4_000  # of a post; its rest says the same again, and time stays linear
_MAX_TOKENS = 900

Ids = npt.NDArray[np.uint64]
Index = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Batch:
    """What the heads see of a batch of posts: slots of features, and the posts' vectors (`nlp.meaning`).

    The slots are laid end to end: post by post, and block by block within a post.

    Block b of post i is `buckets[bounds[i, b] : bounds[i, b + 1]]`. A slot counts once per post, however
    often it occurs: ten thousand laughs are a laugh.
    """

    buckets: Index
    bounds: Index  # posts × (blocks + 1)
    vectors: Floats  # posts × dimensions, each of length 1 or 0

    @property
    def posts(self) -> int:
        """How many posts are in it."""
        return len(self.bounds)


def features(texts: Sequence[str], tokens: Sequence[Ids], marks: Sequence[Ids], vectors: Floats) -> Batch:
    """The features of a batch: folded texts, norm ids of their tokens, ids of their marks, their vectors."""
    posts = len(texts)
    keys = np.concatenate(
        [
            *_word_grams([t[:_MAX_TOKENS] for t in tokens]),
            _char_grams([f" {t[:_MAX_CHARS]} " for t in texts]),
            _keys("mark", np.concatenate(marks), _owners(marks)),
        ]
    )
    if posts * BUCKETS < 1 << 32:
        keys = keys.astype(np.uint32)  # sorts twice as fast
    keys.sort()
    keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys
    edges = (np.arange(posts) * BUCKETS)[:, None] + [*FIRST, BUCKETS]
    bounds = np.searchsorted(keys, edges.astype(keys.dtype))
    return Batch((keys % keys.dtype.type(BUCKETS)).astype(np.int64), bounds, vectors)


def _owners(parts: Sequence[npt.NDArray[np.uint64]] | Sequence[str]) -> Index:
    return np.repeat(np.arange(len(parts)), [len(p) for p in parts])


def _keys(block: str, ids: Ids, owners: Index) -> npt.NDArray[np.uint64]:
    """One number per feature: the post it belongs to, and its slot."""
    number = BLOCKS.index(block)
    mixed = (ids ^ _SEEDS[block]) * _PRIME
    mixed ^= mixed >> np.uint64(29)
    mixed *= _MIX
    slots = mixed >> np.uint64(64 - _BITS[number])
    return owners.astype(np.uint64) * np.uint64(BUCKETS) + slots + np.uint64(FIRST[number])


def _char_grams(padded: Sequence[str]) -> npt.NDArray[np.uint64]:
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owners = _owners(padded)
    rolling = codes.astype(np.uint64) + np.uint64(1)
    for size in range(2, CHARS + 1):
        rolling = rolling[:-1] * _PRIME + codes[size - 1 :].astype(np.uint64)
    inside = owners[: len(rolling)] == owners[CHARS - 1 :]
    return _keys("char", rolling[inside], owners[: len(rolling)][inside])


def _word_grams(tokens: Sequence[Ids]) -> list[npt.NDArray[np.uint64]]:
    ids, owners = np.concatenate(tokens), _owners(tokens)
    inside = owners[:-1] == owners[1:]
    pairs = (ids[:-1] * _PRIME + ids[1:])[inside]
    return [_keys("word", ids, owners), _keys("pair", pairs, owners[:-1][inside])]
