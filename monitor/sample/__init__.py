"""The sample brand: Northwind Air, an invented airline, and one invented week of what people say about it.

The files ship inside the package, so `presszero demo` and `make run` work on a fresh install
without any account. README.md beside them says what is in them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from monitor.domain.errors import InputUnreadable

# The week of `week.jsonl`: half-open, aware UTC. Every mention lies in it.
WEEK_START = datetime(2026, 3, 2, tzinfo=UTC)
WEEK_END = datetime(2026, 3, 9, tzinfo=UTC)

# The storm in it: the check-in outage of Thursday, from the first report to the all-clear.
STORM_START = datetime(2026, 3, 5, 6, 10, tzinfo=UTC)
STORM_END = datetime(2026, 3, 5, 11, 13, tzinfo=UTC)


def sample_path(name: str) -> Path:
    """The path of one file of the sample as installed, for example ``week.jsonl``.

    Raises InputUnreadable (PZ code, with the file's name) when the installation lacks it.
    """
    path = Path(str(files(__name__).joinpath(name)))
    if not path.is_file():
        raise InputUnreadable(f"{name} is missing from the bundled sample: this installation is incomplete.")
    return path


def week_path() -> Path:
    """`week.jsonl`: the mentions of the week in the archive format, oldest first, times in UTC."""
    return sample_path("week.jsonl")


def voice_path() -> Path:
    """`voice.toml`: the house voice that the sample brand's drafts are written in."""
    return sample_path("voice.toml")
