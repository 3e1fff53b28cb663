"""The rules: read from the TOML files beside this module, compiled, and held against folded text.

A rule has an id, a reason to exist (`why`), what it sets (`floor` urgency, or `signal`), patterns, and
examples on both sides that the test-suite runs. Patterns are regular expressions over folded text
(lower case, no accents, see `nlp.folding`); they match whole words; a space stands for any run of
spaces; ``{name}`` inserts a word list of ``words.toml`` or of the same file.

``not`` vetoes a match that one of its patterns overlaps; ``not_anywhere`` vetoes the rule for the post.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.domain.errors import RuleInvalid
from monitor.domain.reading import SIGNALS, Urgency
from nlp.anchors import anchors, word_starts
from nlp.folding import Folded

RULES = Path(__file__).parent / "rules"
WORDS_FILE = "words.toml"
ANCHORS_FILE = "anchors.json"
_NAME = re.compile(r"\{([a-z_]+)\}")
_NEEDS = 4  # sets of anchors that are looked at per pattern; more rule out hardly anything
_KEYS = {"id", "floor", "signal", "why", "patterns", "not", "not_anywhere", "fires", "silent", "intent"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as written. Exactly one of `floor` and `signal` is set."""

    id: str
    why: str
    floor: Urgency | None
    signal: str | None
    intent: str | None  # what a post that sets it off is about, if that is sure
    lang: str
    patterns: tuple[str, ...]
    vetoes: tuple[str, ...]
    vetoes_anywhere: tuple[str, ...]
    fires: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired on the characters [start, end) of the *original* text."""

    rule: Rule
    start: int
    end: int


class _Pattern:
    """One pattern of a rule; compiled when first tried, since most never are."""

    __slots__ = ("_regex", "_vetoes", "rule", "source")

    def __init__(self, rule: Rule, source: str) -> None:
        self.rule = rule
        self.source = source
        self._regex: re.Pattern[str] | None = None
        self._vetoes: tuple[re.Pattern[str] | None, re.Pattern[str] | None] | None = None

    @property
    def regex(self) -> re.Pattern[str]:
        if self._regex is None:
            self._regex = re.compile(_bounded(self.source))
        return self._regex

    @property
    def vetoes(self) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
        """What vetoes an overlapping match, and what vetoes any."""
        if self._vetoes is None:
            self._vetoes = (_joined(self.rule.vetoes), _joined(self.rule.vetoes_anywhere))
        return self._vetoes


def _expand(pattern: str, words: Mapping[str, str], where: str) -> str:
    def insert(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in words:
            raise RuleInvalid(f"{where}: no word list {name!r}.")
        return f"(?:{_expand(words[name], words, where)})"

    return _NAME.sub(insert, pattern)


_CLASS_OR_ESCAPE = re.compile(r"\\.|\[[^\]]*\](?:\{[^}]*\}(?=[(a-z]))?| [?*+]?")


def _spaced(pattern: str) -> str:
    """A space stands for any run of spaces; a gap like ``[^.!?]{0,40}(`` lies between whole words."""

    def respace(match: re.Match[str]) -> str:
        part = match.group()
        if part[0] == " ":
            return " *" if part[1:] in ("?", "*") else " +"
        return rf"(?!\B\w){part}\b" if part.endswith("}") and part[0] == "[" else part

    return _CLASS_OR_ESCAPE.sub(respace, pattern)


def _bounded(pattern: str) -> str:
    left = r"\b" if re.match(r"[\w(\[{]", pattern) else ""
    right = r"\b" if re.search(r"[\w)\]}?*+]$", pattern) and not pattern.endswith(("\\W", ")!")) else ""
    return f"{left}(?:{pattern}){right}"


def _rule(raw: Mapping[str, Any], lang: str, words: Mapping[str, str], where: str) -> Rule:
    unknown = set(raw) - _KEYS
    if unknown or not {"id", "why", "patterns", "fires", "silent"} <= set(raw):
        raise RuleInvalid(f"{where}: {raw.get('id', raw)}: unknown or missing keys {sorted(unknown)}.")
    if ("floor" in raw) == ("signal" in raw) or raw.get("signal", SIGNALS[0]) not in SIGNALS:
        raise RuleInvalid(f"{where}: {raw['id']}: exactly one of floor and (a known) signal.")

    def all_of(key: str) -> tuple[str, ...]:
        return tuple(_spaced(_expand(p, words, where)) for p in raw.get(key, ()))

    return Rule(
        id=raw["id"],
        why=raw["why"],
        floor=Urgency(raw["floor"]) if "floor" in raw else None,
        signal=raw.get("signal"),
        intent=raw.get("intent"),
        lang=lang,
        patterns=all_of("patterns"),
        vetoes=all_of("not"),
        vetoes_anywhere=all_of("not_anywhere"),
        fires=tuple(raw["fires"]),
        silent=tuple(raw["silent"]),
    )


def read_rules(folder: Path = RULES) -> list[Rule]:
    """Every rule of every TOML file, in file order. Raises `RuleInvalid`."""
    shared: dict[str, str] = tomllib.loads((folder / WORDS_FILE).read_text("utf-8"))["words"]
    rules: list[Rule] = []
    for path in sorted(folder.glob("*.toml")):
        if path.name == WORDS_FILE:
            continue
        try:
            raw = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise RuleInvalid(f"{path.name}: {error}.") from error
        words = {**shared, **raw.get("words", {})}
        rules += [_rule(r, raw["lang"], words, path.name) for r in raw["rule"]]
    twice = {r.id for r in rules if sum(o.id == r.id for o in rules) > 1}
    if twice:
        raise RuleInvalid(f"ids given twice: {sorted(twice)}.")
    return rules


def read_anchors(folder: Path = RULES) -> dict[str, list[frozenset[str]]]:
    """The anchors worked out beforehand (``python -m nlp.rulebook``), per pattern; {} if there is no table.

    A pattern that isn't in the table gets its anchors when it is loaded, which takes a millisecond.
    """
    try:
        table: dict[str, list[str]] = json.loads((folder / ANCHORS_FILE).read_text("utf-8"))
    except OSError:
        return {}
    return {source: [frozenset(s.split()) for s in sets] for source, sets in table.items()}


def write_anchors(folder: Path = RULES) -> int:
    """Writes the table for the rules as they stand; returns the number of patterns."""
    table = {
        source: [" ".join(sorted(words)) for words in anchors(source)[:_NEEDS]]
        for rule in read_rules(folder)
        for source in rule.patterns
    }
    (folder / ANCHORS_FILE).write_text(json.dumps(table, ensure_ascii=False, indent=0) + "\n", "utf-8")
    return len(table)


def _joined(patterns: Iterable[str]) -> re.Pattern[str] | None:
    parts = [_bounded(p) for p in patterns]
    return re.compile("|".join(parts)) if parts else None


_WINDOW = 400  # characters; a long post is read in windows, so that time grows linearly with it
_SENTENCE_END = re.compile(r"[.!?]+ ")


def windows(text: str) -> Iterator[tuple[int, str]]:
    """(offset, stretch) of whole sentences where there are any, of about `_WINDOW` characters each."""
    start = 0
    while len(text) - start > 2 * _WINDOW:
        end = _SENTENCE_END.search(text, start + _WINDOW, start + 2 * _WINDOW)
        cut = end.end() if end else text.rfind(" ", start + _WINDOW, start + 2 * _WINDOW) + 1
        cut = cut if cut > start else start + 2 * _WINDOW
        yield start, text[start:cut]
        start = cut
    yield start, text[start:] if start else text


class Rulebook:
    """All rules, compiled. `hits` takes time linear in the length of the text.

    Which patterns may match is worked out on bits, one per pattern: a word beginning has a mask per set of
    anchors (`_NEEDS` of them), a post has the union of its words' masks, and a pattern is tried when its bit
    is in all.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._patterns: list[_Pattern] = []
        self._free = [0] * _NEEDS  # the patterns that need no (further) anchor
        self._masks: dict[str, list[int]] = {}
        self._lang_masks: dict[str, int] = {}
        known = read_anchors()
        for rule in self.rules:
            for source in rule.patterns:
                self._add(_Pattern(rule, source), known.get(source) or anchors(source))
        self._anchors = frozenset(self._masks)

    def _add(self, pattern: _Pattern, needs: Sequence[frozenset[str]]) -> None:
        bit = 1 << len(self._patterns)
        self._patterns.append(pattern)
        for number in range(_NEEDS):
            if number >= len(needs):
                self._free[number] |= bit
                continue
            for anchor in needs[number]:
                self._masks.setdefault(anchor, [0] * _NEEDS)[number] |= bit

    @property
    def unanchored(self) -> list[str]:
        """The patterns that are tried on every post, because no word is sure to be in them."""
        return [p.source for i, p in enumerate(self._patterns) if self._free[0] >> i & 1]

    def _of_language(self, lang: str) -> int:
        """The patterns that are held against posts in this language, as bits."""
        if lang not in self._lang_masks:
            self._lang_masks[lang] = sum(
                1 << i for i, p in enumerate(self._patterns) if _applies(p.rule, lang)
            )
        return self._lang_masks[lang]

    def _candidates(self, starts: set[str], lang: str) -> Iterator[_Pattern]:
        """The patterns that may match, in the order of the rules."""
        first, second, third, fourth = self._free
        for anchor in starts & self._anchors:
            one, two, three, four = self._masks[anchor]
            first |= one
            second |= two
            third |= three
            fourth |= four
        bits = first & second & third & fourth & self._of_language(lang)
        while bits:
            lowest = bits & -bits
            yield self._patterns[lowest.bit_length() - 1]
            bits ^= lowest

    def hits(self, folded: Folded, lang: str = "en", starts: set[str] | None = None) -> list[Hit]:
        """At most one hit per rule, the first in the text; in the order of the text's windows.

        `starts` are the word beginnings of the whole text, if they are known already.
        English rules and all P0 rules are held against every post, others against posts in their language.
        """
        found: dict[str, Hit] = {}
        for offset, window in windows(folded.text):
            here = starts if starts is not None and window is folded.text else word_starts(window)
            for pattern in self._candidates(here, lang):
                if pattern.rule.id in found:
                    continue
                for start, end in self._matches(pattern, window):
                    found[pattern.rule.id] = Hit(pattern.rule, *folded.span(offset + start, offset + end))
                    break
        return list(found.values())

    def every_match(self, text: str) -> set[str]:
        """The ids of English rules that match when every pattern is tried: slow, for checking the anchors."""
        return {
            p.rule.id
            for p in self._patterns
            if p.rule.lang == "en" and next(self._matches(p, text), None) is not None
        }

    def _matches(self, pattern: _Pattern, text: str) -> Iterator[tuple[int, int]]:
        for match in pattern.regex.finditer(text):
            veto, veto_anywhere = pattern.vetoes
            if veto_anywhere and veto_anywhere.search(text):
                return
            if veto and _overlapped(veto, text, match.start(), match.end()):
                continue
            yield match.start(), match.end()


def _applies(rule: Rule, lang: str) -> bool:
    return rule.lang in ("en", lang) or rule.floor is Urgency.P0


_REACH = 120  # a veto is looked for this many characters around a match


def _overlapped(veto: re.Pattern[str], text: str, start: int, end: int) -> bool:
    low = max(0, start - _REACH)
    return any(m.start() < end and m.end() > start for m in veto.finditer(text, low, end + _REACH))


if __name__ == "__main__":
    sys.stdout.write(f"anchors of {write_anchors()} patterns written\n")
