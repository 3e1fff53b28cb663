"""May we reply: asked before a word is written, and again when somebody says yes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.domain.draft import PromisePlan
from monitor.domain.errors import DraftBlocked
from monitor.domain.mention import MentionKey
from monitor.domain.verdict import MayReply, Verdict
from monitor.stages import review
from monitor.stages.removal import remove_post
from monitor.stages.verdict import verdict_of
from tests.integration.stages.house import UNDO, House

LOCKED = Verdict(MayReply.LISTEN_ONLY, "test.locked", "The thread is locked.", "a test")
BY_HAND = Verdict(MayReply.HANDOFF, "test.not_summoned", "They didn't address us.", "a test")


def verdict(house: House, post: str) -> Verdict:
    conversation = house.conversation(post)
    with house.store.read() as session:
        return verdict_of(session, conversation, house.judge)


def yes(house: House, post: str) -> None:
    draft, conversation = review.show(house.store, house.the_draft(post).id)
    shown = review.Shown(draft.text, conversation.hash, draft.version)
    review.approve(house.store, draft.id, "bo", shown, house.clock, undo=UNDO, second=(), judge=house.judge)


def test_a_thread_that_was_locked_since_is_not_drafted_for_as_if_it_were_open(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    review.reject(house.store, house.the_draft(post).id, "bo", "wrong_tone", house.clock)
    review.reopen(house.store, house.case(post).id, "bo", house.clock)
    house.verdict = LOCKED
    house.write("lost, and nobody answers", reply_to=post)
    house.work()
    case = house.case(post)
    assert (case.verdict, case.verdict_rule) == ("listen_only", "test.locked")


def test_what_changed_between_triage_and_drafting_is_seen(house: House) -> None:
    post = house.write("my bag is lost")
    house.work(drafting=False)
    assert house.case(post).verdict == "postable"
    house.verdict = BY_HAND
    house.work()
    assert (house.case(post).verdict, house.case(post).verdict_rule) == ("handoff", "test.not_summoned")
    assert house.draft(post) is not None, "a person may post it by hand"
    assert house.audit()


def test_a_yes_asks_once_more(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    house.verdict = LOCKED
    with pytest.raises(DraftBlocked, match="The thread is locked"):
        yes(house, post)


def test_a_second_reply_to_the_same_post_is_a_persons(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    assert verdict(house, post).may_reply is MayReply.POSTABLE
    house.send(house.the_draft(post).id)
    house.clock.forward(minutes=5)
    case = review.reopen(house.store, house.case(post).id, "bo", house.clock)
    assert verdict(house, post).rule == "interaction.answered"
    review.write(house.store, case.id, "bo", "One thing more.", "src", house.clock)
    with pytest.raises(DraftBlocked, match="they have not written since"):
        yes(house, post)
    review.hand_off(house.store, house.the_draft(post).id, "bo", house.clock)
    house.clock.forward(minutes=5)
    house.write("ok but it is still lost", reply_to=post)
    assert house.work().joined == 1
    assert verdict(house, post).may_reply is MayReply.POSTABLE, "they wrote again"


def test_a_reply_of_ours_to_somebody_else_answers_nobody_here(house: House) -> None:
    ours = house.write("We changed our app", author="brand")
    post = house.write("my bag is lost", reply_to=ours)
    house.work()
    house.clock.forward(minutes=1)
    house.write("Thanks", author="brand", reply_to="elsewhere", conversation=ours)
    house.work()
    assert not house.conversation(post).is_answered


def test_opting_out_is_for_ever(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    with house.store.write() as session:
        session.mentions.opt_out("x", "id-ann", at=house.clock.now(), mention_id=1)
    assert verdict(house, post).rule == "author.opted_out"
    house.clock.forward(hours=24 * 400)
    assert verdict(house, post).may_reply is MayReply.LISTEN_ONLY


def test_nothing_is_left_to_answer(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    with house.store.write() as session:
        remove_post(session, MentionKey("x", post), house.clock.now() + timedelta(1), "deleted")
    assert verdict(house, post).rule == "post.gone"


def test_a_draft_is_written_anew_before_the_time_it_promises_comes_too_near(house: House) -> None:
    house.promise = PromisePlan("by six", "care desk", house.clock.now() + timedelta(hours=6))
    post = house.write("my bag is lost")
    house.work()
    first = house.the_draft(post)
    house.clock.forward(hours=3)
    house.work()
    assert house.the_draft(post).id == first.id, "there is time yet"
    house.clock.forward(hours=1, minutes=30)
    house.promise = PromisePlan("by noon tomorrow", "care desk", house.clock.now() + timedelta(hours=9))
    house.work()
    second = house.the_draft(post)
    assert (second.id, second.promise) == (first.id, house.promise), "the same draft, with new words"
    assert second.version > first.version and len(house.drafts(post)) == 1
    house.clock.forward(minutes=1)
    house.work()
    assert house.the_draft(post).version == second.version, "once"
    assert house.audit()


def test_a_persons_words_make_way_for_nothing(house: House) -> None:
    house.promise = PromisePlan("by six", "care desk", house.clock.now() + timedelta(hours=6))
    post = house.write("my bag is lost")
    house.work()
    draft = house.the_draft(post)
    review.edit(house.store, draft.id, "bo", f"{draft.text} by six", draft.version, house.clock)
    house.clock.forward(hours=5)
    house.work()
    assert house.the_draft(post).id == draft.id
