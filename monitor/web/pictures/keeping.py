"""Keeps pictures on disk for a while, and no longer than the post they belong to.

A file is named for its post and the hash of its address: an edited post has another picture. What could
not be had is noted too, so that a page that is opened ten times does not ask ten times.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.domain.moments import Clock
from monitor.web.pictures.fetching import Fetcher, PictureRefused
from monitor.web.pictures.making import made_anew

KEPT_FOR = timedelta(days=7)
REFUSED_FOR = timedelta(minutes=15)
LARGEST_FOLDER = 500 * 1024 * 1024  # bytes; beyond it the oldest go first
_NAME = re.compile(r"(\d+)-[0-9a-f]{32}\.(webp|no)")


class Pictures:
    """Pictures of stored posts, in a folder. Thread-safe."""

    def __init__(self, folder: Path, clock: Clock, fetcher: Fetcher | None = None) -> None:
        self._folder = folder
        self._clock = clock
        self._fetcher = fetcher or Fetcher()
        self._locks: dict[str, threading.Lock] = {}
        self._making = threading.Lock()

    def get(self, mention_id: int, url: str) -> bytes:
        """A picture of a post, as WebP: as it is kept, or fetched now. Raises PictureRefused."""
        name = _name(mention_id, url)
        with self._making:
            lock = self._locks.setdefault(name, threading.Lock())
        try:
            with lock:  # two pages at once ask outside once
                return self._kept(name) or self._fetched(name, url)
        finally:
            with self._making:
                self._locks.pop(name, None)

    def forget(self, mention_id: int) -> None:
        """The post is gone, and so are its pictures."""
        for path in self._folder.glob(f"{mention_id}-*"):
            path.unlink(missing_ok=True)

    def _kept(self, name: str) -> bytes | None:
        now = self._clock.now()
        refused = self._folder / f"{name}.no"
        with suppress(OSError):
            if now - _written(refused) < REFUSED_FOR:
                raise PictureRefused(refused.read_text(encoding="ascii"))
        picture = self._folder / f"{name}.webp"
        with suppress(OSError):
            if now - _written(picture) < KEPT_FOR:
                return picture.read_bytes()
        return None

    def _fetched(self, name: str, url: str) -> bytes:
        try:
            picture = made_anew(self._fetcher.fetch(url))
        except PictureRefused as refused:
            self._keep(f"{name}.no", refused.rule.encode("ascii"))
            raise
        (self._folder / f"{name}.no").unlink(missing_ok=True)
        self._keep(f"{name}.webp", picture)
        return picture

    def _keep(self, file: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path, half = self._folder / file, self._folder / f".{threading.get_ident()}.{file}"
        with suppress(OSError):  # a full disk is no reason not to show it
            half.write_bytes(content)
            at = self._clock.now().timestamp()
            os.utime(half, (at, at))
            half.replace(path)


def sweep(folder: Path, now: datetime, alive: Callable[[Iterable[int]], set[int]]) -> int:
    """Removes pictures of posts that are gone, too old, or too many; returns how many.

    `alive` says which of some posts are still there.
    """
    files = [(path, int(match[1])) for path in _files(folder) if (match := _NAME.fullmatch(path.name))]
    there = alive({mention_id for _, mention_id in files})
    kept: list[tuple[datetime, int, Path]] = []
    removed = sum(_drop_half(path, now) for path in _files(folder) if not _NAME.fullmatch(path.name))
    for path, mention_id in files:
        with suppress(OSError):
            written, size = _written(path), path.stat().st_size
            if mention_id in there and now - written < KEPT_FOR:
                kept.append((written, size, path))
                continue
            path.unlink(missing_ok=True)
            removed += 1
    over = sum(size for _, size, _ in kept) - LARGEST_FOLDER
    for _, size, path in sorted(kept):
        if over <= 0:
            break
        path.unlink(missing_ok=True)
        over -= size
        removed += 1
    return removed


def _drop_half(path: Path, now: datetime) -> bool:
    """Removes what was being written when the process died."""
    with suppress(OSError):
        if now - _written(path) > timedelta(hours=1):
            path.unlink(missing_ok=True)
            return True
    return False


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)


def _name(mention_id: int, url: str) -> str:
    return f"{mention_id}-{hashlib.sha256(url.encode('utf-8', 'replace')).hexdigest()[:32]}"
