"""Every error can be searched for, and says what to do."""

from __future__ import annotations

import re

from monitor.domain import errors
from monitor.domain.errors import ConfigInvalid, ConfigProblem, PressZeroError


def every_error() -> list[type[PressZeroError]]:
    found, front = [], [PressZeroError]
    while front:
        one = front.pop()
        found.append(one)
        front += one.__subclasses__()
    return [e for e in found if e.__module__ == errors.__name__]


def test_codes_are_unique_and_well_formed() -> None:
    codes = [e.code for e in every_error()]
    assert len(codes) > 20
    assert all(re.fullmatch(r"PZ-\d{3}", c) for c in codes)
    assert len(set(codes)) == len(codes)


def test_every_error_says_what_to_do() -> None:
    assert all(e.action and e.action.endswith((".", ")")) for e in every_error())
    assert all(e.__doc__ for e in every_error())


def test_all_problems_are_in_one_message() -> None:
    problems = [
        ConfigProblem("config.toml", f"sources[{i}].every", repr("2 potatoes"), "write 2m") for i in range(3)
    ]
    said = str(ConfigInvalid(problems))
    assert "PZ-101" in said
    assert "3 problems" in said
    assert all(f"sources[{i}].every" in said for i in range(3))
