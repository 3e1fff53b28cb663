"""The files of an export: which there are, and whether one is still the file that we were reading."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from connectors.archive.config import ArchiveConfig
from connectors.archive.formats import Format, JsonLines
from connectors.archive.lines import LineReader
from connectors.archive.place import FilePlace
from connectors.archive.streams import stream_of
from connectors.archive.tables import Table
from monitor.domain.errors import InputUnreadable

HEAD = 4096  # bytes by which a file is known again
_NAMES = re.compile(r"\.(jsonl|ndjson|json|csv|tsv)(\.gz|\.zst)?$", re.IGNORECASE)
_TABLE = re.compile(r"\.(csv|tsv)(\.gz|\.zst)?$", re.IGNORECASE)
_SUFFIXES = ("", ".gz", ".zst")
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Input:
    """One file of the export. `name` is its path within the folder, with ``/``."""

    name: str
    path: Path | None  # None: standard input
    table: bool


@dataclass(slots=True)
class OpenInput:
    """A file being read."""

    input: Input
    reader: LineReader
    format: Format
    head: str
    mtime: int

    def place(self, *, finished: bool) -> FilePlace:
        """Its place now."""
        size = self.reader.stream.raw_read if finished else -1
        return FilePlace(
            self.reader.offset, self.reader.line, self.head, fingerprint(self.reader.tail), size, self.mtime
        )


def fingerprint(data: bytes) -> str:
    """``length:hash`` of some bytes, "" of none."""
    return f"{len(data)}:{hashlib.blake2b(data, digest_size=8).hexdigest()}" if data else ""


def _length(mark: str) -> int:
    return int(mark.partition(":")[0] or 0)


def inputs_of(config: ArchiveConfig) -> list[Input]:
    """The files of the export, in order of their names. Raises InputUnreadable."""
    if config.path == STDIN:
        return [Input(STDIN, None, config.is_table(bool(config.columns)))]
    path = _resolved(config.path)
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if _NAMES.search(p.name) and p.is_file())
        return [
            Input(p.relative_to(path).as_posix(), p, config.is_table(bool(_TABLE.search(p.name))))
            for p in found
        ]
    if not path.exists():
        raise InputUnreadable(f"There is no file {config.path!r}.")
    return [Input(path.name, path, config.is_table(bool(_TABLE.search(path.name))))]


def _resolved(path: str) -> Path:
    if not path.startswith("sample:"):
        return Path(path).expanduser()
    name = path.removeprefix("sample:")
    try:
        folder = Path(str(resources.files("monitor.sample")))
    except ModuleNotFoundError as exc:
        raise InputUnreadable("The bundled samples are not installed.") from exc
    for suffix in _SUFFIXES:
        if re.fullmatch(r"[a-z0-9-]+", name) and (folder / f"{name}.jsonl{suffix}").is_file():
            return folder / f"{name}.jsonl{suffix}"
    there = sorted(p.name.partition(".")[0] for p in folder.glob("*.jsonl*"))
    raise InputUnreadable(f"There is no bundled sample {name!r}; there are: {', '.join(there) or 'none'}.")


def unchanged(source: Input, place: FilePlace) -> bool:
    """True when the file was read to its end and nobody has touched it since."""
    if source.path is None or place.size < 0:
        return False
    try:
        stat = source.path.stat()
    except FileNotFoundError:  # since it was listed
        return True
    return stat.st_size == place.size and stat.st_mtime_ns == place.mtime


def open_input(source: Input, place: FilePlace, config: ArchiveConfig) -> OpenInput | None:
    """The file at `place`; at its beginning when it is another file by now.

    None when there is nothing to read yet: a table without its header. Raises InputUnreadable.
    """
    try:
        if source.path is None:
            return _open_pipe(source, config)
        return _open_file(source, source.path, place, config)
    except OSError as exc:
        raise InputUnreadable(f"{source.name} can't be read: {exc.strerror or exc}.") from exc


def _open_file(source: Input, path: Path, place: FilePlace, config: ArchiveConfig) -> OpenInput | None:
    with path.open("rb") as file:
        begin = file.read(HEAD)
    form: Format = JsonLines()
    if source.table:
        start = LineReader(stream_of(path.open("rb")))
        try:
            header = start.peek(1)
        finally:
            start.close()
        if not header:
            return None
        form = Table(header[0], config.columns)
    same = bool(place.head) and fingerprint(begin[: _length(place.head)]) == place.head
    reader = _at(path, place) if same and place.offset else None
    if reader is None:
        reader = LineReader(stream_of(path.open("rb")))
        if source.table:
            reader.peek(1)  # seen above
            reader.consume(1)
    return OpenInput(source, reader, form, fingerprint(begin), path.stat().st_mtime_ns)


def _at(path: Path, place: FilePlace) -> LineReader | None:
    """A reader at `place`, None when the bytes before it are others now."""
    stream = stream_of(path.open("rb"))
    try:
        tail = stream.seek(place.offset, _length(place.tail))
    except InputUnreadable:  # another file by now; what is wrong with it shows when it is read
        tail = None
    if tail is None or fingerprint(tail) != place.tail:
        stream.close()
        return None
    return LineReader(stream, place.offset, place.line, tail)


def _open_pipe(source: Input, config: ArchiveConfig) -> OpenInput | None:
    # Unbuffered: what a slow writer has given so far comes through at once.
    reader = LineReader(stream_of(os.fdopen(os.dup(0), "rb", buffering=0), pipe=True))
    form: Format = JsonLines()
    if source.table:
        try:
            while not (header := reader.peek(1)):
                if reader.ended:
                    reader.close()
                    return None
            form = Table(header[0], config.columns)
        except InputUnreadable:
            reader.close()
            raise
        reader.consume(1)
    return OpenInput(source, reader, form, "", -1)
