"""The machine is held to account: a macro whose replies make things worse stops, and its owner is told."""

from __future__ import annotations

import pytest

from monitor.domain.accountability import is_flagged, must_be_suspended
from monitor.domain.casework import NoticeKind
from monitor.domain.errors import WrongUse
from monitor.stages import review
from monitor.stages.accountability import owners_of, restore, suspend
from monitor.stages.follow import follow
from monitor.stages.people import add_user
from tests.integration.stages.house import House


@pytest.fixture
def team(house: House) -> House:
    add_user(house.store, "mia", "manager", "a long enough password", house.clock)
    add_user(house.store, "ana", "agent", "a long enough password", house.clock)
    return house


def answered(house: House, number: int, macro: str = "test", text: str = "my bag is lost") -> str:
    house.macro = macro
    post = house.write(text, author=f"c{number}")
    house.work()
    house.send(house.the_draft(post).id)
    house.clock.forward(minutes=5)
    return post


def comes_back(house: House, post: str, number: int, text: str) -> None:
    house.write(text, author=f"c{number}", reply_to=post)
    house.work()
    house.clock.forward(minutes=5)


def standings(house: House) -> dict[str, tuple[int, int, int, int, bool]]:
    with house.store.read() as session:
        found = session.macros.standings(house.clock.now().replace(year=2000))
    return {n: (s.replies, s.worse, s.automation, s.bad, s.suspended) for n, s in found.items()}


def test_who_comes_back_angrier_or_hates_the_form_speaks_against_the_macro(team: House) -> None:
    first, second = answered(team, 1), answered(team, 2)
    comes_back(team, first, 1, "now I am furious")
    comes_back(team, second, 2, "was that a bot? my bag is lost")
    assert standings(team) == {"test": (2, 1, 1, 2, False)}
    assert team.audit()


def test_one_post_counts_once_however_often_it_is_looked_at(team: House) -> None:
    post = answered(team, 1)
    comes_back(team, post, 1, "a bot! I am furious")
    assert standings(team) == {"test": (1, 1, 1, 1, False)}, "two reasons, one reply that went badly"


def test_a_persons_own_words_are_not_held_against_a_macro(team: House) -> None:
    post = team.write("my bag is lost", author="c1")
    team.work()
    draft = team.the_draft(post)
    words = "Entirely other words than the machine had, every single one of them."
    review.edit(team.store, draft.id, "bo", words, draft.version, team.clock)
    team.send(draft.id)
    team.clock.forward(minutes=5)
    comes_back(team, post, 1, "now I am furious")
    assert standings(team) == {"test": (1, 0, 0, 0, False)}


def test_a_complaint_long_after_is_about_something_else(team: House) -> None:
    post = answered(team, 1)
    team.clock.forward(hours=24 * 8)
    comes_back(team, post, 1, "now I am furious")
    assert standings(team)["test"][3] == 0


def bad_week(house: House) -> None:
    """Six replies of `good` that go well, six of `bad` of which three go badly."""
    for number in range(6):
        answered(house, 100 + number, "good")
    for number in range(6):
        post = answered(house, number, "bad")
        if number < 3:
            comes_back(house, post, number, "was that a bot? I am furious")


def test_a_macro_that_makes_things_worse_is_suspended_and_its_owner_told(team: House) -> None:
    bad_week(team)
    team.macro = "bad"
    waiting = team.write("my bag is lost", author="new")
    team.work()
    assert team.draft(waiting) is not None
    report = follow(team.store, team.clock, owners={"bad": "ana"})
    assert report.suspended == ["bad"]
    assert team.draft(waiting) is None, "its untouched drafts are dropped"
    with team.store.read() as session:
        assert session.macros.suspended() == {"bad"}
        assert [n["kind"] for n in session.casework.notices("ana")] == [NoticeKind.MACRO.value]
        assert session.casework.notices("mia") == []
    assert follow(team.store, team.clock).suspended == [], "once"
    assert "came back angrier" in team.standing("bad").reason


def test_without_an_owner_every_manager_is_told(team: House) -> None:
    bad_week(team)
    follow(team.store, team.clock)
    with team.store.read() as session:
        assert [n["kind"] for n in session.casework.notices("mia")] == [NoticeKind.MACRO.value]
        assert list(owners_of(session, "bad", {"*": "ana"})) == ["ana"]
        assert list(owners_of(session, "bad", {"bad": "gone"})) == ["mia"]


def test_a_manager_puts_it_back_with_a_reason_and_it_is_judged_afresh(team: House) -> None:
    bad_week(team)
    follow(team.store, team.clock)
    with pytest.raises(WrongUse, match="Say why"):
        restore(team.store, "bad", "mia", "  ", team.clock)
    restore(team.store, "bad", "mia", "its wordings were mended", team.clock)
    with pytest.raises(WrongUse, match="not suspended"):
        restore(team.store, "bad", "mia", "again", team.clock)
    assert standings(team)["bad"] == (0, 0, 0, 0, False)
    assert follow(team.store, team.clock).suspended == []
    assert team.audit()


def test_a_manager_stops_one_by_hand(team: House) -> None:
    suspend(team.store, "test", "mia", "sounds wrong this week", team.clock)
    assert standings(team)["test"] == (0, 0, 0, 0, True)
    with pytest.raises(WrongUse):
        suspend(team.store, "test", "mia", "", team.clock)


@pytest.mark.parametrize(
    ("numbers", "flagged", "suspended"),
    [
        ((4, 4, 100, 0), False, False),  # too few replies to tell
        ((10, 1, 100, 0), True, False),  # one angry person is no verdict
        ((10, 3, 100, 5), True, True),
        ((10, 3, 100, 20), False, False),  # everything goes badly this week: it isn't the macro
        ((100, 3, 100, 0), False, False),
        ((30, 3, 0, 0), True, True),
    ],
)
def test_where_the_line_is_drawn(numbers: tuple[int, int, int, int], flagged: bool, suspended: bool) -> None:
    assert is_flagged(*numbers) is flagged
    assert must_be_suspended(*numbers) is suspended
