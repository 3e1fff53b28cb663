"""What lint finds, and the rules it finds it by."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Level = Literal["block", "warn"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a text; [start, end) are characters of it, all when nothing less fits.

    `block` keeps a draft from being approved unless an approver overrides it with a reason; `warn` doesn't.
    """

    code: str
    level: Level
    start: int
    end: int
    text: str
    why: str
    source: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class PhraseRule:
    """A rule that is found by words alone."""

    code: str
    level: Level
    why: str
    source: str
    suggestion: str
    patterns: tuple[re.Pattern[str], ...]


@cache
def _phrases() -> dict[str, Any]:
    return tomllib.loads((_HERE / "phrases.toml").read_text(encoding="utf-8"))


@cache
def _checks() -> dict[str, dict[str, str]]:
    return tomllib.loads((_HERE / "checks.toml").read_text(encoding="utf-8"))


@cache
def phrase_rules() -> tuple[PhraseRule, ...]:
    """Every rule of phrases.toml."""
    return tuple(
        PhraseRule(
            r["code"], r["level"], r["why"], r["source"], r["suggestion"],
            tuple(re.compile(p, re.IGNORECASE) for p in r["patterns"]),
        )
        for r in _phrases()["rule"]
    )  # fmt: skip


@cache
def patterns(section: str, key: str, *, ignore_case: bool = True) -> tuple[re.Pattern[str], ...]:
    """The patterns of a list (or single text) in phrases.toml."""
    value = _phrases()[section][key]
    flags = re.IGNORECASE if ignore_case else 0
    return tuple(re.compile(p, flags) for p in ([value] if isinstance(value, str) else value))


@cache
def words(section: str, key: str) -> frozenset[str]:
    """A list of words in phrases.toml."""
    return frozenset(_phrases()[section][key].split())


def codes() -> frozenset[str]:
    """Every code that a finding can have."""
    return frozenset(r.code for r in phrase_rules()) | frozenset(_checks())


def finding(code: str, text: str, start: int = 0, end: int | None = None, **said: object) -> Finding:
    """The finding `code` of checks.toml about text[start:end], with its sentences filled in."""
    rule = _checks()[code]
    stop = len(text) if end is None else end
    why, suggestion = rule["why"].format(**said), rule["suggestion"].format(**said)
    level: Level = "block" if rule["level"] == "block" else "warn"
    return Finding(code, level, start, stop, text[start:stop], why, rule["source"], suggestion)
