"""`make bench`: the figures for speed and memory, in one run on one machine.

Each bench is a module of this package with `run() -> None` that prints its own lines.
"""

from __future__ import annotations

import importlib
import pkgutil
import platform
import sys
from pathlib import Path


def main(wanted: list[str]) -> None:
    """Runs the named benches, or all of them."""
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    for module in sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)])):
        if not module.startswith("bench_") or (wanted and module.removeprefix("bench_") not in wanted):
            continue
        print(f"\n== {module.removeprefix('bench_')}")
        importlib.import_module(f"tests.bench.{module}").run()


if __name__ == "__main__":
    main(sys.argv[1:])
