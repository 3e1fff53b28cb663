"""A customer's words as HTML: escaped, isolated, links as they are, and marks where something was read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from markupsafe import Markup, escape

from monitor.domain.reading import Reading

# A post is shown up to here; the rest is one click away. No platform's posts are longer than its
# few ten thousand characters, but an export may hold anything.
LONGEST_SHOWN = 4000

_URL = re.compile(r"https?://[^\s<>\"'`\x00-\x20\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
_TRAILING = ".,;:!?)]}…"
# Characters that reorder or hide what follows. <bdi> keeps them from reaching beyond the post; here
# they become visible, so that no file name or address can be disguised inside it.
_UNSEEN = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd")
# Spaces that hold words together, or are as wide as one: some are fine, a row of them is a wall.
_WALL = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]{4,}")
# More accents than any script stacks on one letter: what is over is noise that paints over its neighbours.
_MOST_MARKS = 6


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a post that something was read in. `kind`: urgency, signal or entity."""

    start: int
    end: int
    kind: str
    label: str


# Text of nothing but these is seemly as it is: letters and marks of Western languages, and what is written
# between them. Nearly every post is; the others are looked at character by character.
_ODD = re.compile(r"[^\n\t -~\u00a1-\u024f\u2010-\u2027\u2030-\u205e\u20ac]")


@lru_cache(maxsize=4096)
def seemly(text: str) -> str:
    """`text` with every character replaced that would not be shown, one for one, so that offsets stay."""
    if _ODD.search(text) is None:
        return text
    marks, out = 0, []
    for char in _WALL.sub(lambda wall: " " * len(wall[0]), text.translate(_UNSEEN)):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        bad = (category == "Cc" and char not in "\n\t") or category == "Cs" or marks > _MOST_MARKS
        out.append(("\u200b" if marks else "\ufffd") if bad else char)
    return "".join(out)


def spans_of(reading: Reading | None) -> list[Span]:
    """What a reading found, the reasons of its urgency first."""
    if reading is None:
        return []
    found = [Span(r.start, r.end, "urgency", r.rule) for r in reading.urgency.reasons]
    found += [Span(s.start, s.end, "signal", s.label) for s in reading.signals]
    found += [Span(e.start, e.end, "entity", e.label) for e in reading.entities]
    return [s for s in found if s.end > s.start]


def find_words(text: str, query: str) -> list[Span]:
    """Where the words of a search stand in `text`, whatever their case and accents; the last may go on."""
    folded = text.lower() if text.isascii() else "".join(_folded(char) for char in text)
    found = []
    words = ["".join(_folded(c) for c in w) for w in _WORD.findall(query)]
    for number, word in enumerate(words):
        end = r"\w*" if number == len(words) - 1 else r"(?!\w)"
        for match in re.finditer(rf"(?<!\w){re.escape(word)}{end}", folded):
            found.append(Span(match.start(), match.end(), "found", "what you searched for"))
    return sorted(found, key=lambda s: s.start)


_WORD = re.compile(r"\w+")


def _folded(char: str) -> str:
    """One character for one character: lower case, without its accent, as the search index has it."""
    base = unicodedata.normalize("NFD", char)[0].lower()
    return base if len(base) == 1 else char


def marked(text: str, spans: Sequence[Span] = (), *, limit: int = LONGEST_SHOWN) -> Markup:
    """The first `limit` characters of `text` as HTML. Spans may overlap; a piece tells all of its labels."""
    shown = seemly(text[:limit])
    links = [(m.start(), m.start() + len(m[0].rstrip(_TRAILING))) for m in _URL.finditer(shown)]
    pieces = []
    for start, end in _pieces(len(shown), spans, links):
        inside = [s for s in spans if s.start <= start and end <= s.end]
        link = next((shown[a:b] for a, b in links if a <= start and end <= b), None)
        pieces.append(_piece(shown[start:end], inside, link))
    return Markup("").join(pieces)


def with_names(note: str, names: Iterable[str]) -> Markup:
    """A colleague's note, with the colleagues that it calls by ``@name`` marked."""
    shown = seemly(note)
    found = []
    for name in names:
        for match in re.finditer(rf"(?<![\w@])@{re.escape(name)}(?!\w)", shown, re.IGNORECASE):
            found.append(Span(match.start(), match.end(), "found", "was told"))
    return marked(note, found, limit=len(note))


def _pieces(
    length: int, spans: Iterable[Span], links: Iterable[tuple[int, int]]
) -> Iterable[tuple[int, int]]:
    cuts = {0, length}
    for start, end in [*((s.start, s.end) for s in spans), *links]:
        cuts |= {min(max(start, 0), length), min(max(end, 0), length)}
    ordered = sorted(cuts)
    return pairwise(ordered)


def _piece(text: str, inside: Sequence[Span], link: str | None) -> Markup:
    html = escape(text)
    if link is not None:
        html = Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow ugc">{}</a>').format(
            link, html
        )
    if inside:
        kind = next(
            (k for k in ("found", "urgency", "signal", "entity") if any(s.kind == k for s in inside)),
            "entity",
        )
        labels = ", ".join(dict.fromkeys(s.label for s in inside))
        html = Markup('<mark class="is-{}" title="{}">{}</mark>').format(kind, labels, html)
    return html
