"""Anchors: the word beginnings without which a pattern can't match.

Hundreds of patterns are held against every post. Most can be ruled out by one set intersection: if
none of a pattern's anchors begins a word of the post, the pattern isn't tried. The anchors are
derived from the pattern itself, so that writers of rules needn't know of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LENGTH = 4  # characters of a word that are compared
SHORT = 3  # … or this many, where a pattern leaves the fourth open ("burn" is sure, "los\\w*" isn't)
_MANY = 300  # more beginnings than this: another part of the pattern is the better anchor
FIGURE = "0"  # stands for any figure, in a pattern that says no more about its words
_APART = re.compile(r"([^\W_]+)")
_DIGIT = re.compile("[0-9]")
_UNIT = re.compile(r"(?<=[0-9])[^\W\d_]+")
_SYMBOL = re.compile("[$£€₦₹\u2190-\u2bff\U0001f000-\U0001faff]")

Items = Sequence[tuple[Any, Any]]


def pieces(folded: str) -> list[str]:
    """Folded text taken apart: what lies between words, a word, what lies between, a word, …"""
    return _APART.split(folded)


def word_starts(folded: str, taken_apart: list[str] | None = None) -> set[str]:
    """The first `LENGTH` and the first `SHORT` characters of each word.

    Emoji and currency signs count as words, and so does what is written right behind a figure ("6pm").
    `taken_apart` are the text's `pieces`, if they are known.
    """
    words = (taken_apart or pieces(folded))[1::2]
    if _DIGIT.search(folded):
        words += _UNIT.findall(folded)
        words.append(FIGURE)
    starts = {w[:LENGTH] for w in words} | {w[:SHORT] for w in words}
    if "$" in folded or not folded.isascii():
        starts.update(_SYMBOL.findall(folded))
    return starts


def anchors(pattern: str) -> list[frozenset[str]]:
    """Sets of word beginnings; every match of `pattern` contains one of *each* set. Rarest first.

    The pattern must be one that begins and ends at a word boundary.
    """
    found = _required([*parser.parse(pattern), (op.AT, op.AT_BOUNDARY)], at_start=True)
    sets = {frozenset(word.rstrip() for word in words) for words in found}
    if _needs_figure(list(parser.parse(pattern))):
        sets.add(frozenset({FIGURE}))
    return sorted(sets, key=lambda s: (commonness(s), sorted(s)))


def _needs_figure(items: Items) -> bool:
    """Whether a match can't do without a digit."""
    for code, value in items:
        if code in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0] >= 1 and _needs_figure(list(value[2])):
            return True
        if code is op.SUBPATTERN and _needs_figure(list(value[3])):
            return True
        if code is op.BRANCH and all(_needs_figure(list(branch)) for branch in value[1]):
            return True
        if code is op.LITERAL and chr(value).isdigit():
            return True
        if code is op.IN and all(_is_digit(c, v) for c, v in value):
            return True
    return False


def _is_figure(code: Any, value: Any) -> bool:
    """Whether this item is one digit or more, and nothing else: what follows it counts as a word."""
    if code is op.MAX_REPEAT:
        return bool(value[0] >= 1 and len(value[2]) == 1 and _is_figure(*value[2][0]))
    if code is op.SUBPATTERN:
        return bool(list(value[3])) and all(_is_figure(*item) for item in value[3])
    if code is op.BRANCH:
        return all(list(branch) and all(_is_figure(*item) for item in branch) for branch in value[1])
    if code is op.LITERAL:
        return chr(value).isdigit()
    return code is op.IN and all(_is_digit(c, v) for c, v in value)


def _is_digit(code: Any, value: Any) -> bool:
    if code is op.CATEGORY:
        return value is op.CATEGORY_DIGIT
    low, high = value if code is op.RANGE else (value, value)
    return code in (op.LITERAL, op.RANGE) and chr(low).isdigit() and chr(high).isdigit()


_COMMON_TEXT = (
    "a i im is it in on of to at be my me we us he so up no an or if as by do the you your and for "
    "was this that have has had not but with from are been will were can cant all what just don they "
    "get got when how now out still one there would about them their after want "
)
_COMMON = frozenset(_COMMON_TEXT.split())


def commonness(words: frozenset[str]) -> int:
    """A rough cost: how often a post holds one of these beginnings."""
    return sum(40 if w.rstrip() in _COMMON else 4 if len(w.rstrip()) <= SHORT else 1 for w in words)


def _required(items: Items, at_start: bool, behind_figure: bool = False) -> list[set[str]]:
    """What a sequence needs: all of these sets.

    `at_start`: a word begins here. `behind_figure`: or else a unit, if it isn't one more figure.
    """
    needs: list[set[str]] = []
    fresh, unit = at_start, behind_figure  # can a word begin at this item, or a unit?
    for index, (code, value) in enumerate(items):
        if fresh or unit or _is_symbol(code, value):
            starts = _beginnings(items[index:], {""})
            if starts and all(len(s) == LENGTH and (fresh or not s[0].isdigit()) for s in starts):
                needs.append(starts)
        needs += _inner(code, value, fresh, unit)
        skipped = _skips_words(code, value)
        fresh = _is_gap(code, value) or code is op.AT or (fresh and skipped)
        unit = _is_figure(code, value) or (unit and skipped)
    return needs


def _inner(code: Any, value: Any, fresh: bool, unit: bool) -> list[set[str]]:
    if code is op.SUBPATTERN:
        return _required(list(value[3]), fresh, unit)
    if code in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0] >= 1:
        return _required(list(value[2]), fresh, unit)
    if code is op.BRANCH:
        parts = [
            _required(list(branch), fresh, unit) or ([{FIGURE}] if _needs_figure(list(branch)) else [])
            for branch in value[1]
        ]
        if all(parts):
            return [set().union(*(min(p, key=lambda s: commonness(frozenset(s))) for p in parts))]
    return []


def _is_gap(code: Any, value: Any) -> bool:
    """Whether a word begins after this item: a space, a run of spaces, punctuation, the text's beginning."""
    if code is op.AT:
        return bool(value is op.AT_BEGINNING)
    if code is op.LITERAL:
        return not chr(value).isalnum()
    if code is op.IN:
        return all(c is op.LITERAL and not chr(v).isalnum() for c, v in value)
    if code is op.MAX_REPEAT:
        inner = list(value[2])
        return bool(value[0] >= 1 and len(inner) == 1 and _is_gap(*inner[0]))
    if code is op.SUBPATTERN:
        inner = list(value[3])
        return bool(inner) and _is_gap(*inner[-1])
    if code is op.BRANCH:
        return all(list(branch) and _is_gap(*list(branch)[-1]) for branch in value[1])
    return False


def _skips_words(code: Any, value: Any) -> bool:
    """Whether this item, present or not, leaves us where a word begins: ``(?:\\w+ )?``, ``\\d?``."""
    if code in (op.ASSERT, op.ASSERT_NOT):
        return True
    if code is op.SUBPATTERN:
        inner = list(value[3])
    elif code in (op.MAX_REPEAT, op.MIN_REPEAT):
        inner = list(value[2])
    elif code is op.BRANCH:
        return all(not b or _skips_words(*list(b)[-1]) or _is_gap(*list(b)[-1]) for b in value[1])
    else:
        return False
    return bool(inner) and (
        _is_gap(*inner[-1]) or _skips_words(*inner[-1]) or all(_is_figure(*item) for item in inner)
    )


_ANY_LETTERS = [(op.IN, [(op.CATEGORY, op.CATEGORY_WORD)])]


def _beginnings(items: Items, states: set[str]) -> set[str] | None:
    """What a word may begin with when it starts with these items; shorter strings are unfinished."""
    for code, value in items:
        if all(len(s) == LENGTH for s in states):
            break
        done = {s for s in states if len(s) == LENGTH}
        open_ones = states - done
        grown = _grown(code, value, open_ones)
        if grown is None and all(len(s) >= SHORT for s in open_ones):
            return done | {s.ljust(LENGTH) for s in open_ones}  # three letters are sure, whatever follows
        if grown is None or len(grown) > _MANY:
            return None
        states = done | grown
    return states


def _grown(code: Any, value: Any, states: set[str]) -> set[str] | None:
    if states == {""} and code is not op.LITERAL and _needs_figure([(code, value)]):
        return {FIGURE.ljust(LENGTH)}
    if _is_symbol(code, value) and states == {""}:
        symbols = chr(value) if code is op.LITERAL else _members(value) or ""
        return {symbol.ljust(LENGTH) for symbol in symbols}
    if code is op.LITERAL:
        return {s + chr(value) for s in states} if chr(value).isalnum() else _whole(states)
    if code is op.IN:
        return _chosen(value, states)
    if code is op.SUBPATTERN:
        return _beginnings(list(value[3]), states)
    if code is op.BRANCH:
        parts = [_beginnings(list(branch), states) for branch in value[1]]
        return None if any(p is None for p in parts) else set().union(*(p for p in parts if p))
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        return _repeated(value, states)
    if code is op.ASSERT_NOT and next(iter(value[1])) == (op.AT, op.AT_NON_BOUNDARY):
        return _whole(states)  # the edge of a gap
    if code in (op.ASSERT, op.ASSERT_NOT):
        return states  # what must follow, or must not, only makes matches fewer
    if code is op.AT:
        return states if states == {""} else _whole(states)
    return None


def _chosen(value: Items, states: set[str]) -> set[str] | None:
    if all(c is op.LITERAL and not chr(v).isalnum() for c, v in value):
        return _whole(states)
    chars = _members(value)
    return None if chars is None else {s + c for s in states for c in chars}


def _repeated(value: Any, states: set[str]) -> set[str] | None:
    if list(value[2]) == _ANY_LETTERS:
        return {s.ljust(LENGTH) for s in states} if all(len(s) >= SHORT for s in states) else None
    once = _beginnings(list(value[2]), states)
    if once is None:
        return None
    if value[1] > 1 and any(len(s) < LENGTH for s in once):
        if any(len(s) < SHORT for s in once):
            return None
        once = {s.ljust(LENGTH) for s in once}
    return once if value[0] >= 1 else states | once


def _whole(states: set[str]) -> set[str] | None:
    """Words that end here: padded, they count as long enough."""
    return None if "" in states else {s.ljust(LENGTH) for s in states}


def _is_symbol(code: Any, value: Any) -> bool:
    """An emoji or currency sign, or a choice of them: one stands for itself wherever it is."""
    if code is op.LITERAL:
        return bool(_SYMBOL.match(chr(value)))
    return code is op.IN and all(c is op.LITERAL and _SYMBOL.match(chr(v)) for c, v in value)


def _members(value: Items) -> str | None:
    chars = ""
    for code, char in value:
        if code is op.LITERAL and (chr(char).isalnum() or _SYMBOL.match(chr(char))):
            chars += chr(char)
        elif code is op.CATEGORY and char is op.CATEGORY_DIGIT:
            chars += "0123456789"
        elif code is op.RANGE and chr(char[0]).isalnum() and char[1] - char[0] < 26:
            chars += "".join(map(chr, range(char[0], char[1] + 1)))
        else:
            return None
    return chars
