"""A post cut into sentences and words, and the words of `words.toml` that a reply may use."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_BARE = {
    "cant": "can't", "cannot": "can't", "dont": "don't", "didnt": "didn't", "doesnt": "doesn't",
    "wont": "won't", "isnt": "isn't", "hasnt": "hasn't", "havent": "haven't", "wasnt": "wasn't",
    "couldnt": "couldn't", "im": "i'm", "ive": "i've",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_SENTENCE = re.compile(r"(?:[^.!?\n;:()…\"“”]|(?<=\d)[.:](?=\d))+[.!?…]*")
_ASIDE = re.compile(r"(?<![\w])@\w+(?:[.@][\w.-]+)*|https?://\S+|#(?=\w)")


def sentences(text: str) -> list[str]:
    """The sentences of a post with their end marks, without handles, links and hash signs."""
    plain = _ASIDE.sub(" ", text.replace("’", "'"))
    return [s.strip() for s in _SENTENCE.findall(plain) if s.strip(" .!?…")]


def mended(word: str) -> str:
    """A lower-case word with its apostrophe, where people leave it out."""
    return _BARE.get(word, word)


def words_of(text: str) -> list[str]:
    """Lower-case words, with apostrophes put where people leave them out."""
    return [mended(m.replace("’", "'").lower()) for m in _WORD.findall(text)]


@cache
def _words() -> dict[str, str]:
    return dict(tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8")))


@cache
def listed(name: str) -> frozenset[str]:
    """One of the lists of words.toml."""
    return frozenset(_words()[name].split())


@cache
def things() -> frozenset[str]:
    """Every noun that may be called "your …"."""
    return frozenset(t.strip() for t in _words()["things"].replace("\n", "").split("|") if t.strip())
