"""Which language a post is in: English, one of six more that have rules, or undetermined.

Small words decide. Each word of a post votes for the languages whose frequent words it belongs to; a
vote counts less the more languages share the word. Words are folded (no accents), as in the rules.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Set
from pathlib import Path

from nlp.folding import fold

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")
UNDETERMINED = "und"
_FILE = Path(__file__).parent / "data" / "languages.toml"
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_SKIP = re.compile(r"[@#]\w[\w.-]*|https?://\S+|\S+\.(?:com|org|net|de|fr|io)\S*")
_LETTER = re.compile(r"[^\W\d_]")
_TAG_WEIGHT = 1.5  # what the platform's own tag counts, in words: it is often wrong on short posts
_ENGLISH_LEAN = 0.5  # English is the default of the house: another language must show itself
_SURE = 1.0  # votes below which nothing is known
_A_PART = 1.5  # votes that make a second language likely beside the first
_MOST_WORDS = 120  # more of a long post tell nothing new
_LONG = 5  # letters; shorter words are too often a word of another language, too
_KNOWN_LEAN = 0.5  # what a long word that is known to be English counts, against one that isn't


def words_of(folded: str) -> list[str]:
    """The first words of folded text, without handles, tags and links."""
    if "@" in folded or "#" in folded or "." in folded:
        folded = _SKIP.sub(" ", folded)
    return _WORD.findall(folded)[:_MOST_WORDS]


def has_letters(folded: str) -> bool:
    """Whether folded text has letters of any script, outside handles, tags and links."""
    return bool(_LETTER.search(_SKIP.sub(" ", folded)))


class LanguageGuesser:
    """Guesses by the table of frequent words. Loading takes milliseconds; a guess, microseconds.

    `known` are long English words (`nlp.typos.read_known`): a post without small words ("hat shrank in
    drizzle") is English by them.
    """

    def __init__(self, known: Set[str] = frozenset()) -> None:
        self._known = known
        self._votes: dict[str, list[tuple[int, float]]] = {}
        holders: dict[str, set[int]] = defaultdict(set)
        table: dict[str, str] = tomllib.loads(_FILE.read_text("utf-8"))
        for index, lang in enumerate(LANGUAGES):
            for word in table[lang].split():
                holders[fold(word).text].add(index)
        for word, langs in holders.items():
            self._votes[word] = [(i, 1.0 / len(langs) ** 1.5) for i in sorted(langs)]

    def guess(self, folded: str, tag: str | None = None) -> str:
        """`folded` is the post's folded text; `tag` the language the platform claims, if any."""
        return self.of_words(words_of(folded), folded, tag)[0]

    def of_words(self, words: list[str], folded: str, tag: str | None = None) -> tuple[str, tuple[str, ...]]:
        """The same for known words, and every language the post may be in besides, or in part."""
        scores = [0.0] * len(LANGUAGES)
        scores[0] = _ENGLISH_LEAN
        for votes in filter(None, map(self._votes.get, words)):
            for index, weight in votes:
                scores[index] += weight
        if "\u00bf" in folded or "\u00a1" in folded:  # no other language here opens a question upside down
            scores[LANGUAGES.index("es")] += _SURE
        claimed = (tag or "")[:2].lower()
        if claimed in LANGUAGES:
            scores[LANGUAGES.index(claimed)] += _TAG_WEIGHT
        best = scores.index(max(scores))
        if best and words:
            long = [word in self._known for word in words if len(word) >= _LONG]
            scores[0] += _KNOWN_LEAN * max(0, 2 * sum(long) - len(long))
            best = scores.index(max(scores))
        if not words:
            rest = _SKIP.sub(" ", folded)
            if not _LETTER.search(rest) or not rest.isascii():
                return UNDETERMINED, LANGUAGES
        if scores[best] < _SURE:
            return LANGUAGES[best], LANGUAGES  # nothing was recognised: it may be any
        return LANGUAGES[best], tuple(
            lang
            for lang, score in zip(LANGUAGES, scores, strict=True)
            if score >= _A_PART or score == scores[best]
        )
