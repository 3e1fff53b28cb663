"""What changed between two texts, word by word, as HTML: escaped, what went and what came marked."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from markupsafe import Markup

from monitor.web.spans import LONGEST_SHOWN, seemly

_PIECE = re.compile(r"\s+|\w+|[^\w\s]")
# Comparing takes the square of it: beyond, both texts are shown whole.
_MOST_PIECES = 3000


def diff(before: str, after: str) -> Markup:
    """`after` with what is new in it marked, and what of `before` is gone struck out."""
    old, new = _pieces(before), _pieces(after)
    if max(len(old), len(new)) > _MOST_PIECES:
        return _marked("del", "".join(old)) + _marked("ins", "".join(new))
    out, gone, come = [], "", ""
    opcodes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for what, a, b, c, d in opcodes:
        same = "".join(new[c:d]) if what == "equal" else ""
        if same.strip() or (same and (a == 0 or b == len(old))):
            out += [_marked("del", gone), _marked("ins", come), Markup("{}").format(same)]
            gone = come = ""
        else:  # a blank between two changes belongs to both: one change reads better than three
            gone, come = gone + "".join(old[a:b]), come + "".join(new[c:d])
    return Markup("").join([*out, _marked("del", gone), _marked("ins", come)])


def _pieces(text: str) -> list[str]:
    return _PIECE.findall(seemly(text[:LONGEST_SHOWN]))


def _marked(tag: str, text: str) -> Markup:
    return Markup(f"<{tag}>{{}}</{tag}>").format(text) if text else Markup("")  # noqa: S704 - ours
