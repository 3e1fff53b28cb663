"""The rules of `nlp.rulefile`, held against folded text.

The word beginnings of a post (`nlp.anchors`) say which patterns, and which words of concepts, could be in
it at all, and so which rules; only those are tried. What a concept finds in a post is worked out once,
however many rules ask for it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path

from monitor.domain.errors import RuleInvalid
from nlp.anchors import pieces, word_starts
from nlp.folding import Folded
from nlp.matching import Idea, Pattern, Scan, Span, StartsOf, Vetoes
from nlp.phrases import PhraseTree
from nlp.rulefile import (
    NEEDS,
    RULES,
    Concept,
    Known,
    Rule,
    known_of,
    read_book,
    read_known,
    starts_of,
)

_EVERYDAY = frozenset(
    "a i me we us my our he she it they them his her you no not out off down up back now again after since "
    "today need help please one all people here in on at is was".split()
)
_WINDOW = 400  # characters; a long post is read in windows, so that time grows linearly with it
_SENTENCE_END = re.compile(r"[.!?]+ ")


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired on the characters [start, end) of the *original* text."""

    rule: Rule
    start: int
    end: int


class _Compiled:
    """A rule with its vetoes."""

    __slots__ = ("rule", "vetoes")

    def __init__(self, rule: Rule, starts_of: StartsOf) -> None:
        self.rule = rule
        self.vetoes = Vetoes(rule.vetoes, rule.vetoes_anywhere, starts_of)


@dataclass(frozen=True, slots=True)
class _Combination:
    """Concepts that must stand near each other; `names` holds each of them with its alternatives."""

    compiled: _Compiled
    choices: tuple[str, ...]
    names: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """What is held against posts of one set of languages."""

    patterns: int  # bits
    spelled: Mapping[str, _Compiled]  # rules with patterns that are plain phrases, by their id
    combinations: Mapping[str, Sequence[_Combination]]  # by each concept that their first choice names


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

    Plain words of concepts are found in one walk over the post (`nlp.phrases`). Which other patterns may
    match is worked out on bits, one per pattern: a word beginning has a mask per set of anchors (`NEEDS` of
    them, side by side in one number), a post has the union of its words' masks, and a pattern is tried when
    its bit is in all. A combination of concepts is looked at when each of them was found or may be.
    """

    def __init__(self, rules: Iterable[Rule], concepts: Mapping[str, Concept]) -> None:
        self.rules = tuple(rules)
        self._known = read_known()
        self._tree = PhraseTree()
        self._masks: dict[str, list[int]] = {}
        self._free = [0] * NEEDS  # the patterns that need no (further) anchor
        self._sources: list[str] = []
        self._words: list[tuple[Pattern, str]] = []  # of concepts, with their concept's name
        self._patterns: list[tuple[Pattern, _Compiled]] = []  # of rules; their bits follow those of the words
        self._spelled: dict[str, _Compiled] = {}
        self._combinations: list[_Combination] = []
        self._held: dict[frozenset[str], _Held] = {}
        self._common: Counter[str] = Counter()
        self._ideas = {name: self._idea(concept) for name, concept in concepts.items()}
        self._marked = frozenset(name for name, concept in concepts.items() if concept.mark)
        for rule in self.rules:
            self._check(rule)
            compiled = _Compiled(rule, self._starts_of)
            for source in rule.patterns:
                self._pattern(source, compiled)
            for combo in rule.near:
                choices = combo if rule.ordered else tuple(sorted(combo, key=self._commonness))
                names = tuple(frozenset(choice.split("|")) for choice in choices)
                self._combinations.append(_Combination(compiled, choices, names))
        self._anchors = frozenset(self._masks)
        self._all_free = self._side_by_side(self._free)
        self._wide = {anchor: self._side_by_side(masks) for anchor, masks in self._masks.items()}

    def _idea(self, concept: Concept) -> Idea:
        """The concept; its plain phrases go into the tree, its other words become patterns with bits."""
        for source in concept.words:
            known = self._known.get(source) or known_of(source)
            if known.phrases is not None:
                self._tree.add(concept.name, known.phrases)
                self._common[concept.name] += sum(10 if p in _EVERYDAY else 1 for p in known.phrases)
            else:
                self._words.append((Pattern(source), concept.name))
                self._number(source, known)
        return Idea(concept, self._starts_of)

    def _starts_of(self, source: str) -> frozenset[str] | None:
        return starts_of(self._known.get(source) or known_of(source))

    def _pattern(self, source: str, compiled: _Compiled) -> None:
        """A pattern of a rule; if it is a plain phrase, the tree finds it under the rule's own id."""
        known = self._known.get(source) or known_of(source)
        if known.phrases is not None:
            self._spelled[compiled.rule.id] = compiled
            self._tree.add(compiled.rule.id, known.phrases)
        else:
            self._patterns.append((Pattern(source), compiled))
            self._number(source, known)

    def _number(self, source: str, known: Known) -> None:
        """Gives the pattern the next bit, and its anchors that bit."""
        bit = 1 << len(self._sources)
        self._sources.append(source)
        for place in range(NEEDS):
            if place >= len(known.needs):
                self._free[place] |= bit
                continue
            for anchor in known.needs[place]:
                self._masks.setdefault(anchor, [0] * NEEDS)[place] |= bit

    def _check(self, rule: Rule) -> None:
        choices = [choice for combo in (*rule.near, rule.unless) for choice in combo]
        unknown = [n for choice in choices for n in choice.split("|") if n not in self._ideas]
        if unknown:
            raise RuleInvalid(f"{rule.id}: no concept {unknown[0]!r}.")

    def _commonness(self, choice: str) -> int:
        """How everyday a choice of concepts is: of several, the rarest is looked for first."""
        return sum(self._common[name] for name in choice.split("|"))

    @property
    def unanchored(self) -> list[str]:
        """The patterns that are tried on every post, because no word is sure to be in them."""
        return [source for n, source in enumerate(self._sources) if self._free[0] >> n & 1]

    def _of_languages(self, langs: frozenset[str]) -> _Held:
        """What is held against posts that may be in these languages; English always."""
        if langs not in self._held:
            wanted = langs | {"en"}
            combinations: dict[str, list[_Combination]] = {}
            for combination in self._combinations:
                if combination.compiled.rule.lang in wanted:
                    for name in combination.names[0]:
                        combinations.setdefault(name, []).append(combination)
            self._held[langs] = _Held(
                sum(1 << n for n, (_, c) in enumerate(self._patterns) if c.rule.lang in wanted),
                {i: c for i, c in self._spelled.items() if c.rule.lang in wanted},
                combinations,
            )
        return self._held[langs]

    def _possible(self, starts: set[str]) -> int:
        """The patterns that may match a text with these word beginnings, as bits."""
        wide = reduce(or_, map(self._wide.__getitem__, starts & self._anchors), self._all_free)
        size = len(self._sources)
        possible = wide
        for place in range(1, NEEDS):
            possible &= wide >> size * place
        return possible & (1 << size) - 1

    def _side_by_side(self, masks: Sequence[int]) -> int:
        return sum(mask << len(self._sources) * place for place, mask in enumerate(masks))

    def read(
        self,
        folded: Folded,
        langs: Iterable[str] = ("en",),
        starts: set[str] | None = None,
        taken_apart: list[str] | None = None,
    ) -> tuple[list[Hit], set[str]]:
        """At most one hit per rule, the first in the text; and the marked concepts whose plain phrases occur.

        `starts` are the word beginnings of the whole text, and `taken_apart` its pieces (`nlp.anchors`), if
        they are known already. English rules are held against every post, those of another language against
        posts that may be in it (`langs`).
        """
        found: dict[str, Hit] = {}
        named: set[str] = set()
        held = self._of_languages(frozenset(langs))
        for offset, window in windows(folded.text):
            whole = window is folded.text
            parts = taken_apart if taken_apart is not None and whole else pieces(window)
            here = starts if starts is not None and whole else word_starts(window, parts)
            phrases = self._tree.find(parts)
            named.update(phrases)
            for rule, (start, end) in self._found(window, here, phrases, self._possible(here), held):
                if rule.id not in found:
                    found[rule.id] = Hit(rule, *folded.span(offset + start, offset + end))
        return list(found.values()), named & self._marked

    def hits(self, folded: Folded, lang: str = "en") -> list[Hit]:
        """The hits alone, for a post in this language."""
        return self.read(folded, ("en", lang))[0]

    def _found(
        self,
        text: str,
        starts: set[str] | None,
        phrases: Mapping[str, list[Span]],
        possible: int,
        held: _Held,
    ) -> Iterator[tuple[Rule, Span]]:
        words: dict[str, list[Pattern]] = defaultdict(list)
        for number in _set_bits(possible & (1 << len(self._words)) - 1):
            word, name = self._words[number]
            words[name].append(word)
        scan = Scan(text, starts, phrases, words, self._ideas)
        for name, spans in phrases.items():
            spelled = held.spelled.get(name)
            if spelled:
                yield from _first(spelled, ([span] for span in spans), scan)
        for number in _set_bits(possible >> len(self._words) & held.patterns):
            pattern, compiled = self._patterns[number]
            if pattern.regex.search(text):  # most don't match, and a search is the cheapest way to say so
                yield from _first(compiled, ([m.span()] for m in pattern.regex.finditer(text)), scan)
        for combination in _at_hand(phrases.keys() | words.keys(), held.combinations):
            rule = combination.compiled.rule
            ways = scan.together(combination.choices, rule.within, rule.across, rule.ordered)
            yield from _first(combination.compiled, ways, scan)

    def every_match(self, text: str) -> set[str]:
        """The ids of English rules that match when every pattern is tried: slow, for checking the anchors."""
        everything = (1 << len(self._sources)) - 1
        held = self._of_languages(frozenset())
        return {
            rule.id for rule, _ in self._found(text, None, self._tree.find(pieces(text)), everything, held)
        }


def _set_bits(bits: int) -> Iterator[int]:
    """The numbers of the bits that are set, the lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _at_hand(names: Set[str], combinations: Mapping[str, Sequence[_Combination]]) -> Iterator[_Combination]:
    """The combinations of which each concept may stand in the text, each once."""
    met: set[int] = set()
    for name in sorted(names & combinations.keys()):
        for combination in combinations[name]:
            if id(combination) not in met and not any(map(names.isdisjoint, combination.names[1:])):
                met.add(id(combination))
                yield combination


def load_rulebook(folder: Path = RULES) -> Rulebook:
    """The rules of a folder, ready. Raises `RuleInvalid`."""
    return Rulebook(*read_book(folder))


def _first(compiled: _Compiled, ways: Iterable[list[Span]], scan: Scan) -> Iterator[tuple[Rule, Span]]:
    """The rule, with where it matches first, if it does and nothing vetoes it."""
    for spans in ways:
        if compiled.vetoes.silence(scan.text, scan.starts) or any(
            scan.where(guard) for guard in compiled.rule.unless
        ):
            return
        if not any(compiled.vetoes.overlap(scan.text, span, scan.starts) for span in spans):
            yield compiled.rule, (min(s[0] for s in spans), max(s[1] for s in spans))
            return
