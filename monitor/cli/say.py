"""Printing: tables for people, JSON for machines, and never a control character from a post.

Text from outside may hold escape sequences that would repaint the terminal, or marks that reverse
the reading order. `plain` makes them harmless; everything that is printed here goes through it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPED_WIDTH = 200  # columns of a table that goes to a file or another program

# C0 and C1 controls, DEL, line and paragraph separators, lone surrogates, and everything that changes
# the direction of reading. Joiners stay: emoji are made of them.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
_SPACES = re.compile(r"\s+")


def plain(text: str) -> str:
    """`text` with control characters made visible as U+FFFD; tabs and newlines stay."""
    return _HARMFUL.sub("�", text.replace("\r\n", "\n"))


def one_line(text: str, width: int = 0) -> str:
    """`text` on one line, cut to `width` characters if that is not 0."""
    flat = plain(_SPACES.sub(" ", text).strip())
    return flat if not width or len(flat) <= width else flat[: width - 1].rstrip() + "…"


def out(text: str = "") -> None:
    """A line for people on standard output."""
    sys.stdout.write(plain(text) + "\n")


def err(text: str) -> None:
    """A line on standard error."""
    sys.stderr.write(plain(text) + "\n")


def as_json(value: Any) -> None:
    """`value` as JSON on standard output: indented and all ASCII on a terminal, UTF-8 otherwise."""
    on_terminal = sys.stdout.isatty()
    text = json.dumps(value, ensure_ascii=on_terminal, indent=2, default=_plain_value)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        text = json.dumps(value, ensure_ascii=True, indent=2, default=_plain_value)
    sys.stdout.write(text + "\n")


def _plain_value(value: Any) -> Any:
    from datetime import datetime, timedelta

    from monitor.domain.moments import utc_text

    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Iterable):
        return list(value)
    return str(value)


def console(*, stderr: bool = False) -> Console:
    """A rich console that takes text as it is: no markup, no emoji codes."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPED_WIDTH
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, width=width)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """A table on standard output; the last column takes the room that is left."""
    console().print(_table(columns, rows, title))


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for name in columns:
        made.add_column(name, overflow="fold")
    for row in rows:
        made.add_row(*(Text(plain(str(cell if cell is not None else ""))) for cell in row))
    return made


def ask(question: str) -> bool:
    """A yes or no from the person at the terminal. Anything but yes is a no."""
    sys.stderr.write(f"{plain(question)} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


@contextmanager
def working(what: str) -> Iterator[None]:
    """Says on a terminal that something is going on, for as long as it does."""
    if not sys.stderr.isatty():
        yield
        return
    with console(stderr=True).status(what):
        yield


@contextmanager
def progress(what: str, total: float) -> Iterator[Callable[[float], None]]:
    """A bar on a terminal, a line elsewhere; gives a function that takes how far it has come."""
    if not sys.stderr.isatty():
        err(f"{what}…")
        yield lambda _done: None
        return
    from rich.progress import Progress

    with Progress(console=console(stderr=True), transient=True) as bar:
        task = bar.add_task(plain(what), total=total)
        yield lambda done: bar.update(task, completed=done)
