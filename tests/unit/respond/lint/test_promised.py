"""What a person's own words promise, and by when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.respond.hours import BusinessHours
from monitor.respond.lint import lint
from monitor.respond.lint.promised import promised_in
from monitor.respond.voice import load_voice
from tests.unit.respond.posts import NOW, conversation, measure_on, reading

HOURS = BusinessHours.parse("Mon-Fri 09:00-18:00", "Europe/Berlin")  # NOW is a Tuesday, 14:12 there


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026 in Berlin, as UTC."""
    return datetime(2026, 3, day, hour - 1, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("I'll ring the depot and write here by 18:00 today.", at(3, 18)),
        ("I’ll write here by 6 pm.", at(3, 18)),
        ("Thanks. We'll be back by noon tomorrow. Sorry!", at(4, 12)),
        ("You'll hear from me on Friday.", at(6, 18)),
        ("You'll hear from me by Tuesday.", at(10, 18)),
        ("I'll get back to you within 2 hours.", NOW + timedelta(hours=2)),
        ("We will call you in the next 30 minutes.", NOW + timedelta(minutes=30)),
        ("A colleague will call you this evening.", at(3, 21)),
        ("I'll have an answer by the end of the day.", at(3, 18)),
        ("I'll have an answer by the end of the week.", at(6, 18)),
        ("You'll have it within one working day.", at(4, 13, 30)),
        ("I'll write tomorrow.", at(4, 18)),
    ],
)
def test_the_time_that_is_named(text: str, due: datetime) -> None:
    plan = promised_in(text, NOW, HOURS, "bo")
    assert plan is not None and plan.owner == "bo"
    assert plan.due_at == due
    assert plan.text in text


@pytest.mark.parametrize(
    "text",
    [
        "I'll get back to you.",
        "Thank you for writing at 14:00.",
        "I'm asking the depot.",
        "I'll write by 13:00 today.",  # it is past that already
    ],
)
def test_what_names_no_time_ahead_can_not_be_recorded(text: str) -> None:
    assert promised_in(text, NOW, HOURS, "bo") is None


def test_lint_lets_a_persons_promise_pass_that_names_its_time() -> None:
    case = conversation("My parcel never came", read=reading("delivery_order"))

    def found(text: str, approver: str | None = "bo") -> set[str]:
        more = {"recent_texts": (), "planned": None, "now": NOW, "hours": HOURS}
        voice = load_voice(brand="Kestrel")
        findings = lint(
            text, conversation=case, voice=voice, measure=measure_on("x"), approver=approver, **more
        )
        return {f.code for f in findings}

    timed = "I've asked the depot, and I'll write here by 18:00 today."
    assert "promise_without_owner" not in found(timed)
    assert "promise_without_owner" in found(timed, approver=None), "nobody there to keep it"
    assert "promise_without_owner" in found("I've asked the depot, and I'll write to you.")
