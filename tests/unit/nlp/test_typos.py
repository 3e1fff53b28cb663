"""Words that are known, and words of danger that were mistyped."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain.errors import ModelUnusable
from nlp.folding import fold
from nlp.typos import KNOWN_FILE, Mender, known_words, read_known, write_known


def test_what_is_written_is_read_and_is_the_same_bytes(tmp_path: Path) -> None:
    words = known_words(["the ambulance waited", "an ambulance", "waited again"])
    assert words == ["ambulance", "waited"]
    one, other = tmp_path / "one", tmp_path / "other"
    write_known(words, one)
    write_known(iter(words), other)
    assert read_known(one) == {"ambulance", "waited"}
    assert one.read_bytes() == other.read_bytes()


def test_a_missing_file_knows_nothing_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    assert read_known(tmp_path / "none") == frozenset()
    whole = KNOWN_FILE.read_bytes()
    for number, damaged in enumerate((whole[: len(whole) // 2], b"suicide\n", b"", whole[:40] + b"x" * 40)):
        file = tmp_path / f"{number}.gz"
        file.write_bytes(damaged)
        with pytest.raises(ModelUnusable, match=file.name):
            read_known(file)


def test_a_slip_is_mended_only_in_a_word_that_is_not_known() -> None:
    assert Mender([]).mend(fold("call an amublance")).text == "call an ambulance"
    assert Mender(["amublance"]).mend(fold("call an amublance")).text == "call an amublance"
    whole = fold("call an ambulance")
    assert Mender([]).mend(whole) is whole
