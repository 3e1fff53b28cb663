"""How deliveries lie on disk: lines of JSON, each delivery ended by a line that says it is whole.

    {"row":{"platform":"forum","id":"1",…}}            a row as it was sent
    {"bad":{"number":2,"reason":"…","raw":"…"}}        one that could not be understood
    {"delivery":{"key":…,"sha256":…,"at":…,"bytes":…,"crc":…}}

What follows the last such line was being written when a process died: it was never answered, and it
counts for nothing. `bytes` and `crc` are of the lines before it: a disk may keep the end and lose the middle.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from connectors.webhook.deliveries import Row, read_row

_ROW, _BAD, _END = b'{"row":', b'{"bad":', b'{"delivery":'


class Seal(msgspec.Struct, frozen=True):
    """What the last line of a delivery says."""

    sha256: str  # of the body as it was sent
    at: datetime
    bytes: int
    crc: int
    key: str | None = None


class _Sealed(msgspec.Struct):
    delivery: Seal


class _Bad(msgspec.Struct):
    number: int
    reason: str
    raw: str


class _BadLine(msgspec.Struct):
    bad: _Bad


@dataclass(frozen=True, slots=True)
class Delivery:
    """A whole delivery between two offsets (bytes) of what was read."""

    start: int
    end: int
    lines: tuple[bytes, ...]
    seal: Seal

    def rows(self, skip: int) -> Iterator[Row]:
        """Its rows after the first `skip`."""
        for number, line in enumerate(self.lines[skip:], skip + 1):
            yield _row(number, line)


def _row(number: int, line: bytes) -> Row:
    if line.startswith(_ROW):
        return read_row(number, line[len(_ROW) : -1])
    try:
        bad = msgspec.json.decode(line, type=_BadLine).bad
        return Row(bad.number, bad.raw.encode("utf-8", "replace"), reason=bad.reason)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Row(number, line, reason="damaged on disk")


def encode(rows: Iterable[Row], sha256: str, key: str | None, at: datetime) -> bytes:
    """A delivery as it is written."""
    body = b"".join(_line(row) + b"\n" for row in rows)
    seal = Seal(sha256, at, len(body), zlib.crc32(body), key)
    return body + msgspec.json.encode(_Sealed(seal)) + b"\n"


def _line(row: Row) -> bytes:
    if not row.reason:
        return _ROW + row.raw + b"}"
    return msgspec.json.encode(_BadLine(_Bad(row.number, row.reject.reason, row.reject.raw)))


def whole_deliveries(data: bytes) -> Iterator[Delivery]:
    """The deliveries in `data`, which begins with one; ends before a last one that is not whole.

    One that is damaged and has others behind it was whole once: it is handed on as far as it can be read.
    """
    start = at = 0
    lines: list[bytes] = []
    damaged: list[Delivery] = []
    while (end := data.find(b"\n", at)) >= 0:
        line, before, at = data[at:end], at, end + 1
        if not line.startswith(_END):
            lines.append(line)
            continue
        seal = _seal(line)
        delivery = Delivery(start, at, tuple(lines), seal)
        if seal.bytes == before - start and seal.crc == zlib.crc32(data[start:before]):
            yield from damaged
            yield delivery
            damaged = []
        else:
            damaged.append(delivery)
        start, lines = at, []


def _seal(line: bytes) -> Seal:
    try:
        return msgspec.json.decode(line, type=_Sealed).delivery
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Seal("", datetime.fromtimestamp(0, UTC), -1, 0)
