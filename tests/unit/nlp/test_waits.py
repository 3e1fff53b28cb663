from __future__ import annotations

import pytest

from nlp.folding import fold
from nlp.waits import claimed_wait


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("on hold 50 minutes", 50),
        ("waited an hour and a half", 90),
        ("hour and a half in the queue", 90),
        ("2 hrs 20 and counting, still on hold", 140),
        ("half an hour in the queue", 30),
        ("3 days for a reply", 4320),
        ("two weeks since I returned it, no refund", 20160),
        ("waiting a couple of hours", 120),
        ("almost 3 hours waiting", 180),
        ("over a week and no refund", 10080),
        ("a month without internet", 43200),
        ("been on hold for 1h15", 75),
        ("1.5 hours on hold", 90),
        ("forty-five minutes waiting for a starter", 45),
        ("it's been three weeks since you said two days", 30240),
        ("train 35 mins late again", 35),
        ("been a customer 12 years and now 40 minutes on hold", 40),
        ("on hold 20 min, then another 45 minutes in the queue", 45),
        ("waiting forever", None),
        ("customer for 10 years", None),
        ("6 hour flight was great", None),
        ("delivery takes 5 days", None),
        ("told to wait 3 days", None),
        ("my phone lasted 2 hours", None),
        ("flight is in 3 hours and i can't check in", None),
        ("2 years I have been with you", None),
        ("it cost me £45 m", None),
        ("", None),
    ],
)
def test_claimed_wait(text: str, minutes: int | None) -> None:
    found = claimed_wait(fold(text).text)
    assert (found[0] if found else None) == minutes


def test_the_span_is_the_duration() -> None:
    text = "so that was 50 minutes on hold"
    found = claimed_wait(text)
    assert found is not None
    assert text[found[1] : found[2]] == "50 minutes"
