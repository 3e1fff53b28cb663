"""X's own count of characters: twitter-text, configuration 3.

twitter-text-parser 3.0 reads its emoji table through `pkg_resources`, which new environments no longer
have and which warns where they do. For the one call it makes, the standard library stands in, and only
while it is being imported. That takes a third of a second, so it happens at the first text that needs it.
"""

from __future__ import annotations

import importlib
import re
import sys
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from types import ModuleType
from typing import Any

# The ranges whose characters count 1 (configuration 3), less © and ®, which may be emoji.
_PLAIN = re.compile(
    "[\\u0000-\\u00a8\\u00aa-\\u00ad\\u00af-\\u10ff\\u2000-\\u200d\\u2010-\\u201f\\u2032-\\u2037]*"
)
# What could be the dot of a link: anything but white space or the end behind it.
_MAYBE_LINK = re.compile(r"[.\u3002\uff0e\uff61](?=\S)|://")


def _resource_string(package: str, name: str) -> bytes:
    return files(package.rpartition(".")[0]).joinpath(name).read_bytes()


@cache
def _twitter_text() -> Any:
    stand_in = ModuleType("pkg_resources")
    stand_in.resource_string = _resource_string  # type: ignore[attr-defined]
    real = sys.modules.get("pkg_resources")
    sys.modules["pkg_resources"] = stand_in
    try:
        return importlib.import_module("twitter_text")
    finally:
        del sys.modules["pkg_resources"]
        if real is not None:
            sys.modules["pkg_resources"] = real


@lru_cache(maxsize=4096)
def weighted_length(text: str) -> int:
    """The length that X compares with its limit of 280; a link counts 23, an emoji or an ideogram 2.

    Text without links, emoji and ideograms is counted directly: the library takes four milliseconds
    for what most drafts don't need, and the composer measures every sentence it tries.
    """
    plain = unicodedata.normalize("NFC", text)
    if _PLAIN.fullmatch(plain) and not _MAYBE_LINK.search(plain):
        return len(plain)
    return int(_twitter_text().parse_tweet(text).weightedLength)


def is_valid(text: str) -> bool:
    """False for an empty or too long text, and for characters that X forbids."""
    return bool(_twitter_text().parse_tweet(text).valid)


def links_in(text: str) -> list[str]:
    """What X will turn into links, addresses without a scheme included."""
    return list(_twitter_text().extract_urls(text))
