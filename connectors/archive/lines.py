"""Lines of a stream with their exact place, in bounded memory."""

from __future__ import annotations

from connectors.archive.streams import NotYet, Stream
from monitor.domain.errors import InputUnreadable

ROW_LIMIT = 1 << 20  # bytes: a longer row is rejected
RAW_LIMIT = 1 << 16  # characters of a bad row that are kept
READ_AHEAD = 8 << 20  # bytes of lines that are held at most
TAIL = 64  # bytes before a place by which it is known again
_BOM = b"\xef\xbb\xbf"


class Overlong(bytes):
    """The beginning of a line that is longer than a row may be; `size` is its whole length in bytes."""

    size: int


class LineReader:
    """Hands out complete lines without taking them: `consume` says how many were used.

    `offset` (bytes, unpacked) and `line` (number of lines) are the place of the next line.
    """

    def __init__(self, stream: Stream, offset: int = 0, line: int = 0, tail: bytes = b"") -> None:
        self._stream = stream
        self._ready: list[bytes] = []
        self._at = 0
        self._held = 0
        self._rest = b""
        self._overlong: Overlong | None = None
        self._odd_sizes = False
        self.offset, self.line, self.tail = offset, line, tail
        self.ended = False
        self.starved = False

    @property
    def stream(self) -> Stream:
        """Where the lines come from."""
        return self._stream

    @property
    def rest(self) -> bytes:
        """At the end: a last line that no newline follows."""
        return self._rest if self.ended else b""

    def peek(self, count: int) -> list[bytes]:
        """Up to `count` lines from here, fewer only at the end, at the read-ahead limit or on a silent pipe.

        Raises InputUnreadable, once every line before the damage was consumed.
        """
        self.starved = False
        while len(self._ready) - self._at < count and not self.ended and self._held < READ_AHEAD:
            try:
                self._fill()
            except NotYet:
                self.starved = True
                break
            except InputUnreadable:
                if self._at == len(self._ready):
                    raise
                break
        return self._ready[self._at : self._at + count]

    def _fill(self) -> None:
        block = self._stream.read()
        if not block:
            self.ended = True
            if self._overlong is not None:  # rejected now; should it grow, its end is one more reject
                self._overlong.size -= 1
                self._add([self._overlong])
                self._overlong = None
            return
        if self.offset == 0 and not self._ready and not self._rest and block.startswith(_BOM):
            block = block[len(_BOM) :]
            self.offset = len(_BOM)
        if self._overlong is not None:
            cut = block.find(b"\n")
            self._overlong.size += len(block) if cut < 0 else cut
            if cut < 0:
                return
            self._add([self._overlong])
            self._overlong, block = None, block[cut + 1 :]
        lines = (self._rest + block).split(b"\n")
        self._rest = lines.pop()
        if lines and len(lines[0]) > ROW_LIMIT:  # only the first one joins two blocks
            lines[0] = self._shortened(lines[0])
        if len(self._rest) > ROW_LIMIT:
            self._overlong, self._rest = self._shortened(self._rest), b""
        self._add(lines)

    def _shortened(self, line: bytes) -> Overlong:
        short = Overlong(line[:RAW_LIMIT])
        short.size = len(line)
        self._odd_sizes = True
        return short

    def _add(self, lines: list[bytes]) -> None:
        if self._at:
            del self._ready[: self._at]
            self._at = 0
        self._ready += lines
        self._held += sum(map(len, lines))

    def consume(self, count: int) -> None:
        """The next `count` lines are done with."""
        if not count:
            return
        taken = self._ready[self._at : self._at + count]
        size = sum(map(len, taken))
        self._held -= size
        if self._odd_sizes:
            size += sum(line.size - len(line) for line in taken if isinstance(line, Overlong))
        self._at += count
        self.offset += size + count
        self.line += count
        self.tail = b"" if isinstance(taken[-1], Overlong) else (taken[-1][-TAIL:] + b"\n")[-TAIL:]

    def consume_rest(self) -> None:
        """The last line, the one without a newline, is done with."""
        self.offset += len(self._rest)
        self.line += 1
        self.tail = self._rest[-TAIL:]
        self._rest = b""

    def close(self) -> None:
        """Closes the stream."""
        self._stream.close()
