"""Private data in a text: where it is, and the same text without it.

Used on customers' posts (nothing of it may come back in a reply) and on drafts (lint). It would
rather mask too much: a reply loses little when a harmless number is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PrivateSpan:
    """Characters [start, end) hold private data of this kind."""

    kind: str  # email | phone | card | iban | order | address | secret
    start: int
    end: int


# In this order: the first pattern that claims a character names it.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "email",
        re.compile(
            r"(?i)(?<![@\w.])[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b|__email__|\b\S+\s\(?at\)?\s\w+\s\(?dot\)?\s\w+\b"
        ),
    ),
    ("iban", re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){3,7}(?:[ ]?[A-Z0-9]{1,3})?\b")),
    ("order", re.compile(r"\b\d{3}-\d{7}-\d{7}\b|#\s?(?=[A-Z0-9-]*\d)[A-Z0-9-]{4,}\b")),
    ("card", re.compile(r"\b(?:\d[ -]?){12,18}\d\b")),
    ("secret", re.compile(r"(?i)\b(?:password|passwort|pin|passcode|cvv)\s*(?:is|was|=|:)\s*\S+")),
    (
        "order",
        re.compile(
            r"(?i)\b(?:(?:order|booking|case|ticket|ref(?:erence)?|tracking|pnr|invoice|parcel|flight)"
            r"\s*(?:number|code|no\.?|id|ref|locator|is|was|nr\.?|#|:|=)*\s*[:#]?\s*)"
            r"(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{3,}\b"
        ),
    ),
    # Begins with + or 0, or stands in the 3-3-4 form: sums, dates and versions don't.
    (
        "phone",
        re.compile(
            r"(?<![\w.,/€$£-])(?:\+\d{1,3}|\(?0\d{1,5}\)?)(?:[ ./-]?\d{2,5}){2,5}(?![\w,])"
            r"|(?<![\w.])\d{3}[ .-]\d{3}[ .-]\d{4}(?!\w)|__phone__"
        ),
    ),
    ("order", re.compile(r"\b(?=[A-Z0-9]*\d[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z0-9]{5,}\b|\b\d{5,}\b")),
    (
        "address",
        re.compile(
            r"(?i)\b\d{1,4}[a-z]?\s+(?:[A-Z][\w']+\s+){1,3}(?:street|st|road|rd|avenue|ave|lane|ln|drive|close|way)\b"
            r"|\b[A-Z]\w+(?:straße|strasse|weg|platz|allee)\s+\d+\b"
            r"|\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b"
        ),
    ),
)

# Kinds that a customer may want to take down from a public post. Order numbers aren't worth alarming anybody.
WORTH_A_WARNING = {
    "email": "your email address",
    "phone": "your phone number",
    "card": "a card number",
    "iban": "your bank details",
    "address": "your address",
    "secret": "a password",
}


def private_spans(text: str) -> list[PrivateSpan]:
    """Private data in `text`, in order, without overlaps."""
    found: list[PrivateSpan] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(s.start < match.end() and match.start() < s.end for s in found):
                continue
            what = "order" if kind == "card" and not _luhn(match[0]) else kind
            found.append(PrivateSpan(what, match.start(), match.end()))
    return sorted(found, key=lambda s: s.start)


def _luhn(number: str) -> bool:
    """The check digit that every card number has, and one order number in ten."""
    digits = [int(c) for c in reversed(number) if c.isdigit()]
    return sum(d if n % 2 == 0 else sum(divmod(2 * d, 10)) for n, d in enumerate(digits)) % 10 == 0


def masked(text: str, mask: str = "…") -> str:
    """`text` with every private span replaced by `mask`."""
    for span in reversed(private_spans(text)):
        text = text[: span.start] + mask + text[span.end :]
    return text
