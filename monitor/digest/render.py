"""Renders a digest as HTML, text, Markdown or JSON.

A pure function of the figures and the brand. What customers wrote is data in every format: it is
escaped, and stripped of control and direction characters, so that it can neither dress up as a part
of the page nor write into a terminal.
"""

from __future__ import annotations

import json
import re
import textwrap
from functools import cache

import css_inline
import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from monitor.digest.figures import DigestFigures
from monitor.digest.layout import lay_out
from monitor.digest.page import Bar, Table
from monitor.digest.plain import plain
from monitor.digest.view import DigestBrand

__all__ = ["DigestBrand", "html", "json_text", "markdown", "subject", "text"]

WIDTH = 78  # columns of the text form
BAR = 16

# Whatever could begin emphasis, a link, a table cell, a mention, code or HTML; and what does so only
# at the beginning of a line. A backslash before punctuation is a literal in every dialect.
_MARKDOWN = re.compile(r"([\\`*_\[\]#!|~>$@^])")
_MARKDOWN_START = re.compile(r"^([-+=:]|\d{1,9}(?=[.)]))")
_LINKS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)


def html(figures: DigestFigures, brand: DigestBrand) -> str:
    """A whole document for mail clients and browsers: styles inlined, bars as tables, no script, no image."""
    page = _html().get_template("digest.html.j2").render(page=lay_out(figures, brand))
    return _inliner().inline(page)


def text(figures: DigestFigures, brand: DigestBrand) -> str:
    """The same as plain text, at most 78 columns where words allow it."""
    rendered = _text().get_template("digest.txt.j2").render(page=lay_out(figures, brand))
    return re.sub(r"\n{3,}", "\n\n", rendered).strip() + "\n"


def markdown(figures: DigestFigures, brand: DigestBrand) -> str:
    """The same as CommonMark with tables."""
    rendered = _markdown().get_template("digest.md.j2").render(page=lay_out(figures, brand))
    return re.sub(r"\n{3,}", "\n\n", rendered).strip() + "\n"


def json_text(figures: DigestFigures, brand: DigestBrand) -> str:
    """Numbers, headline and words for machines (docs/digest.md). ASCII only: safe to print anywhere."""
    page, words = lay_out(figures, brand), figures.words
    data = {
        "brand": brand.name,
        "headline": [line.text for line in page.headline],
        "numbers": msgspec.to_builtins(figures.numbers),
        "cases": {str(case_id): case.title for case_id, case in sorted(words.cases.items())},
        "praise": {str(mention_id): post.text for mention_id, post in sorted(words.posts.items())},
        "in_full": [
            {
                "case": conversation.case.id,
                "turns": [
                    {
                        "own": turn.own,
                        "author": turn.mention.author,
                        "at": turn.mention.created_at.isoformat(),
                        "text": turn.mention.text,
                    }
                    for turn in conversation.turns
                    if turn.removed_at is None
                ],
            }
            for conversation in words.in_full
        ],
    }
    return json.dumps(data, indent=2) + "\n"


def subject(figures: DigestFigures, brand: DigestBrand) -> str:
    """One line for the mail: brand, day and the first sentence of the headline."""
    return lay_out(figures, brand).subject


# --- environments -----------------------------------------------------------------------------------


def _environment(*, autoescape: bool) -> Environment:
    return Environment(
        loader=PackageLoader("monitor.digest"),
        autoescape=autoescape,  # noqa: S701 (off only for text and Markdown, which have a `finalize` of their own)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _html() -> Environment:
    environment = _environment(autoescape=True)
    environment.finalize = lambda value: plain(value) if type(value) is str else value
    environment.filters["lines"] = _lines
    environment.filters["width"] = _width
    return environment


@cache
def _text() -> Environment:
    environment = _environment(autoescape=False)
    environment.filters |= {"wrap": _wrap, "bar": _bar, "table": _table}
    return environment


@cache
def _markdown() -> Environment:
    environment = _environment(autoescape=False)
    environment.filters |= {"md": _md, "md_quote": _md_quote, "bar": _blocks}
    return environment


@cache
def _inliner() -> css_inline.CSSInliner:
    # @media stays in <style> for the clients that know it (dark mode, phones); nothing is ever loaded.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


# --- HTML -----------------------------------------------------------------------------------------


def _lines(words: str) -> Markup:
    """Escaped, with its line breaks kept."""
    return Markup("<br>").join(escape(line) for line in plain(words).split("\n"))


def _width(length: float) -> int:
    """A bar's width in percent; a number that isn't zero is never invisible."""
    return 0 if length <= 0 else max(2, min(100, round(length * 100)))


# --- text -----------------------------------------------------------------------------------------


def _wrap(words: str, indent: str = "", first: str | None = None) -> str:
    """Words in lines of 78 columns, each after `indent`."""
    lines: list[str] = []
    for paragraph in plain(words).split("\n"):
        start = indent if lines or first is None else first
        lines += textwrap.wrap(
            paragraph, WIDTH, initial_indent=start, subsequent_indent=indent, break_long_words=False,
            break_on_hyphens=False,
        ) or [indent.rstrip()]  # fmt: skip
    return "\n".join(lines)


def _blocks(length: float) -> str:
    return "█" * (0 if length <= 0 else max(1, min(BAR, round(length * BAR))))


def _bar(bar: Bar, label: int, value: int) -> str:
    line = f"  {plain(bar.label):<{label}}  {bar.value:>{value}}  {_blocks(bar.length):<{BAR}}"
    if bar.note and len(line) + len(bar.note) + 2 > WIDTH:
        return f"{line.rstrip()}\n{_wrap(bar.note, ' ' * (label + value + 6))}"
    return f"{line}  {plain(bar.note)}".rstrip()


def _table(table: Table) -> str:
    rows = [table.head, *table.rows]
    widths = [max(len(plain(row[i])) for row in rows) for i in range(len(table.head))]
    if sum(widths) + 2 * len(widths) + 2 > WIDTH:
        return _stacked(table)
    lines = []
    for row in rows:
        cells = [plain(row[0]).ljust(widths[0])]
        cells += [plain(c).rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)]
        lines.append(("  " + "  ".join(cells)).rstrip())
    return "\n".join(lines)


def _stacked(table: Table) -> str:
    lines = []
    for row in table.rows:
        pairs = [f"{plain(h)} {plain(c)}" for h, c in zip(table.head[1:], row[1:], strict=True)]
        lines += [_wrap(row[0], "  "), _wrap(", ".join(pairs), "    ")]
    return "\n".join(lines)


# --- Markdown -------------------------------------------------------------------------------------


def _md(words: str) -> str:
    """One line of Markdown that shows exactly these characters."""
    line = " ".join(plain(words).split()).replace("&", "&amp;").replace("<", "&lt;")
    line = _MARKDOWN.sub(r"\\\1", line)
    line = _MARKDOWN_START.sub(lambda m: f"{m[1]}\\" if m[1].isdigit() else f"\\{m[1]}", line)
    return _LINKS.sub(r"\\", line)


def _md_quote(words: str) -> str:
    """A block quote, line by line."""
    return "\n".join(f"> {_md(line)}  " if line else ">" for line in plain(words).split("\n"))
