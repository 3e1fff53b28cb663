"""The reject file: every malformed row with its line number and the reason, each exactly once.

The length of the file goes into the token of the page, and every call first cuts the file back to the
length in the token it was given: what a crashed call wrote goes, and is written anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from monitor.domain.errors import InputUnreadable
from monitor.domain.mention import Reject

_BEGIN = b'{"line":'


def write_rejects(path: Path, length: int, rejects: Sequence[tuple[str, Reject]]) -> int:
    """Cuts the file to `length` bytes, adds (file, reject) pairs, returns the new length in bytes.

    Raises InputUnreadable when the file can't be written or isn't a reject file.
    """
    try:
        size = path.stat().st_size if path.exists() else 0
        if size <= length and not rejects:
            return min(size, length)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            return _write(handle, path, length, rejects)
        finally:
            os.close(handle)
    except OSError as exc:
        raise InputUnreadable(f"The reject file {path.name} can't be written: {exc.strerror}.") from exc


def _write(handle: int, path: Path, length: int, rejects: Sequence[tuple[str, Reject]]) -> int:
    size = os.fstat(handle).st_size
    if size and os.pread(handle, len(_BEGIN), 0) != _BEGIN:
        raise InputUnreadable(
            f"{path.name} exists and is no reject file; nothing was changed in it.",
            action="Give the source another `rejects` path.",
        )
    at = min(size, length)  # somebody may have emptied it meanwhile
    os.ftruncate(handle, at)
    data = b"".join(_line(name, row) for name, row in rejects)
    while data:
        written = os.pwrite(handle, data, at)
        at, data = at + written, data[written:]
    os.fsync(handle)
    return at


def _line(name: str, row: Reject) -> bytes:
    shape = {"line": row.line, "reason": row.reason, "raw": row.raw, "file": name}
    return (
        json.dumps(shape, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
        + b"\n"
    )
