from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.domain.case import CaseStatus, Lane
from monitor.domain.draft import DraftState, PromisePlan
from monitor.domain.errors import AuthExpired, RateLimited, Refused, TargetGone
from monitor.domain.mention import MentionKey
from monitor.domain.posting import Absence, AttemptState, Declined, Later, Unknown
from monitor.stages.publish import Policy, publish, routes
from monitor.stages.removal import remove_post
from tests.integration.stages.house import House


@pytest.fixture
def post(house: House) -> str:
    native_id = house.write("my bag is lost")
    house.work()
    return native_id


def last_attempt(house: House, post: str) -> AttemptState:
    draft = house.drafts(post)[-1]
    with house.store.read() as session:
        attempt = session.drafts.last_attempt(draft.id)
    assert attempt is not None
    return attempt.state


def test_nothing_is_posted_that_nobody_approved(house: House, post: str) -> None:
    house.clock.forward(days=2)
    house.publish()
    assert house.platform.sends == 0


def test_nothing_is_posted_while_it_can_be_undone(house: House, post: str) -> None:
    house.approve(house.the_draft(post).id)
    house.clock.forward(seconds=14)
    assert house.publish().posted == []
    house.clock.forward(seconds=1)
    assert len(house.publish().posted) == 1


def test_a_posted_reply_is_in_the_conversation_and_stops_the_clock(house: House, post: str) -> None:
    house.promise = PromisePlan("by six", "bo", house.clock.now() + timedelta(hours=6))
    house.write("lost, as I said", reply_to=post)
    house.work()
    draft = house.the_draft(post)
    assert house.send(draft.id).posted == [draft.id]
    assert house.drafts(post)[-1].state is DraftState.POSTED
    case = house.case(post)
    assert (case.status, case.lane) == (CaseStatus.WAITING, Lane.WAITING)
    assert case.first_response_at == house.clock.now()
    ours = [t.mention for t in house.conversation(post).turns if t.own]
    assert [(m.text, m.author, m.in_reply_to) for m in ours] == [(draft.text, "brand", draft.in_reply_to)]
    with house.store.read() as session:
        assert [p["owner"] for p in session.promises.of_case(case.id)] == ["bo"]


def test_publishing_twice_posts_once(house: House, post: str) -> None:
    house.send(house.the_draft(post).id)
    house.publish()
    house.publish()
    assert len(house.platform.arrived) == 1


def test_our_reply_coming_back_from_the_platform_changes_nothing(house: House, post: str) -> None:
    house.send(house.the_draft(post).id)
    before = house.case(post)
    house.write("Thank you, ann. Reply 1.", author="brand", reply_to=post, native_id="p1")
    house.work()
    assert house.case(post) == before
    assert len(house.conversation(post).turns) == 2


@pytest.mark.parametrize("died", ["died before", "died after"])
def test_killed_around_the_call_ends_in_unknown_then_in_the_truth(house: House, post: str, died: str) -> None:
    draft_id = house.the_draft(post).id
    house.platform.answers = [died]
    house.approve(draft_id)
    house.clock.forward(seconds=16)
    with pytest.raises(KeyboardInterrupt):
        house.publish()
    assert house.the_draft(post).state is DraftState.SENDING
    house.publish()
    assert house.the_draft(post).state is DraftState.SENDING, "while the lease runs nobody judges"
    house.clock.forward(minutes=3)
    report = house.publish()
    sent = 1 if died == "died after" else 0
    assert len(house.platform.arrived) == sent
    if sent:
        assert report.posted == [draft_id]
        assert last_attempt(house, post) is AttemptState.POSTED
        assert house.case(post).status is CaseStatus.WAITING
    else:
        assert report.returned == [draft_id]
        assert last_attempt(house, post) is AttemptState.ABSENT
        assert house.the_draft(post).state is DraftState.EDITED
    house.clock.forward(hours=1)
    house.publish()
    assert house.platform.sends == 1, "nothing is ever sent again by itself"


def test_provably_absent_may_be_approved_again_and_arrives_once(house: House, post: str) -> None:
    draft_id = house.the_draft(post).id
    house.platform.answers = [Unknown("the line was cut")]
    assert house.send(draft_id).unknown == [draft_id]
    assert house.case(post).lane is Lane.PROBLEMS
    house.publish()
    assert house.send(draft_id).posted == [draft_id]
    assert len(house.platform.arrived) == 1


def test_what_cannot_be_proven_stays_unknown(house: House, post: str) -> None:
    draft_id = house.the_draft(post).id
    house.platform.absence = Absence.UNPROVEN
    house.platform.answers = [Unknown("the line was cut")]
    house.send(draft_id)
    for _ in range(5):
        house.clock.forward(hours=1)
        house.publish()
    assert house.the_draft(post).state is DraftState.UNKNOWN
    assert house.platform.sends == 1


def test_a_conversation_that_moved_is_not_answered(house: House, post: str) -> None:
    draft_id = house.the_draft(post).id
    house.approve(draft_id)
    house.write("forget it, lost cause", reply_to=post)
    house.clock.forward(seconds=16)
    house.work()
    house.publish()
    assert house.platform.sends == 0
    assert house.the_draft(post).state is DraftState.STALE


def test_an_edit_between_yes_and_sending_is_noticed(house: House, post: str) -> None:
    house.approve(house.the_draft(post).id)
    with house.store.write() as session:
        changed = session.mentions.by_key(MentionKey("x", post))
        assert changed is not None
    house.write("it is my hat that is lost", native_id=post, at=house.clock.now())
    house.clock.forward(seconds=16)
    report = house.publish()  # before read and triage had a chance to see the edit
    assert house.platform.sends == 0
    assert len(report.stale) == 1
    assert house.the_draft(post).state is DraftState.STALE


def test_a_deleted_post_is_not_answered(house: House, post: str) -> None:
    house.approve(house.the_draft(post).id)
    with house.store.write() as session:
        assert remove_post(session, MentionKey("x", post), house.clock.now(), "deleted")
    house.clock.forward(seconds=16)
    house.publish()
    assert house.platform.sends == 0
    (draft,) = house.drafts(post)
    assert (draft.state, draft.text) == (DraftState.WITHDRAWN, "")
    assert house.case(post).status is CaseStatus.DONE


def test_a_post_found_deleted_at_the_last_moment(house: House, post: str) -> None:
    house.platform.prepare_raises = [TargetGone("the post is gone")]
    house.send(house.the_draft(post).id)
    assert house.platform.sends == 0
    assert house.drafts(post)[-1].state is DraftState.WITHDRAWN


def test_an_author_who_said_stop_in_the_meantime(house: House, post: str) -> None:
    house.approve(house.the_draft(post).id)
    with house.store.write() as session:
        session.mentions.opt_out("x", "id-ann", at=house.clock.now(), mention_id=None)
    house.clock.forward(seconds=16)
    house.publish()
    assert house.platform.sends == 0
    assert house.drafts(post)[-1].state is DraftState.WITHDRAWN


def test_what_the_platform_refuses_goes_back_with_its_words(house: House, post: str) -> None:
    draft_id = house.the_draft(post).id
    house.platform.answers = [Declined("locked", "This thread is locked.")]
    assert house.send(draft_id).refused == [draft_id]
    draft = house.the_draft(post)
    assert (draft.state, draft.reason) == (DraftState.REFUSED, "This thread is locked.")
    assert house.case(post).lane is Lane.PROBLEMS


def test_later_means_later_and_not_twice(house: House, post: str) -> None:
    draft_id = house.the_draft(post).id
    house.platform.answers = [Later(house.clock.now() + timedelta(minutes=20), "slow down")]
    assert house.send(draft_id).postponed == [draft_id]
    house.clock.forward(minutes=10)
    house.publish()
    assert house.platform.sends == 1
    house.clock.forward(minutes=15)
    assert house.publish().posted == [draft_id]
    assert len(house.platform.arrived) == 1


@pytest.mark.parametrize("error", [AuthExpired("the token is old"), RateLimited])
def test_when_the_platform_cannot_be_asked_the_yes_stands(house: House, post: str, error: object) -> None:
    draft_id = house.the_draft(post).id
    if error is RateLimited:
        error = RateLimited("wait", retry_at=house.clock.now() + timedelta(minutes=5))
    assert isinstance(error, Exception)
    house.platform.prepare_raises = [error]
    assert house.send(draft_id).postponed == [draft_id]
    assert house.the_draft(post).state is DraftState.APPROVED
    house.clock.forward(minutes=10)
    assert house.publish().posted == [draft_id]


def test_refused_before_sending_goes_back_to_a_person(house: House, post: str) -> None:
    house.platform.prepare_raises = [Refused("too long by 12 characters", rule="length")]
    house.send(house.the_draft(post).id)
    draft = house.the_draft(post)
    assert (draft.state, draft.reason) == (DraftState.EDITED, "too long by 12 characters")


def test_a_source_that_cannot_post_goes_back_to_a_person(house: House) -> None:
    post = house.write("bag lost")
    house.work()
    house.approve(house.the_draft(post).id)
    house.clock.forward(seconds=16)
    publish(house.store, routes({}), house.clock)
    assert house.the_draft(post).state is DraftState.EDITED


def test_replies_on_one_platform_keep_their_distance(house: House) -> None:
    posts = [house.write("bag lost", author=f"a{i}") for i in range(3)]
    house.work()
    for post in posts:
        house.approve(house.the_draft(post).id)
    house.clock.forward(seconds=16)
    house.policy = Policy(pacing=timedelta(seconds=2))
    sent = []
    for _ in range(4):
        sent.append(len(house.publish().posted))
        house.clock.forward(seconds=2, milliseconds=1)
    assert sent == [1, 1, 1, 0]


def test_every_state_change_is_in_the_chain(house: House, post: str) -> None:
    house.send(house.the_draft(post).id)
    assert house.audit() >= 5
