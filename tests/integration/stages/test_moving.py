"""Merge and split, and how they are taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.domain.case import Case, CaseStatus, Lane, Outcome
from monitor.domain.draft import DraftState, PromisePlan
from monitor.domain.errors import ForbiddenTransition, WrongUse
from monitor.domain.reading import Urgency
from monitor.domain.roster import Desk
from monitor.stages import people, review
from tests.integration.stages.house import House

LATER = timedelta(days=3)


@pytest.fixture
def two(house: House) -> tuple[str, str]:
    """Two cases of one customer: first the lost bag, days later stranded in another thread."""
    first = house.write("my bag is lost")
    house.work()
    house.clock.forward(days=3)
    second = house.write("stranded in Oslo")
    house.work()
    assert house.case(first).id != house.case(second).id
    return first, second


def of(house: House, case_id: int) -> Case:
    with house.store.read() as session:
        return session.cases.get(case_id)


def texts(house: House, case_id: int) -> list[str]:
    with house.store.read() as session:
        return [t.mention.text for t in session.cases.conversation(case_id).turns]


def test_merged_they_are_one_matter_as_urgent_as_the_more_urgent(house: House, two: tuple[str, str]) -> None:
    into, gone = house.case(two[0]), house.case(two[1])
    review.tag(house.store, gone.id, "bo", "oslo", house.clock)
    review.note(house.store, gone.id, "bo", "called the station", house.clock)
    review.merge(house.store, into.id, gone.id, "bo", house.clock)
    merged, away = of(house, into.id), of(house, gone.id)
    assert texts(house, into.id) == ["my bag is lost", "stranded in Oslo"]
    assert (merged.urgency, merged.clock_start, merged.lane) == (Urgency.P1, into.clock_start, Lane.NOW)
    assert (away.status, away.merged_into, away.lane) == (CaseStatus.MERGED, into.id, Lane.DONE)
    with house.store.read() as session:
        assert session.casework.tags(into.id) == ["oslo"]
        assert [n["text"] for n in session.cases.notes(into.id)] == ["called the station"]
        assert [d.state for d in session.drafts.of_case(gone.id)] == [DraftState.SUPERSEDED]
    house.work()
    assert house.the_draft(two[1]).case_id == into.id, "one new draft answers both"
    assert house.audit() > 0


def test_what_the_customer_writes_next_finds_the_case_that_is_left(
    house: House, two: tuple[str, str]
) -> None:
    into, gone = house.case(two[0]), house.case(two[1])
    review.merge(house.store, into.id, gone.id, "bo", house.clock)
    house.clock.forward(days=9)
    again = house.write("still lost", conversation=two[1])
    house.work()
    assert house.case(again).id == into.id


def test_a_merge_is_taken_back(house: House, two: tuple[str, str]) -> None:
    house.promise = PromisePlan("We write today", "bo", house.clock.now() + timedelta(hours=4))
    into, gone = house.case(two[0]), house.case(two[1])
    with house.store.write() as session:
        session.promises.add(gone.id, None, house.promise, "bo", house.clock.now())
    move = review.merge(house.store, into.id, gone.id, "bo", house.clock)
    with house.store.read() as session:
        assert [p["case_id"] for p in session.promises.of_case(into.id)] == [into.id]
    review.undo_move(house.store, move, "ann", house.clock)
    back, home = of(house, into.id), of(house, gone.id)
    assert (texts(house, into.id), texts(house, gone.id)) == (["my bag is lost"], ["stranded in Oslo"])
    assert (back.urgency, back.title, back.due_at) == (into.urgency, into.title, into.due_at)
    assert (home.status, home.merged_into, home.lane) == (CaseStatus.OPEN, None, Lane.NOW)
    with house.store.read() as session:
        assert len(session.promises.of_case(gone.id)) == 1
    house.work()
    assert house.the_draft(two[1]).case_id == gone.id
    with pytest.raises(ForbiddenTransition, match="taken back already, by ann"):
        review.undo_move(house.store, move, "bo", house.clock)


def test_what_people_did_since_a_merge_stays(house: House, two: tuple[str, str]) -> None:
    into, gone = house.case(two[0]), house.case(two[1])
    move = review.merge(house.store, into.id, gone.id, "bo", house.clock)
    review.correct(house.store, into.id, "bo", "urgency", "P3", house.clock)
    review.undo_move(house.store, move, "bo", house.clock)
    assert of(house, into.id).urgency is Urgency.P3


def test_a_persons_words_go_along(house: House, two: tuple[str, str]) -> None:
    into, gone = house.case(two[0]), house.case(two[1])
    theirs = house.the_draft(two[1])
    review.edit(house.store, theirs.id, "ann", "I call Oslo now.", theirs.version, house.clock)
    review.merge(house.store, into.id, gone.id, "bo", house.clock)
    here = house.the_draft(two[0])
    assert (here.id, here.text, here.state) == (theirs.id, "I call Oslo now.", DraftState.STALE)


def test_of_two_peoples_words_neither_is_lost(house: House, two: tuple[str, str]) -> None:
    into, gone = house.case(two[0]), house.case(two[1])
    for native_id, user, text in ((two[0], "bo", "Bo's words."), (two[1], "ann", "Ann's words.")):
        draft = house.the_draft(native_id)
        review.edit(house.store, draft.id, user, text, draft.version, house.clock)
    review.merge(house.store, into.id, gone.id, "bo", house.clock)
    assert house.the_draft(two[0]).text == "Bo's words."
    with house.store.read() as session:
        (note,) = session.cases.notes(into.id)
    assert "Draft by ann" in note["text"] and note["text"].endswith("Ann's words.")


def test_an_escalation_goes_along(house: House, two: tuple[str, str]) -> None:
    people.add_user(house.store, "dana", "agent", "tide pool lantern", house.clock)
    into, gone = house.case(two[0]), house.case(two[1])
    press = Desk.PRESS
    review.escalate(house.store, gone.id, "bo", press, "a journalist", house.clock, owner="dana")
    review.merge(house.store, into.id, gone.id, "bo", house.clock)
    with house.store.read() as session:
        found = session.casework.escalation(into.id)
    assert found is not None and found.desk is press
    assert of(house, into.id).escalated is press


def test_what_is_no_pair_is_refused(house: House, two: tuple[str, str]) -> None:
    into, gone = house.case(two[0]), house.case(two[1])
    stranger = house.write("my bag is lost too", author="cy")
    house.work()
    with pytest.raises(WrongUse, match="one customer"):
        review.merge(house.store, into.id, house.case(stranger).id, "bo", house.clock)
    with pytest.raises(WrongUse, match="itself"):
        review.merge(house.store, into.id, into.id, "bo", house.clock)
    house.approve(house.the_draft(two[1]).id)
    with pytest.raises(ForbiddenTransition, match="approved"):
        review.merge(house.store, into.id, gone.id, "bo", house.clock)


def test_a_merged_case_does_nothing_but_be_taken_back(house: House, two: tuple[str, str]) -> None:
    into, gone = house.case(two[0]), house.case(two[1])
    review.merge(house.store, into.id, gone.id, "bo", house.clock)
    for act in (
        lambda: review.reopen(house.store, gone.id, "bo", house.clock),
        lambda: review.close(house.store, gone.id, "bo", Outcome.REFERRED, house.clock),
        lambda: review.merge(house.store, gone.id, into.id, "bo", house.clock),
        lambda: review.snooze(house.store, gone.id, "bo", house.clock.now() + LATER, house.clock),
    ):
        with pytest.raises(ForbiddenTransition):
            act()


def test_split_posts_are_a_case_of_their_own(house: House) -> None:
    first = house.write("my bag is lost")
    house.clock.forward(minutes=1)
    second = house.write("how early must I be there tomorrow", reply_to=first)
    house.work()
    case = house.case(first)
    ids = {t.mention.native_id: t.mention_id for t in house.conversation(first).turns}
    made = review.split(house.store, case.id, [ids[second]], "bo", house.clock)
    assert (texts(house, case.id), len(texts(house, made))) == (["my bag is lost"], 1)
    new = of(house, made)
    assert (new.urgency, new.primary_intent, new.status) == (Urgency.P3, "question_howto", CaseStatus.OPEN)
    assert new.clock_start == house.conversation(second).turns[0].mention.created_at
    house.work()
    assert house.the_draft(first).id != house.the_draft(second).id
    with house.store.read() as session:
        (move,) = session.casework.moves(made)
    review.undo_move(house.store, move.id, "bo", house.clock)
    assert house.case(second).id == case.id
    assert (of(house, made).status, of(house, made).merged_into) == (CaseStatus.MERGED, case.id)


def test_our_reply_goes_with_the_post_it_answers(house: House) -> None:
    first = house.write("my bag is lost")
    house.work()
    house.clock.forward(minutes=5)
    house.send(house.the_draft(first).id)
    house.clock.forward(minutes=5)
    second = house.write("how early must I be there tomorrow", conversation=first)
    house.work()
    case = house.case(first)
    ids = {t.mention.native_id: t.mention_id for t in house.conversation(first).turns}
    made = review.split(house.store, case.id, [ids[first]], "bo", house.clock)
    assert [t.startswith("Thank you") for t in texts(house, made)] == [False, True]
    assert house.case(second).id == case.id


def test_a_split_leaves_something_and_takes_only_what_is_there(house: House, two: tuple[str, str]) -> None:
    case = house.case(two[0])
    (turn,) = house.conversation(two[0]).turns
    with pytest.raises(WrongUse, match="stays"):
        review.split(house.store, case.id, [turn.mention_id], "bo", house.clock)
    with pytest.raises(WrongUse, match="Choose posts"):
        review.split(house.store, case.id, [turn.mention_id + 1], "bo", house.clock)
    with pytest.raises(WrongUse, match="Choose posts"):
        review.split(house.store, case.id, [], "bo", house.clock)
