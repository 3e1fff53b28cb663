from __future__ import annotations

from datetime import timedelta

from monitor.domain.case import CaseStatus, Outcome
from monitor.domain.draft import PromisePlan
from monitor.domain.mention import MentionKey
from monitor.stages.follow import follow
from monitor.stages.removal import TOMBSTONE, remove_post
from monitor.stages.review import settle_promise
from tests.integration.stages.house import House


def answered(house: House, text: str = "my bag is lost") -> str:
    post = house.write(text)
    house.work()
    house.send(house.the_draft(post).id)
    house.clock.forward(minutes=5)
    return post


def test_thanks_settle_a_case(house: House) -> None:
    post = answered(house)
    house.write("thanks!", reply_to=post)
    house.work()
    assert follow(house.store, house.clock).settled == 1
    assert house.case(post).outcome is Outcome.RESOLVED_CONFIRMED
    assert follow(house.store, house.clock).settled == 0


def test_thanks_of_somebody_who_had_reproached_us_is_a_recovery(house: House) -> None:
    post = answered(house, "I am furious")
    house.write("ok, thanks for sorting it", reply_to=post)
    house.work()
    follow(house.store, house.clock)
    assert house.case(post).outcome is Outcome.RECOVERED


def test_thanks_before_the_promise_is_kept_settle_nothing(house: House) -> None:
    house.promise = PromisePlan("by six", "bo", house.clock.now() + timedelta(hours=6))
    post = answered(house)
    house.write("thanks", reply_to=post)
    house.work()
    assert follow(house.store, house.clock).settled == 0


def test_silence_is_an_outcome_of_its_own(house: House) -> None:
    post = answered(house)
    house.clock.forward(hours=71)
    assert follow(house.store, house.clock).silent == 0
    house.clock.forward(hours=2)
    assert follow(house.store, house.clock).silent == 1
    assert house.case(post).outcome is Outcome.SILENT


def test_an_overdue_promise_brings_the_case_back_to_its_owner(house: House) -> None:
    house.promise = PromisePlan("by six", "cy", house.clock.now() + timedelta(hours=6))
    post = answered(house)
    assert follow(house.store, house.clock).reminded == 0
    house.clock.forward(hours=7)
    assert follow(house.store, house.clock).reminded == 1
    case = house.case(post)
    assert (case.status, case.assignee) == (CaseStatus.OPEN, "cy")
    house.work()
    assert house.draft(post) is None, "only a person can say how the promise stands"
    with house.store.read() as session:
        (promise,) = session.cases.promises(case.id)
    assert settle_promise(house.store, promise["id"], "cy", True, house.clock)
    assert not settle_promise(house.store, promise["id"], "cy", True, house.clock)


def test_removal_takes_the_words_everywhere(house: House) -> None:
    post = house.write("my secretword is lost")
    house.work()
    with house.store.write() as session:
        assert remove_post(session, MentionKey("x", post), house.clock.now(), "deleted")
        assert not remove_post(session, MentionKey("x", post), house.clock.now(), "deleted")
    case = house.case(post)
    assert (case.title, case.outcome, case.customer_handle) == (TOMBSTONE, Outcome.SOURCE_DELETED, None)
    drafts = house.drafts(post)
    with house.store.read() as session:
        assert session.cases.search("secretword") == []
        assert session.mentions.search("secretword") == []
        assert all(not session.drafts.texts(d.id) for d in drafts)
        assert all(not d.text for d in drafts)


def test_removing_one_of_two_posts_keeps_the_case(house: House) -> None:
    first = house.write("my bag is lost")
    house.work()
    second = house.write("it is blue, lost since noon", reply_to=first)
    house.work()
    with house.store.write() as session:
        remove_post(session, MentionKey("x", second), house.clock.now(), "deleted")
    case = house.case(first)
    assert (case.status, case.title) == (CaseStatus.OPEN, "my bag is lost")
    house.work()
    assert house.the_draft(first).in_reply_to == first
