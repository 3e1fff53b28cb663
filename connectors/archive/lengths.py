"""How long a reply may be on the platform that the post came from, and how that platform counts.

| platform | limit | counts | source |
|---|---|---|---|
| x | 280 | weighted: a URL is 23, most scripts 1, others 2 | twitter-text configuration v3 |
| bluesky | 300 | graphemes, and 3,000 bytes | lexicon app.bsky.feed.post |
| mastodon | 500 | characters, a URL is 23 | Mastodon's default; servers may set another |
| reddit | 10,000 | characters | Reddit's limit for comments |
| others | 5,000 | characters | our own choice |
"""

from __future__ import annotations

import re
import unicodedata

from connectors.weighted import weighted_length

LIMITS = {"x": 280, "bluesky": 300, "mastodon": 500, "reddit": 10_000}
OTHERS = 5_000

_URL = re.compile(r"https?://[^\s]+")
_URL_LENGTH = 23
_BYTES_PER_GRAPHEME = 10  # 3,000 bytes for 300 graphemes


def measure(platform: str, text: str) -> tuple[int, int]:
    """(length, limit) of `text` by that platform's count."""
    limit = LIMITS.get(platform, OTHERS)
    if platform == "x":
        return weighted_length(text), limit
    if platform == "bluesky":
        return _graphemes(text), limit
    if platform == "mastodon":
        return len(_URL.sub("h" * _URL_LENGTH, text)), limit
    return len(text), limit


def _graphemes(text: str) -> int:
    """Characters as people see them, counted on the safe side: never fewer than the platform counts."""
    count, joined = 0, False
    for char in text:
        kind = unicodedata.category(char)
        extends = kind in ("Mn", "Me") or char == "\u200d" or "\U0001f3fb" <= char <= "\U0001f3ff"
        if not extends and not (joined and kind == "So"):
            count += 1
        joined = char == "\u200d"
    return max(count, 1 if text else 0, -(-len(text.encode("utf-8", "replace")) // _BYTES_PER_GRAPHEME))
