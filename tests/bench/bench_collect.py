"""collect + store of 100,000 mentions, against a bare `executemany` of the same rows into SQLite.

Both write the same rows into a table with the same key. The bare insert is one transaction without
search index, other indexes, audit, ledger, or parsing; ours is the whole way from the file on disk.
The two take turns in fresh processes, so that a machine that gets slower gets slower for both.
"""

from __future__ import annotations

import json
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROWS = 100_000
ROUNDS = 3

_WORDS = (
    "my flight bag order refund app waiting again hours still no answer please help delayed cancelled the a "
    "you and is it was to for on in at since morning nobody told us gate seat charged twice card late lost "
    "thanks support phone agent rude kind broken screen login password email update version crash never"
).split()


def write_export(path: Path, rows: int) -> None:
    """A made-up export: posts of about 110 characters, as on the platforms we know."""
    rng, start = random.Random(20260301), datetime(2026, 3, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as out:
        for i in range(rows):
            text = " ".join(rng.choice(_WORDS) for _ in range(rng.randint(6, 34)))
            row = {
                "platform": "x",
                "id": str(1_900_000_000_000_000_000 + i),
                "author": f"user{rng.randint(1, 60_000)}",
                "author_id": str(rng.randint(1, 10**9)),
                "text": f"@brand {text}",
                "created_at": (start + timedelta(seconds=i)).isoformat(),
                "in_reply_to": str(rng.randint(1, 10**9)) if rng.random() < 0.5 else None,
            }
            out.write(json.dumps({k: v for k, v in row.items() if v is not None}) + "\n")


def ours(export: Path, folder: Path) -> float:
    """Seconds from the file to the last commit."""
    from connectors.archive import ArchiveConnector
    from connectors.archive.config import ArchiveConfig
    from monitor.runtime.clock import SystemClock
    from monitor.stages.collect import collect
    from monitor.store.sqlite import SqliteStore

    store, clock = SqliteStore(f"sqlite:///{folder / 'ours.db'}"), SystemClock()
    store.migrate()
    config = ArchiveConfig(name="export", kind="archive", path=str(export), rejects=folder / "rejects.jsonl")
    connector = ArchiveConnector(config, None, clock)
    started = time.perf_counter()
    report = collect(store, connector, config, clock, is_own=lambda _: False)
    seconds = time.perf_counter() - started
    if report.new == 0 or not report.complete:
        raise SystemExit(f"the export was not collected: {report}")
    return seconds


def bare(rows_from: Path, folder: Path) -> float:
    """Seconds for `executemany` of the very rows that ours stored, read into memory beforehand."""
    with sqlite3.connect(rows_from) as source:
        rows = source.execute(
            "SELECT platform, native_id, source, origin, author, author_id, author_name, author_followers,"
            " text, created_at, first_seen_at, day, url, in_reply_to, conversation, lang, media, location,"
            " metrics, quoted, edited_at, own, stage FROM mentions"
        ).fetchall()
    source.close()
    conn = sqlite3.connect(folder / "bare.db", isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA synchronous = NORMAL")
    conn.execute(
        "CREATE TABLE mentions (platform, native_id, source, origin, author, author_id, author_name,"
        " author_followers, text, created_at, first_seen_at, day, url, in_reply_to, conversation, lang,"
        " media, location, metrics, quoted, edited_at, own, stage, PRIMARY KEY (platform, native_id))"
    )
    started = time.perf_counter()
    conn.execute("BEGIN")
    conn.executemany(f"INSERT INTO mentions VALUES ({', '.join('?' * 23)})", rows)
    conn.execute("COMMIT")
    seconds = time.perf_counter() - started
    conn.close()
    return seconds


def _child(what: str, export: Path, folder: Path) -> tuple[float, float]:
    """(seconds, peak MB) of one measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_collect", what, str(export), str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, peak = done.stdout.split()
    return float(seconds), float(peak)


def run() -> None:
    """Prints rows per second, the ratio, and the peak memory for one and for four times the rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, large = folder / "small.jsonl", folder / "large.jsonl"
        write_export(small, ROWS)
        write_export(large, 4 * ROWS)
        ratios, ours_rates, bare_rates, peak = [], [], [], 0.0
        for i in range(ROUNDS):
            place = folder / str(i)
            place.mkdir()
            mine, peak = _child("ours", small, place)
            base, _ = _child("bare", place / "ours.db", place)
            ratios.append(base / mine)
            ours_rates.append(ROWS / mine)
            bare_rates.append(ROWS / base)
        place = folder / "large"
        place.mkdir()
        _, large_peak = _child("ours", large, place)
    print(
        f"collect + store: {statistics.median(ours_rates):,.0f} mentions/s (search index and audit included)"
    )
    print(f"bare executemany: {statistics.median(bare_rates):,.0f} rows/s")
    rounds = [round(r, 2) for r in ratios]
    print(f"ratio: {statistics.median(ratios):.2f} (aim: at least 0.35); rounds: {rounds}")
    sizes = f"{peak:.0f} MB for {ROWS:,} rows, {large_peak:.0f} MB for {4 * ROWS:,}"
    print(f"peak memory: {sizes} (aim: under 400)")


if __name__ == "__main__":
    measure = {"ours": ours, "bare": bare}[sys.argv[1]]
    took = measure(Path(sys.argv[2]), Path(sys.argv[3]))
    print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
