"""X's own count of characters: twitter-text, configuration 3.

twitter-text-parser 3.0 reads its emoji table through `pkg_resources`, which new environments no longer
have and which warns where they do. For the one call it makes, the standard library stands in, and only
while it is being imported.
"""

from __future__ import annotations

import importlib
import sys
from importlib.resources import files
from types import ModuleType
from typing import Any


def _resource_string(package: str, name: str) -> bytes:
    return files(package.rpartition(".")[0]).joinpath(name).read_bytes()


def _imported() -> Any:
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


_twitter_text = _imported()


def weighted_length(text: str) -> int:
    """The length that X compares with its limit of 280; a link counts 23, an emoji or an ideogram 2."""
    return int(_twitter_text.parse_tweet(text).weightedLength)


def is_valid(text: str) -> bool:
    """False for an empty or too long text, and for characters that X forbids."""
    return bool(_twitter_text.parse_tweet(text).valid)


def links_in(text: str) -> list[str]:
    """What X will turn into links, addresses without a scheme included."""
    return list(_twitter_text.extract_urls(text))
