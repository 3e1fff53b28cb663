"""What goes wrong, from the table of `troubles.toml`: their noun in a plain clause.

The table is tried before the customer's own words are turned round (`echo`): its clauses are surer.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from monitor.respond import nouns, patterns
from monitor.respond.sentences import mended, sentences


@dataclass(frozen=True, slots=True)
class Named:
    """A trouble with its clause (None: it is known, and can't be told without saying nothing)."""

    clause: str | None = None
    own_words: bool = False
    topic: str | None = None
    intent: str | None = None
    team: str | None = None


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
    team: str | None
    plain: bool
    skip_questions: bool


@cache
def _table() -> tuple[tuple[_Trouble, ...], Mapping[str, re.Pattern[str]]]:
    data = tomllib.loads(Path(__file__).with_name("troubles.toml").read_text(encoding="utf-8"))
    found = {
        name: re.compile(rf"\b(?:{'|'.join(sorted(words.split('|'), key=len, reverse=True))})\b")
        for name, words in data["things"].items()
    }
    return tuple(_trouble(t) for t in data["trouble"]), found


def groups() -> Mapping[str, re.Pattern[str]]:
    """The nouns of each kind of thing."""
    return _table()[1]


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
        team=raw.get("team"),
        plain=raw.get("plain", False),
        skip_questions=raw.get("skip_questions", True),
    )


def known_trouble(text: str, intents: Sequence[str], wait: str | None) -> Named | None:
    """The first trouble of the table that a post tells of, looked for in the order of `intents`."""
    plain = [re.sub(r"[a-z']+", lambda m: mended(m[0]), s) for s in sentences(text.lower())]
    for intent in intents:
        for trouble in _table()[0]:
            if intent != "any" and not {intent, "*"} & set(trouble.intents):
                continue
            for number, sentence in enumerate(plain):
                match = trouble.match.search(sentence)
                if match is None or not _tells(trouble, sentence, match):
                    continue
                if said := _said(trouble, match, sentence, plain[:number], wait):
                    return Named(said, False, trouble.topic, trouble.intents[0], trouble.team)
    return None


def _tells(trouble: _Trouble, sentence: str, match: re.Match[str]) -> bool:
    """Whether the sentence says that it is so: not an "if", a "no", or a mere question."""
    if re.match(r"(if|unless|imagine|hope|hopefully|when)\b", sentence):
        return False
    question = sentence.endswith("?") and trouble.skip_questions
    if question and not patterns.any_of("lead", "telling_question", sentence):
        return False
    if trouble.unless is not None and trouble.unless.search(sentence):
        return False
    before = sentence[: match.start()]
    negated = patterns.any_of("lead", "negation", before) or patterns.any_of("lead", "negated_verb", before)
    return not (trouble.plain and negated)


def _said(
    trouble: _Trouble, match: re.Match[str], sentence: str, before: Sequence[str], wait: str | None
) -> str | None:
    found = match.groupdict()
    x = (found.get("x") or found.get("y") or "").strip()
    thing = _thing(trouble, sentence, match.start(), before)
    if thing is None:
        return None
    many = nouns.is_plural(thing)
    forms = {
        "thing": thing,
        "x": x,
        "wait": wait or "",
        "is": "are" if many else "is",
        "isnt": "aren't" if many else "isn't",
        "was": "were" if many else "was",
        "wasnt": "weren't" if many else "wasn't",
        "has": "have" if many else "has",
        "hasnt": "haven't" if many else "hasn't",
        "does": "do" if many else "does",
        "keeps": "keep" if many else "keeps",
        "gets": "get" if many else "gets",
    }
    say = trouble.say_wait if wait and trouble.say_wait else trouble.say
    return say.replace("{x:ing}", _ing(x)).format(**forms)


# "on my laptop": where it happens, not what fails.
_WHERE = r"\b(?:on|with|from|via|using|in|to)"


def _thing(trouble: _Trouble, sentence: str, at: int, before: Sequence[str]) -> str | None:
    """Their noun if this trouble happens to it, else the default; None: the trouble doesn't count."""
    if trouble.things is None:
        return trouble.default or "it"
    words = groups()[trouble.things]
    mine = nouns.own_thing(sentence)
    if mine and words.search(mine) and not re.search(rf"{_WHERE} my\b.*{mine.split()[-1]}", sentence):
        return mine
    named = [m for m in words.finditer(sentence) if _may_be_subject(sentence[: m.start()])]
    if named:
        earlier = [m for m in named if m.end() <= at]  # the noun nearest before the trouble has it
        return _theirs(trouble.things, (earlier[-1] if earlier else named[0])[0])
    return _named_before(trouble.things, before) or trouble.default


def _named_before(group: str, before: Sequence[str]) -> str | None:
    """What "it" was a sentence ago: "I love the shuffle. It stopped working." """
    words = groups()[group]
    for sentence in reversed(before):
        mine = nouns.own_thing(sentence)
        if mine and words.search(mine):
            return mine
        if (found := words.search(sentence)) and _may_be_subject(sentence[: found.start()]):
            return _theirs(group, found[0])
    return None


def _theirs(group: str, noun: str) -> str:
    return f"{'your' if group in ('parcel', 'goods', 'device', 'paid') else 'the'} {noun}"


def _may_be_subject(before: str) -> bool:
    words = before.split()
    return not words or words[-1] not in patterns.words("lead", "not_subject")


def _ing(verb: str) -> str:
    doubled = {"stop": "stopping", "skip": "skipping"}
    return doubled.get(verb) or (verb[:-1] if verb.endswith("e") else verb) + "ing"
