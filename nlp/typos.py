"""Typos in words of danger: "suicde", "amublance", "alergic" are put right before the rules look.

Only a word that the corpus doesn't have twice, one slip (a letter lost, added, swapped or replaced) away
from a word of harm, is mended; everything else stays as it was typed.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from zlib import error as ZlibError  # noqa: N812  (the name says what it is)

from monitor.domain.errors import ModelUnusable
from nlp.folding import Folded

DANGER_FILE = Path(__file__).parent / "rules" / "danger-words.txt"
KNOWN_FILE = Path(__file__).parent / "model" / "known-words.txt.gz"
_REMEMBERED = 50_000  # unknown words whose answer is kept
SHORTEST = 6  # letters; below, one slip makes too many other words
_WORD = re.compile(rf"[a-z]{{{SHORTEST - 1},}}")


def danger_words(path: Path = DANGER_FILE) -> frozenset[str]:
    """The long, unmistakable words of harm; short ones have too many neighbours ("swapped", "slapped")."""
    return frozenset(path.read_text("utf-8").split())


def _shortened(word: str) -> Iterator[str]:
    yield word
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]


def _one_slip(a: str, b: str) -> bool:
    """Whether one lost, added, replaced or swapped letter lies between two different words."""
    if len(a) > len(b):
        a, b = b, a
    same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) + 1 == len(b):
        return a[same:] == b[same + 1 :]
    if len(a) != len(b):
        return False
    swapped = a[same + 1 : same + 2] + a[same : same + 1]
    return a[same + 1 :] == b[same + 1 :] or (
        b[same : same + 2] == swapped and a[same + 2 :] == b[same + 2 :]
    )


class Mender:
    """Mends folded text. A post without unknown words, that is nearly every one, costs a few lookups."""

    def __init__(self, known: Iterable[str]) -> None:
        danger = danger_words()
        self._known = frozenset(known) | danger
        self._index: dict[str, list[str]] = {}
        self._answers: dict[str, str | None] = {}
        for word in sorted(danger):
            for short in _shortened(word):
                self._index.setdefault(short, []).append(word)

    def mend(self, folded: Folded) -> Folded:
        """`folded` itself, or a copy with the slips put right and its way back to the original kept."""
        if all(w in self._known for w in _WORD.findall(folded.text)):
            return folded
        pieces: list[str] = []
        starts: list[int] = []
        done = 0
        for match in _WORD.finditer(folded.text):
            meant = None if match.group() in self._known else self._meant(match.group())
            if meant is None or not _stands_alone(folded.text, match):
                continue
            self._keep(folded, pieces, starts, done, match.start())
            pieces.append(meant)
            last = match.end() - 1
            inside = [min(match.start() + i, last) for i in range(len(meant))]
            inside[-1] = last
            starts += [i if folded.starts is None else folded.starts[i] for i in inside]
            done = match.end()
        if not pieces:
            return folded
        self._keep(folded, pieces, starts, done, len(folded.text))
        return Folded("".join(pieces), starts, folded.original)

    def _meant(self, word: str) -> str | None:
        if word not in self._answers:
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            self._answers[word] = self._nearest(word)
        return self._answers[word]

    def _nearest(self, word: str) -> str | None:
        for short in _shortened(word):
            for candidate in self._index.get(short, ()):
                if _one_slip(word, candidate):
                    return candidate
        return None

    @staticmethod
    def _keep(folded: Folded, pieces: list[str], starts: list[int], begin: int, end: int) -> None:
        pieces.append(folded.text[begin:end])
        starts += range(begin, end) if folded.starts is None else folded.starts[begin:end]


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    before = text[match.start() - 1 : match.start()]
    return (
        not (before.isalnum() or (before and before in "@#_./"))
        and not text[match.end() : match.end() + 1].isalnum()
    )


def read_known(path: Path = KNOWN_FILE) -> frozenset[str]:
    """The words of the corpus that occur at least twice; empty if the file is missing.

    Raises `ModelUnusable` if it is damaged.
    """
    try:
        if words := frozenset(gzip.decompress(path.read_bytes()).decode().split()):
            return words
        raise ModelUnusable(f"{path.name}: it has no words.")
    except FileNotFoundError:
        return frozenset()
    except (OSError, EOFError, ZlibError, ValueError) as error:
        raise ModelUnusable(f"{path.name}: {error}.") from error


def write_known(words: Iterable[str], path: Path = KNOWN_FILE) -> None:
    """Writes what `read_known` reads, the same bytes for the same words."""
    path.write_bytes(gzip.compress("\n".join(words).encode(), mtime=0))


def known_words(folded_texts: Iterable[str]) -> list[str]:
    """What `read_known` will read: words that occur in at least two of the texts, in order."""
    once: set[str] = set()
    twice: set[str] = set()
    for text in folded_texts:
        words = set(_WORD.findall(text))
        twice |= words & once
        once |= words
    return sorted(twice)
