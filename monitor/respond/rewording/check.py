"""What a reworded sentence may hold: the words of the one it replaces, and words of courtesy. No others.

Default deny: a word that is on neither side could be a fact, a name, an offer or a promise, and no list of
bad words would ever be complete. English only; drafts in other languages are not reworded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGER = 1.8  # a sentence may become so many times as long …
ROOM = 40  # … or so many characters longer

_WORD = re.compile(r"[^\W\d_]+")
_MARKS = frozenset(" .,:;!?'\"“”‘’–—-…()")
_TIGHT = re.compile(r"[^\W\d_][.:/@#(][^\W\d_(]")  # a link, a handle or code: no space behind the mark

# Courtesy, feeling and the small words between; nothing that binds, counts, gives a time or leads anywhere.
PLAIN = frozenset(
    """
    a about after again all also although always am an and any anybody anyone anything are as at away
    back be because been before being both brought bring bringing but by came can care clear clearly
    come comes could dear deserve deserved deserves did do does doing done down each easily easy else
    even every everybody everyone everything exactly feel feels felt few fine for from fully gave get
    getting give glad go goes good got grateful great had happen happened happens happy hard has have
    having hear hearing heard hello help helped helpful helps her here hers hi him his hope how however
    i if in into is it its just keep keeping kind kindly kindness know knowing known last least let
    letting lets like little look looks lot lovely made make makes making many may me mean means meant
    might mind mine more most much must my near need needed needs nice now of off often oh ok on only or
    other our ours out over part patience patient people perhaps place plain plainly please pleased
    pleasure point possible pretty put quite rather read reading real really right said same saw say
    saying says see seeing seem seems seen sense share shared sharing she should show showed shows since
    so some somebody someone something sometimes somewhere sorry sound sounds speak still such sure take
    taken taking tell telling than thank thankful thanks that the their theirs them then there these
    they thing things think this those though thought through to together told too took truly try trying
    under understand understandable understood until up upset us used very want wanted wants warm was
    way we welcome well went were what whatever when where which while who whole why wish wished with
    wonderful word words worth would writing written wrote yes you your yours yourself d m re s t ve
    """.split()
)
_DENIALS = frozenset("no not nor none nobody nothing never neither nowhere without t cannot".split())


def objections(sentence: str, before: str) -> Iterator[str]:
    """Why `sentence` can't stand where `before` stood; nothing if it can."""
    if not sentence.strip():
        yield "it is empty"
        return
    if len(sentence) > max(LONGER * len(before), len(before) + ROOM):
        yield "it is much longer"
    strange = {c for c in sentence if not (c.isalpha() or c in _MARKS or c in before)}
    if strange:
        names = ", ".join(sorted(unicodedata.name(c, f"U+{ord(c):04X}").lower() for c in strange))
        yield f"it holds {names}"
    if _TIGHT.search(sentence):
        yield "it holds a link, a handle or code"
    had = set(_words(before))
    allowed = had | PLAIN | (_DENIALS if had & _DENIALS else frozenset())
    for word in _words(sentence):
        if word not in allowed:
            yield f"it says {word!r}, which the draft doesn't"


def _words(text: str) -> list[str]:
    """Small letters as they stand: a look-alike letter makes another word, which nobody knows."""
    return _WORD.findall(text.replace("’", "'").lower())
