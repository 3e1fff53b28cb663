"""The customer's own words, turned to face them: "I can't log in" → "you can't log in".

Only clauses whose every word stands in `words.toml` are echoed: so nothing unsafe can come back out.
"""

from __future__ import annotations

import re

from monitor.respond import patterns
from monitor.respond.sentences import listed, sentences, things, words_of

_FLIP = {
    "i": "you", "i'm": "you're", "i've": "you've", "i'd": "you'd", "me": "you", "my": "your", "mine": "yours",
    "myself": "yourself", "am": "are",
}  # fmt: skip
_WAS = {"was": "were", "wasn't": "weren't"}
_DANGLING = frozenset(
    {
        *(
            "and",
            "or",
            "but",
            "to",
            "of",
            "in",
            "on",
            "at",
            "by",
            "for",
            "from",
            "with",
            "the",
            "a",
            "an",
            "my",
        ),
        *(
            "your",
            "if",
            "when",
            "because",
            "as",
            "than",
            "that",
            "so",
            "which",
            "who",
            "after",
            "before",
            "since",
        ),
        *("until", "till", "while", "i", "you", "all", "just", "even", "any"),
    }
)

LONGEST = 11  # words: more than that is quoting, not naming
SHORTEST = 4


def may_echo(words: list[str]) -> bool:
    """True when each word is one that a reply may take over."""
    return all(w in listed("echo") or w in things() for w in words)


def flipped(words: list[str]) -> str:
    """First person to second. The caller has checked `may_echo`."""
    out: list[str] = []
    for n, word in enumerate(words):
        after_i = n > 0 and words[n - 1] == "i"
        out.append(_WAS.get(word, word) if after_i else _FLIP.get(word, word))
        if after_i and word in _FLIP:
            out[-1] = _FLIP[word]
    return " ".join(out)


def complaint_clause(text: str) -> str | None:
    """What went wrong in their words, second person, no full stop; None when nothing is safe to say."""
    for pattern in patterns.regexes("clause", "starts"):
        for sentence in sentences(text):
            if sentence.endswith("?") or re.match(r"(?i)(if|when|unless|hope|imagine)\b", sentence):
                continue
            cut = patterns.regexes("clause", "cut")[0].sub("", sentence.lower())
            words = words_of(cut)
            while words and words[0] in patterns.words("clause", "openers"):
                words = words[1:]
            match = pattern.fullmatch(" ".join(words))
            if match and (clause := _clause(match[1].split())):
                return clause
    return None


def _clause(words: list[str]) -> str | None:
    words = _trimmed(words)
    fits = SHORTEST <= len(words) <= LONGEST and words.count("i") <= 1
    if not fits or not may_echo(words) or patterns.words("clause", "spoils") & set(words):
        return None
    return flipped(words)


def _trimmed(words: list[str]) -> list[str]:
    while words and words[-1] in _DANGLING:
        words = words[:-1]
    return words


def asked(text: str) -> str | None:
    """What they want to know, as "how to change your seat"; None when it can't be said safely."""
    for sentence in sentences(text):
        clean = " ".join(words_of(sentence.split(",")[-1] if "?" in sentence else sentence))
        if not sentence.endswith("?") and not patterns.any_of("asked", "begins", clean):
            continue
        for pattern, form in patterns.forms("asked", "forms"):
            match = pattern.search(clean)
            if match is None:
                continue
            words = _trimmed([w for w in match[1].split() if w not in ("please", "thanks")])
            if 2 <= len(words) <= LONGEST and may_echo(words) and words[0] != "i":
                return form.format(flipped(words))
    return None
