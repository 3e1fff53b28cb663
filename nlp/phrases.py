"""Plain phrases: the words of concepts that are no more than a few spellings are found all at once.

Most words of concepts ("drivers?", "caught (?:on )?fire") stand for a handful of phrases. Those are kept
in one tree of words, and a single walk over a post finds every one of them; only what can't be spelled
out ("in the \\w+ road") is searched for by its own pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_MOST = 150  # spellings of one pattern; beyond, it is searched for as it stands
_REPEATS = 2
_WORD = re.compile(r"[^\W_]+")
_WORDS = re.compile("[a-z]+(?: [a-z]+)*")
_JOIN = {" ": " ", "-": " ", "/": " ", "&": " ", "'": "'", "": ""}

Span = tuple[int, int]


def spellings(pattern: str) -> list[str] | None:
    """Every phrase a pattern stands for; None if there are too many, or if it says more than phrases do."""
    try:
        found = _all(list(parser.parse(pattern)), [""])
    except _TooManyError:
        return None
    phrases = sorted({" ".join(p.split()) for p in found})
    if not all(phrases) or not all(_WORD.match(p) and _joints(p) for p in phrases):
        return None
    return phrases


class _TooManyError(Exception):
    """The pattern isn't a handful of phrases."""


def _all(items: Sequence[tuple[Any, Any]], heads: list[str]) -> list[str]:
    for code, value in items:
        tails = _one(code, value)
        heads = [head + tail for head in heads for tail in tails]
        if len(heads) > _MOST:
            raise _TooManyError
    return heads


def _one(code: Any, value: Any) -> list[str]:
    if code is op.LITERAL:
        return [chr(value)]
    if code is op.IN:
        return _members(value)
    if code is op.SUBPATTERN:
        return _all(list(value[3]), [""])
    if code is op.BRANCH:
        return [phrase for branch in value[1] for phrase in _all(list(branch), [""])]
    if code is op.MAX_REPEAT:
        low, high, inner = value
        once = _all(list(inner), [""])
        if once == [" "]:
            return [" "] if low else ["", " "]
        if high > _REPEATS:
            raise _TooManyError
        times, phrases = [""], ([""] if low == 0 else [])
        for count in range(1, high + 1):
            times = [a + b for a in times for b in once]
            phrases += times if count >= low else []
        return phrases
    raise _TooManyError


def _members(value: Any) -> list[str]:
    chars = []
    for code, char in value:
        if code is op.LITERAL:
            chars.append(chr(char))
        elif code is op.RANGE and char[1] - char[0] < 10:
            chars += map(chr, range(char[0], char[1] + 1))
        else:
            raise _TooManyError
    return chars


def _joints(phrase: str) -> list[str] | None:
    """The words of a phrase, each with what joins it to the one before ("fire", " brigade", "'s")."""
    if _WORDS.fullmatch(phrase):  # nearly every phrase
        first, *others = phrase.split(" ")
        return [first, *(" " + word for word in others)]
    keys, end = [], 0
    for match in _WORD.finditer(phrase):
        between = phrase[end : match.start()]
        if between not in _JOIN:
            return None
        keys.append(_JOIN[between] + match.group())
        end = match.end()
    return keys if end == len(phrase) else None


class PhraseTree:
    """All phrases of all concepts; whose they are is kept at their last word."""

    def __init__(self) -> None:
        self._root: dict[str, Any] = {}

    def add(self, name: str, phrases: Iterable[str]) -> None:
        """Notes that each of the phrases stands for the concept of this name."""
        for phrase in phrases:
            node = self._root
            for key in _joints(phrase) or ():
                node = node.setdefault(key, {})
            node.setdefault("", []).append(name)

    def find(self, parts: Sequence[str]) -> dict[str, list[Span]]:
        """Where each concept stands in folded text that is taken apart (`nlp.anchors.pieces`)."""
        found: dict[str, list[Span]] = {}
        ends = list(accumulate(map(len, parts)))
        root = self._root
        for place in range(1, len(parts), 2):
            node = root.get(parts[place])
            if node is None:
                continue
            start, last = ends[place - 1], place
            while True:
                names = node.get("")
                if names:
                    span = (start, ends[last])
                    for name in names:
                        found.setdefault(name, []).append(span)
                    if len(node) == 1:
                        break
                last += 2
                if last >= len(parts):
                    break
                between = parts[last - 1]
                join = _JOIN.get(between)
                if join is None:
                    if between.strip(" "):
                        break
                    join = " "
                node = node.get(join + parts[last])
                if node is None:
                    break
        return found
