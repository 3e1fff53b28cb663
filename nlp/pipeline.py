"""The reader: one spaCy pipeline, loaded once, fed through ``nlp.pipe``.

>>> reader = load_reader(own_handles=["northwindair"])
>>> reader.read([Post("stuck at gate B14 for 50 minutes, not one announcement")])[0].claimed_wait_minutes
50

spaCy is imported by `load_reader`, not by this module: the command line must start fast.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from monitor.domain.reading import Post, Reading
from nlp.anchors import pieces, word_starts
from nlp.folding import fold
from nlp.notes import Notes, attach, notes_of
from nlp.refit import Curves
from nlp.weights import MODEL, Weights

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

BATCH = 256  # posts; bigger ones gain nothing and hold more memory
WORDS_KEPT = 200_000  # of the words met, so many stay in memory: about 100 MB
MAX_CHARS = 20_000  # of a post are read; platforms end far below
_SURROGATE = re.compile("[\ud800-\udfff]")
_BEFORE_HEADS = ("presszero_language", "presszero_rules", "presszero_entities")


class SpacyReader:
    """Reads posts (the `monitor.domain.reading.Reader` protocol). Not for several threads at once."""

    def __init__(self, nlp: Language, weights: Weights, words_kept: int = WORDS_KEPT) -> None:
        self._nlp = nlp
        self._words_kept = words_kept
        self.weights = weights

    @property
    def model(self) -> str:
        """Name, version and digest of the weights, stored with every reading."""
        return self.weights.name

    @property
    def nlp(self) -> Language:
        """The spaCy pipeline itself."""
        return self._nlp

    def read(self, posts: list[Post]) -> list[Reading]:
        """One reading per post, in the same order. Pure: the same posts give the same readings."""
        return list(self.stream(posts))

    def stream(self, posts: Iterable[Post]) -> Iterator[Reading]:
        """The same, lazily, for inputs of any length, in memory that doesn't grow with it.

        spaCy keeps every word that it has ever met. Once it knows `words_kept`, the new words of a batch
        are forgotten with the batch.
        """
        waiting = iter(posts)
        while batch := list(islice(waiting, BATCH)):
            full = len(self._nlp.vocab) >= self._words_kept
            with uncollected(), self._nlp.memory_zone() if full else nullcontext():
                docs = self._nlp.pipe((doc_of(self._nlp, p) for p in batch), batch_size=BATCH)
                readings = [notes_of(doc).reading for doc in docs]
            for reading in readings:
                assert reading is not None  # noqa: S101  # the last component has run
                yield reading


@contextmanager
def uncollected() -> Iterator[None]:
    """No cyclic garbage collection meanwhile: a batch leaves no cycles, and looking for any costs a tenth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def doc_of(nlp: Language, post: Post) -> Doc:
    """The tokenized post with empty notes."""
    text = _SURROGATE.sub("\ufffd", post.text[:MAX_CHARS])  # half a character, which spaCy can't hold
    folded = fold(text)
    if text != post.text:
        post = Post(text, post.platform, post.lang, post.has_media, post.own_handles)
    parts = pieces(folded.text)
    return attach(nlp.make_doc(text), Notes(post, folded, parts, word_starts(folded.text, parts)))


def blank_pipeline(
    own_handles: Iterable[str] = (), products: Iterable[str] = (), places: Iterable[str] = ()
) -> Language:
    """The pipeline up to the heads: what training needs."""
    import spacy

    import_module("nlp.components")  # registers the tokenizer and the factories

    language = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "presszero_tokenizer"}}})
    config = {"products": list(products), "places": list(places), "own_handles": list(own_handles)}
    for name in _BEFORE_HEADS:
        language.add_pipe(name, config=config if name == "presszero_entities" else {})
    return language


def load_reader(
    own_handles: Iterable[str] = (),
    products: Iterable[str] = (),
    places: Iterable[str] = (),
    model: Path = MODEL,
    calibration: Curves | None = None,
) -> SpacyReader:
    """A ready reader. `products` and `places` are the brand's names for things, found as entities.

    `own_handles` are our accounts on all platforms; a post's own `Post.own_handles` count besides.
    `calibration` is a brand's own (`nlp.refit`). Raises `ModelUnusable`, `RuleInvalid`, `RefitRefused`.
    """
    nlp = blank_pipeline(own_handles, products, places)
    files = {"folder": str(model), "calibration": calibration.to_dict() if calibration else {}}
    weights: Weights = cast(Any, nlp.add_pipe("presszero_heads", config=files)).weights
    nlp.add_pipe("presszero_decision", config={"thresholds": weights.thresholds, "model": weights.name})
    return SpacyReader(nlp, weights)
