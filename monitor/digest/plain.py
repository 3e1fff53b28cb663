"""Text from outside, made harmless for a page, a mail and a terminal. It stays readable as it was meant."""

from __future__ import annotations

import re

# Characters that reorder or hide what stands beside them: embeddings, overrides, isolates and marks
# of direction, invisible separators, tags, surrogates that belong to no pair, non-characters.
_HIDDEN = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_BROKEN = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_MANY_LINES = re.compile(r"\n{3,}")
_MANY_MARKS = re.compile(
    "([\u0300-\u036f\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})"
    "[\u0300-\u036f\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def plain(text: str) -> str:
    """`text` without control and direction characters; a control character shows as its picture (␛)."""
    text = _NEWLINES.sub("\n", text).replace("\t", " ")
    text = _CONTROL.sub(_picture, text)
    text = _BROKEN.sub("\ufffd", _HIDDEN.sub("", text))
    return _MANY_LINES.sub("\n\n", _MANY_MARKS.sub(r"\1", text)).strip()


def one_line(text: str, length: int = 0) -> str:
    """`plain`, in one line, cut at a word after `length` characters (0: not cut)."""
    line = " ".join(plain(text).split())
    if not length or len(line) <= length:
        return line
    return line[: length - 1].rsplit(" ", 1)[0] + "…"


def defanged(text: str) -> str:
    """Links that nobody can click by mistake: ``https[:]//``. For what was set aside as noise."""
    return text.replace("://", "[:]//")


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return "" if code == 0x0A else chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"
