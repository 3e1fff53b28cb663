"""The macro files: what ships is sound, and what is wrong in a brand's own is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor.domain.errors import ConfigInvalid
from monitor.domain.reading import INTENTS
from monitor.respond.languages import KINDS, spoken
from monitor.respond.macros import SHIPPED, fill, load_macros, shipped_macros, usable


def test_every_intent_but_noise_has_a_macro() -> None:
    assert set(INTENTS) - {"noise"} <= shipped_macros().keys()


def test_every_move_has_several_wordings_or_a_good_reason() -> None:
    alone = {"emergency.safety"}
    for macro in shipped_macros().values():
        for move in macro.moves:
            if move in ("greet", "sign_off", "person", "private"):
                continue
            assert len(macro.say[move]) > 1 or f"{macro.name}.{move}" in alone, f"{macro.name}.{move}"


def test_a_macro_without_a_promise_promises_nothing() -> None:
    for macro in shipped_macros().values():
        if not macro.promise and not macro.relay:
            said = " ".join(w for m in macro.moves if m in macro.say for w in macro.say[m])
            assert "I'll" not in said and "{due}" not in said, macro.name


def test_each_language_knows_each_kind() -> None:
    assert set(spoken()) == {"de", "fr", "es", "it", "pt", "nl"}
    for language in spoken().values():
        assert set(language.macros) == set(KINDS)
        assert len(language.days) == 7 and len(language.months) == 12


def test_the_most_precise_wording_wins() -> None:
    wordings = ("About {thing}.", "So {clause}.", "Thanks.")
    assert usable(wordings, {"clause": "it broke", "thing": "your cup"}) == ["So {clause}."]
    assert usable(wordings, {"thing": "your cup"}) == ["About {thing}."]
    assert usable(wordings, {}) == ["Thanks."]


def test_slots_take_a_capital() -> None:
    assert fill("{Clause}: so {clause}.", {"clause": "it broke"}) == "It broke: so it broke."


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("{clause}", "{claus}"), "claus"),
        (("promise = true", "promise = false"), "promise"),
        (('drop = ["sign_off"', 'drop = ["promise", "sign_off"'), "never drops its promise"),
        (('moves = ["greet"', 'moves = ["dance", "greet"'), "say.dance"),
        (('what = "', 'whatever = "'), "whatever"),
    ],
)
def test_a_wrong_macro_is_refused_by_name(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    folder = tmp_path / "macros"
    shutil.copytree(SHIPPED, folder)
    path = folder / "outage_bug.toml"
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(ConfigInvalid) as caught:
        load_macros(folder)
    assert "outage_bug.toml" in str(caught.value)
    assert complaint in str(caught.value)
