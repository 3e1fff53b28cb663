"""Only one scheduler works on a database: two would poll, pay and send mail twice."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from monitor.domain.errors import StoreUnavailable


class RunLock:
    """A lock on a file beside the database. The system lets go of it however the process ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def take(self) -> None:
        """Takes the lock, or raises StoreUnavailable naming the process that has it."""
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 32).decode(errors="replace").strip() or "unknown"
            os.close(handle)
            raise StoreUnavailable(
                f"Another `presszero run` (process {holder}) already works on this database.",
                action="Stop it first, or start only the pages with `presszero web`.",
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._handle = handle

    def release(self) -> None:
        """Lets go. Safe to call twice."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
