"""Loads the named statements of monitor/store/sql.

Each statement is introduced by ``-- name: the_name`` and a line that says what it does. Those in
``sql/*.sql`` run on every database; those in ``sql/<dialect>/`` are the few that can't. What several
statements share stands once, behind ``-- part: the_name``, and is called in by ``@the_name``.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_HEADER = re.compile(r"^-- (name|part): (\w+)\n-- (.+)$", re.MULTILINE)
_CALL = re.compile(r"@(\w+)")


def parse(text: str, parts: dict[str, str] | None = None) -> dict[str, str]:
    """{name: statement} of one file. Raises ValueError for a name that is used twice, or a missing part."""
    found: dict[str, str] = {}
    parts = {} if parts is None else parts
    heads = list(_HEADER.finditer(text))
    for head, after in zip(heads, [*heads[1:], None], strict=True):
        kind, name = head[1], head[2]
        if name in found or name in parts:
            raise ValueError(f"the {'statement' if kind == 'name' else kind} {name} is there twice")
        body = text[head.end() : after.start() if after else len(text)].strip().rstrip(";")
        (found if kind == "name" else parts)[name] = body
    return {name: _CALL.sub(lambda call: _part(parts, call[1]), body) for name, body in found.items()}


def _part(parts: dict[str, str], name: str) -> str:
    if name not in parts:
        raise ValueError(f"there is no part {name}")
    return parts[name]


@cache
def statements(dialect: str) -> dict[str, str]:
    """Every statement for `dialect` ("sqlite"), by name."""
    root = resources.files("monitor.store") / "sql"
    found: dict[str, str] = {}
    parts: dict[str, str] = {}
    for folder in (root, root / dialect):
        for entry in sorted(folder.iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".sql"):
                parsed = parse(entry.read_text(encoding="utf-8"), parts)
                if twice := found.keys() & parsed.keys():
                    raise ValueError(f"statements in two files: {sorted(twice)}")
                found |= parsed
    return found
