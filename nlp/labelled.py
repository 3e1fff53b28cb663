"""Labelled posts from outside: any JSONL or CSV with a text and whatever labels it has.

Fields that are understood: ``text platform industry intents primary severity signals entities``,
``complaint`` (or ``y``), ``urgency`` (a level, or {"level": …}), ``wait`` (or ``claimed_wait_minutes``).
Only what is there is measured. Such files are for evaluation; nothing here feeds training.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.domain.errors import InputUnreadable

HARD = "hardneg"  # so begin the ids of posts that were written as hard negatives


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one post; None where the file doesn't say."""

    text: str
    platform: str | None = None
    industry: str | None = None
    intents: frozenset[str] | None = None
    primary: str | None = None
    complaint: bool | None = None
    severity: int | None = None
    urgency: str | None = None
    signals: frozenset[str] | None = None
    wait: int | None = None
    says_wait: bool = False
    orders: frozenset[str] | None = None
    hard: bool = False  # a hard negative: words of harm without the harm


def read_labelled(path: Path) -> list[Known]:
    """The posts of a file. Raises `InputUnreadable` naming the line."""
    posts = [_known(row) for row in _rows(path)]
    if not posts:
        raise InputUnreadable(
            f"{path.name} holds no labelled post.", action="Give JSONL or CSV with a text column."
        )
    return posts


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            if path.suffix == ".csv":
                yield from csv.DictReader(lines)
                return
            for number, line in enumerate(lines, 1):
                if line.strip():
                    row = json.loads(line)
                    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                        raise InputUnreadable(f"{path.name}:{number}: no object with a text.")
                    yield row
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, csv.Error) as error:
        raise InputUnreadable(f"{path.name}: {error}.") from error


def _known(row: Mapping[str, Any]) -> Known:
    urgency = row.get("urgency")
    complaint = row.get("complaint", row.get("y"))
    waits = "wait" in row or "claimed_wait_minutes" in row
    entities = row.get("entities")
    return Known(
        text=row.get("text") or "",
        platform=row.get("platform"),
        industry=row.get("industry"),
        intents=_labels(row.get("intents")),
        primary=row.get("primary") or None,
        complaint=None if complaint in (None, "") else float(complaint) >= 0.5,
        severity=None if row.get("severity") in (None, "") else int(row["severity"]),
        urgency=urgency["level"] if isinstance(urgency, dict) else urgency or None,
        signals=_labels(row.get("signals")),
        wait=row.get("wait", row.get("claimed_wait_minutes")),
        says_wait=waits,
        orders=None if entities is None else frozenset(e["text"] for e in entities if e["label"] == "ORDER"),
        hard=str(row.get("id", "")).startswith(HARD),
    )


def _labels(value: Any) -> frozenset[str] | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = value.replace(",", " ").split()
    return frozenset(v["label"] if isinstance(v, dict) else v for v in value)
