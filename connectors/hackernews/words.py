"""A query, put so that the search takes it literally, and checked again here.

The search is made for people: it forgives typos, completes the last word and takes parts of words
(algolia/hn-search#54). Each word is therefore quoted, which turns that off, and a post counts only if
the words are really in it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_PARTS = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_TOKENS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Words:
    """`wanted` must all be in a post, `unwanted` must not. Each is a word or several side by side."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: str) -> Words:
        """The words of a query. Raises ValueError with what is wrong with it."""
        if query.count('"') % 2:
            raise ValueError('a quotation mark (") is not closed')
        wanted: list[str] = []
        unwanted: list[str] = []
        for minus, phrase, word in _PARTS.findall(query):
            if word in ("OR", "AND"):
                raise ValueError(f"the search knows no {word}: make one source for each")
            text = " ".join(_TOKENS.findall(phrase or word))
            if text:
                (unwanted if minus else wanted).append(text)
        if not wanted:
            raise ValueError("the query holds no word to look for")
        return cls(tuple(wanted), tuple(unwanted))

    @property
    def asked(self) -> str:
        """As the search is asked: without the unwanted, which are left out here."""
        return " ".join(f'"{text}"' for text in self.wanted)

    def found_in(self, text: str) -> bool:
        """Whether a post with this text counts. Case and accents make no difference."""
        plain = _plain(text)
        holds = (_pattern(words).search(plain) is not None for words in self.wanted)
        return all(holds) and not any(_pattern(words).search(plain) for words in self.unwanted)


def _plain(text: str) -> str:
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in split if not unicodedata.combining(c))


def _pattern(words: str) -> re.Pattern[str]:
    tokens = _TOKENS.findall(_plain(words))
    inner = r"[\W_]+".join(re.escape(token) for token in tokens)
    # Scripts without spaces between words have no edges of words to look for.
    return re.compile(rf"(?<![^\W_]){inner}(?![^\W_])" if inner.isascii() else inner)
