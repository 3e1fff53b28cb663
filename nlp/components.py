# ruff: noqa: ARG001  (spaCy calls every factory with nlp and name)
"""The components of the pipeline, as spaCy factories; importing this module registers them.

`presszero_language` → `presszero_rules` → `presszero_entities` → `presszero_heads` →
`presszero_decision`. Each adds to the post's `Notes`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from spacy.attrs import NORM
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import registry
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from monitor.domain.reading import Signal
from nlp.arousal import arousal
from nlp.decision import Decider
from nlp.entities import EntityFinder
from nlp.features import Batch, features
from nlp.language import UNDETERMINED, LanguageGuesser, has_letters, words_of
from nlp.lexical import mark_ids
from nlp.meaning import load_meaning
from nlp.notes import Notes, notes_of
from nlp.private_data import private_span
from nlp.refit import curves_of, recalibrated
from nlp.rulebook import load_rulebook
from nlp.tokens import tokenizer_of
from nlp.typos import Mender, read_known
from nlp.waits import claimed_wait
from nlp.weights import MODEL, Weights, load_weights

_HANDLE = re.compile(r"@([\w.-]+)")

Step = Callable[[Notes], None]


class Steps:
    """A component that takes a batch of posts through one step after the other.

    The words and tables of a step stay in the processor's cache that way: reading is a tenth faster than
    when every post goes through all steps by itself.
    """

    def __init__(self, *steps: Step) -> None:
        self._steps = steps

    def __call__(self, doc: Doc) -> Doc:
        """One post."""
        return next(iter(self.pipe([doc])))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        """Posts of any number, in their order."""
        for docs in _batches(stream, batch_size):
            notes = [notes_of(doc) for doc in docs]
            for step in self._steps:
                for of_one in notes:
                    step(of_one)
            yield from docs


@registry.tokenizers("presszero_tokenizer")  # type: ignore[untyped-decorator]
def make_tokenizer() -> Callable[[Language], Tokenizer]:
    """Makes the tokenizer (`nlp.tokens`)."""
    return tokenizer_of


@Language.factory("presszero_language")
def make_language(nlp: Language, name: str) -> Steps:
    """Guesses the language; flags posts that a person should read because we can't."""
    guesser = LanguageGuesser(read_known())

    def language(notes: Notes) -> None:
        notes.words = words_of(notes.folded.text)
        notes.lang, notes.langs = guesser.of_words(notes.words, notes.folded.text, notes.post.lang)
        foreign = notes.lang not in ("en", UNDETERMINED)
        if foreign or (notes.lang == UNDETERMINED and has_letters(notes.folded.text)):
            notes.signals.append(Signal("unsupported_language", "s.language", "", 0, 0))

    return Steps(language)


@Language.factory("presszero_rules")
def make_rules(nlp: Language, name: str) -> Steps:
    """Holds the rules against the post: urgency floors, signals, claimed wait, private data, arousal."""
    book, mender = load_rulebook(), Mender(read_known())

    def rules(notes: Notes) -> None:
        notes.hits, notes.ideas = book.read(notes.folded, notes.langs, notes.starts, notes.pieces)

    def rules_on_mended_words(notes: Notes) -> None:
        mended = mender.mend(notes.folded) if notes.lang == "en" else notes.folded
        if mended is not notes.folded:
            known = {hit.rule.id for hit in notes.hits}
            notes.hits += [hit for hit in book.read(mended, notes.langs)[0] if hit.rule.id not in known]

    def signals(notes: Notes) -> None:
        text, folded = notes.post.text, notes.folded
        for hit in notes.hits:
            if hit.rule.signal:
                notes.signals.append(
                    Signal(hit.rule.signal, hit.rule.id, text[hit.start : hit.end], hit.start, hit.end)
                )
        private = private_span(folded.text)
        if private:
            start, end = folded.span(private[1], private[2])
            notes.signals.append(
                Signal("pii_in_post", f"s.private.{private[0]}", text[start:end], start, end)
            )
        loud = arousal(folded, notes.starts)
        if loud:
            kind, start, end = loud
            notes.signals.append(Signal("high_arousal", f"s.arousal.{kind}", text[start:end], start, end))

    def wait(notes: Notes) -> None:
        claimed = claimed_wait(notes.folded.text, notes.starts, notes.lang)
        if claimed:
            notes.wait = (claimed[0], *notes.folded.span(claimed[1], claimed[2]))

    return Steps(rules, rules_on_mended_words, signals, wait)


@Language.factory("presszero_entities", default_config={"products": [], "places": [], "own_handles": []})
def make_entities(
    nlp: Language, name: str, products: list[str], places: list[str], own_handles: list[str]
) -> Steps:
    """Finds what is named; notes whether the post summons us and carries a picture."""
    finder = EntityFinder(products, places)
    ours = frozenset(h.lower().lstrip("@") for h in own_handles)

    def entities(notes: Notes) -> None:
        text = notes.post.text
        notes.entities = finder.find(text, notes.starts)
        own = ours | notes.post.own_handles
        if own and "@" in text:
            for match in _HANDLE.finditer(text):
                if match.group(1).lower().rstrip(".-") in own:
                    notes.signals.append(Signal("summoned", "s.summoned", match.group(), *match.span()))
                    break
        if notes.post.has_media:
            notes.signals.append(Signal("media_attached", "s.media", "", 0, 0))

    return Steps(entities)


class Heads:
    """The linear heads: calibrated probabilities per head, a batch of posts at a time."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._threads = ThreadpoolController()

    def __call__(self, doc: Doc) -> Doc:
        """One post."""
        return next(iter(self.pipe([doc])))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        """Posts of any number, in their order."""
        for docs in _batches(stream, batch_size):
            with self._threads.limit(limits=1, user_api="blas"):  # a second core would spin, and help little
                rows = self.weights.probabilities(batch_of(docs)).tolist()
            for doc, row in zip(docs, rows, strict=True):
                notes_of(doc).probabilities = row
                yield doc


def _batches(stream: Iterable[Doc], size: int) -> Iterator[list[Doc]]:
    waiting = iter(stream)
    while docs := list(islice(waiting, size)):
        yield docs


@Language.factory("presszero_heads", default_config={"folder": str(MODEL), "calibration": {}})
def make_heads(nlp: Language, name: str, folder: str, calibration: dict[str, Any]) -> Heads:
    """The heads of a model folder, with a brand's own calibration (`nlp.refit`) if there is one."""
    weights = load_weights(Path(folder))
    return Heads(recalibrated(weights, curves_of(calibration)) if calibration else weights)


def batch_of(docs: Iterable[Doc]) -> Batch:
    """The features of docs that have passed the components before the heads."""
    docs = list(docs)
    notes = [notes_of(doc) for doc in docs]
    return features(
        [n.folded.text for n in notes],
        [doc.to_array(NORM).astype(np.uint64, copy=False) for doc in docs],
        [mark_ids(n) for n in notes],
        load_meaning().of([n.words for n in notes]),
    )


@Language.factory("presszero_decision", default_config={"thresholds": {}, "model": ""})
def make_decision(nlp: Language, name: str, thresholds: dict[str, float], model: str) -> Steps:
    """Turns rules and probabilities into the reading."""
    decider = Decider(thresholds, model)

    def decision(notes: Notes) -> None:
        notes.reading = decider.decide(notes, notes.probabilities)

    return Steps(decision)
