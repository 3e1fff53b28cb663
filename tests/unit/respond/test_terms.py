# ruff: noqa: E501
"""The problem in the customer's own terms: what is said back, and above all what is not."""

from __future__ import annotations

import pytest

from monitor.respond import echo, nouns, sentences
from monitor.respond.terms import terms_of
from tests.unit.respond.posts import reading


@pytest.mark.parametrize(
    ("intent", "post", "clause"),
    [
        ("delivery_order", "My slippers didn't come in today like they said", "your slippers still haven't arrived"),
        ("delivery_order", "status says delivered but nothing is here", "your order is shown as delivered and never reached you"),
        ("delivery_order", "you lost my suitcase, well done", "your suitcase didn't arrive with you"),
        ("delivery_order", "stuck at the airport, we're stranded again", "you're stranded"),
        ("billing_refund", "still waiting for my refund", "your refund still hasn't come"),
        ("billing_refund", "you've charged me €412.60 TWICE", "you were charged twice"),
        ("billing_refund", "charged again after I cancelled in May", "you were charged after you had cancelled"),
        ("outage_bug", "songs won't play on shuffle", "the songs won't play"),
        ("outage_bug", "I only get a blank page", "you get a blank page"),
        ("outage_bug", "checkin down??", "the checkin is down for you"),
        ("account_access", "it wont let me log in", "you can't get into your account"),
        ("account_access", "someone else is using my account", "somebody else may be in your account"),
        ("product_defect", "bought a kettle and the kettle leaks", "your kettle does leak"),
        ("staff_or_process", "on hold the whole lunch break", "you were left waiting on the line"),
        ("staff_or_process", "nobody has answered any of them", "you haven't had an answer"),
        ("feature_feedback", "I can't see all of my playlists", "you can't see all of your playlists"),
    ],
)  # fmt: skip
def test_what_is_said_back(intent: str, post: str, clause: str) -> None:
    assert terms_of([post], reading(intent)).clause == clause


@pytest.mark.parametrize(
    ("intent", "post"),
    [
        ("outage_bug", "no error message, nothing"),
        ("outage_bug", "luckily no crashing so far"),
        ("billing_refund", "will I be charged if I stay?"),
        ("billing_refund", "please don't send me a voucher"),
        ("billing_refund", "I managed to get a refund"),
        ("staff_or_process", "I was so rude to the first person, tell them sorry"),
        ("delivery_order", "I left my late husband's glasses on the flight"),
        ("delivery_order", "she has never seen a suitcase tag before"),
        ("account_access", "I deleted my facebook and my account there"),
        ("product_defect", "I'm broke, help me"),
        ("safety_hazard", "a plane returned after reports of smoke in the cabin"),
        ("outage_bug", "if it crashes I'll tell you"),
        ("noise", "I can't stand this stupid company"),
        ("noise", "I can't believe you"),
        ("noise", "my insulin hasn't helped Mrs Tremaine"),
    ],
)
def test_what_is_not_said_back(intent: str, post: str) -> None:
    assert terms_of([post], reading(intent)).clause is None


@pytest.mark.parametrize(
    ("intent", "post", "clause"),
    [
        ("delivery_order", "my parcel has been in transit since Friday", "your parcel is stuck on the way"),
        ("delivery_order", "they left my order outside in the rain", "your order was left outside"),
        ("delivery_order", "waited all day, nobody came to collect it", "nobody came to collect it"),
        ("delivery_order", "site says I asked to reschedule. I did not", "your delivery was moved to another time"),
        ("billing_refund", "paying for premium and still hearing adverts", "you get adverts where you were promised none"),
        ("staff_or_process", "every agent tells me something else", "you're told something different each time"),
        ("staff_or_process", "the room was filthy", "it wasn't clean"),
        ("outage_bug", "no hot water since Monday", "you're without hot water"),
        ("outage_bug", "the buttons are greyed out", "the buttons are greyed out"),
        ("outage_bug", "songs get stuck halfway", "the songs get stuck"),
        ("outage_bug", "I love the radio. It stopped working", "the radio isn't working"),
        ("product_defect", "the pizza was stone cold", "the pizza wasn't right"),
        ("security_privacy_scam", "this charger is a fake", "what you got isn't genuine"),
    ],
)  # fmt: skip
def test_what_else_is_said_back(intent: str, post: str, clause: str) -> None:
    assert terms_of([post], reading(intent)).clause == clause


def test_a_trouble_of_another_intent_is_found_when_they_complain() -> None:
    assert terms_of(["Billed twice this month"], reading("praise")).clause == "you were charged twice"
    calm = terms_of(["Billed twice this month"], reading("praise", complaint=0.1))
    assert calm.clause is None


@pytest.mark.parametrize("post", ["It isn't working", "doesn't work", "it broke"])
def test_a_clause_that_says_nothing_is_not_said(post: str) -> None:
    assert terms_of([post], reading("outage_bug")).clause is None


@pytest.mark.parametrize(
    ("post", "thing"),
    [
        ("why can't I order anything", None),
        ("In order to cancel one has to phone", None),
        ("the driver was a delight", "the driver"),
        ("Package never came, as ever", "your package"),
        ("what did you do to the website", "the website"),
        ("about Northwind Flex", "Northwind Flex"),
        ("nothing known in here", None),
    ],
)
def test_a_thing_that_everybody_knows(post: str, thing: str | None) -> None:
    found = terms_of([post], reading("outage_bug", complaint=0.1), products=["Northwind Flex"])
    assert (found.thing, found.called_mine) == (thing, False)


def test_an_earlier_post_says_what_a_later_one_calls_it() -> None:
    texts = ["Still not working", "The app keeps crashing"]
    assert terms_of(texts, reading("outage_bug")).clause == "the app keeps crashing"


@pytest.mark.parametrize(
    ("post", "asked"),
    [
        ("How do I change my seat?", "how to change your seat"),
        ("hi, can i add a bag online?", "whether you can add a bag online"),
        ("Is there a way to download all my songs?", "whether there is a way to download all your songs"),
        ("How can you sleep at night?", None),
        ("I know how to get signed up", None),
        ("Can I speak to a human?", None),
        ("How do I tell Mr Smith to go to hell?", None),
    ],
)
def test_what_they_ask(post: str, asked: str | None) -> None:
    assert echo.asked(post) == asked


@pytest.mark.parametrize(
    ("post", "thing"),
    [
        ("cancel my order please", "your order"),
        ("where is my winter coat", "your coat"),  # "winter" is no word that is given back
        ("my new phone", "your new phone"),
        ("my f***ing parcel", "your parcel"),
        ("my useless phone", "your phone"),
        ("my wife and my lawyer", None),
        ("on my credit card", "your credit card"),
    ],
)
def test_their_thing(post: str, thing: str | None) -> None:
    assert nouns.own_thing(post) == thing


def test_waits_are_said_as_people_say_them() -> None:
    said = {m: terms_of(["x"], reading(wait=m)).wait for m in (50, 60, 105, 180, 1440, 10080, 13000, 20160)}
    assert said == {
        50: "50 minutes", 60: "1 hour", 105: "1 hour 45 minutes", 180: "3 hours", 1440: "1 day",
        10080: "1 week", 13000: "over 9 days", 20160: "2 weeks",
    }  # fmt: skip


def test_whom_they_praise() -> None:
    def staff(text: str, *ours: str, **read: object) -> str | None:
        return terms_of([text], reading("praise", **read), ours).staff

    assert staff("kudos to Marek on the gate") == "Marek"
    assert staff("a lady named Henrike helped") == "Henrike"
    assert staff("Farid, four minutes, on board", entities=[("STAFF", "Farid")]) == "Farid"
    assert staff("thanks Sarah", "All done. ^Sarah") == "Sarah"
    assert staff("thanks Spotify") is None
    assert staff("thanks to Your great team") is None


def test_numbers_do_not_end_a_sentence() -> None:
    assert sentences.sentences("It took £4.50 at 10:30. Why?") == ["It took £4.50 at 10:30.", "Why?"]
