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
    intent: str | None = None  # the intent that this trouble belongs to
    thing: str | None = None  # "your parcel"
    asked: str | None = None  # "how to change your seat"
    wait: str | None = None  # "50 minutes"
    staff: str | None = None  # first name of somebody of ours whom they praise
    exposed: str | None = None  # "your email address": private data they posted
    travel: bool = False  # it is about a journey


@dataclass(frozen=True, slots=True)
class _Trouble:
    intents: tuple[str, ...]
    match: re.Pattern[str]
    unless: re.Pattern[str] | None
    say: str
    say_wait: str | None
    default: str | None
    things: str | None
    topic: str | None
    plain: bool
    skip_questions: bool


_ANY = "any"  # every trouble there is

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
        intents=tuple(raw["intents"]),
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
    found = _clause(texts, _intents(reading), wait)
    kinds = [s.kind for s in private_spans(newest) if s.kind in WORTH_A_WARNING]
    return Terms(
        clause=found.clause,
        own_words=found.own_words,
        topic=found.topic,
        intent=found.intent,
        thing=next((t for text in texts if (t := echo.own_thing(text))), None),
        asked=echo.asked(newest),
        wait=wait,
        staff=praised_person(newest, reading, ours),
        exposed=WORTH_A_WARNING[kinds[0]] if kinds else None,
        travel=any(patterns.any_of("travel", "words", text.lower()) for text in texts),
    )


@dataclass(frozen=True, slots=True)
class _Named:
    clause: str | None = None
    own_words: bool = False
    topic: str | None = None
    intent: str | None = None


def _intents(reading: Reading) -> tuple[str, ...]:
    """Where to look for a trouble: primary intent, others by weight, anywhere if taken for noise."""
    others = sorted((i for i in reading.intents if i.label != reading.primary), key=lambda i: -i.p)
    complaint_without_name = reading.primary == "noise" and reading.complaint >= 0.5
    return (reading.primary, *(i.label for i in others), *((_ANY,) if complaint_without_name else ()))


def _clause(texts: Sequence[str], intents: Sequence[str], wait: str | None) -> _Named:
    """The newest clause; one that only says "it" gives way to an earlier one that says what."""
    vague: _Named | None = None
    for text in texts:
        found = _known_trouble(text, intents, wait)
        if found is None and (clause := echo.complaint_clause(text)):
            found = _Named(clause, own_words=True)
        if found is not None and found.clause and not found.clause.startswith("it "):
            return found
        vague = vague or found
    return vague or _Named()


def _known_trouble(text: str, intents: Sequence[str], wait: str | None) -> _Named | None:
    plain = [re.sub(r"[a-z']+", lambda m: echo.mended(m[0]), s) for s in echo.sentences(text.lower())]
    for intent in intents:
        for trouble in _troubles()[0]:
            if intent != _ANY and not {intent, "*"} & set(trouble.intents):
                continue
            for sentence in plain:
                match = trouble.match.search(sentence)
                if (
                    match
                    and _tells(trouble, sentence, match)
                    and (said := _said(trouble, match, sentence, wait))
                ):
                    return _Named(said, False, trouble.topic, trouble.intents[0])
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
    """Minutes as people say them: ``50 minutes``, ``1 hour 45 minutes``, ``20 days``, ``3 weeks``."""
    if not minutes or minutes < 0:
        return None
    if minutes < 90 and minutes != 60:
        return _number(minutes, "minute")
    if minutes < 6 * 60 and minutes % 60:
        return f"{_number(minutes // 60, 'hour')} {_number(minutes % 60, 'minute')}"
    for size, unit in ((10080, "week"), (1440, "day"), (60, "hour")):
        if minutes % size == 0:
            return _number(minutes // size, unit)
    size, unit = (1440, "day") if minutes >= 2 * 1440 else (60, "hour")
    return f"over {_number(minutes // size, unit)}"


def _number(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"


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
