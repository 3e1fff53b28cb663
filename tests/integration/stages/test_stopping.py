"""What people stop: posting of everything or of a source, and freezes."""

from __future__ import annotations

import pytest

from monitor.domain.case import Lane
from monitor.domain.draft import DraftState
from monitor.domain.errors import (
    DraftBlocked,
    NotFound,
    WrongUse,
)
from monitor.domain.freezing import Scope
from monitor.stages import people, review
from tests.integration.stages.house import House
from tests.integration.stages.outgoing import due

PASSWORD = "tide pool lantern"


@pytest.fixture
def post(house: House) -> str:
    native_id = house.write("my bag is lost")
    house.work()
    return native_id


# --- what people stop ----------------------------------------------------------------------------------


def test_pausing_one_source_leaves_the_others_alone(house: House, post: str) -> None:
    draft = due(house, post)
    review.pause(house.store, "mara", True, "wrong prices", house.clock, source="src")
    assert house.publish().posted == []
    assert house.the_draft(post).state is DraftState.APPROVED
    with house.store.read() as session:
        assert session.people.posting_paused() is None
        assert [(s, row["reason"]) for s, row in session.people.pauses()] == [("src", "wrong prices")]
    review.pause(house.store, "mara", True, "another source", house.clock, source="other")
    review.pause(house.store, "mara", False, "", house.clock, source="src")
    assert house.publish().posted == [draft.id]


def test_a_freeze_takes_the_yes_back_and_a_thaw_gives_the_draft_to_a_person(house: House, post: str) -> None:
    draft = due(house, post)
    other = house.write("how do I pay", author="eve")
    house.work()
    done = review.freeze(house.store, "mara", Scope.parse("everything"), "a plane is missing", house.clock)
    assert set(done.drafts) == {draft.id, house.the_draft(other).id}
    assert house.the_draft(post).reason == "Everything is frozen by mara: a plane is missing"
    assert (house.case(post).lane, house.publish().posted) == (Lane.PROBLEMS, [])
    late = house.write("lost, too", author="bob")
    house.work()
    assert house.publish().frozen == [house.the_draft(late).id], "also what comes into being meanwhile"
    frozen_now = house.the_draft(post)
    with pytest.raises(DraftBlocked, match="a plane is missing"):
        review.keep(house.store, frozen_now.id, "bo", frozen_now.version, house.clock)
    given = review.thaw(house.store, "mara", Scope.parse("everything"), house.clock)
    assert len(given.drafts) == 3
    back = house.the_draft(post)
    assert (back.state, back.reason_code) == (DraftState.EDITED, "publish.thawed")
    house.clock.forward(hours=1)
    assert house.publish().posted == [], "an approval from before the freeze is worth nothing after it"
    assert house.send(back.id).posted == [back.id]


def test_a_freeze_of_an_incident_reaches_its_cases_only(house: House, post: str) -> None:
    other = house.write("how do I pay", author="eve")
    house.work()
    review.join_incident(house.store, house.case(post).id, "bo", "outage", house.clock)
    review.freeze(house.store, "mara", Scope.parse("incident:outage"), "facts first", house.clock)
    assert house.the_draft(post).state is DraftState.FROZEN
    assert house.send(house.the_draft(other).id).posted
    house.write("still lost", reply_to=post)
    house.work()
    review.thaw(house.store, "mara", Scope.parse("incident:outage"), house.clock)
    assert house.the_draft(post).state is DraftState.STALE, "they wrote while it was frozen"


def test_two_freezes_over_one_draft_have_both_to_be_lifted(house: House, post: str) -> None:
    for scope in ("everything", "source:src"):
        review.freeze(house.store, "mara", Scope.parse(scope), "why", house.clock)
    review.thaw(house.store, "mara", Scope.parse("everything"), house.clock)
    house.publish()
    assert house.the_draft(post).state is DraftState.FROZEN
    review.thaw(house.store, "mara", Scope.parse("source:src"), house.clock)
    assert house.the_draft(post).state is DraftState.EDITED


def test_nothing_can_be_approved_into_a_freeze(house: House, post: str) -> None:
    review.freeze(house.store, "mara", Scope.parse("source:other"), "another one", house.clock)
    with house.store.write() as session:  # a moment before the stage that freezes has run
        session.outgoing.freeze(Scope.parse("source:src"), "wrong prices", "mara", house.clock.now())
    with pytest.raises(DraftBlocked, match="wrong prices"):
        house.approve(house.the_draft(post).id)


@pytest.mark.parametrize("scope", ["", "all", "source", "source:", "brand", "everything:x", "incident: "])
def test_what_can_be_frozen_is_said(scope: str) -> None:
    with pytest.raises(WrongUse, match="can't be frozen"):
        Scope.parse(scope)


def test_a_freeze_needs_a_reason_and_is_lifted_once(house: House) -> None:
    everything = Scope.parse("everything")
    with pytest.raises(WrongUse, match="why"):
        review.freeze(house.store, "mara", everything, " ", house.clock)
    with pytest.raises(WrongUse, match="not frozen"):
        review.thaw(house.store, "mara", everything, house.clock)
    review.freeze(house.store, "mara", everything, "why", house.clock)
    with pytest.raises(WrongUse, match="already"):
        review.freeze(house.store, "mara", everything, "why", house.clock)


def test_a_freeze_of_one_brand_leaves_the_others_alone(house: House, post: str) -> None:
    with house.store.write() as session:
        session.brands.assign({"src": "Northwind", "other": "Southwind"})
    review.freeze(house.store, "mara", Scope.parse("brand:Southwind"), "wrong prices", house.clock)
    assert house.the_draft(post).state is DraftState.PROPOSED
    review.freeze(house.store, "mara", Scope.parse("brand:Northwind"), "wrong prices", house.clock)
    assert house.the_draft(post).reason == "Brand Northwind is frozen by mara: wrong prices"


def test_who_sees_one_brand_can_stop_no_other(house: House, post: str) -> None:
    people.add_user(house.store, "sue", "manager", PASSWORD, house.clock, brands=("Southwind",))
    with house.store.write() as session:
        session.brands.assign({"src": "Northwind", "other": "Southwind"})
    hers = house.store.within("sue")
    for scope in ("brand:Northwind", "source:src"):
        with pytest.raises(NotFound):
            review.freeze(hers, "sue", Scope.parse(scope), "why", house.clock)
    with pytest.raises(NotFound):
        review.pause(hers, "sue", True, "why", house.clock, source="src")
    assert house.the_draft(post).state is DraftState.PROPOSED
    review.freeze(hers, "sue", Scope.parse("brand:Southwind"), "why", house.clock)
