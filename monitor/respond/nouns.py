"""The thing that a post is about: their own ("my new phone"), or one that everybody knows ("the driver").

Only nouns of `words.toml` and `troubles.toml` are said back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from monitor.respond.sentences import listed, sentences, things, words_of


def own_thing(text: str) -> str | None:
    """The thing of theirs that it is about: "your new phone"; None when nothing known is named."""
    for sentence in sentences(text):
        words = words_of(sentence)
        for at, word in enumerate(words):
            if word == "my" and (thing := _thing_after(words[at + 1 : at + 5])):
                return thing
    return None


def _thing_after(words: list[str]) -> str | None:
    """The first known noun of what follows "my", with what safely stands before it and belongs to it."""
    for n, noun in enumerate(words[:3]):
        if noun in listed("never_things"):
            return None
        if noun not in things():
            continue
        before = words[:n]
        pair = " ".join(words[n : n + 2])  # "credit card" is one thing
        safe = all(w in listed("echo") and w not in listed("not_modifiers") for w in before)
        return " ".join(("your", *(before if safe else []), pair if pair in things() else noun))
    return None


def is_plural(thing: str) -> bool:
    """Whether a verb after `thing` takes its plural form."""
    noun = thing.rsplit(maxsplit=1)[-1]
    if noun in listed("singular"):
        return False
    return noun in listed("plural") or noun.endswith("s")


# In this order: what they ordered or bought, what it runs on, who was there, what was served.
_KNOWN = (
    ("parcel", "your"),
    ("paid", "your"),
    ("goods", "your"),
    ("service", "the"),
    ("people", "the"),
    ("place", "the"),
    ("food", "the"),
)
# "in order to", "in the long line of": a noun there is no thing.
_IDIOM = re.compile(r"\b(in order|of the order|in line with|out of order|in the box|in any case)\b")


# "The order" is a thing, "I can't order" isn't: a noun begins the sentence or stands after one of these.
_NOUN_BEFORE = re.compile(
    r"(?:^|\b(?:a|an|the|this|that|these|those|my|our|your|his|her|their|its|no|any|every|each|another|last|next|"
    r"first|same|of|with|without|two|three|new|online|about|for|missing|wrong) (?:\w+ )?)$"
)


def known_thing(text: str, groups: Mapping[str, re.Pattern[str]]) -> str | None:
    """A thing that everybody knows: "the driver", "the website", "your delivery"; the first that is named."""
    for sentence in sentences(text):
        low = _IDIOM.sub(" ", sentence.lower())
        for group, article in _KNOWN:
            for found in groups[group].finditer(low):
                if _NOUN_BEFORE.search(low[: found.start()]):
                    return f"{article} {found[0]}"
    return None
