"""The pages in docs/ say what the code does: every command, setting, connector kind and error code."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from monitor.config import load
from tests.unit.doc_tables import BLOCKS, DOCS, block, commands, error_classes

ROOT = DOCS.parent
AGAIN = "out of date: `python -m tests.unit.doc_tables` writes it anew"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", BLOCKS)
def test_what_the_pages_repeat_is_what_the_code_says(name: str) -> None:
    file, make = BLOCKS[name]
    found = block(name).search(page(file))
    assert found, f"docs/{file} has no block {name}"
    assert found[0] == f"<!-- {name} -->\n{make()}\n<!-- /{name} -->", (
        f"docs/{file}, block {name}, is {AGAIN}"
    )


def test_every_error_has_a_code_of_its_own_and_says_what_to_do() -> None:
    codes = [e.code for e in error_classes()]
    abstract = {"PZ-000", "PZ-300"}
    assert len(set(codes) - abstract) == len([c for c in codes if c not in abstract]), sorted(codes)
    for error in error_classes():
        assert re.fullmatch(r"PZ-\d{3}", error.code), error
        assert error.action.endswith("."), error
        assert error.__doc__, error


def test_every_command_of_the_contract_is_there() -> None:
    here = {name for name, _ in commands()}
    promised = {"init", "run", "demo", "web", "collect", "read", "draft", "publish", "follow", "digest"}
    promised |= {"sources", "doctor", "audit verify", "store migrate"}
    promised |= {f"queue {verb}" for verb in ("list", "show", "approve", "reject", "edit", "handoff")}
    promised |= {f"users {verb}" for verb in ("add", "list", "password", "role", "disable")}
    assert promised <= here, promised - here


def test_every_listing_speaks_json() -> None:
    listings = {"queue list", "queue show", "sources", "users list", "doctor", "collect", "digest", "publish"}
    options = {name: {o for p in command.params for o in p.opts} for name, command in commands()}
    assert {name for name in listings if "--json" not in options[name]} == set()


def test_every_command_and_option_says_what_it_does() -> None:
    for name, command in commands():
        assert command.help, name
        first = command.help.split("\n")[0]
        assert len(first) <= 60, f"{name}: {first!r} is cut off in the list of commands"
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize("name", ["configuration.md", "cli.md"])
def test_every_command_line_in_the_pages_exists(name: str) -> None:
    known = {command for command, _ in commands()}
    groups = {command.split(" ")[0] for command in known if " " in command}
    lines = re.findall(r"(?m)^\$? ?presszero (.+)$", page(name)) + re.findall(
        r"`presszero ([^`]+)`", page(name)
    )
    assert lines
    for line in lines:
        words = [w for w in shlex.split(line.split("#")[0].split("|")[0]) if not w.startswith("-")]
        words = [w for w in words if not w.endswith((".toml", "PATH]", "COMMAND", "…")) and w[0] != "["]
        if not words:
            continue
        begins = {" ".join(words[:n]) for n in (1, 2, 3)}
        assert begins & known or (words[0] in groups and len(words) == 1), f"docs/{name}: presszero {line}"


def test_every_toml_example_is_a_configuration(tmp_path: Path) -> None:
    examples = re.findall(r"(?s)```toml\n(.*?)```", page("configuration.md"))
    assert examples
    env = dict.fromkeys(re.findall(r"PRESSZERO_[A-Z_]*[A-Z]", page("configuration.md")), "x")
    env = {name: value for name, value in env.items() if "__" not in name}
    for example in examples:
        text = example if "[brand]" in example else f'[brand]\nname = "N"\n{example}'
        tomllib.loads(text)
        file = tmp_path / "config.toml"
        file.write_text(text, encoding="utf-8")
        load(file, env)


def test_every_json_example_is_json() -> None:
    examples = re.findall(r"(?s)```json\n(.*?)```", page("cli.md"))
    assert examples
    for example in examples:
        json.loads(example)


@pytest.mark.parametrize("file", sorted(DOCS.rglob("*.md")), ids=lambda f: f.name)
def test_links_between_the_pages_lead_somewhere(file: Path) -> None:
    text = re.sub(r"(?s)```.*?```", "", file.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:|#", target):
            continue
        path = target.split("#")[0]
        assert (file.parent / path).exists() or (ROOT / path).exists(), f"{file.name} → {target}"
