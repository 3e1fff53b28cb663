"""The regression file: every mistake that was ever corrected stays corrected.

``nlp/data/regressions.jsonl`` holds one post per line with what must be read in it: ``urgency``,
``not_urgency`` (levels it must not have), ``primary``, ``signals`` (must be among those found), ``wait``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from monitor.domain.reading import Post, Reader, Reading

FILE = Path(__file__).parent / "data" / "regressions.jsonl"


def relapses(reader: Reader, path: Path = FILE) -> list[str]:
    """One line per post that is read wrongly again; empty when all is well."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    readings = reader.read([Post(row["text"], row.get("platform")) for row in rows])
    return [
        f"{row['text']!r}: {fault}"
        for row, reading in zip(rows, readings, strict=True)
        for fault in _faults(row, reading)
    ]


def _faults(row: dict[str, Any], reading: Reading) -> list[str]:
    level = reading.urgency.level.value
    faults = []
    if "urgency" in row and level != row["urgency"]:
        faults.append(f"urgency {level}, not {row['urgency']}")
    if level in row.get("not_urgency", ()):
        faults.append(f"urgency {level} again")
    if "primary" in row and reading.primary != row["primary"]:
        faults.append(f"primary {reading.primary}, not {row['primary']}")
    missing = set(row.get("signals", ())) - reading.signal_labels
    if missing:
        faults.append(f"signals {sorted(missing)} missing")
    if "wait" in row and reading.claimed_wait_minutes != row["wait"]:
        faults.append(f"wait {reading.claimed_wait_minutes}, not {row['wait']}")
    return faults
