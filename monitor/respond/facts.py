"""Which of the brand's facts answers a post: by its keywords, or none when two fit equally well."""

from __future__ import annotations

import re
from collections.abc import Collection

from monitor.respond.voice import Fact, Voice

_WORD = re.compile(r"[^\W_]+")


def fact_for(text: str, intents: Collection[str], voice: Voice, lang: str = "en") -> Fact | None:
    """The fact for one of `intents` whose keywords fit best. On a tie, silence beats a wrong answer.

    Only facts that can be told in `lang` count.
    """
    words = set(_WORD.findall(text.lower()))
    scored = [
        (score, fact)
        for fact in voice.facts
        if fact.text_in(lang) and set(intents) & set(fact.intents) and (score := _score(fact, words))
    ]
    best = max((score for score, _ in scored), default=0)
    winners = [fact for score, fact in scored if score == best]
    return winners[0] if len(winners) == 1 else None


def _score(fact: Fact, words: set[str]) -> int:
    """How many words the best keyword of `fact` has, if all of them are there."""
    best = 0
    for keyword in fact.keywords:
        wanted = _WORD.findall(keyword.lower())
        if wanted and all(any(_same(w, have) for have in words) for w in wanted):
            best = max(best, len(wanted))
    return best


def _same(wanted: str, have: str) -> bool:
    """The same word, plural, "-ing" and "-ed" aside."""
    if wanted == have:
        return True
    short, long = sorted((wanted, have), key=len)
    if len(short) < 3:
        return False
    stem = short.removesuffix("e")
    return long in (short + "s", short + "es", short + "ing", short + "ed", stem + "ing", stem + "ed")
