"""Assignment, notes that call a colleague, escalation, tags."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.domain.case import Case, Outcome
from monitor.domain.errors import ForbiddenTransition, WrongUse
from monitor.domain.roster import Desk, Roster
from monitor.stages import people, review
from tests.integration.stages.house import House

LEGAL = Desk.LEGAL


@pytest.fixture
def case(house: House) -> Case:
    for name in ("bo", "ann lee", "dana"):
        people.add_user(house.store, name, "agent", "tide pool lantern", house.clock)
    post = house.write("my bag is lost")
    house.work()
    return house.case(post)


def told(house: House, user: str) -> list[tuple[str, str]]:
    with house.store.read() as session:
        return [(n["kind"], n["by_name"]) for n in session.casework.notices(user) if n["seen_at"] is None]


def test_who_gets_a_case_is_told(house: House, case: Case) -> None:
    assert review.assign(house.store, case.id, "bo", "dana", house.clock).assignee == "dana"
    assert told(house, "dana") == [("assigned", "bo")]
    review.assign(house.store, case.id, "bo", "bo", house.clock)
    assert told(house, "bo") == [], "nobody is told of their own doing"
    with pytest.raises(WrongUse, match="nobody named 'eve'"):
        review.assign(house.store, case.id, "bo", "eve", house.clock)
    with house.store.write() as session:
        session.casework.seen("dana", case.id, house.clock.now())
    assert told(house, "dana") == []


def test_a_note_tells_whom_it_calls_once(house: House, case: Case) -> None:
    called = review.note(house.store, case.id, "bo", "@Ann Lee and @dana: the station has it", house.clock)
    assert called == ("ann lee", "dana")
    review.note(house.store, case.id, "bo", "@dana?", house.clock)
    assert told(house, "ann lee") == [("mentioned", "bo")]
    assert told(house, "dana") == [("mentioned", "bo")], "one unseen notice is enough"


def test_an_escalation_has_an_owner_and_a_clock(house: House, case: Case) -> None:
    made = review.escalate(house.store, case.id, "bo", LEGAL, "they name a lawyer", house.clock, owner="dana")
    assert (made.owner, made.due_at) == ("dana", house.clock.now() + timedelta(hours=24))
    assert told(house, "dana") == [("escalated", "bo")]
    with house.store.read() as session:
        stands = session.cases.get(case.id)
        assert (stands.escalated, stands.desk, stands.assignee) == (LEGAL, "legal", "dana")
        assert [e.id for e in session.casework.escalations_owned("dana")] == [made.id]
    with pytest.raises(ForbiddenTransition, match="one person at a time"):
        review.escalate(house.store, case.id, "bo", LEGAL, "again", house.clock, owner="dana")
    done = review.answer_escalation(house.store, case.id, "dana", "we may say sorry", house.clock)
    assert done.answer == "we may say sorry"
    assert told(house, "bo") == [("answered", "dana")]
    with house.store.read() as session:
        stands = session.cases.get(case.id)
        assert (stands.escalated, stands.assignee) == (None, "bo"), "it is back with whoever asked"
    with pytest.raises(ForbiddenTransition, match="not escalated"):
        review.answer_escalation(house.store, case.id, "dana", "twice", house.clock)


def test_without_a_name_it_is_whose_turn_it_is_at_the_desk(house: House, case: Case) -> None:
    roster = Roster({LEGAL: ("dana", "ann lee")})
    review.assign(house.store, case.id, "bo", "dana", house.clock)  # dana has a case, ann lee none
    made = review.escalate(
        house.store, case.id, "bo", LEGAL, "a writ", house.clock, roster=roster, within=timedelta(hours=2)
    )
    assert (made.owner, made.due_at) == ("ann lee", house.clock.now() + timedelta(hours=2))


def test_what_an_escalation_lacks_is_said(house: House, case: Case) -> None:
    with pytest.raises(WrongUse, match="nobody named"):
        review.escalate(house.store, case.id, "bo", LEGAL, "why", house.clock, owner="eve")
    with pytest.raises(WrongUse, match="Say why"):
        review.escalate(house.store, case.id, "bo", LEGAL, "  ", house.clock, owner="dana")
    with pytest.raises(WrongUse, match="which branch"):
        review.escalate(house.store, case.id, "bo", Desk.BRANCH, "the staff there", house.clock)
    with pytest.raises(WrongUse, match="no desk to escalate to"):
        review.escalate(house.store, case.id, "bo", Desk.PERSON, "why", house.clock, owner="dana")


def test_closing_a_case_closes_its_escalation(house: House, case: Case) -> None:
    review.escalate(house.store, case.id, "bo", LEGAL, "why", house.clock, owner="dana")
    closed = review.close(house.store, case.id, "bo", Outcome.REFERRED, house.clock)
    with house.store.read() as session:
        assert session.casework.escalation(case.id) is None
    assert closed.escalated is None


def test_tags_and_incidents(house: House, case: Case) -> None:
    assert review.tag(house.store, case.id, "bo", "Lost Bag", house.clock) == "lost-bag"
    review.tag(house.store, case.id, "bo", "lost-bag", house.clock)
    review.tag(house.store, case.id, "bo", "oslo", house.clock)
    review.tag(house.store, case.id, "bo", "oslo", house.clock, off=True)
    joined = review.join_incident(house.store, case.id, "bo", "belts down", house.clock)
    with house.store.read() as session:
        assert session.casework.tags(case.id) == ["lost-bag"]
        assert session.casework.tags_known() == ["lost-bag"]
        assert session.casework.incident_of(case.id) == "belts down"
        assert joined.incident == session.casework.incidents_known()[0]["id"]
    assert review.join_incident(house.store, case.id, "bo", None, house.clock).incident is None
    assert house.audit() > 0
