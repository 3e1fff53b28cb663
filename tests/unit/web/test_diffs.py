from __future__ import annotations

import pytest

from monitor.web.diffs import diff


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("same words", "same words", "same words"),
        ("the lights went out", "the lights are back", "the lights <del>went out</del><ins>are back</ins>"),
        ("by 14:00", "by 15:00", "by <del>14</del><ins>15</ins>:00"),
        ("", "new", "<ins>new</ins>"),
        ("old", "", "<del>old</del>"),
        ("a b", "a, b", "a<ins>,</ins> b"),
    ],
)
def test_what_went_and_what_came(before: str, after: str, shown: str) -> None:
    assert diff(before, after) == shown


def test_nothing_of_a_text_becomes_markup() -> None:
    shown = diff("<b>x</b>", "<script>alert(1)</script>\u202e")
    assert "<script" not in shown and "<b>" not in shown and "\u202e" not in shown


def test_texts_without_end_are_shown_beside_each_other_at_once() -> None:
    shown = diff("a " * 100_000, "b " * 100_000)
    assert shown.startswith("<del>a a") and "<ins>b b" in shown and len(shown) < 10_000
