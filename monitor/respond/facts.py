"""Which of the brand's facts answers a question: by its keywords, or none when two fit equally well."""

from __future__ import annotations

import re

from monitor.respond.voice import Fact, Voice

_WORD = re.compile(r"[a-z0-9]+")


def fact_for(text: str, intent: str, voice: Voice) -> Fact | None:
    """The fact whose keywords the text meets best, or None: on a tie, silence beats a wrong answer."""
    words = set(_WORD.findall(text.lower()))
    scored = [
        (score, fact) for fact in voice.facts if intent in fact.intents and (score := _score(fact, words))
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
    """The same word, plural and "-ing" aside."""
    if wanted == have:
        return True
    short, long = sorted((wanted, have), key=len)
    return len(short) >= 3 and long in (short + "s", short + "es", short + "ing", short + "ed")
