"""The patterns of `patterns.toml`, compiled once."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _all() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("patterns.toml").read_text(encoding="utf-8"))


@cache
def regexes(section: str, key: str) -> tuple[re.Pattern[str], ...]:
    """A list of patterns, or a single one, of a section."""
    value = _all()[section][key]
    return tuple(re.compile(p) for p in ([value] if isinstance(value, str) else value))


@cache
def words(section: str, key: str) -> frozenset[str]:
    """A text of a section as a set of words."""
    return frozenset(_all()[section][key].split())


@cache
def forms(section: str, key: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Pairs of a pattern and how its finding is said."""
    return tuple((re.compile(pattern), form) for pattern, form in _all()[section][key])


def any_of(section: str, key: str, text: str) -> bool:
    """True when one of the patterns is found in `text`."""
    return any(p.search(text) for p in regexes(section, key))
