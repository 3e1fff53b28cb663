"""What the components of the pipeline know of a post while it passes through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from monitor.domain.reading import Entity, Post, Reading, Signal
from nlp.folding import Folded
from nlp.rulebook import Hit

if TYPE_CHECKING:
    from spacy.tokens import Doc

_KEY = "presszero"


@dataclass(slots=True)
class Notes:
    """Filled in order: language and words, rules, entities, heads, decision."""

    post: Post
    folded: Folded
    pieces: list[str]  # the folded text, taken apart (`nlp.anchors.pieces`)
    starts: set[str]  # word beginnings of the folded text
    lang: str = "und"
    langs: tuple[str, ...] = ()  # the languages the post may be in, besides or in part
    words: list[str] = field(default_factory=list)  # the first ones (`nlp.language.words_of`)
    hits: list[Hit] = field(default_factory=list)
    ideas: set[str] = field(default_factory=set)  # the concepts of the rules whose plain words occur
    signals: list[Signal] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    wait: tuple[int, int, int] | None = None  # minutes, and where that stands in the original text
    probabilities: Sequence[float] = ()  # calibrated, per head (`nlp.weights.HEADS`)
    reading: Reading | None = None


def notes_of(doc: Doc) -> Notes:
    """The notes that travel with `doc`."""
    return cast(Notes, doc.user_data[_KEY])


def attach(doc: Doc, notes: Notes) -> Doc:
    """Gives `doc` its notes."""
    doc.user_data[_KEY] = notes
    return doc
