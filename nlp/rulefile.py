"""The rule files: TOML tables beside this module, read into rules and concepts.

A **rule** has an id, a reason to exist (`why`), what it sets (`floor` urgency, `signal`, or nothing but a
`mark` that the heads may weigh), and examples on both sides that the test-suite runs. It matches by
``patterns``, or by ``near``: lists of concepts that must stand near each other, in any order.

A **concept** is a set of words and phrases that mean the same kind of thing (a body part, a device, fire).
Patterns are regular expressions over folded text (lower case, no accents, see `nlp.folding`); they match
whole words; a space stands for any run of spaces; ``{name}`` inserts a word list of ``words.toml``.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.domain.errors import RuleInvalid
from monitor.domain.reading import SIGNALS, Urgency
from nlp.anchors import LENGTH, anchors
from nlp.compiled import write_compiled
from nlp.phrases import spellings

RULES = Path(__file__).parent / "rules"
WORDS_FILE = "words.toml"
ANCHORS_FILE = "anchors.json"
COMPILED_FILE = "compiled.npz"
NEEDS = 4  # sets of anchors that are looked at per pattern; more rule out hardly anything
_SPELLED = "="  # in the table: what follows are spellings, not anchors
WITHIN = 60  # characters in which concepts that are `near` each other stand, unless a rule says otherwise
_WORD = re.compile(r"[^\W_]+")
_NAME = re.compile(r"\{([a-z_]+)\}")
_RULE_KEYS = {
    "id", "floor", "signal", "mark", "why", "intent", "patterns", "near", "within", "across", "ordered",
    "not", "not_anywhere", "unless", "fires", "silent",
}  # fmt: skip
_CONCEPT_KEYS = {"name", "why", "words", "not", "asserted", "mark"}


@dataclass(frozen=True, slots=True)
class Concept:
    """Words that mean the same kind of thing."""

    name: str
    lang: str
    words: tuple[str, ...]
    vetoes: tuple[str, ...]
    asserted: bool  # doesn't count where it is denied ("not swollen")
    mark: bool  # the heads may weigh whether its plain phrases occur


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as written. At most one of `floor` and `signal` is set; with neither it is a mark."""

    id: str
    why: str
    floor: Urgency | None
    signal: str | None
    intent: str | None  # what a post that sets it off is about, if that is sure
    lang: str
    patterns: tuple[str, ...]
    near: tuple[tuple[str, ...], ...]  # alternatives; each a tuple of concepts ("a|b": either)
    within: int  # characters from the first concept's beginning to the last one's end
    across: bool  # whether a sentence may end in between
    ordered: bool  # whether the concepts must stand in this order
    vetoes: tuple[str, ...]
    vetoes_anywhere: tuple[str, ...]
    unless: tuple[str, ...]  # concepts that silence the rule wherever they stand
    fires: tuple[str, ...]
    silent: tuple[str, ...]


def expand(pattern: str, words: Mapping[str, str], where: str) -> str:
    """`pattern` with its word lists inserted. Raises `RuleInvalid` for a list that isn't there."""

    def insert(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in words:
            raise RuleInvalid(f"{where}: no word list {name!r}.")
        return f"(?:{expand(words[name], words, where)})"

    return _NAME.sub(insert, pattern)


_CLASS_OR_ESCAPE = re.compile(r"\\.|\[[^\]]*\](?:\{[^}]*\}(?=[(a-z]))?|\.\?| [?*+]?")


def spaced(pattern: str) -> str:
    """A space stands for any run of spaces, ``.?`` for the mark in "can't", if there is one.

    A gap like ``[^.!?]{0,40}(`` lies between whole words.
    """

    def respace(match: re.Match[str]) -> str:
        part = match.group()
        if part == ".?":
            return "['-]?"
        if part[0] == " ":
            return " *" if part[1:] in ("?", "*") else " +"
        return rf"(?!\B\w){part}\b" if part.endswith("}") and part[0] == "[" else part

    return _CLASS_OR_ESCAPE.sub(respace, pattern)


def bounded(pattern: str) -> str:
    """`pattern` between word boundaries where it begins or ends with a word."""
    left = r"\b" if re.match(r"[\w(\[{]", pattern) else ""
    right = r"\b" if re.search(r"[\w)\]}?*+]$", pattern) and not pattern.endswith(("\\W", ")!")) else ""
    return f"{left}(?:{pattern}){right}"


def branches(pattern: str) -> tuple[str, ...]:
    """The patterns that `pattern` is a choice of; each is then found in its own, cheaper way.

    ``(?:fca|ombudsman|(?:the|to) dot)`` is three, two of them plain phrases.
    """
    whole = re.fullmatch(r"\(\?:(.*)\)", pattern, re.DOTALL)
    inner = whole.group(1) if whole else pattern
    parts, depth, start, in_class = [], 0, 0, False
    for match in re.finditer(r"\\.|[\[\]()|]", inner):
        mark = match.group()
        if in_class or mark == "[":
            in_class = mark != "]"
        elif mark in "()":
            depth += 1 if mark == "(" else -1
            if depth < 0:  # the brackets around it all were two pairs, "(?:a|b) c (?:d|e)"
                return (pattern,)
        elif mark == "|" and depth == 0:
            parts.append(inner[start : match.start()])
            start = match.end()
    return (*(f"(?:{part})" for part in (*parts, inner[start:])),) if parts else (pattern,)


def _rule(raw: Mapping[str, Any], lang: str, words: Mapping[str, str], where: str) -> Rule:
    unknown = set(raw) - _RULE_KEYS
    if unknown or not {"id", "why", "fires", "silent"} <= set(raw) or not {"patterns", "near"} & set(raw):
        raise RuleInvalid(f"{where}: {raw.get('id', raw)}: unknown or missing keys {sorted(unknown)}.")
    sets = [key for key in ("floor", "signal", "mark") if raw.get(key)]
    if len(sets) != 1 or raw.get("signal", SIGNALS[0]) not in SIGNALS:
        raise RuleInvalid(f"{where}: {raw['id']}: exactly one of floor, (a known) signal and mark.")

    def all_of(key: str) -> tuple[str, ...]:
        return tuple(spaced(expand(p, words, where)) for p in raw.get(key, ()))

    return Rule(
        id=raw["id"],
        why=raw["why"],
        floor=Urgency(raw["floor"]) if "floor" in raw else None,
        signal=raw.get("signal"),
        intent=raw.get("intent"),
        lang=lang,
        patterns=tuple(b for pattern in all_of("patterns") for b in branches(pattern)),
        near=tuple(tuple(parts) for parts in raw.get("near", ())),
        within=raw.get("within", WITHIN),
        across=raw.get("across", False),
        ordered=raw.get("ordered", False),
        vetoes=all_of("not"),
        vetoes_anywhere=all_of("not_anywhere"),
        unless=tuple(raw.get("unless", ())),
        fires=tuple(raw["fires"]),
        silent=tuple(raw["silent"]),
    )


def _concept(raw: Mapping[str, Any], lang: str, words: Mapping[str, str], where: str) -> Concept:
    unknown = set(raw) - _CONCEPT_KEYS
    if unknown or not {"name", "words"} <= set(raw):
        raise RuleInvalid(
            f"{where}: concept {raw.get('name', raw)}: unknown or missing keys {sorted(unknown)}."
        )
    listed, vetoes = (
        tuple(spaced(expand(p, words, where)) for p in raw.get(key, ())) for key in ("words", "not")
    )
    listed = tuple(branch for word in listed for branch in branches(word))
    return Concept(raw["name"], lang, listed, vetoes, raw.get("asserted", False), raw.get("mark", False))


def _files(folder: Path) -> Iterator[tuple[str, dict[str, Any], dict[str, str]]]:
    """(file name, its tables, the word lists it may insert) of every TOML file, in order."""
    shared: dict[str, str] = tomllib.loads((folder / WORDS_FILE).read_text("utf-8"))["words"]
    for path in sorted(folder.glob("*.toml")):
        if path.name == WORDS_FILE:
            continue
        try:
            raw = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise RuleInvalid(f"{path.name}: {error}.") from error
        yield path.name, raw, {**shared, **raw.get("words", {})}


def read_book(folder: Path = RULES) -> tuple[list[Rule], dict[str, Concept]]:
    """Every rule of every TOML file, in file order, and every concept by its name. Raises `RuleInvalid`."""
    files = list(_files(folder))
    rules = [
        _rule(rule, raw["lang"], words, name) for name, raw, words in files for rule in raw.get("rule", ())
    ]
    concepts = [
        _concept(concept, raw["lang"], words, name)
        for name, raw, words in files
        for concept in raw.get("concept", ())
    ]
    for what, names in (("ids", [r.id for r in rules]), ("concepts", [c.name for c in concepts])):
        twice = sorted(name for name, count in Counter(names).items() if count > 1)
        if twice:
            raise RuleInvalid(f"{what} given twice: {twice}.")
    return rules, {c.name: c for c in concepts}


def read_rules(folder: Path = RULES) -> list[Rule]:
    """The rules alone."""
    return read_book(folder)[0]


def read_concepts(folder: Path = RULES) -> dict[str, Concept]:
    """The concepts alone."""
    return read_book(folder)[1]


@dataclass(frozen=True, slots=True)
class Known:
    """What is worked out beforehand of a pattern: its spellings, or else the anchors it needs."""

    phrases: tuple[str, ...] | None
    needs: tuple[frozenset[str], ...]


def known_of(source: str) -> Known:
    """The same, worked out now, which takes a millisecond."""
    phrases = spellings(source)
    return Known(
        None if phrases is None else tuple(phrases), () if phrases else tuple(anchors(source)[:NEEDS])
    )


def starts_of(known: Known) -> frozenset[str] | None:
    """Word beginnings of which every match holds one; None if there are none to go by."""
    if known.phrases is None:
        return known.needs[0] if known.needs else None
    return frozenset(max(_WORD.findall(phrase), key=len)[:LENGTH] for phrase in known.phrases)


def read_known(folder: Path = RULES) -> dict[str, Known]:
    """What ``python -m nlp.rulefile`` worked out, per pattern; {} if there is no table."""
    try:
        table: dict[str, list[str]] = json.loads((folder / ANCHORS_FILE).read_text("utf-8"))
    except OSError:
        return {}
    return {
        source: Known(tuple(row[1:]), ())
        if row and row[0] == _SPELLED
        else Known(None, tuple(frozenset(s.split()) for s in row))
        for source, row in table.items()
    }


def write_known(folder: Path = RULES) -> tuple[int, int]:
    """Writes the tables for the rules as they stand; returns the numbers of all and of compiled ones."""
    rules, by_name = read_book(folder)
    concepts = by_name.values()
    sources = [source for rule in rules for source in rule.patterns]
    sources += [source for concept in concepts for source in concept.words]
    vetoes = [veto for rule in rules for veto in (*rule.vetoes, *rule.vetoes_anywhere)]
    vetoes += [veto for concept in concepts for veto in concept.vetoes]
    table: dict[str, list[str]] = {}
    for source in sources + vetoes:
        known = known_of(source)
        table[source] = (
            [" ".join(sorted(words)) for words in known.needs]
            if known.phrases is None
            else [_SPELLED, *known.phrases]
        )
    (folder / ANCHORS_FILE).write_text(json.dumps(table, ensure_ascii=False, indent=0) + "\n", "utf-8")
    searched = [source for source in sources if table[source][:1] != [_SPELLED]]
    return len(table), write_compiled(map(bounded, searched + vetoes), folder / COMPILED_FILE)


if __name__ == "__main__":
    sys.stdout.write("anchors of {} patterns written, {} of them compiled\n".format(*write_known()))
