"""The brand's voice and its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain.errors import ConfigInvalid
from monitor.respond.voice import load_voice
from monitor.sample import voice_path


def write(folder: Path, text: str) -> Path:
    path = folder / "voice.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_voice_vouches_for_nothing() -> None:
    voice = load_voice(brand="Kestrel Bank")
    assert voice.brand == "Kestrel Bank"
    assert voice.facts == () and voice.links == ()
    assert "person" in voice.contact_on("x").say[0]


def test_a_file_says_only_what_differs(tmp_path: Path) -> None:
    voice = load_voice(write(tmp_path, 'brand = "Kestrel"\nperson = "we"\n'), brand="Other")
    assert voice.brand == "Kestrel"
    assert voice.person == "we"
    assert voice.promise.owner == "care desk"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('persn = "I"', "persn"),
        ('person = "you"', "person"),
        ("[promise]\nowner = 'x'\nhours = { P0 = 1 }", "promise"),
        ('[[facts]]\nid = "a"\ntext = "A."\nkeywords = ["a"]\nlink = "gone"', "gone"),
        ('[contact.x]\nsay = ["Hi."]', '"*"'),
        ("brand = [", "TOML"),
        ('[[links]]\nid = "a"\nurl = "javascript:alert(1)"\nwhen = "never"', "links"),
    ],
)
def test_a_wrong_file_is_refused_with_its_key(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load_voice(write(tmp_path, text))
    assert key in str(caught.value)
    assert "voice.toml" in str(caught.value)


def test_all_problems_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load_voice(write(tmp_path, 'person = "you"\nsignature = "full"\n'))
    assert len(caught.value.problems) == 2


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid):
        load_voice(tmp_path / "none.toml")


def test_signatures_are_of_the_person_who_approves() -> None:
    voice = load_voice(voice_path())
    assert voice.signature_for("anna.berg") == ""
    assert voice.model_copy(update={"signature": "initials"}).signature_for("anna.berg") == "^AB"
    assert voice.model_copy(update={"signature": "first_name"}).signature_for("anna.berg") == "– Anna"
