"""`presszero backfill archive:FILE` of a made-up dump: posts a second, and memory at most.

python -m tests.bench.bench_backfill             # 300,000 posts
python -m tests.bench.bench_backfill 10000000    # ten million: about 3 GB of dump, 5 GB of database
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.bench_collect import write_export

ROWS = 300_000

CONFIG = '[brand]\nname = "Brand"\n[store]\nurl = "sqlite:///a.db"\n'
MEASURED = """
import resource, sys
from monitor.cli import main
try:
    main()
except SystemExit as exc:
    assert not exc.code, exc.code
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def measured(rows: int, folder: Path) -> tuple[float, int]:
    """(seconds, KiB of memory at most) of a backfill of `rows` posts, in a process of its own."""
    write_export(folder / "dump.jsonl", rows)
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    command = [sys.executable, "-c", MEASURED, "backfill", "archive:dump.jsonl", "--collect-only"]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    return time.perf_counter() - began, int(done.stdout.split()[-1])


def run(rows: int = ROWS) -> None:
    """Prints one line."""
    with tempfile.TemporaryDirectory() as folder:
        seconds, kib = measured(rows, Path(folder))
    print(f"backfill of {rows:,} posts: {rows / seconds:,.0f} posts/s, {kib / 1024:.0f} MB of memory at most")


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
