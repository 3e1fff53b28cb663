"""One installation, two brands: a case is one customer's matter with one of them."""

from __future__ import annotations

import pytest

from monitor.domain.errors import WrongUse
from monitor.domain.roster import Desk, Roster
from monitor.stages import review
from monitor.stages.brands import assign_sources
from monitor.stages.people import add_user
from tests.integration.stages.house import House

AIR, CARGO = "Air", "Cargo"


@pytest.fixture
def two(house: House) -> House:
    assign_sources(house.store, {"src": AIR, "air-2": AIR, "cargo": CARGO}, AIR, house.clock)
    return house


def write(house: House, source: str, text: str, **more: object) -> str:
    house.from_source = source
    return house.write(text, **more)  # type: ignore[arg-type]


def test_the_same_customer_has_a_case_with_each_brand(two: House) -> None:
    first = write(two, "src", "my bag is lost")
    two.work()
    two.clock.forward(hours=1)
    same = write(two, "air-2", "still lost", conversation="elsewhere")
    other = write(two, "cargo", "my crate is lost")
    answer = write(two, "cargo", "lost I said", reply_to=first, conversation=first)
    two.work()
    assert two.case(same).id == two.case(first).id
    assert two.case(other).id != two.case(first).id
    assert two.case(answer).id == two.case(other).id, "in the thread of the other brand, yet not its matter"
    assert "repeat_contact" not in two.case(other).signals, (
        "what they wrote to the other brand is not known here"
    )


def test_who_can_not_see_a_case_does_not_get_it(two: House) -> None:
    for name, brand in (("ana", AIR), ("ben", CARGO)):
        add_user(two.store, name, "agent", "a long enough password", two.clock, brands=[brand])
    two.roster = Roster({Desk.PERSON: ("ana",)})
    post = write(two, "cargo", "a human please")
    two.work()
    assert two.case(post).assignee == "ben", "who sits at the desk is no member"


def test_cases_of_two_brands_stay_two(two: House) -> None:
    one, other = write(two, "src", "my bag is lost"), write(two, "cargo", "my crate is lost")
    two.work()
    with pytest.raises(WrongUse, match="different brands"):
        review.merge(two.store, two.case(one).id, two.case(other).id, "mia", two.clock)


def test_sources_keep_their_brand_and_old_ones_belong_to_the_main_one(two: House) -> None:
    write(two, "before", "my bag is lost")
    two.work()
    assert assign_sources(two.store, {"cargo": CARGO}, AIR, two.clock) == 1
    assert assign_sources(two.store, {"cargo": CARGO}, AIR, two.clock) == 0
    with two.store.read() as session:
        brands = session.brands.of_sources()
        assert brands == {"src": AIR, "air-2": AIR, "cargo": CARGO, "before": AIR}
        assert session.audit.about("source:before")[0]["action"] == "source.brand_set"
