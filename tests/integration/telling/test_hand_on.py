"""Events are written with what they tell of, and put on their way to whoever asked."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

from monitor.domain.case import Outcome
from monitor.domain.events import Event
from monitor.domain.mention import Origin
from monitor.domain.moments import utc_text
from monitor.domain.posting import Declined, Unknown
from monitor.domain.roster import Desk, Roster
from monitor.stages import review
from monitor.stages.follow import follow
from monitor.stages.telling import Subscription, hand_on
from tests.integration.stages.house import House

ALL = Subscription("all", "https://hooks.example/all", ("x" * 20,))


def told(house: House, *subscriptions: Subscription) -> list[dict[str, Any]]:
    """What is on its way after everything was handed on, oldest first."""
    while hand_on(
        house.store, subscriptions or (ALL,), house.clock, brand="Northwind", public_url="https://i.example/"
    ):
        pass
    with house.store.read() as session:
        found = session.outbox.page({"hook": "", "state": "", "event": ""}, 1000)
    return [json.loads(d.body) | {"hook": d.hook} for d in reversed(found)]


def names(found: list[dict[str, Any]]) -> list[str]:
    return [body["event"] for body in found]


def test_the_way_of_a_case_is_told_in_its_order(house: House) -> None:
    post = house.write("you lost my suitcase")
    house.work()
    house.send(house.the_draft(post).id)
    house.clock.forward(minutes=5)
    house.write("thanks a lot", reply_to=post, conversation=post)
    house.work()
    follow(house.store, house.clock)
    found = told(house)
    assert names(found) == [
        "case.opened",
        "draft.proposed",
        "draft.approved",
        "draft.posted",
        "case.settled",
    ]
    opened, settled = found[0], found[-1]
    assert opened["data"]["case"]["id"] == 1
    assert opened["data"]["case"]["url"] == "https://i.example/cases/1"
    assert opened["brand"] == "Northwind"
    assert settled["data"]["outcome"] == settled["data"]["case"]["outcome"]
    assert len({body["id"] for body in found}) == len(found)


def test_no_word_of_a_customer_leaves_the_house(house: House) -> None:
    post = house.write("you lost my suitcase, ann.lee@mail.example", author="annlee77")
    house.work()
    house.send(house.the_draft(post).id)
    review.note(house.store, 1, "bo", "she cried on the phone", house.clock)
    review.close(house.store, 1, "bo", Outcome.RECOVERED, house.clock)
    text = json.dumps(told(house))
    for private in ("suitcase", "annlee77", "mail.example", "Thank you", "cried"):
        assert private not in text


def test_what_is_urgent_is_told_once_and_again_when_it_rises(house: House) -> None:
    calm = house.write("how do I bring a cello")
    house.write("I am stranded", author="ben")
    house.work(drafting=False)
    assert names(told(house)) == ["case.opened", "case.opened", "case.urgent"]
    house.clock.forward(minutes=5)
    house.write("I am stranded now", reply_to=calm, conversation=calm)
    house.work(drafting=False)
    house.clock.forward(minutes=5)
    house.write("still stranded", reply_to=calm, conversation=calm)
    house.work(drafting=False)
    urgent = [b for b in told(house) if b["event"] == "case.urgent"]
    assert [b["data"]["case"]["id"] for b in urgent] == [2, 1]
    review.correct(house.store, 1, "bo", "urgency", "P0", house.clock)
    assert names(told(house))[-1] == "case.urgent"
    review.correct(house.store, 1, "bo", "urgency", "P1", house.clock)
    assert names(told(house)).count("case.urgent") == 3, "a fall is not told as a rise"


def test_the_past_tells_nobody_anything_until_it_is_of_today(house: House) -> None:
    post = house.write("burned my hand on your cup", origin=Origin.BACKFILL)
    house.work(drafting=False)
    review.correct(house.store, 1, "bo", "urgency", "P1", house.clock)
    review.assign(house.store, 1, "bo", None, house.clock)
    assert told(house) == []
    house.clock.forward(minutes=5)
    house.write("it is burned, and nobody answers", reply_to=post, conversation=post)
    house.work(drafting=False)
    assert names(told(house)) == ["case.urgent"]


def test_noise_that_is_set_aside_is_no_case_for_anybody(house: House) -> None:
    house.write("buy crypto now")
    house.work()
    assert told(house) == []


@pytest.mark.parametrize(
    ("answer", "event"),
    [(Declined("dup", "Status is a duplicate."), "draft.refused"), (Unknown("timed out"), "draft.unknown")],
)
def test_a_reply_that_did_not_arrive_is_told(house: House, answer: object, event: str) -> None:
    post = house.write("you lost my suitcase")
    house.work()
    house.platform.answers.append(answer)  # type: ignore[arg-type]
    house.send(house.the_draft(post).id)
    assert names(told(house))[-1] == event


def test_what_people_do_is_told(house: House) -> None:
    from monitor.stages.people import add_user

    add_user(house.store, "lena", "manager", "tide pool lantern", house.clock)
    post = house.write("you lost my suitcase")
    house.work()
    review.assign(house.store, 1, "bo", "lena", house.clock)
    roster = Roster({Desk.LEGAL: ("lena",)})
    review.escalate(house.store, 1, "bo", Desk.LEGAL, "a letter", house.clock, roster=roster)
    review.reject(house.store, house.the_draft(post).id, "bo", "other", house.clock)
    review.pause(house.store, "bo", True, "wait", house.clock)
    review.pause(house.store, "bo", False, "", house.clock)
    found = told(house)
    assert names(found)[2:] == [
        "case.assigned",
        "case.escalated",
        "draft.rejected",
        "posting.paused",
        "posting.resumed",
    ]
    assert found[2]["data"]["to"] == "lena"
    assert (found[3]["data"]["owner"], found[3]["data"]["desk"]) == ("lena", "legal")
    assert "letter" not in json.dumps(found)


def test_each_webhook_hears_of_what_it_asked_for(house: House) -> None:
    house.write("I am stranded")
    house.work()
    urgent = Subscription("urgent", "https://a.example", ("x" * 20,), events=("case.urgent",))
    drafts = Subscription("drafts", "https://b.example", ("x" * 20,), events=("draft.*", "posting.paused"))
    found = told(house, urgent, drafts)
    assert sorted((b["hook"], b["event"]) for b in found) == [
        ("drafts", "draft.proposed"),
        ("urgent", "case.urgent"),
    ]


def test_handing_on_twice_tells_nothing_twice(house: House) -> None:
    house.write("I am stranded")
    house.work()
    first = told(house)
    assert told(house) == first
    late = Subscription("late", "https://late.example", ("x" * 20,))
    assert {b["hook"] for b in told(house, ALL, late)} == {"all"}, "it hears of what happens from now on"
    house.write("I am stranded too", author="ben")
    house.work()
    assert {b["hook"] for b in told(house, ALL, late)} == {"all", "late"}


def test_an_event_goes_with_what_it_tells_of_or_not_at_all(house: House) -> None:
    house.write("you lost my suitcase")
    house.work()
    with pytest.raises(RuntimeError, match="dies"), house.store.write() as session:
        draft = session.drafts.live_of(1)
        assert draft is not None
        session.cases.settle(session.cases.get(1), Outcome.LOST, house.clock.now(), "x")
        raise RuntimeError("dies")
    assert "case.settled" not in names(told(house))


def test_what_waits_for_a_webhook_that_is_gone_ends(house: House) -> None:
    house.write("I am stranded")
    house.work()
    told(house)
    hand_on(house.store, (), house.clock, brand="Northwind")
    with house.store.read() as session:
        states = {d.state for d in session.outbox.page({"hook": "", "state": "", "event": ""}, 10)}
    assert states == {"dead"}


def test_old_events_are_forgotten(house: House) -> None:
    house.write("I am stranded")
    house.work()
    hand_on(house.store, (), house.clock, brand="Northwind")
    house.clock.forward(days=31)
    before = utc_text(house.clock.now())
    house.write("I am stranded again", author="ben")
    house.work()
    hand_on(house.store, (), house.clock, brand="Northwind")
    kept = sqlite3.connect(house.store.path).execute("SELECT count(*) FROM outbox WHERE at < ?", (before,))
    assert kept.fetchone() == (0,)


def test_every_event_has_a_name_with_its_kind() -> None:
    assert all("." in event.value or event is Event.PING for event in Event)
