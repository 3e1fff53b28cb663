"""Which cases must have no automatic draft."""

from __future__ import annotations

import pytest

from monitor.respond.withhold import Withheld, withhold
from tests.unit.respond.posts import conversation, reading

ENGLISH = frozenset({"en"})
POST = "My parcel never arrived"


def code(case, languages: frozenset[str] = ENGLISH) -> str | None:
    out = withhold(case, languages)
    assert out is None or (isinstance(out, Withheld) and out.why)
    return out.code if out else None


@pytest.mark.parametrize("signal", ["asks_for_human", "legal_threat", "stop_request"])
def test_signals_that_stop_a_draft_at_any_turn(signal: str) -> None:
    flagged = reading("delivery_order", signals=[signal])
    assert code(conversation(POST, read=flagged)) == signal
    later = conversation((POST, flagged), "us: We're on it.", "Any news?", read=reading("delivery_order"))
    assert code(later) == signal
    assert code(conversation(POST, read=reading("delivery_order"), signals=(signal,))) == signal


def test_an_ordinary_complaint_may_have_one() -> None:
    assert code(conversation(POST, read=reading("delivery_order"))) is None


def test_stop_outweighs_everything() -> None:
    read = reading("delivery_order", signals=["stop_request", "asks_for_human"])
    assert code(conversation(POST, read=read, verdict="listen_only")) == "stop_request"


def test_listen_only() -> None:
    assert code(conversation(POST, read=reading("delivery_order"), verdict="listen_only")) == "listen_only"
    assert code(conversation(POST, read=reading("delivery_order"), verdict="handoff")) is None


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("p0.selfharm.direct", "x", "self_harm"),
        ("p0.selfharm.oblique", "x", "self_harm"),
        ("p0.threat", "x", "danger"),
        ("p0.child", "x", "danger"),
        ("p0.assault", "x", "danger"),
        ("p0.fire", "x", None),
        ("", "I just want to die", "self_harm"),
        ("", "no reason to live any more", "self_harm"),
        ("", "this legroom killed me", None),
    ],
)
def test_danger(rule: str, text: str, expected: str | None) -> None:
    read = reading("delivery_order", urgency="P0", rules=[rule] if rule else [])
    assert code(conversation(text, read=read)) == expected


def test_asking_for_the_manager_in_the_very_same_words_is_for_the_executive_desk() -> None:
    same = reading("staff_or_process", signals=[("asks_for_human", 0, 20), ("asks_for_executive", 10, 25)])
    apart = reading("staff_or_process", signals=[("asks_for_human", 0, 9), ("asks_for_executive", 10, 25)])
    assert code(conversation("Let me talk to your manager", read=same)) is None
    assert code(conversation("A human. Or your manager.", read=apart)) == "asks_for_human"


def test_languages() -> None:
    polish = conversation("Dziękuję", read=reading(lang="pl", signals=["unsupported_language"]))
    german = conversation("Koffer weg", read=reading(lang="de", signals=["unsupported_language"]))
    assert code(polish, frozenset({"en", "de"})) == "unsupported_language"
    assert code(german, frozenset({"en", "de"})) is None
    assert code(german) == "unsupported_language"
    assert code(conversation("ok", read=reading(lang="und"))) is None
    assert code(conversation("ok", read=reading(lang="en-GB"))) is None


def test_another_script_is_another_language_whatever_the_reading_says() -> None:
    assert (
        code(conversation("مرحباً، تم إلغاء رحلتي NW1940 غداً", read=reading("delivery_order")))
        == "unsupported_language"
    )
    assert code(conversation("👎 NW1940?!", read=reading("delivery_order"))) is None


def test_noise_asks_nothing_of_us() -> None:
    assert code(conversation("lol", read=reading("noise", complaint=0.0, urgency="P4"))) == "noise"
    assert code(conversation("lol", read=reading("noise", complaint=0.4, urgency="P3"))) is None


def test_nothing_left_to_answer() -> None:
    assert code(conversation("us: We're on it.", read=None)) == "nothing_to_answer"
