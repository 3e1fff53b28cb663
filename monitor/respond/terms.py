"""The specific problem in the customer's own terms, in words that are safe to say back in public.

Two ways, the surer first: a table of troubles (`troubles.toml`) that fits their noun into a plain
clause, and their own clause turned to face them (`echo`). Newest post first, then the earlier ones.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from monitor.domain.reading import Reading
from monitor.respond import echo
from monitor.respond.privacy import WORTH_A_WARNING, private_spans


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be said about a post. Every text is second person and free of private data."""

    clause: str | None = None  # "your parcel still hasn't arrived"
    own_words: bool = False  # the clause is theirs, turned round, not one of ours
    topic: str | None = None  # the macro that this very trouble has for itself
    thing: str | None = None  # "your parcel"
    asked: str | None = None  # "how to change your seat"
    wait: str | None = None  # "50 minutes"
    on_hold: bool = False
    staff: str | None = None  # first name of somebody of ours whom they praise
    exposed: str | None = None  # "your email address": private data they posted


@dataclass(frozen=True, slots=True)
class _Trouble:
    intents: frozenset[str]
    match: re.Pattern[str]
    unless: re.Pattern[str] | None
    say: str
    default: str | None
    things: str | None
    topic: str | None


@cache
def _troubles() -> tuple[tuple[_Trouble, ...], dict[str, re.Pattern[str]]]:
    data = tomllib.loads(Path(__file__).with_name("troubles.toml").read_text(encoding="utf-8"))
    groups = {
        name: re.compile(rf"\b(?:{'|'.join(sorted(nouns.split('|'), key=len, reverse=True))})\b")
        for name, nouns in data["things"].items()
    }
    return tuple(_trouble(t) for t in data["trouble"]), groups


def _trouble(raw: dict[str, Any]) -> _Trouble:
    unless = raw.get("unless")
    return _Trouble(
        frozenset(raw["intents"]),
        re.compile(raw["match"]),
        re.compile(unless) if unless else None,
        raw["say"],
        raw.get("default"),
        raw["things"].removeprefix("@") if "things" in raw else None,
        raw.get("topic"),
    )


def terms_of(texts: Sequence[str], reading: Reading) -> Terms:
    """The terms of a conversation: `texts` are the customer's posts, newest first, with the newest's reading."""
    newest = texts[0] if texts else ""
    clause, own, topic = _clause(texts, reading.primary)
    kinds = [s.kind for text in texts for s in private_spans(text) if s.kind in WORTH_A_WARNING]
    return Terms(
        clause=clause,
        own_words=own,
        topic=topic,
        thing=next((t for text in texts if (t := echo.own_thing(text))), None),
        asked=echo.asked(newest),
        wait=_say_minutes(reading.claimed_wait_minutes),
        on_hold=any(re.search(r"(?i)\bon hold\b|\bhold music\b|\bholding\b", text) for text in texts),
        staff=praised_person(newest),
        exposed=WORTH_A_WARNING[kinds[0]] if kinds else None,
    )


def _clause(texts: Sequence[str], intent: str) -> tuple[str | None, bool, str | None]:
    for text in texts:
        if known := _known_trouble(text, intent):
            return known[0], False, known[1]
        if clauses := echo.complaint_clauses(text):
            return clauses[0], True, None
    return None, False, None


def _known_trouble(text: str, intent: str) -> tuple[str, str | None] | None:
    found = echo.sentences(text.lower())
    plain = [re.sub(r"[A-Za-z']+", lambda m: echo.mended(m[0]), s) for s in found]
    for trouble in _troubles()[0]:
        if not trouble.intents & {intent, "*"}:
            continue
        for sentence in plain:
            match = trouble.match.search(sentence)
            if match is None or re.match(r"(if|unless|imagine|hope)\b", sentence):
                continue
            if trouble.unless is None or not trouble.unless.search(sentence):
                return _said(trouble, match, sentence), trouble.topic
    return None


def _said(trouble: _Trouble, match: re.Match[str], sentence: str) -> str:
    groups = match.groupdict()
    x = (groups.get("x") or groups.get("y") or "").strip()
    thing = _thing(trouble, sentence)
    many = echo.is_plural(thing)
    forms = {
        "thing": thing,
        "x": x,
        "is": "are" if many else "is",
        "isnt": "aren't" if many else "isn't",
        "was": "were" if many else "was",
        "has": "have" if many else "has",
        "hasnt": "haven't" if many else "hasn't",
        "does": "do" if many else "does",
        "keeps": "keep" if many else "keeps",
    }
    return trouble.say.replace("{x:ing}", _ing(x)).format(**forms)


def _thing(trouble: _Trouble, sentence: str) -> str:
    """Their noun if it is one that this trouble happens to, else the default."""
    default = trouble.default or "it"
    if trouble.things is None:
        return default
    nouns = _troubles()[1][trouble.things]
    mine = echo.own_thing(sentence)
    if mine and nouns.search(mine):
        return mine
    match = nouns.search(sentence)
    if match is None:
        return default
    return f"{'the' if trouble.things in ('service', 'food') else 'your'} {match[0]}"


def _ing(verb: str) -> str:
    doubled = {"stop": "stopping", "skip": "skipping", "pause": "pausing"}
    return doubled.get(verb) or (verb[:-1] if verb.endswith("e") else verb) + "ing"


def _say_minutes(minutes: int | None) -> str | None:
    """Minutes as a customer would say them: ``50 minutes``, ``3 hours``, ``9 days``, ``3 weeks``."""
    if not minutes or minutes < 0:
        return None
    for size, unit in ((10080, "week"), (1440, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0 or (minutes >= 2 * size and unit != "minute"):
            number = minutes // size
            exact = minutes % size == 0
            return f"{'' if exact else 'over '}{number} {unit}{'' if number == 1 else 's'}"
    return None


_NAME = r"([A-Z][a-z]{2,11})"
_PRAISED = (
    rf"\b(?i:agent|colleague|rep|representative|driver|engineer|technician|steward|stewardess|crew member|assistant|operator|"
    rf"captain|pilot|waiter|waitress|lady|guy|gentleman|manager|advisor|adviser) (?:(?i:named|called) )?{_NAME}\b",
    rf"\b(?i:thanks?(?: you)?(?: so much| a lot)? to|shout ?-?out to|kudos to|props to|big up|hats off to|well done|credit to|bravo) {_NAME}\b",
    rf"\b{_NAME} (?i:from|at|in|on) (?i:your|the|customer|support|care|gate|desk|flight|check-in)\b",
    rf"\b(?i:her name is|his name is|by the name of|named|called|spoke to|spoke with|talked to|helped by|served by) {_NAME}\b",
)
_NO_NAMES = frozenset("The This That You Your Our Their All Everyone Everybody Team Customer Support Care Service Amazon Apple "
                      "Google Monday Tuesday Wednesday Thursday Friday Saturday Sunday Thank Thanks And But For Spotify God "
                      "January February March April May June July August September October November December".split())  # fmt: skip


def praised_person(text: str) -> str | None:
    """The first name of whoever of ours the post praises; only used in thanks, never in a complaint."""
    for pattern in _PRAISED:
        match = re.search(pattern, text)
        if match and match[1] not in _NO_NAMES:
            return match[1]
    return None
