"""The spool: a folder of segments that deliveries are appended to, and that the collector reads.

Appending happens under a lock, with an fsync before it counts. Segments are numbered by time, so that a
folder that was lost and made anew goes on behind the place where the collector stands. A segment goes
once the place that the store has committed lies beyond it and nobody has written to it for a day.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import msgspec

from connectors.webhook.deliveries import Row
from connectors.webhook.segments import Seal, encode, whole_deliveries
from monitor.domain.errors import DeliveryRefused, SpoolUnavailable

SEGMENT_BYTES = 4 << 20
KEEP = timedelta(days=1)  # how long drained segments stay, and a delivery is known again
_SUFFIX = ".jsonl"


class Place(msgspec.Struct, omit_defaults=True):
    """How far the spool was read: `skip` rows into the delivery at `offset` (bytes) of a segment."""

    segment: int = 0
    offset: int = 0
    skip: int = 0
    rejects: int = 0  # bytes of the reject file that belong to what was read so far

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


@dataclass(slots=True)
class Taken:
    """Rows with the name of their delivery, and whether there are more."""

    rows: list[tuple[str, Row]] = field(default_factory=list)
    more: bool = False


class Spool:
    """The folder at `path`, made at the first delivery. Processes may share it; threads take turns."""

    def __init__(self, path: Path, limit: int) -> None:
        self.path = path
        self._limit = limit  # bytes of all segments
        self._known: dict[str, Seal] = {}  # by sha256, oldest first
        self._keys: dict[str, str] = {}
        self._read_to = (0, 0)  # (segment, bytes) that `_known` holds

    # --- writing ------------------------------------------------------------------------------

    def append(self, rows: tuple[Row, ...], sha256: str, key: str | None, now: datetime) -> bool:
        """Secures a delivery on disk. False when it is there already.

        Raises DeliveryRefused for a key that came with another body, SpoolUnavailable when it can't be kept.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked() as lock:
                self._catch_up(now)
                if key is not None and self._keys.get(key, sha256) != sha256:
                    raise DeliveryRefused("This Idempotency-Key came with another body.", rule="key_reused")
                if sha256 in self._known:
                    return False
                self._write(encode(rows, sha256, key, now), now, lock)
                return True
        except OSError as exc:
            raise SpoolUnavailable(f"The spool can't be written: {exc.strerror or exc}.") from None

    def _write(self, data: bytes, now: datetime, lock: int) -> None:
        segments = self.segments()
        if sum(self._size(number) for number in segments) + len(data) > self._limit:
            raise SpoolUnavailable(f"The spool is full: it holds {self._limit >> 20} MB.")
        last = segments[-1] if segments else 0
        if not last or self._size(last) >= SEGMENT_BYTES:
            last = _next_number(lock, last, now)
        handle = os.open(self._file(last), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            begin = os.fstat(handle).st_size
            try:
                _write_all(handle, data, begin)
                os.fsync(handle)
                if begin == 0:
                    self._fsync_folder()
            except OSError:
                os.ftruncate(handle, begin)
                raise
        finally:
            os.close(handle)

    def _catch_up(self, now: datetime) -> None:
        """Learns what other processes wrote, and cuts off what a killed one left. Under the lock."""
        for old in [sha for sha, seal in self._known.items() if seal.at < now - KEEP]:
            self._keys.pop(self._known.pop(old).key or "", None)
        segment, offset = self._read_to
        for number in self.segments():
            if number < segment or self._size(number) == (offset if number == segment else 0):
                continue
            begin = offset if number == segment else 0
            data = self._read(number, begin)
            end = 0
            for delivery in whole_deliveries(data):
                seal, end = delivery.seal, delivery.end
                if seal.at >= now - KEEP:
                    self._known[seal.sha256] = seal
                    if seal.key:
                        self._keys[seal.key] = seal.sha256
            if end < len(data):
                os.truncate(self._file(number), begin + end)
            self._read_to = (number, begin + end)

    def _fsync_folder(self) -> None:
        """A new file is only there for good once its folder is, and a new folder once its own is."""
        _fsync(self.path)
        for above in self.path.resolve().parents[:2]:
            with suppress(OSError):  # folders that are not ours to open were there before
                _fsync(above)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)

    # --- reading ------------------------------------------------------------------------------

    def take(self, place: Place, limit: int) -> Taken:
        """Up to `limit` rows from `place`, which moves on behind them. Raises OSError."""
        taken = Taken()
        for number in self.segments():
            if number < place.segment:
                continue
            if number > place.segment or self._size(number) < place.offset:
                place.segment, place.offset, place.skip = number, 0, 0
            for delivery in whole_deliveries(self._read(number, start := place.offset)):
                for row in delivery.rows(place.skip):
                    if len(taken.rows) == limit:
                        taken.more = True
                        return taken
                    taken.rows.append((delivery.seal.key or delivery.seal.sha256[:16], row))
                    place.skip += 1
                place.offset, place.skip = start + delivery.end, 0
        return taken

    def drop(self, place: Place, now: datetime) -> None:
        """Removes drained segments that were last written to a day ago, or at once when room is short.

        `place`: as the store has it. Raises OSError.
        """
        there = self.segments()
        crowded = sum(self._size(number) for number in there) > self._limit // 2
        due = [n for n in there if n <= place.segment and (crowded or self._idle(n, now))]
        if not due:
            return
        with self._locked():
            for number in due:
                drained = number < place.segment or self._size(number) <= place.offset
                if drained and (crowded or self._idle(number, now)):
                    self._file(number).unlink(missing_ok=True)

    def waiting(self, place: Place) -> int:
        """Bytes that are still to be read. Raises OSError."""
        sizes = {number: self._size(number) for number in self.segments() if number >= place.segment}
        return sum(sizes.values()) - min(place.offset, sizes.get(place.segment, 0))

    def segments(self) -> list[int]:
        """The numbers of all segments, in order. Raises OSError."""
        try:
            names = [file.name for file in self.path.iterdir()]
        except FileNotFoundError:
            return []
        stems = (name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))
        return sorted(int(stem) for stem in stems if stem.isascii() and stem.isdigit())

    def _file(self, number: int) -> Path:
        return self.path / f"{number:015d}{_SUFFIX}"

    def _size(self, number: int) -> int:
        try:
            return self._file(number).stat().st_size
        except FileNotFoundError:
            return 0

    def _idle(self, number: int, now: datetime) -> bool:
        try:
            return self._file(number).stat().st_mtime < (now - KEEP).timestamp()
        except FileNotFoundError:
            return False

    def _read(self, number: int, offset: int) -> bytes:
        try:
            with self._file(number).open("rb") as file:
                file.seek(offset)
                return file.read()
        except FileNotFoundError:  # another process has dropped it
            return b""


def _next_number(lock: int, last: int, now: datetime) -> int:
    """A number beyond every one used here, also when all segments are gone or the clock went back."""
    kept = os.pread(lock, 20, 0)
    used = max(last, int(kept) if kept.isdigit() else 0)
    number = max(used + 1, int(now.timestamp() * 1000))
    os.pwrite(lock, b"%020d" % number, 0)
    os.fsync(lock)
    return number


def _fsync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes, at: int) -> None:
    while data:
        written = os.pwrite(handle, data, at)
        at, data = at + written, data[written:]
