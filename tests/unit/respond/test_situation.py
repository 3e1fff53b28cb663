# ruff: noqa: E501
"""What kind of moment it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.domain.conversation import Conversation
from monitor.domain.reading import IntentScore, Reason, Urgency, UrgencyReading
from monitor.respond.situation import situation_of
from tests.unit.respond.posts import conversation, reading

CALM = {"complaint": 0.1, "severity": 0, "urgency": "P4"}
US = "us: Thank you. Which version is it?"


def macro(case: Conversation) -> str | None:
    found = situation_of(case)
    return found.macro if found else None


@pytest.mark.parametrize(
    ("text", "read", "expected"),
    [
        ("It's working again, thanks!", reading("praise", **CALM), "resolved"),
        ("It was working again until noon", reading("outage_bug"), "outage_bug"),
        ("Is it fixed now?", reading("question_howto", **CALM), "question_howto"),
        ("Ok great, thanks so much!", reading("praise", **CALM), "thanks"),
        ("Thanks for nothing", reading("praise", **CALM), "praise"),
        ("Thanks, how do I cancel my order?", reading("praise", **CALM), "question_howto"),
        ("Not the worst flight", reading("praise", signals=["sarcasm_possible"], **CALM), "unclear"),
        ("My charger caught fire", reading("safety_hazard", urgency="P0"), "device_danger"),
        ("We found glass in the salad", reading("safety_hazard", urgency="P0"), "food_danger"),
        ("My child is alone at the gate", reading("staff_or_process", urgency="P0"), "emergency"),
        ("Someone is in my account", reading("account_access", urgency="P0"), "hacked"),
        ("Our flight was cancelled at midnight", reading("delivery_order"), "journey"),
        ("Four hours at gate D7 now", reading("delivery_order"), "travel"),
        ("They lost my bag in Oslo", reading("delivery_order"), "luggage"),
        ("Is this email real or a phishing mail", reading("security_privacy_scam"), "phishing"),
        ("Your bot closed the chat on me", reading("staff_or_process", signals=["about_our_automation"]), "our_automation"),
        ("Get me your CEO at once", reading("staff_or_process", signals=["asks_for_executive"]), "executive"),
        ("Fifth mail, still nothing", reading("billing_refund", signals=["prior_unanswered"]), "said_before"),
        ("You broke my lamp, but I got a full refund in the end", reading("product_defect"), "over"),
        ("It was refunded eventually, the wait was awful", reading("billing_refund", urgency="P3"), "over"),
        ("I got a refund but you still owe me ten", reading("billing_refund"), "billing_refund"),
        ("They refunded me the wrong amount", reading("billing_refund"), "billing_refund"),
        ("Something odd going on here", reading("noise", complaint=0.5, urgency="P2"), "unclear"),
    ],
)  # fmt: skip
def test_moments(text: str, read, expected: str) -> None:
    assert macro(conversation(text, read=read)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("iPhone 7, version 8.4", "details"),
        ("sent. please dont forget me", "details"),
        ("No it did not", "second_failure"),
        ("Still the same", "second_failure"),
    ],
)
def test_under_way(text: str, expected: str) -> None:
    case = conversation(("The app crashes", reading("outage_bug")), US, text, read=reading("outage_bug"))
    assert macro(case) == expected


@pytest.mark.parametrize("text", ["Headphones", "Yes I did", "https://t.co/abc", "👎"])
def test_a_fragment_without_what_came_before_has_no_draft(text: str) -> None:
    assert macro(conversation(text, read=reading("outage_bug"), in_reply_to="77")) is None


def test_each_situation_says_why() -> None:
    found = situation_of(
        conversation("The app crashes", read=reading("outage_bug", signals=["churn_threat"]))
    )
    assert found is not None
    assert found.why and found.leaving and not found.past.is_known


def test_what_we_posted_for_everybody_is_no_answer_to_them() -> None:
    case = conversation(
        "us: Check-in is down, we know.", "The app crashes on my phone", read=reading("outage_bug")
    )
    assert macro(case) == "outage_bug"


def test_a_guess_is_not_taken_for_granted() -> None:
    guess = replace(reading("delivery_order"), intents=(IntentScore("delivery_order", 0.15),))
    assert macro(conversation("No thoughts, just the stroopwafel", read=guess)) == "unclear"
    assert macro(conversation("My parcel never arrived", read=guess)) == "delivery_order"


def test_danger_is_not_guessed() -> None:
    urgency = UrgencyReading(Urgency.P0, 0.3, (Reason("model", "", 0, 0),))
    guess = replace(reading("praise", complaint=0.1), urgency=urgency)
    assert macro(conversation("The bomb, that cheese toastie, marvellous", read=guess)) == "praise"
    ruled = replace(guess, urgency=UrgencyReading(Urgency.P0, 0.9, (Reason("p0.fire", "fire", 0, 4),)))
    assert macro(conversation("The engine is on fire", read=ruled)) == "emergency"


def test_a_trouble_is_told_even_when_the_intent_is_missed() -> None:
    missed = reading("noise", complaint=0.9, urgency="P2")
    found = situation_of(conversation("I was charged twice this month", read=missed))
    assert found is not None and found.macro == "billing_refund"
