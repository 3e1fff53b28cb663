"""The token between two calls: how far each file of an export was read, and what was seen on the way."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import msgspec


class FilePlace(msgspec.Struct, array_like=True, omit_defaults=True):
    """How far one file was read.

    `head` and `tail` are fingerprints ``length:hash`` of its first (packed) bytes and of the (unpacked) bytes
    just before `offset`: a file whose bytes there are others is another file. `size` and `mtime` (bytes, ns)
    are those at which it was read to its end, -1 while it isn't.
    """

    offset: int = 0
    line: int = 0
    head: str = ""
    tail: str = ""
    size: int = -1
    mtime: int = -1


class Place(msgspec.Struct, omit_defaults=True):
    """Where a source stands in its export. `current` is the file being read, "" between sweeps."""

    current: str = ""
    files: dict[str, FilePlace] = {}
    rejects: int = 0  # bytes of the reject file that belong to what was read so far
    first: datetime | None = None
    last: datetime | None = None
    ordered: bool = True
    start: datetime | None = None  # when the replay began
    pipe: str = ""  # whose standard input

    @classmethod
    def of(cls, token: str | None) -> Self:
        """The place in a token; the beginning when there is none, or none of ours."""
        try:
            return msgspec.json.decode(token, type=cls) if token else cls()
        except msgspec.MsgspecError:
            return cls()

    @property
    def token(self) -> str:
        """The text to give back."""
        return msgspec.json.encode(self).decode()

    def saw(self, times: list[datetime]) -> None:
        """Keeps first, last and whether the rows are in order of time."""
        if not times:
            return
        if self.first is None:
            self.first = times[0]
        in_order = times == sorted(times) and (self.last is None or self.last <= times[0])
        self.ordered = self.ordered and in_order
        self.last = max(times[-1] if in_order else max(times), self.last or times[0])
