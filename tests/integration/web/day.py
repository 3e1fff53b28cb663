"""A morning at Northwind Air: every lane of the inbox that a page could show holds something."""

from __future__ import annotations

from datetime import timedelta

from monitor.domain.case import CaseStatus
from monitor.domain.coverage import Gap, Interval
from monitor.domain.mention import Media, Quoted
from monitor.domain.reading import Entity, Reason, Signal, Urgency, UrgencyReading
from tests.integration.web.seed import House

Made = dict[str, tuple[int, int]]

CHILD = (
    "my 8 year old is travelling alone, flight cancelled, nobody at gate B22 and she is crying. "
    "been on hold 50 minutes @northwindair"
)


def live(house: House) -> Made:
    """{name: (case id, draft id or 0)}."""
    made = _urgent(house) | _to_approve(house) | _by_hand(house)
    made["thanks"] = house.add_case(
        "lovely crew on NW412 tonight, thank you",
        who="kindly",
        urgency=Urgency.P4,
        intent="praise",
        status=CaseStatus.ASIDE,
        minutes_ago=400,
    )
    house.say(made["bag"][0], "and now the lights went out. brilliant")
    _around(house, made)
    return made


def _span(text: str, words: str) -> tuple[str, int, int]:
    at = text.index(words)
    return words, at, at + len(words)


def _urgent(house: House) -> Made:
    reading = house.reading(
        Urgency.P0,
        "safety_hazard",
        ("high_arousal", "repeat_contact"),
        urgency=UrgencyReading(
            Urgency.P0,
            0.97,
            (
                Reason("child_alone", *_span(CHILD, "8 year old is travelling alone")),
                Reason("stranded", *_span(CHILD, "flight cancelled")),
            ),
        ),
        signals=(
            Signal("high_arousal", "crying", *_span(CHILD, "she is crying")),
            Signal("repeat_contact", "again", "", 0, 0),
        ),
        entities=(Entity("GATE", *_span(CHILD, "B22")),),
        claimed_wait_minutes=50,
        severity=3,
        complaint=0.99,
    )
    return {
        "child": house.add_case(
            CHILD,
            who="holloway_t",
            urgency=Urgency.P0,
            intent="safety_hazard",
            minutes_ago=22,
            reading=reading,
            signals=("high_arousal", "repeat_contact"),
            location="Hamburg",
            metrics={"likes": 41, "replies": 12, "reposts": 9},
        ),
        "locked": house.add_case(
            "Locked out of my booking since this morning, boarding closes at 13:40. "
            "The reset mail never comes.",
            who="m_okafor",
            urgency=Urgency.P1,
            intent="account_access",
            minutes_ago=38,
            draft="Boarding at 13:40 and no reset mail: I have asked the booking desk to open it by hand. "
            "I write again within 20 minutes, today, here.",
        ),
    }


def _to_approve(house: House) -> Made:
    return {
        "bag": house.add_case(
            "@northwindair landed EDI 23:05, it's gone midnight and we're still standing at belt 4 "
            "looking at a pram that isn't mine. https://photos.example/belt4",
            who="hollowaytess",
            minutes_ago=205,
            signals=("media_attached",),
            media=(Media("photo", "https://photos.example/1.jpg", "A grey pram on an empty belt"),),
            quoted=Quoted("77", "northwindair", "Families board first, and land first."),
            draft="A stranger's pram at belt 4 after midnight is the last thing you needed. I have opened a "
            "trace with Edinburgh, reference to follow here today.",
        ),
        "fee": house.add_case(
            "Charged twice for one seat, second time this happens. Refund the 48 euros.",
            who="jlund",
            intent="billing_refund",
            minutes_ago=95,
            signals=("repeat_contact",),
            platform="bluesky",
            source="bluesky",
            draft="Two charges for one seat, and not for the first time: "
            "the second one is on its way back to your card.",
        ),
        "howto": house.add_case(
            "can i bring a cello as cabin baggage if i buy it a seat??",
            who="cellist.example",
            urgency=Urgency.P3,
            intent="question_howto",
            minutes_ago=300,
            platform="mastodon",
            source="mastodon",
            draft="Yes: a cello may sit beside you on a seat of its own, up to 140 cm and 75 kg.",
        ),
    }


def _by_hand(house: House) -> Made:
    return {
        "human": house.add_case(
            "Is there a HUMAN at your company? I do not want another automated reply.",
            who="gus_w",
            minutes_ago=64,
            signals=("asks_for_human",),
            intent="staff_or_process",
        ),
        "reddit": house.add_case(
            "Northwind lost my bag in Oslo, week three. AMA about being given four case numbers.",
            who="slowtrain",
            minutes_ago=170,
            platform="reddit",
            source="reddit",
            verdict="handoff",
            verdict_rule="reddit.handoff",
            draft="Three weeks and four case numbers is on us. "
            "I have put all four in front of one person in Oslo.",
        ),
    }


def _around(house: House, made: Made) -> None:
    now = house.clock.now()
    with house.store.write() as s:
        s.cases.withhold(
            made["human"][0], "asks_for_human", "They asked for a person, so a person answers.", "", now
        )
        s.cases.note(made["bag"][0], "admin", "Called the station, they look for it.", now)
        for name, kind in (("x-mentions", "x"), ("bluesky", "bluesky"), ("reddit", "reddit")):
            s.ledger.touch(name, kind)
            s.ledger.tried(name, now, "ok")
        s.ledger.cover("x-mentions", Interval(now - timedelta(days=6), now - timedelta(hours=9)))
        s.ledger.cover("x-mentions", Interval(now - timedelta(hours=8), now))
        blind = Interval(now - timedelta(hours=9), now - timedelta(hours=8))
        s.ledger.add_gaps([Gap("x-mentions", blind, "rate_limited", "429 for an hour")], now)
