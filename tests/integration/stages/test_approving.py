"""Two yeses, several yeses, and who has seen what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.domain.approval import Approval
from monitor.domain.case import Lane
from monitor.domain.draft import DraftState
from monitor.domain.errors import (
    DraftBlocked,
    ForbiddenTransition,
    NotFound,
    NotOpened,
    SecondYesNeeded,
    StaleApproval,
    WrongUse,
)
from monitor.domain.seconding import SecondReason
from monitor.stages import people, presence, review
from monitor.stages.review import Shown, show
from tests.integration.stages.house import UNDO, House

SAFETY = (SecondReason.SAFETY,)


@pytest.fixture
def burned(house: House) -> str:
    post = house.write("it burned my hand")
    house.work()
    return post


def shown(house: House, draft_id: int) -> Shown:
    draft, conversation = show(house.store, draft_id)
    return Shown(draft.text, conversation.hash, draft.version, 5.0)


def yes(house: House, draft_id: int, user: str, what: Shown | None = None) -> Approval:
    return review.approve(
        house.store,
        draft_id,
        user,
        what or shown(house, draft_id),
        house.clock,
        undo=UNDO,
        second=SAFETY,
        judge=house.judge,
    )


def test_two_people_say_yes_before_it_leaves(house: House, burned: str) -> None:
    draft_id = house.the_draft(burned).id
    first = yes(house, draft_id, "bo")
    assert (first.needs, first.is_enough) == (("safety",), False)
    waits = house.the_draft(burned)
    assert (waits.state, waits.send_after) == (DraftState.SECONDING, None)
    assert house.case(burned).lane is Lane.NOW
    house.clock.forward(hours=1)
    assert house.publish().posted == [], "one yes sends nothing"
    second = yes(house, draft_id, "cy")
    assert second.first_id == first.id and second.is_enough
    house.clock.forward(seconds=16)
    assert house.publish().posted == [draft_id]
    with house.store.read() as session:
        assert [a.user for a in session.drafts.approvals(draft_id)] == ["bo", "cy"]
    assert house.audit() > 0


def test_nobody_is_their_own_second(house: House, burned: str) -> None:
    draft_id = house.the_draft(burned).id
    yes(house, draft_id, "bo")
    with pytest.raises(SecondYesNeeded, match="bo said the first yes"):
        yes(house, draft_id, "bo")
    assert house.the_draft(burned).state is DraftState.SECONDING


def test_other_words_want_two_yeses_again(house: House, burned: str) -> None:
    draft_id = house.the_draft(burned).id
    yes(house, draft_id, "bo")
    waits = house.the_draft(burned)
    review.edit(house.store, draft_id, "cy", "I call you now.", waits.version, house.clock)
    assert house.the_draft(burned).state is DraftState.EDITED
    assert not yes(house, draft_id, "cy").is_enough
    assert yes(house, draft_id, "bo").is_enough


def test_a_conversation_that_moved_voids_the_first_yes(house: House, burned: str) -> None:
    draft_id = house.the_draft(burned).id
    yes(house, draft_id, "bo")
    before = shown(house, draft_id)
    house.clock.forward(minutes=1)
    house.write("hello? it burned", reply_to=burned)
    house.work()
    assert house.the_draft(burned).state is DraftState.STALE
    with pytest.raises(ForbiddenTransition):
        yes(house, draft_id, "cy", before)


def test_the_second_yes_is_to_what_the_first_was(house: House, burned: str) -> None:
    """A post that came in without triage having seen it yet: the hashes tell."""
    draft_id = house.the_draft(burned).id
    yes(house, draft_id, "bo")
    case = house.case(burned)
    house.clock.forward(minutes=1)
    late = house.write("and my arm", reply_to=burned)
    with house.store.write() as session:
        stored = [m for m in session.mentions.waiting("collected", 9) if m.mention.native_id == late]
        session.cases.take_in(case.id, stored[0].id)
    with pytest.raises(StaleApproval, match="since bo said the first yes"):
        yes(house, draft_id, "cy")


def test_a_first_yes_is_taken_back(house: House, burned: str) -> None:
    draft_id = house.the_draft(burned).id
    yes(house, draft_id, "bo")
    assert review.undo(house.store, draft_id, "bo", house.clock).state is DraftState.EDITED
    with pytest.raises(ForbiddenTransition, match="no approval to undo"):
        review.undo(house.store, draft_id, "bo", house.clock)


def test_somebody_on_their_first_day_is_seconded(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    for name in ("nova", "bo"):
        people.add_user(house.store, name, "approver", "tide pool lantern", house.clock)
    draft = house.the_draft(post)
    review.edit(house.store, draft.id, "nova", "I look for it.", draft.version, house.clock)
    review.release(house.store, draft.id, "nova", house.clock)
    what, new = shown(house, draft.id), (SecondReason.NEW_AGENT,)
    approval = review.approve(house.store, draft.id, "bo", what, house.clock, undo=UNDO, second=new)
    assert approval.needs == ("new_agent",)
    review.undo(house.store, draft.id, "bo", house.clock)
    house.clock.forward(hours=25)
    approval = review.approve(
        house.store, draft.id, "bo", shown(house, draft.id), house.clock, undo=UNDO, second=new
    )
    assert approval.is_enough, "a day later they are no longer new"


# --- several at once ------------------------------------------------------------------------------


def opened(house: House, post: str, user: str = "bo") -> int:
    draft, conversation = show(house.store, house.the_draft(post).id)
    presence.opened(house.store, user, draft, conversation, house.clock)
    return draft.id


def test_only_what_one_opened_is_approved_with_others(house: House) -> None:
    posts = [house.write(f"my bag {n} is lost", author=f"a{n}") for n in range(4)]
    house.work()
    read, unread, changed, moved = posts
    ids = [opened(house, p) for p in (read, changed, moved)]
    ids.insert(1, house.the_draft(unread).id)
    draft = house.the_draft(changed)
    review.edit(house.store, draft.id, "cy", "Other words.", draft.version, house.clock)
    review.release(house.store, draft.id, "cy", house.clock)
    house.clock.forward(minutes=1)
    key = house.conversation(moved).turns[0].mention.key
    with house.store.write() as session:
        session.mentions.remove(key, at=house.clock.now(), reason="x")
    house.clock.forward(seconds=30)
    presence.be_here(house.store, house.case(read).id, "bo", "looking", house.clock)
    done = review.approve_opened(
        house.store, [*ids, ids[0]], "bo", house.clock, undo=UNDO, second=(), judge=house.judge
    )
    assert [d.draft_id for d in done] == ids, "each once"
    by_id = {d.draft_id: d for d in done}
    assert by_id[house.the_draft(read).id].approval is not None
    assert isinstance(by_id[house.the_draft(unread).id].error, NotOpened)
    assert isinstance(by_id[draft.id].error, StaleApproval)
    assert isinstance(done[3].error, StaleApproval)
    assert house.the_draft(read).state is DraftState.APPROVED
    with house.store.read() as session:
        approval = session.drafts.approval_of(ids[0])
    assert approval is not None and approval.seconds_to_decide == 90


def test_another_persons_opening_is_not_ones_own(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    draft_id = opened(house, post, "cy")
    (done,) = review.approve_opened(house.store, [draft_id], "bo", house.clock, undo=UNDO, second=())
    assert isinstance(done.error, NotOpened)


def test_lint_stops_one_and_no_other(house: House) -> None:
    posts = [house.write(f"my bag {n} is lost", author=f"a{n}") for n in range(2)]
    house.work()
    ids = [opened(house, p) for p in posts]

    class Finding:
        code, why = "x", "no"

    done = review.approve_opened(
        house.store,
        ids,
        "bo",
        house.clock,
        undo=UNDO,
        second=(),
        check=lambda text, talk, draft, user, recent: [Finding()] if draft.id == ids[0] else [],
    )
    assert isinstance(done[0].error, DraftBlocked)
    assert done[1].approval is not None


# --- who is here, and words that are in no draft -----------------------------------------------------


def test_who_is_here_is_seen_until_they_leave_or_fall_silent(house: House, burned: str) -> None:
    case_id = house.case(burned).id
    presence.be_here(house.store, case_id, "bo", "looking", house.clock)
    presence.be_here(house.store, case_id, "cy", "typing", house.clock)

    def others() -> list[tuple[str, str]]:
        with house.store.read() as session:
            found = presence.others_here(session, case_id, "bo", house.clock.now())
        return [(p.user, p.doing) for p in found]

    assert others() == [("cy", "typing")]
    presence.be_here(house.store, case_id, "cy", "looking", house.clock)
    assert others() == [("cy", "looking")]
    house.clock.forward(seconds=26)
    assert others() == []
    presence.be_here(house.store, case_id, "cy", "looking", house.clock)
    presence.be_here(house.store, case_id, "cy", "gone", house.clock)
    assert others() == []
    with pytest.raises(WrongUse):
        presence.be_here(house.store, case_id, "cy", "sleeping", house.clock)
    with pytest.raises(NotFound):
        presence.be_here(house.store, 99, "cy", "looking", house.clock)


def test_words_that_are_in_no_draft_are_kept_for_whoever_typed_them(house: House, burned: str) -> None:
    case_id = house.case(burned).id
    presence.keep_words(house.store, case_id, "bo", "I was just going to say", house.clock)
    presence.keep_words(house.store, case_id, "bo", "I was just going to say: sorry", house.clock)

    def kept(user: str) -> str | None:
        with house.store.read() as session:
            row = session.attention.kept_words(user, case_id)
        return row["text"] if row else None

    assert (kept("bo"), kept("cy")) == ("I was just going to say: sorry", None)
    presence.keep_words(house.store, case_id, "bo", "  ", house.clock)
    assert kept("bo") is None


def test_nobodys_words_about_a_removed_post_are_kept(house: House, burned: str) -> None:
    from monitor.stages.removal import remove_post

    case_id = house.case(burned).id
    presence.keep_words(house.store, case_id, "bo", "Your burned hand …", house.clock)
    with house.store.write() as session:
        key = session.cases.conversation(case_id).turns[0].mention.key
        remove_post(session, key, house.clock.now(), "deleted")
        assert session.attention.kept_words("bo", case_id) is None


def test_a_yes_without_a_second_in_the_rules_is_enough(house: House, burned: str) -> None:
    what = shown(house, house.the_draft(burned).id)
    draft_id = house.the_draft(burned).id
    approval = review.approve(house.store, draft_id, "bo", what, house.clock, undo=timedelta(0), second=())
    assert approval.is_enough
