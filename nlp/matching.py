"""The parts of a rule, compiled when they are first tried: patterns, vetoes, and where concepts stand.

Spans are (start, end) in the folded text that is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain

from nlp.compiled import compiled
from nlp.rulefile import Concept, bounded

Span = tuple[int, int]
StartsOf = Callable[[str], frozenset[str] | None]  # of a pattern (`nlp.rulefile.starts_of`)

_REACH = 120  # a veto is looked for this many characters around a match
_MOST_MATCHES = 24  # of a concept in one window; more of the same tell nothing new
_BACK = 40  # characters before a word in which its denial stands
_SENTENCE_END = re.compile(r"[.!?]+ ")
_DENIED = re.compile(
    r"\b(?:not|no|never|without|isn.?t|wasn.?t|aren.?t|weren.?t|didn.?t|doesn.?t|don.?t|hasn.?t|haven.?t|"
    r"hadn.?t|won.?t|ain.?t|nor|hardly|stopped|instead of|rather than|zero|free of|avoid(?:ed|ing|s)?|"
    r"prevent(?:ed|ing|s)?)(?: (?:any ?more|any|more|even|actually|really|been|be|an?|the|of|longer|"
    r"getting|going|to|yet|once)){0,3} +$"
)


class Pattern:
    """One pattern of a rule, or one word of a concept."""

    __slots__ = ("_regex", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self._regex: re.Pattern[str] | None = None

    @property
    def regex(self) -> re.Pattern[str]:
        if self._regex is None:
            self._regex = compiled(bounded(self.source))
        return self._regex


class _Veto:
    """Patterns of which none may match; each is looked for only where one of its word beginnings stands."""

    __slots__ = ("_by_start", "_patterns", "_starts", "_unsure")

    def __init__(self, sources: tuple[str, ...], starts_of: StartsOf) -> None:
        self._patterns = [Pattern(source) for source in sources]
        self._unsure: list[Pattern] = []  # no word beginning is sure to be in them
        self._by_start: dict[str, list[Pattern]] = {}
        for pattern in self._patterns:
            starts = starts_of(pattern.source)
            if starts is None:
                self._unsure.append(pattern)
            for start in starts or ():
                self._by_start.setdefault(start, []).append(pattern)
        self._starts = frozenset(self._by_start)

    def patterns(self, starts: Set[str] | None) -> Iterable[Pattern]:
        """What to look for in a text with these word beginnings."""
        if starts is None:
            return self._patterns
        here = self._starts & starts
        return chain(self._unsure, *(self._by_start[start] for start in here)) if here else self._unsure


class Vetoes:
    """What vetoes an overlapping match, and what vetoes any."""

    __slots__ = ("_anywhere", "_near")

    def __init__(self, near: tuple[str, ...], anywhere: tuple[str, ...], starts_of: StartsOf) -> None:
        self._near = _Veto(near, starts_of)
        self._anywhere = _Veto(anywhere, starts_of)

    def silence(self, text: str, starts: Set[str] | None) -> bool:
        """Whether the text as a whole rules the match out."""
        return any(pattern.regex.search(text) for pattern in self._anywhere.patterns(starts))

    def overlap(self, text: str, span: Span, starts: Set[str] | None) -> bool:
        """Whether a vetoing phrase shares characters with the span."""
        start, end = span
        low = max(0, start - _REACH)
        return any(
            m.start() < end and m.end() > start
            for pattern in self._near.patterns(starts)
            for m in pattern.regex.finditer(text, low, end + _REACH)
        )


class Idea:
    """A concept with its vetoes."""

    __slots__ = ("_vetoes", "concept")

    def __init__(self, concept: Concept, starts_of: StartsOf) -> None:
        self.concept = concept
        self._vetoes = Vetoes(concept.vetoes, (), starts_of)

    def stands(self, text: str, span: Span, starts: Set[str] | None) -> bool:
        """Whether what was found means the concept: it isn't denied, and no vetoing phrase lies over it."""
        if self.concept.asserted and _DENIED.search(text, max(0, span[0] - _BACK), span[0]):
            return False
        return not self._vetoes.overlap(text, span, starts)


class Scan:
    """One window of text: what stands where in it, worked out when first asked.

    `phrases` are the plain ones found, `words` the patterns that may match, both by their concept. `starts`
    are the text's word beginnings; None lets every veto be looked for.
    """

    __slots__ = ("_found", "_ideas", "_phrases", "_words", "starts", "text")

    def __init__(
        self,
        text: str,
        starts: Set[str] | None,
        phrases: Mapping[str, list[Span]],
        words: Mapping[str, list[Pattern]],
        ideas: Mapping[str, Idea],
    ) -> None:
        self.text = text
        self.starts = starts
        self._phrases = phrases
        self._words = words
        self._ideas = ideas
        self._found: dict[str, list[Span]] = {}

    def where(self, choice: str) -> list[Span]:
        """The spans of a concept, or of any of several ("a|b"), in the order of the text."""
        spans = self._found.get(choice)
        if spans is None:
            if "|" in choice:
                spans = sorted({s for name in choice.split("|") for s in self.where(name)})[:_MOST_MATCHES]
            else:
                spans = self._of(choice)
            self._found[choice] = spans
        return spans

    def _of(self, name: str) -> list[Span]:
        found = set(self._phrases.get(name, ()))
        for word in self._words.get(name, ()):
            found.update([m.span() for m in word.regex.finditer(self.text)])
        idea = self._ideas[name]
        return [span for span in sorted(found)[:_MOST_MATCHES] if idea.stands(self.text, span, self.starts)]

    def together(
        self, choices: Sequence[str], within: int, across: bool, ordered: bool
    ) -> Iterator[list[Span]]:
        """Each way in which these concepts stand together, none on top of another."""
        found = []
        for choice in choices:
            spans = self.where(choice)
            if not spans:
                return
            found.append(spans)
        yield from self._joined(found, [], within, across, ordered)

    def _joined(
        self, found: list[list[Span]], chosen: list[Span], within: int, across: bool, ordered: bool
    ) -> Iterator[list[Span]]:
        if len(chosen) == len(found):
            low, high = min(s[0] for s in chosen), max(s[1] for s in chosen)
            if across or not _SENTENCE_END.search(self.text, low, high):
                yield chosen
            return
        for span in found[len(chosen)]:
            if any(span[0] < c[1] and span[1] > c[0] for c in chosen):
                continue
            if ordered and chosen and span[0] < chosen[-1][1]:
                continue
            grown = [*chosen, span]
            if max(s[1] for s in grown) - min(s[0] for s in grown) <= within:
                yield from self._joined(found, grown, within, across, ordered)
