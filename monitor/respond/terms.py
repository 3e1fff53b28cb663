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
from monitor.respond import echo, patterns
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
    staff: str | None = None  # first name of somebody of ours whom they praise
    exposed: str | None = None  # "your email address": private data they posted
    travel: bool = False  # it is about a journey


@dataclass(frozen=True, slots=True)
class _Trouble:
    intents: frozenset[str]
    match: re.Pattern[str]
    unless: re.Pattern[str] | None
    say: str
    say_wait: str | None
    default: str | None
    things: str | None
    topic: str | None
    plain: bool
    skip_questions: bool


# "on my laptop": where it happens, not what fails.
_WHERE = r"\b(?:on|with|from|via|using|in|to)"


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
        intents=frozenset(raw["intents"]),
        match=re.compile(raw["match"]),
        unless=re.compile(unless) if unless else None,
        say=raw["say"],
        say_wait=raw.get("say_wait"),
        default=raw.get("default"),
        things=raw["things"].removeprefix("@") if "things" in raw else None,
        topic=raw.get("topic"),
        plain=raw.get("plain", False),
        skip_questions=raw.get("skip_questions", True),
    )


def terms_of(texts: Sequence[str], reading: Reading, ours: Sequence[str] = ()) -> Terms:
    """The terms of a conversation: their `texts`, newest first, the newest's `reading`, and `ours`."""
    newest = texts[0] if texts else ""
    wait = _say_minutes(reading.claimed_wait_minutes)
    clause, own, topic = _clause(texts, reading.primary, wait)
    kinds = [s.kind for s in private_spans(newest) if s.kind in WORTH_A_WARNING]
    return Terms(
        clause=clause,
        own_words=own,
        topic=topic,
        thing=next((t for text in texts if (t := echo.own_thing(text))), None),
        asked=echo.asked(newest),
        wait=wait,
        staff=praised_person(newest, reading, ours),
        exposed=WORTH_A_WARNING[kinds[0]] if kinds else None,
        travel=any(patterns.any_of("travel", "words", text.lower()) for text in texts),
    )


def _clause(texts: Sequence[str], intent: str, wait: str | None) -> tuple[str | None, bool, str | None]:
    """The newest clause; one that only says "it" gives way to an earlier one that says what."""
    vague: tuple[str, bool, str | None] | None = None
    for text in texts:
        found: tuple[str, bool, str | None] | None = None
        if known := _known_trouble(text, intent, wait):
            found = (known[0], False, known[1])
        elif clause := echo.complaint_clause(text):
            found = (clause, True, None)
        if found is not None and not found[0].startswith("it "):
            return found
        vague = vague or found
    return vague or (None, False, None)


def _known_trouble(text: str, intent: str, wait: str | None) -> tuple[str, str | None] | None:
    plain = [re.sub(r"[a-z']+", lambda m: echo.mended(m[0]), s) for s in echo.sentences(text.lower())]
    for trouble in _troubles()[0]:
        if not trouble.intents & {intent, "*"}:
            continue
        for sentence in plain:
            match = trouble.match.search(sentence)
            if (
                match is not None
                and _tells(trouble, sentence, match)
                and (said := _said(trouble, match, sentence, wait))
            ):
                return said, trouble.topic
    return None


def _tells(trouble: _Trouble, sentence: str, match: re.Match[str]) -> bool:
    """Whether the sentence says that it is so: not an "if", a "no", or a mere question."""
    if re.match(r"(if|unless|imagine|hope|hopefully|when)\b", sentence):
        return False
    if (
        sentence.endswith("?")
        and trouble.skip_questions
        and not patterns.any_of("lead", "telling_question", sentence)
    ):
        return False
    if trouble.unless is not None and trouble.unless.search(sentence):
        return False
    before = sentence[: match.start()]
    return not (
        trouble.plain
        and (patterns.any_of("lead", "negation", before) or patterns.any_of("lead", "negated_verb", before))
    )


def _said(trouble: _Trouble, match: re.Match[str], sentence: str, wait: str | None) -> str | None:
    groups = match.groupdict()
    x = (groups.get("x") or groups.get("y") or "").strip()
    thing = _thing(trouble, sentence, match.start())
    if thing is None:
        return None
    many = echo.is_plural(thing)
    forms = {
        "thing": thing,
        "x": x,
        "wait": wait or "",
        "is": "are" if many else "is",
        "isnt": "aren't" if many else "isn't",
        "was": "were" if many else "was",
        "has": "have" if many else "has",
        "hasnt": "haven't" if many else "hasn't",
        "does": "do" if many else "does",
        "keeps": "keep" if many else "keeps",
    }
    say = trouble.say_wait if wait and trouble.say_wait else trouble.say
    return say.replace("{x:ing}", _ing(x)).format(**forms)


def _thing(trouble: _Trouble, sentence: str, at: int) -> str | None:
    """Their noun if this trouble happens to it, else the default; None: the trouble doesn't count."""
    if trouble.things is None:
        return trouble.default or "it"
    nouns = _troubles()[1][trouble.things]
    mine = echo.own_thing(sentence)
    if mine and nouns.search(mine) and not re.search(rf"{_WHERE} my\b.*{mine.split()[-1]}", sentence):
        return mine
    named = [m for m in nouns.finditer(sentence) if _may_be_subject(sentence[: m.start()])]
    if not named:
        return trouble.default
    earlier = [m for m in named if m.end() <= at]  # the noun nearest before the trouble is what it happens to
    noun = (earlier[-1] if earlier else named[0])[0]
    return f"{'your' if trouble.things in ('parcel', 'goods', 'device', 'paid') else 'the'} {noun}"


def _may_be_subject(before: str) -> bool:
    words = before.split()
    return not words or words[-1] not in patterns.words("lead", "not_subject")


def _ing(verb: str) -> str:
    doubled = {"stop": "stopping", "skip": "skipping"}
    return doubled.get(verb) or (verb[:-1] if verb.endswith("e") else verb) + "ing"


def _say_minutes(minutes: int | None) -> str | None:
    """Minutes as people say them: ``50 minutes``, ``3 hours``, ``9 days``; rounded down with "over"."""
    if not minutes or minutes < 0:
        return None
    for size, unit in ((10080, "week"), (1440, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0 or minutes >= (2 if size > 60 else 1.5) * size:
            number = minutes // size
            if unit == "hour" and minutes % 60 and number < 6:
                return f"{number} hour{'' if number == 1 else 's'} {minutes % 60} minutes"
            over = "" if minutes % size == 0 else "over "
            return f"{over}{number} {unit}{'' if number == 1 else 's'}"
    return None


def praised_person(text: str, reading: Reading, ours: Sequence[str] = ()) -> str | None:
    """The first name of whoever of ours the post praises; only used in thanks, never in a complaint."""
    named = [e.text.split()[0] for e in reading.entities if e.label == "STAFF" and e.text.split()]
    found = [m[1] for p in patterns.regexes("staff", "praised") if (m := p.search(text))]
    thanked = [m[1] for p in patterns.regexes("staff", "thanked") if (m := p.search(text))]
    found += [name for name in thanked if any(name in reply for reply in ours)]
    for name in (*named, *found):
        if re.fullmatch(r"[A-Z][a-zà-ÿ'-]{1,14}", name) and name not in patterns.words("staff", "no_names"):
            return name
    return None
