"""Bytes of an export, plain, gzip or zstd, known by their first bytes and never by their name.

Decompression is bounded: a block of output at a time, however well the file was packed.
"""

from __future__ import annotations

import itertools
import select
import zlib
from collections.abc import Callable, Generator, Iterator
from typing import Protocol

import zstandard

from monitor.domain.errors import InputUnreadable

BLOCK = 256 * 1024  # bytes
PATIENCE = 1.0  # seconds without a byte after which what a pipe gave so far is handed on
# A zstd block is at most 128 KiB unpacked and at least 4 bytes packed: 1 KiB in is at most 32 MiB out.
_ZSTD_BITE = 1024
# `zstd --long=31`, as the large public Reddit dumps use it. Memory is taken only if the file asks for it.
_ZSTD_WINDOW = 1 << 31


class File(Protocol):
    """What a stream needs of an open file."""

    def read(self, size: int, /) -> bytes | None: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...


class NotYet(Exception):
    """The pipe is open and silent."""


class Stream(Protocol):
    """What is left of a file. `raw_read` counts the bytes taken from it, packed as they are."""

    raw_read: int
    cut_short: bool  # at the end: the packed data stop in the middle

    def read(self) -> bytes:
        """The next bytes; none at the end. Raises InputUnreadable, NotYet."""
        ...

    def seek(self, offset: int, keep: int) -> bytes | None:
        """Goes to `offset` of the unpacked bytes, before anything was read.

        Returns the `keep` bytes before it, or None when there isn't that much.
        """
        ...

    def close(self) -> None:
        """Lets go of the file."""
        ...


class PlainStream:
    """A file as it is, or a pipe."""

    def __init__(self, file: File, first: bytes = b"", *, pipe: bool = False) -> None:
        self._file = file
        self._first = first
        self._pipe = pipe
        self.raw_read = 0
        self.cut_short = False

    def read(self) -> bytes:
        """The next bytes; none at the end."""
        if self._first:
            block, self._first = self._first, b""
        else:
            if self._pipe and not select.select([self._file.fileno()], [], [], PATIENCE)[0]:
                raise NotYet
            block = self._file.read(BLOCK) or b""
        self.raw_read += len(block)
        return block

    def seek(self, offset: int, keep: int) -> bytes | None:
        """Goes straight there."""
        self._first = b""
        if self._file.seek(0, 2) < offset:
            return None
        self._file.seek(offset - keep)
        self.raw_read = offset
        return (self._file.read(keep) or b"") if keep else b""

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


class PackedStream:
    """A gzip or zstd file: any number of members or frames, one after the other."""

    def __init__(self, file: File, first: bytes, *, zstd: bool) -> None:
        self._file = file
        self._first = first
        self._output: Iterator[bytes] = self._unpacked(self._frame if zstd else self._member)
        self._damage: str | None = None
        self.raw_read = 0
        self.cut_short = False

    def read(self) -> bytes:
        """The next bytes; none at the end."""
        if self._damage is None:
            try:
                return next(self._output, b"")
            except (zlib.error, zstandard.ZstdError) as exc:
                self._damage = str(exc)
        raise InputUnreadable(f"The compressed data are damaged: {self._damage}.")

    def _more(self) -> bytes:
        block, self._first = self._first or self._file.read(BLOCK) or b"", b""
        self.raw_read += len(block)
        return block

    def _unpacked(self, unpack: Callable[[bytes], Unpacking]) -> Iterator[bytes]:
        data = self._more()
        while data:
            self.cut_short = True
            rest = yield from unpack(data)
            if rest is None:
                return
            self.cut_short = False
            # Tapes and some tools pad gzip files with zeros.
            data = rest.lstrip(b"\0") or self._more()

    def _member(self, data: bytes) -> Unpacking:
        inflate = zlib.decompressobj(wbits=31)
        while not inflate.eof:
            data = data or self._more()
            if not data:
                return None
            if out := inflate.decompress(data, BLOCK):
                yield out
            data = inflate.unconsumed_tail
        return inflate.unused_data

    def _frame(self, data: bytes) -> Unpacking:
        frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        while data:
            for at in range(0, len(data), _ZSTD_BITE):
                if out := frame.decompress(data[at : at + _ZSTD_BITE]):
                    yield out
                if frame.eof:
                    return frame.unused_data + data[at + _ZSTD_BITE :]
            data = self._more()
        return None

    def seek(self, offset: int, keep: int) -> bytes | None:
        """Unpacks and drops everything before."""
        at, kept = 0, b""
        while at < offset:
            block = self.read()
            if not block:
                return None
            at += len(block)
            kept = (kept + block)[-(keep + len(block)) :]
        end = len(kept) - (at - offset)
        self._output = itertools.chain([kept[end:]] if kept[end:] else [], self._output)
        return kept[max(0, end - keep) : end]

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


Unpacking = Generator[bytes, None, bytes | None]  # returns what follows the member; None: cut short


def stream_of(file: File, *, pipe: bool = False) -> Stream:
    """The stream in `file`, from its start. Raises InputUnreadable for text in UTF-16."""
    first = b""
    while len(first) < 4 and (more := file.read(4 - len(first))):
        first += more
    if first.startswith(b"\x1f\x8b"):
        return PackedStream(file, first, zstd=False)
    if first == b"\x28\xb5\x2f\xfd" or (first[1:] == b"\x2a\x4d\x18" and first[0] >> 4 == 5):
        return PackedStream(file, first, zstd=True)
    if first[:2] in (b"\xff\xfe", b"\xfe\xff") and 0 in first[2:]:
        file.close()
        raise InputUnreadable("The file is UTF-16.", action="Save it as UTF-8.")
    return PlainStream(file, first, pipe=pipe)
