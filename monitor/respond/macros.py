"""Macros: the wordings of the moves for one kind of moment, read from `macros/*.toml`."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.domain.errors import ConfigInvalid, ConfigProblem

SHIPPED = Path(__file__).with_name("macros")

# The order in which a wording is preferred: by the most precise slot that it fills.
PRECISION = ("manager", "branch", "before", "clause", "asked", "staff", "link", "thing")

SLOTS = frozenset(
    {
        *("brand", "clause", "thing", "asked", "wait", "staff", "exposed", "incident"),
        *("owner", "desk", "due", "fact", "link", "contact", "team", "media", "before"),
        *("branch", "manager", "private", "affiliation"),
    }
)


class _MacroFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    what: str = Field(description="One sentence for people: when this macro answers.")
    moves: tuple[str, ...] = Field(min_length=1, description="The moves in order.")
    drop: tuple[str, ...] = Field(default=(), description="What goes first when the platform is short.")
    promise: bool
    desk: Literal["care", "executive", "press"] = "care"
    team: str = Field(default="", description="The team that it goes to; voice.toml may call it otherwise.")
    relay: bool = Field(default=False, description="`pass_on` is a promise: somebody says that it was done.")
    say: dict[str, tuple[str, ...]]
    why: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Macro:
    """One kind of moment. Moves without wordings here take the shared ones."""

    name: str
    what: str
    moves: tuple[str, ...]
    drop: tuple[str, ...]
    promise: bool
    desk: str
    team: str
    relay: bool
    say: Mapping[str, tuple[str, ...]]
    why: Mapping[str, str]


Macros = Mapping[str, Macro]


def load_macros(folder: Path = SHIPPED) -> Macros:
    """Every macro of `folder`, by name. Raises ConfigInvalid with all problems at once."""
    shared = tomllib.loads((folder / "_shared.toml").read_text(encoding="utf-8"))
    macros: dict[str, Macro] = {}
    problems: list[ConfigProblem] = []
    for path in sorted(folder.glob("[a-z]*.toml")):
        try:
            file = _MacroFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, ValidationError) as exc:
            problems.append(ConfigProblem(str(path), "-", str(exc), "see docs/responder.md#macros"))
            continue
        say = {move: tuple(lines) for move, lines in shared["say"].items()} | file.say
        macro = Macro(
            path.stem,
            file.what,
            file.moves,
            file.drop,
            file.promise,
            file.desk,
            file.team,
            file.relay,
            say,
            shared["why"] | file.why,
        )
        problems += _problems(path, macro)
        macros[macro.name] = macro
    if problems:
        raise ConfigInvalid(problems)
    return macros


@cache
def shipped_macros() -> Macros:
    """The macros that come with Press Zero, read once."""
    return load_macros()


def slots_of(wording: str) -> frozenset[str]:
    """The slots a wording needs, in lower case."""
    return frozenset(name.lower() for _, name, _, _ in string.Formatter().parse(wording) if name)


def fill(wording: str, slots: Mapping[str, str]) -> str:
    """The wording with its slots filled: ``{Clause}`` is ``{clause}`` with a capital."""
    out = []
    for literal, name, _, _ in string.Formatter().parse(wording):
        out.append(literal)
        if name:
            value = slots[name.lower()]
            out.append(value[:1].upper() + value[1:] if name[0].isupper() else value)
    return re.sub(r"([.!?])\.+", r"\1", " ".join("".join(out).split()))


def usable(wordings: tuple[str, ...], slots: Mapping[str, str]) -> list[str]:
    """Those wordings that can be filled and name the matter most precisely."""
    fit = [w for w in wordings if slots_of(w) <= slots.keys()]
    for slot in PRECISION:
        precise = [w for w in fit if slot in slots_of(w)]
        if precise:
            return precise
    return fit


def _problems(path: Path, macro: Macro) -> list[ConfigProblem]:
    """What a person who writes macros can get wrong."""
    found: list[tuple[str, str, str]] = []
    for move in macro.moves:
        if move not in macro.say and move not in ("greet", "sign_off"):
            found.append((f"say.{move}", "nothing", "add wordings for this move"))
        if move not in macro.why:
            found.append((f"why.{move}", "nothing", "say what this move is for"))
    for move, wordings in macro.say.items():
        for wording in wordings:
            if unknown := slots_of(wording) - SLOTS:
                found.append((f"say.{move}", f"{{{', '.join(sorted(unknown))}}}", f"one of {sorted(SLOTS)}"))
    if macro.promise != ("promise" in macro.moves):
        found.append(
            ("promise", str(macro.promise), "must be true exactly when `promise` is among the moves")
        )
    if stray := set(macro.drop) - set(macro.moves):
        found.append(("drop", str(sorted(stray)), "moves that this macro has"))
    if macro.relay and (macro.promise or "pass_on" not in macro.moves or "pass_on" in macro.drop):
        found.append(("relay", "true", "only with `pass_on`, never dropped, and without `promise`"))
    if "promise" in macro.drop:
        found.append(("drop", "promise", "a macro that promises never drops its promise"))
    return [ConfigProblem(str(path), *row) for row in found]
