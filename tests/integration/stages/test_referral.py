"""Who presses zero gets a person: owned in the same transaction in which the case is opened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.domain.mention import Origin
from monitor.domain.reading import Entity, IntentScore, Reading, Reason, Signal, Urgency, UrgencyReading
from monitor.domain.roster import Desk, Roster
from monitor.stages.people import add_user, disable
from monitor.stages.review import assign
from tests.integration.stages.house import House


def with_people(house: House, **roles: str) -> None:
    for name, role in roles.items():
        add_user(house.store, name, role, "a long enough password", house.clock)


def test_who_asks_for_a_person_has_one_at_once_in_turn(house: House) -> None:
    with_people(house, ana="agent", ben="approver", vic="viewer")
    house.roster = Roster({Desk.PERSON: ("ana", "ben", "vic", "nobody-here")})
    posts = [house.write("a human please", author=f"c{n}") for n in range(4)]
    report = house.work()
    assert [house.case(p).assignee for p in posts] == ["ana", "ben", "ana", "ben"]
    assert {house.case(p).desk for p in posts} == {"person"}
    assert [who for _, who in report.referred] == ["ana", "ben", "ana", "ben"]
    assert all(house.draft(p) is None for p in posts), "no draft stands in between"


def test_without_a_roster_the_least_busy_agent_takes_it(house: House) -> None:
    with_people(house, ana="agent", ben="agent", mia="manager")
    busy = house.write("my bag is lost", author="z")
    house.work()
    assign(house.store, house.case(busy).id, "mia", "ana", house.clock)
    post = house.write("a human please")
    house.work()
    assert house.case(post).assignee == "ben"


def test_what_needs_somebody_who_may_decide_stands_with_the_managers(house: House) -> None:
    with_people(house, ana="agent", mia="manager")
    post = house.write("it burned my hand")
    house.work()
    assert (house.case(post).desk, house.case(post).assignee) == ("safety", "mia")


def test_nobody_with_access_means_the_desk_is_shown_without_an_owner(house: House) -> None:
    with_people(house, ana="agent")
    disable(house.store, "ana", house.clock, by="cli")
    post = house.write("a human please")
    house.work()
    assert (house.case(post).desk, house.case(post).assignee) == ("person", None)


def test_the_past_pages_nobody(house: House) -> None:
    with_people(house, ana="agent")
    post = house.write("a human please", origin=Origin.BACKFILL)
    house.work()
    assert (house.case(post).desk, house.case(post).assignee) == (None, None)


def test_a_case_keeps_its_person_unless_it_needs_another_desk(house: House) -> None:
    with_people(house, ana="agent", mia="manager")
    first = house.write("my bag is lost")
    house.work()
    assign(house.store, house.case(first).id, "mia", "ana", house.clock)
    house.write("a human please, it is lost", reply_to=first)
    house.work()
    assert (house.case(first).desk, house.case(first).assignee) == ("person", "ana"), "hand-offs hurt"
    house.write("and now it burned my hand", reply_to=first)
    house.work()
    assert (house.case(first).desk, house.case(first).assignee) == ("safety", "mia")
    house.write("a human please", reply_to=first)
    house.work()
    assert house.case(first).desk == "safety", "a weightier desk keeps it"
    assert house.audit()


def reading(*signals: str, primary: str = "delivery_order", urgency: Urgency = Urgency.P2) -> Reading:
    return Reading(
        lang="en",
        complaint=0.9,
        severity=2,
        intents=(IntentScore(primary, 0.9),),
        primary=primary,
        urgency=UrgencyReading(urgency, 0.9, (Reason("p1.stranded", "", 0, 0),)),
        signals=tuple(Signal(s, "r", "", 0, 0) for s in signals),
    )


@pytest.mark.parametrize(
    ("read", "desk"),
    [
        (reading("asks_for_executive", "asks_for_human"), Desk.EXECUTIVE),
        (reading("legal_threat", "asks_for_human"), Desk.LEGAL),
        (reading("asks_for_human"), Desk.PERSON),
        (reading(primary="press_partner"), Desk.PRESS),
        (reading("asks_for_executive", urgency=Urgency.P0), Desk.SAFETY),
        (reading(primary="account_access", urgency=Urgency.P0), Desk.SECURITY),
    ],
)
def test_the_weightiest_desk_gets_it(read: Reading, desk: Desk) -> None:
    found = Roster().refer(read, read.signal_labels)
    assert found is not None and found.desk is desk


def test_a_guess_of_the_model_sends_nobody_to_the_safety_desk() -> None:
    guess = replace(
        reading(urgency=Urgency.P0), urgency=UrgencyReading(Urgency.P0, 0.9, (Reason("model", "", 0, 0),))
    )
    assert Roster().refer(guess, ()) is None


def test_a_branch_that_is_named_answers_for_itself() -> None:
    roster = Roster(branches={"Leeds": ("tom",), "York": ("una",)})
    place = replace(reading(), entities=(Entity("PLACE", "Leeds Station branch", 0, 20),))
    found = roster.refer(place, ())
    assert found is not None and (found.desk, found.people) == (Desk.BRANCH, ("tom",))
    elsewhere = replace(reading(), entities=(Entity("PLACE", "Leedsville", 0, 10),))
    assert roster.refer(elsewhere, ()) is None
    assert roster.refer(replace(place, entities=()), ()) is None
    assert roster.everybody == {"tom", "una"}
