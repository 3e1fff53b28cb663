"""Folding: one plain spelling for rules and features, with a way back to the original characters.

Lower case, no accents, straight quotes, no invisible characters, fullwidth and look-alike letters as
the Latin ones they stand for. Rules are written against folded text only, so none of these tricks can
hide a word from them, and every span they find is reported in the author's own characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Cyrillic and Greek letters that are drawn like Latin ones (Unicode confusables, the common ones).
_LOOKALIKE = dict(
    zip(
        "авеёкмнорстухіїјѕԁԛԝɡһӏαβεικνορτυχγωѵոսցցօհ",
        "abeekmhopctyxiijsdqwghlabeikvoptuxywvnuggoh",
        strict=False,
    )
)
_PLAIN = {
    "‘": "'", "’": "'", "‛": "'", "ʼ": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"',
    "»": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": ".", "ß": "ss", "ø": "o", "ł": "l",
    "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "•": " ", "·": " ",
}  # fmt: skip
_KEPT_MARKS = frozenset({"\ufe0f", "\u200d"})  # they belong to emoji; alone they are dropped
_LATIN = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `starts` maps each folded character to its original index (None: the same index)."""

    text: str
    starts: list[int] | None
    original: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original [start, end) behind the folded one, invisible characters inside included."""
        if self.starts is None or start >= end:
            return start, end
        return self.starts[start], self._after(self.starts[end - 1])

    def _after(self, last: int) -> int:
        end = last + 1
        while end < len(self.original) and unicodedata.combining(self.original[end]):
            end += 1
        return end


class _Table(dict[int, str]):
    """Folded form per character, worked out when first met. `odd` holds those that change length."""

    def __init__(self) -> None:
        super().__init__()
        self.odd: set[str] = set()

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = _fold_char(char)
        self[code] = folded
        if len(folded) != 1:
            self.odd.add(char)
        return folded


def _fold_char(char: str) -> str:
    if char in _PLAIN:
        return _PLAIN[char]
    category = unicodedata.category(char)
    if char.isspace() or category in ("Zs", "Zl", "Zp"):
        return " "
    if category in ("Cf", "Cc", "Mn", "Me", "Cs") or "\ufe00" <= char <= "\ufe0f" or char == "\u3164":
        return ""
    lowered = unicodedata.normalize("NFKD", char).lower()
    plain = "".join(c for c in lowered if not unicodedata.combining(c))
    return "".join(_PLAIN.get(c, c) for c in plain)


_TABLE = _Table()
_LOOKALIKE_TABLE = str.maketrans(_LOOKALIKE)
_MAYBE_LOOKALIKE = re.compile("[\u0250-\u02af\u0370-\u058f]")
_NON_LATIN_WORD = re.compile(r"[^\W\d_]*[\u0250-\u02af\u0370-\u058f][^\W\d_]*")


def _latinised(match: re.Match[str]) -> str:
    """A word of look-alikes as the Latin word it is drawn as; truly Greek or Russian words stay."""
    word = match.group()
    plain = word.translate(_LOOKALIKE_TABLE)
    if plain.isascii() or _LATIN.search(word):
        return plain
    return word


def fold(text: str) -> Folded:
    """The folded form of `text`; the same length and indices wherever that is possible."""
    if text.isascii():
        return Folded(text.lower().translate(_ASCII), None, text)
    plain = text.translate(_TABLE)
    starts: list[int] | None = None
    if not _TABLE.odd.isdisjoint(text):
        starts = []
        for index, char in enumerate(text):
            starts.extend([index] * len(_TABLE[ord(char)]))
    if not plain.isascii() and _MAYBE_LOOKALIKE.search(plain):
        plain = _NON_LATIN_WORD.sub(_latinised, plain)
    return Folded(plain, starts, text)


# Control characters and line breaks become spaces one to one, so that indices stay.
_ASCII = dict.fromkeys([*range(32), 127], " ") | {ord("`"): "'"}
