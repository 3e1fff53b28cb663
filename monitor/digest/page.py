"""The blocks that a digest is laid out of: every format shows the same ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Tone = Literal["", "good", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of ours."""

    kind: ClassVar[str] = "line"
    text: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled number with its length, 0–1."""

    label: str
    value: str
    length: float
    note: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Numbers that are compared by their length."""

    kind: ClassVar[str] = "bars"
    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers under headings. The first column names the row."""

    kind: ClassVar[str] = "table"
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a customer wrote, with a line of ours about it. `link` None: there is no inbox to link to."""

    words: str
    facts: str
    number: str = ""  # "case 12"
    link: str | None = None
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Quotes:
    """Several customers."""

    kind: ClassVar[str] = "quotes"
    title: str
    quotes: tuple[Quote, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One post of a conversation."""

    who: str
    when: str
    words: str
    own: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """A whole conversation."""

    kind: ClassVar[str] = "talk"
    about: Quote
    turns: tuple[Turn, ...]


Block = Line | Bars | Table | Quotes | Talk


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A digest, laid out."""

    subject: str
    brand: str
    day: str
    headline: tuple[Line, ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
    home: str | None
