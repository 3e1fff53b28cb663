"""Wrong things in a configuration, collected and said so that a person can mend them."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from monitor.domain.errors import ConfigProblem

# Pydantic's words speak of Python; these speak of TOML.
_PLAIN_WORDS = {
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "float_parsing": "write a number",
    "float_type": "write a number",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "string_type": "write a text in quotes",
    "string_too_short": "write something",
    "tuple_type": 'write a list: ["…", "…"]',
    "list_type": 'write a list: ["…", "…"]',
    "mapping_type": 'write a table: { name = "…" }',
    "dict_type": 'write a table: { name = "…" }',
    "time_parsing": 'write a time such as "07:30"',
    "time_type": 'write a time such as "07:30"',
    "path_type": "write a path in quotes",
    "string_pattern_mismatch": "",  # the description says what fits; a regular expression doesn't
}
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]#]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+|\"[^\"]*\")(\s*\.\s*[\w-]+)*\s*=")
SECRET_WORD = re.compile(r"(?i)(secret|token|password|passwd|passphrase|credential|(^|_)key$|^bearer)")


class Problems:
    """Collects what is wrong with one file, with the line where it stands."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._lines = _positions(text)
        self._found: list[tuple[int, ConfigProblem]] = []

    @property
    def found(self) -> list[ConfigProblem]:
        """The problems in the order of the file; those of the environment come last."""
        return [problem for _, problem in sorted(self._found, key=lambda f: f[0])]

    def add(
        self, key: str, found: str, expected: str, *, at: Sequence[str | int] = (), file: str | None = None
    ) -> None:
        """Notes a problem. `at` is the path of the key in the file; its longest known part gives the line."""
        line = self._line(at)
        where = file or (f"{self._file}:{line}" if line else self._file)
        self._found.append((sys.maxsize if file else line, ConfigProblem(where, key, found, expected)))

    def _line(self, at: Sequence[str | int]) -> int:
        """The line of the longest part of `at` that stands in the file; 0 when none does."""
        parts = (tuple(at[:length]) for length in range(len(at), 0, -1))
        return next((self._lines[p] for p in parts if p in self._lines), 0)

    def add_invalid(
        self,
        error: ValidationError,
        model: type[BaseModel],
        *,
        say: str,
        at: tuple[str | int, ...],
        overrides: Mapping[tuple[str, ...], str] | None = None,
        unknown_keys: bool = True,
    ) -> None:
        """Notes everything pydantic found. `say` names the table, `at` is its path in the file.

        `overrides` maps key paths to the environment variable that set them. `unknown_keys`: whether
        keys that `model` doesn't have are wrong.
        """
        for one in error.errors(include_url=False, include_context=False):
            if one["type"] == "extra_forbidden" and not unknown_keys:
                continue
            loc = tuple(str(p) for p in one["loc"])
            key = ".".join(p for p in (say, *loc) if p)
            variable = next((v for k, v in (overrides or {}).items() if loc[: len(k)] == k), None)
            found, expected = _words(one, model, loc)
            self.add(
                variable or key, found, expected, at=(*at, *loc), file="environment" if variable else None
            )


def _words(error: Any, model: type[BaseModel], loc: tuple[str, ...]) -> tuple[str, str]:
    """(found, expected) of one pydantic error."""
    owner, field = _owner_of(model, loc)
    name = loc[-1] if loc else ""
    if error["type"] == "extra_forbidden":
        if SECRET_WORD.search(name):
            return (
                "what looks like a secret",
                "secrets belong in the environment or in .env, never in this file",
            )
        return "an unknown key", nearest(name, owner.model_fields)
    description = field.description if field is not None and field.description else ""
    if error["type"] == "missing":
        return "nothing", f"this key is needed: {description}" if description else "this key is needed"
    message = str(error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    message = _PLAIN_WORDS.get(error["type"], message[:1].lower() + message[1:])
    found = "a value that is not shown here" if SECRET_WORD.search(name) else shown(error["input"])
    if not loc:  # what is wrong is no single key, but how they go together
        found = "this table"
    if not message:
        asked = f"write {description[:1].lower()}{description[1:]}"
        return found, asked if description else str(error["msg"])
    return found, f"{message} ({description})" if description else message


def _owner_of(model: type[BaseModel], loc: tuple[str, ...]) -> tuple[type[BaseModel], Any]:
    """The model that holds the last named field of `loc`, and that field."""
    owner, field, of_many = model, None, False
    for part in loc:
        if of_many:  # the name, or the number, of one among many tables
            of_many = False
            continue
        known = owner.model_fields.get(part)
        if known is None:
            break
        field, annotation = known, known.annotation
        within = [a for a in (annotation, *get_args(annotation)) if isinstance(a, type)]
        tables = [a for a in within if issubclass(a, BaseModel)]
        if tables:
            owner, of_many = tables[0], tables[0] is not annotation
    return owner, field


def shown(value: object) -> str:
    """A value as it may stand in a message: one line, not long, control characters visible."""
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    text = re.sub(r"://[^@/\s\"]+@", "://…@", text)  # a password in an address
    text = "".join(c if c.isprintable() else "�" for c in text)
    return text if len(text) <= 80 else text[:77] + "…"


def nearest(name: str, known: Iterable[str]) -> str:
    """``did you mean `every`?``, or what there is."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, 1)
    return f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(names)}"


def _positions(text: str) -> dict[tuple[str | int, ...], int]:
    """Key paths with their line numbers, as far as plain `[table]` and `key =` lines show them."""
    lines: dict[tuple[str | int, ...], int] = {}
    counts: dict[str, int] = {}
    table: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            parts = [p.strip().strip('"') for p in header[2].split(".")]
            table = tuple(parts)
            if header[1] == "[[":
                counts[header[2]] = counts.get(header[2], -1) + 1
                table = (*parts, counts[header[2]])
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, key[1].strip('"')), number)
    return lines
