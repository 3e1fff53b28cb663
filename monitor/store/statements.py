"""Loads the named statements of monitor/store/sql.

Each statement is introduced by ``-- name: the_name`` and a line that says what it does. Those in
``sql/*.sql`` run on every database; those in ``sql/<dialect>/`` are the few that can't.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_HEADER = re.compile(r"^-- name: (\w+)\n-- (.+)$", re.MULTILINE)


def parse(text: str) -> dict[str, str]:
    """{name: statement} of one file. Raises ValueError for a name that is used twice."""
    found: dict[str, str] = {}
    heads = list(_HEADER.finditer(text))
    for head, after in zip(heads, [*heads[1:], None], strict=True):
        name = head[1]
        if name in found:
            raise ValueError(f"the statement {name} is there twice")
        found[name] = text[head.end() : after.start() if after else len(text)].strip().rstrip(";")
    return found


@cache
def statements(dialect: str) -> dict[str, str]:
    """Every statement for `dialect` ("sqlite"), by name."""
    root = resources.files("monitor.store") / "sql"
    found: dict[str, str] = {}
    for folder in (root, root / dialect):
        for entry in sorted(folder.iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".sql"):
                parsed = parse(entry.read_text(encoding="utf-8"))
                if twice := found.keys() & parsed.keys():
                    raise ValueError(f"statements in two files: {sorted(twice)}")
                found |= parsed
    return found
