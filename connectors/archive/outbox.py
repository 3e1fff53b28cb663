"""The outbox: replies posted without any account, one JSON line each, at most once each.

Appending happens under an exclusive lock with a single write and an fsync. A line without its newline
is one that a killed process left: it counts as not posted, and the next writer cuts it off.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from monitor.domain.errors import BadMoment
from monitor.domain.moments import parse_moment, utc_text
from monitor.domain.posting import Declined, Later, OutgoingReply, Posted, SendResult, Unknown

RULE = "archive.outbox"
_RETRY = timedelta(minutes=5)  # after a full disk


class _Line(msgspec.Struct):
    key: str
    posted_at: str


_decode = msgspec.json.Decoder(_Line).decode


class Outbox:
    """The file at `path`; made at the first reply."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self, key: str) -> Posted | None:
        """The reply with that key, or None: it provably isn't there.

        Raises OSError, also when the whole folder is missing: an unmounted disk proves nothing.
        """
        if self.path not in self.path.parent.iterdir():
            return None
        with self._locked() as handle:
            return self._look(handle, key)[0]

    def post(self, reply: OutgoingReply, now: datetime) -> SendResult:
        """Appends `reply` unless its key is there already. Raises nothing."""
        try:
            line = _encoded(reply, now)
        except UnicodeEncodeError:
            return Declined(RULE, "The text holds half a character; edit it and approve it again.")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._locked() as handle:
                posted, end = self._look(handle, reply.key)
                return posted or self._append(handle, end, line, reply, now)
        except OSError as exc:
            return Later(now + _RETRY, f"The outbox can't be opened: {exc.strerror or exc}.")

    def _append(self, handle: int, end: int, line: bytes, reply: OutgoingReply, now: datetime) -> SendResult:
        try:
            os.ftruncate(handle, end)
            if os.pwrite(handle, line, end) != len(line):
                os.ftruncate(handle, end)
                return Later(now + _RETRY, "The disk of the outbox is full.")
        except OSError as exc:
            return self._undo(handle, end, now, exc)
        try:
            os.fsync(handle)
            if not end:
                self._fsync_folder()
        except OSError as exc:
            return Unknown(f"The outbox was written but not secured: {exc.strerror or exc}.")
        return _posted(reply.key, now)

    def _undo(self, handle: int, end: int, now: datetime, exc: OSError) -> SendResult:
        try:
            os.ftruncate(handle, end)
        except OSError:
            return Unknown(f"Writing the outbox failed half-way: {exc.strerror or exc}.")
        return Later(now + _RETRY, f"The outbox can't be written: {exc.strerror or exc}.")

    def _fsync_folder(self) -> None:
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        while True:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                if self._is_still(handle):
                    yield handle
                    return
            finally:
                os.close(handle)

    def _is_still(self, handle: int) -> bool:
        """False when the file was moved away while we waited for the lock."""
        try:
            return os.path.samestat(os.fstat(handle), self.path.stat())
        except FileNotFoundError:
            return False

    def _look(self, handle: int, key: str) -> tuple[Posted | None, int]:
        """The reply with that key, and where the last whole line ends (bytes)."""
        end, mark = 0, json.dumps(key).encode()
        with os.fdopen(os.dup(handle), "rb") as file:
            file.seek(0)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                end += len(line)
                if mark in line and (posted := _read(line, key)):
                    return posted, end
        return None, end


def _encoded(reply: OutgoingReply, now: datetime) -> bytes:
    shape = {
        "draft_id": reply.draft_id,
        "platform": reply.platform,
        "in_reply_to": reply.in_reply_to,
        "text": reply.text,
        "posted_at": utc_text(now),
        "key": reply.key,
    }
    return json.dumps(shape, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"


def _read(line: bytes, key: str) -> Posted | None:
    try:
        row = _decode(line)
        return _posted(key, parse_moment(row.posted_at)) if row.key == key else None
    except (msgspec.MsgspecError, BadMoment, UnicodeDecodeError):
        return None


def _posted(key: str, at: datetime) -> Posted:
    return Posted(f"outbox-{key[:16]}", at)
