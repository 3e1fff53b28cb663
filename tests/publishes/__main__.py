"""`python -m tests.publishes [--count 2000] [--seed 7]`: sends them, and prints what became of them."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.publishes.places import PLATFORMS
from tests.publishes.proof import Line, prove


def main() -> int:
    """Prints a table, and what is wrong; exit code 1 if anything is."""
    parser = argparse.ArgumentParser(description="Replies sent while everything goes wrong.")
    parser.add_argument("--count", type=int, default=2000, help="replies in all, over the four platforms")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    began = time.monotonic()
    lines: list[Line] = []
    killed: Counter[str] = Counter()
    for place in PLATFORMS:
        with tempfile.TemporaryDirectory() as folder:
            found, dead = prove(Path(folder), place, -(-asked.count // len(PLATFORMS)), asked.seed)
        lines += found
        killed += dead
    seconds = time.monotonic() - began
    _table(lines)
    wrong = [(line, fault) for line in lines for fault in line.faults]
    print(
        f"\n{len(lines)} replies, seed {asked.seed}, {sum(killed.values())} processes killed, {seconds:.0f} s"
    )
    for fault in ("posted twice", "posted to a changed conversation", "posted without an approval"):
        print(f"  {sum(f == fault for _, f in wrong):4} {fault}")
    others = sum(not f.startswith("posted t") and f != "posted without an approval" for _, f in wrong)
    print(f"  {others:4} in a state that does not tell the truth")
    for line, fault in wrong[:20]:
        print(f"  {line.platform} #{line.number}, {line.fate}: {fault}")
    return 1 if wrong else 0


def _table(lines: list[Line]) -> None:
    fates = sorted({line.fate for line in lines})
    states = sorted({line.state.value for line in lines})
    print(f"{'what befell it':<42}{'replies':>8}{'arrived':>8}  " + "".join(f"{s:>11}" for s in states))
    for fate in fates:
        those = [line for line in lines if line.fate == fate]
        counts = Counter(line.state.value for line in those)
        arrived = sum(line.on_platform for line in those)
        cells = "".join(f"{counts[s] or '':>11}" for s in states)
        print(f"{fate:<42}{len(those):>8}{arrived:>8}  {cells}")


if __name__ == "__main__":
    raise SystemExit(main())
