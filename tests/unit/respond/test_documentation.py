# ruff: noqa: E501
"""docs/responder.md names every code that a person may meet."""

from __future__ import annotations

import re

from monitor.respond.lint import codes
from monitor.respond.lint.finding import finding, phrase_rules
from monitor.respond.macros import shipped_macros
from monitor.respond.withhold import _TEXTS
from tests.unit.respond.posts import ROOT

PAGE = (ROOT / "docs" / "responder.md").read_text(encoding="utf-8")


def listed(level: str) -> set[str]:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {level} |"))
    return set(re.findall(r"`([a-z_]+)`", row))


def test_every_lint_code_is_listed_at_its_level() -> None:
    levels = {r.code: r.level for r in phrase_rules()}
    said = {"length": 1, "limit": 1, "kind": "", "recorded": "", "instead": "", "owner": "", "name": "", "theirs": "",
            "ours": "", "percent": 1, "other": "", "policy": "", "grade": 1, "aim": 1, "handle": ""}  # fmt: skip
    levels |= {c: finding(c, "x", **said).level for c in codes() - levels.keys()}
    assert listed("block") == {c for c, level in levels.items() if level == "block"}
    assert listed("warn") == {c for c, level in levels.items() if level == "warn"}


def test_every_reason_to_withhold_is_listed() -> None:
    assert all(f"`{code}`" in PAGE for code in _TEXTS)


def test_macros_that_are_no_intent_are_explained() -> None:
    for name in (
        "executive",
        "second_failure",
        "our_automation",
        "unclear",
        "travel",
        "details",
        "incident",
        "emergency",
    ):
        assert name in shipped_macros()
        assert f"`{name}`" in PAGE
