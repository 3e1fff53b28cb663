"""`presszero read`: posts in, posts with their reading out. Streams, in bounded memory, in order."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from monitor.cli.call import call_of
from monitor.cli.entry import PARTLY_FAILED, said
from monitor.cli.say import err
from monitor.domain.errors import ConfigInvalid, WrongUse
from monitor.domain.reading import Post

if TYPE_CHECKING:
    from connectors.archive.lines import LineReader
    from monitor.config import Settings

BATCH = 500  # lines: the pipeline is at its best with some hundreds at a time
_SURROGATE = re.compile("[\ud800-\udfff]")

OwnHandles = Callable[[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """A line that can be read: its JSON as it came, without the closing brace, and the post in it."""

    head: bytes
    post: Post


@dataclass(slots=True)
class Malformed:
    """Counts the lines that could not be read, and remembers the first."""

    count: int = 0
    first: str = field(default="")

    def add(self, line: int, why: str) -> None:
        self.first = self.first or f"line {line}: {why}"
        self.count += 1


def read_posts(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="[FILE|-]", help="JSONL or plain lines; - is standard input.")
    ] = "-",
    form: Annotated[str, typer.Option("--input", help="auto, jsonl or text: what the lines are.")] = "auto",
) -> None:
    """Reads posts, and writes what they mean.

    Takes JSONL, or one post per line; writes JSONL with every field kept, plus `reading`. Works
    without any configuration; with one, it knows your own handles, products and places. Lines that
    can't be read are counted on standard error, and the exit code is then 1.
    """
    if form not in ("auto", "jsonl", "text"):
        raise WrongUse(f"{form!r} is no kind of input.", action="Use auto, jsonl or text.")
    settings = settings_of(ctx)
    malformed = Malformed()
    lines = _open(file)
    try:
        _read_all(lines, form, settings, malformed)
    finally:
        lines.close()
    if malformed.count:
        some = "1 malformed line was" if malformed.count == 1 else f"{malformed.count} malformed lines were"
        err(f"{some} left out; the first is {malformed.first}.")
        raise typer.Exit(PARTLY_FAILED)


def _read_all(lines: LineReader, form: str, settings: Settings | None, malformed: Malformed) -> None:
    from monitor.bootstrap import open_reader

    reader = open_reader(settings)
    own = settings.own_handles if settings else None
    out = sys.stdout.buffer
    for number, batch in _batches(lines):
        if form == "auto":
            form = "jsonl" if any(_is_object(line) for line in batch) else "text"
        parse = _json_row if form == "jsonl" else _text_row
        rows = list(_rows(batch, number, parse, own or _nobody, malformed))
        for row, reading in zip(rows, reader.read([r.post for r in rows]), strict=True):
            out.write(row.head + b'"reading": ' + _dumped(reading.to_dict()) + b"}\n")
        out.flush()


def settings_of(ctx: typer.Context) -> Settings | None:
    """The configuration, if there is one. One that was not asked for and is broken is only reported."""
    call = call_of(ctx)
    if call.config is None and not call.file.is_file():
        return None
    from monitor.config import load

    try:
        return load(call.file)
    except ConfigInvalid as error:
        if call.config is not None:
            raise
        err(f"{said(error)}\nGoing on without {call.file}.")
        return None


def _nobody(_platform: str) -> frozenset[str]:
    return frozenset()


# --- lines ------------------------------------------------------------------------------------


def _open(file: str) -> LineReader:
    from connectors.archive.lines import LineReader
    from connectors.archive.streams import stream_of

    if file == "-":
        # Unbuffered: what a slow writer has given so far is read at once.
        return LineReader(stream_of(os.fdopen(os.dup(0), "rb", buffering=0), pipe=True))
    try:
        return LineReader(stream_of(Path(file).open("rb")))
    except OSError as exc:
        raise WrongUse(
            f"{file} can't be read: {exc.strerror}.", action="Give a file, or - for standard input."
        ) from exc


def _batches(lines: LineReader) -> Iterator[tuple[int, Sequence[bytes]]]:
    """(number of the first line, lines) until the input ends."""
    while True:
        number, batch = lines.line + 1, lines.peek(BATCH)
        if batch:
            yield number, batch
            lines.consume(len(batch))
        elif lines.ended:
            break
    if lines.rest.strip():
        yield lines.line + 1, [lines.rest]
        lines.consume_rest()


def _rows(
    batch: Sequence[bytes],
    number: int,
    parse: Callable[[bytes, OwnHandles], Row],
    own: OwnHandles,
    malformed: Malformed,
) -> Iterator[Row]:
    from connectors.archive.lines import Overlong

    for line, content in enumerate(batch, number):
        if isinstance(content, Overlong):
            malformed.add(line, f"{content.size} bytes are too long for one post")
        elif content.strip():
            try:
                yield parse(content.strip(), own)
            except (ValueError, RecursionError) as exc:
                malformed.add(line, str(exc))


def _json_row(line: bytes, own: OwnHandles) -> Row:
    """Raises ValueError with the reason."""
    try:
        text = line.decode("utf-8")
        row = json.loads(text, parse_constant=_not_json)
    except UnicodeDecodeError as exc:
        raise ValueError("not UTF-8") from exc
    except json.JSONDecodeError as exc:
        raise ValueError(f"not JSON ({exc.msg})") from exc
    if not isinstance(row, dict):
        raise ValueError(f"a post is one JSON object, this is {type(row).__name__}")
    if not isinstance(row.get("text"), str):
        raise ValueError("no `text`")
    if "reading" in row:  # read before: the new reading takes the place of the old one
        del row["reading"]
        line = _dumped(row)
    platform, lang = row.get("platform"), row.get("lang")
    platform = platform if isinstance(platform, str) else None
    post = Post(
        text=_SURROGATE.sub("�", row["text"]),
        platform=platform,
        lang=lang if isinstance(lang, str) else None,
        has_media=bool(row.get("media")),
        own_handles=own(platform) if platform else frozenset(),
    )
    # The object is kept byte for byte: large numbers and odd floats come out as they went in.
    return Row(line[:-1].rstrip() + b", ", post)


def _text_row(line: bytes, own: OwnHandles) -> Row:  # noqa: ARG001 (the same shape as _json_row)
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise ValueError("not UTF-8") from exc
    return Row(_dumped({"text": text})[:-1] + b", ", Post(text=text))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _dumped(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return json.dumps(value, ensure_ascii=True).encode()
