"""CSV exports, record by record: a record may span lines, and its end is known to the byte.

A stray quotation mark swallows what follows it. So a record that can't be right (wrong number of
columns, a quote that never ends) costs its first line only: reading starts again on the next one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connectors.archive.formats import TOO_LONG, Batch, LastRow, reject
from connectors.archive.lines import ROW_LIMIT, LineReader, Overlong
from connectors.archive.rows import FIELDS, REQUIRED, mention_from_cells
from monitor.domain.errors import InputUnreadable, NotAMention
from monitor.domain.mention import Mention

# The module's own limit of 128 KiB a field is process-wide; ours is the row's.
csv.field_size_limit(ROW_LIMIT)


@dataclass(frozen=True, slots=True)
class Record:
    """Lines [start, end) of a batch, and what they hold: cells, or why they hold nothing."""

    start: int
    end: int
    cells: list[str]
    wrong: str = ""


class _Feed:
    """Gives lines to `csv.reader` one at a time; knows how many it took, and what is wrong with them."""

    def __init__(self, lines: list[bytes], start: int) -> None:
        self.lines = lines
        self.at = start
        self.wrong = ""

    def __iter__(self) -> Iterator[str]:
        while self.at < len(self.lines):
            line = self.lines[self.at].replace(b"\0", b"")
            self.at += 1
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError:
                self.wrong, text = "not UTF-8", line.decode("utf-8", "replace")
            if isinstance(self.lines[self.at - 1], Overlong):
                self.wrong = TOO_LONG
            yield text + "\n"


def records(lines: list[bytes], delimiter: str, columns: int | None = None) -> Iterator[Record]:
    """The complete records in `lines`. What follows the last one is the beginning of another, or nothing."""
    feed = _Feed(lines, 0)
    reader = csv.reader(iter(feed), delimiter=delimiter, strict=True)
    start = 0
    while start < len(lines):
        cells: list[str] = []
        wrong = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            if "unexpected end of data" in str(exc):  # the record goes on after these lines
                return
            wrong = f"not CSV: {exc}"
        wrong = feed.wrong or wrong
        if cells and columns is not None and len(cells) != columns:
            wrong = wrong or f"{len(cells)} columns instead of {columns}"
        if not wrong:
            yield Record(start, feed.at, cells)
            start = feed.at
            continue
        yield Record(start, start + 1, [], wrong)
        start += 1
        feed = _Feed(lines, start)
        reader = csv.reader(iter(feed), delimiter=delimiter, strict=True)


class Table:
    """A CSV file with a header line. `columns` maps our field to their column, or to ``=constant``."""

    def __init__(self, header: bytes, columns: Mapping[str, str]) -> None:
        """Raises InputUnreadable when a required field has no column."""
        self.delimiter = max(",;\t|", key=header.decode("utf-8", "replace").count)
        names = next((r.cells for r in records([header], self.delimiter)), [])
        self.width = len(names)
        self._constants = {f: c[1:] for f, c in columns.items() if c.startswith("=")}
        self._places = self._find(names, {f: c for f, c in columns.items() if not c.startswith("=")})

    def _find(self, names: list[str], columns: Mapping[str, str]) -> list[tuple[str, int]]:
        folded = {name.strip().casefold(): i for i, name in reversed(list(enumerate(names)))}
        places = []
        for field in FIELDS:
            if field in self._constants:
                continue
            at = folded.get(columns.get(field, field).strip().casefold())
            if at is not None:
                places.append((field, at))
            elif field in columns or field in REQUIRED:
                raise InputUnreadable(
                    f"The table has no column {columns.get(field, field)!r} for `{field}`; "
                    f"it has: {', '.join(names)}.",
                    action="Name the column in `columns`, or give a constant: "
                    f'columns = {{ {field} = "their name" }} or "=value" (docs/connectors.md#archive).',
                )
        return places

    def take(self, reader: LineReader, limit: int, settled: bool) -> Batch:
        """At most `limit` rows from here; consumes nothing."""
        count = limit
        while True:
            lines = reader.peek(count)
            batch = self._batch(lines, reader.line, limit)
            if batch.used or not lines or reader.starved:
                return batch
            too_long = sum(map(len, lines)) > ROW_LIMIT
            if too_long or (reader.ended and len(lines) < count and settled):
                batch.rejects.append(reject(reader.line + 1, "a quote that never ends", lines[0]))
                batch.used = 1
                return batch
            if reader.ended and len(lines) < count:
                return batch  # perhaps still being written
            count *= 2

    def _batch(self, lines: list[bytes], before: int, limit: int) -> Batch:
        batch = Batch()
        for record in records(lines, self.delimiter, self.width):
            self._add(batch, record, lines, before)
            if len(batch.mentions) + len(batch.rejects) >= limit:
                break
        return batch

    def _add(self, batch: Batch, record: Record, lines: list[bytes], before: int) -> None:
        batch.used = record.end
        if not record.cells and not record.wrong:  # a blank line
            return
        raw = lines[record.start : record.end]
        try:
            if record.wrong:
                raise NotAMention(record.wrong)
            if sum(map(len, raw)) > ROW_LIMIT:
                raise NotAMention(TOO_LONG)
            mention = self._mention(record.cells)
        except NotAMention as exc:
            batch.rejects.append(reject(before + record.start + 1, exc.cause, b"\n".join(raw)))
        else:
            batch.mentions.append(mention)
            batch.ends.append(record.end)

    def _mention(self, cells: list[str]) -> Mention:
        row = {field: cell for field, at in self._places if (cell := cells[at])}
        row.setdefault("text", "")
        row.update(self._constants)
        return mention_from_cells(row)

    def last(self, reader: LineReader) -> LastRow | None:
        """The record that the file ends in; it may still grow, so it is never `whole`."""
        lines = [*reader.peek(ROW_LIMIT), reader.rest]
        if not any(line.strip() for line in lines):
            return None
        batch = self._batch(lines, reader.line, 1)
        nothing = reject(reader.line + 1, "the end is missing", b"\n".join(lines))
        if batch.used == len(lines) and batch.mentions:
            return LastRow(batch.mentions[0], nothing, whole=False)
        return LastRow(None, batch.rejects[0] if batch.rejects else nothing, whole=False)
