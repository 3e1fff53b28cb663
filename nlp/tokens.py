# ruff: noqa: E501  (patterns are easier to check unbroken)
"""The tokenizer: handles, hashtags, emoji, links, mail addresses and order numbers stay whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nlp.folding import fold

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokenizer import Tokenizer

URL = r"(?:https?://|www\.)[^\s<>\"”…]+[^\s<>\"”….,;:!?)'\]]|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|co\.uk|de|fr|io|app|ly)(?:/\S*[^\s.,;:!?)])?"
MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
HANDLE = r"[@＠][\w][\w.-]*(?:@[\w-]+(?:\.[\w-]+)+)?(?<![.-])"
HASHTAG = r"[#＃][^\W\d_]\w*"
ORDER = r"#?(?=[\w-]*\d)(?:[A-Za-z]{1,6}-?)?\d[\dA-Za-z]*(?:-[\dA-Za-z]+)*"
PRICE = r"\d+(?:[.,]\d+)+"

# One emoji as people see it: base, variation selector, skin tone, joined partners; a flag; a keycap.
_BASE = "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff\u2300-\u23ff\u25a0-\u25ff\u203c\u2049\u3030]"
_MODIFIED = f"{_BASE}[\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
EMOJI = f"(?:[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_MODIFIED}(?:\u200d{_MODIFIED})*)"

_OPENING = r"[(\[{<\"'“”‘’«»„*_~¡¿|\-–—]|\.\.+|…|[£$€¥]"
_CLOSING = r"[)\]}>\"'“”‘’«»,;:.!?*_~|%\-–—]|\.\.+|…|[£$€¥]|['’][sS]"
_BETWEEN = (
    r"\.\.+|…|[–—]|--+|[!?]+(?=\w)|(?<=[^\W\d])[,;:/+|&](?=[^\W\d])|(?<=[a-z])\.(?=[A-Z])|(?<=\w)(?=[@#]\w)"
)

_WHOLE = re.compile(f"(?:{URL}|{MAIL}|{HANDLE}|{HASHTAG}|{PRICE}|{ORDER}|{EMOJI})", re.IGNORECASE)
_RUN = r"([^\w\s@#/&.+=:-])\1{2,}"  # one mark again and again is one token, and costs one step
_PREFIX = re.compile(f"^(?:{_RUN}|{EMOJI}|{_OPENING})")
_SUFFIX = re.compile(f"(?:{_RUN}|{EMOJI}|{_CLOSING})$")
_INFIX = re.compile(f"{EMOJI}|{_BETWEEN}")
_SQUEEZE = re.compile(r"(.)\1{2,}")
_DIGITS = re.compile(r"\d+")


def word_form(text: str) -> str:
    """What a token counts as for the model: folded, stretched letters squeezed, names and numbers as kinds."""
    first = text[0]
    if first in "@＠" and len(text) > 1:
        return "@"
    if text[:4].lower() == "http" or text[:4].lower() == "www.":
        return "http"
    folded = text.lower() if text.isascii() and text.isalpha() else fold(text).text or text
    if folded[0].isdigit() or (first == "#" and folded[1:2].isdigit()):
        return _DIGITS.sub("0", folded) if len(folded) < 5 else "00000"
    return _SQUEEZE.sub(r"\1\1", folded)


def tokenizer_of(nlp: Language) -> Tokenizer:
    """This tokenizer for `nlp`, whose lexemes get the norm that `word_form` makes."""
    from spacy.attrs import NORM
    from spacy.lang.en.tokenizer_exceptions import TOKENIZER_EXCEPTIONS
    from spacy.tokenizer import Tokenizer

    vocab: Any = nlp.vocab  # spaCy's stubs leave lex_attr_getters out
    vocab.lex_attr_getters = {
        NORM: word_form
    }  # of spaCy's 23 attributes of a word, nothing here asks for another
    contractions = {k: v for k, v in TOKENIZER_EXCEPTIONS.items() if not k[0].isdigit() and "'" not in k[:1]}
    return Tokenizer(
        nlp.vocab,
        rules={k: v for k, v in contractions.items() if "'" not in k and "’" not in k},
        prefix_search=_prefix,
        suffix_search=_suffix,
        infix_finditer=_infixes,
        token_match=_whole,
    )


# spaCy asks all four of every word that it hasn't met. A letter tells most of the answers without a search.


def _prefix(text: str) -> re.Match[str] | None:
    return None if text[:1].isalpha() else _PREFIX.match(text)


def _suffix(text: str) -> re.Match[str] | None:
    if text[-1:].isalpha() and text[-1] not in "sS":  # but "'s" is one
        return None
    return _SUFFIX.search(text)


def _infixes(text: str) -> Iterable[re.Match[str]]:
    return () if text.isalnum() else _INFIX.finditer(text)


def _whole(text: str) -> re.Match[str] | None:
    return None if text.isalpha() else _WHOLE.fullmatch(text)
