"""How fast an export is turned into mentions: ``python -m tests.bench.bench_archive_parse [FILE]``.

Without a file, 100,000 rows of the kind real exports hold are made up and read as JSONL, packed and as
CSV. Prints rows per second, microseconds per row and the peak memory of the process.
"""

from __future__ import annotations

import csv
import gzip
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import zstandard

from connectors.archive import ArchiveConfig, ArchiveConnector
from connectors.base import Ask

ROWS = 100_000
PAGE = 5_000
TEXT = "my order never came and nobody at northwind answers the phone since monday please help 😡 "


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def run(exports: Sequence[Path] = ()) -> None:
    """Prints one line per form of the export; `exports`: these files instead of made-up ones."""
    with tempfile.TemporaryDirectory() as name:
        for path in exports or _made_up(Path(name)):
            _measure(path, Path(name))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")


def _row(i: int) -> dict[str, str]:
    return {
        "platform": "x",
        "id": str(10**18 + i),
        "author": f"user{i % 9000}",
        "author_id": str(i % 9000),
        "text": f"@northwindair {(TEXT * 2)[i % len(TEXT) :][:80]}",
        "created_at": (datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=i)).isoformat(),
        "in_reply_to": str(10**18 + i - 7),
    }


def _made_up(folder: Path) -> list[Path]:
    plain, packed, small, table = (folder / f"posts.{e}" for e in ("jsonl", "jsonl.zst", "jsonl.gz", "csv"))
    with (
        plain.open("wb") as a,
        zstandard.open(packed, "wb") as b,
        gzip.open(small, "wb", 6) as c,
        table.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.DictWriter(file, list(_row(0)))
        writer.writeheader()
        for row in map(_row, range(ROWS)):
            line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
            for out in (a, b, c):
                out.write(line)
            writer.writerow(row)
    return [plain, packed, small, table]


def _measure(path: Path, folder: Path) -> None:
    best, count, size = float("inf"), 0, path.stat().st_size / 1e6
    for _ in range(3):
        config = ArchiveConfig(name="bench", kind="archive", path=str(path), rejects=folder / "rejects.jsonl")
        connector = ArchiveConnector(config, None, SystemClock())
        count, ask, begin = 0, Ask(None, limit=PAGE), time.perf_counter()
        while True:
            page = connector.fetch(ask)
            count += len(page.mentions)
            if page.resume is None:
                break
            ask = Ask(None, resume=page.resume, limit=PAGE)
        best = min(best, time.perf_counter() - begin)
    speed = f"{count / best:>11,.0f} rows/s {best / count * 1e6:6.2f} µs/row"
    print(f"{path.name:<16} {count:>9,} rows {size:>8.1f} MB {speed}")


if __name__ == "__main__":
    run([Path(name) for name in sys.argv[1:]])
