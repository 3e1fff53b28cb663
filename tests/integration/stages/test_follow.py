from __future__ import annotations

from datetime import timedelta

from monitor.domain.case import CaseStatus, Lane, Outcome
from monitor.domain.draft import PromiseKind, PromisePlan
from monitor.domain.mention import MentionKey
from monitor.domain.moments import utc_text
from monitor.stages.follow import follow
from monitor.stages.people import add_user
from monitor.stages.removal import TOMBSTONE, remove_post
from monitor.stages.review import settle_promise
from monitor.store.protocol import Row
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


def promised(house: House, hours: float = 6, kind: PromiseKind = PromiseKind.WORD) -> str:
    due = house.clock.now() + timedelta(hours=hours)
    house.promise = PromisePlan("I'll write by six.", "care desk", due, kind)
    return answered(house)


def the_promise(house: House, post: str) -> Row:
    case = house.case(post)
    with house.store.read() as session:
        return session.promises.of_case(case.id)[0]


def test_a_promise_comes_back_to_its_keeper_while_there_is_time(house: House) -> None:
    post = promised(house)
    assert the_promise(house, post)["keeper"] == "bo", "whoever approved it, where nobody else is named"
    house.clock.forward(hours=5, minutes=20)
    assert follow(house.store, house.clock).reminded == 0
    house.clock.forward(minutes=6)
    assert follow(house.store, house.clock).reminded == 1
    assert follow(house.store, house.clock).reminded == 0
    case = house.case(post)
    assert (case.status, case.assignee, case.lane) == (CaseStatus.OPEN, "bo", Lane.BY_HAND)
    house.work()
    assert house.draft(post) is None, "only a person can say how the promise stands"
    assert settle_promise(house.store, the_promise(house, post)["id"], "bo", True, house.clock)
    assert not settle_promise(house.store, the_promise(house, post)["id"], "bo", True, house.clock)
    assert house.case(post).status is CaseStatus.WAITING, "nothing is owed any more"


def test_of_a_short_promise_its_keeper_hears_half_way(house: House) -> None:
    promised(house, hours=0.5)
    house.clock.forward(minutes=6)
    assert follow(house.store, house.clock).reminded == 0
    house.clock.forward(minutes=7)
    assert follow(house.store, house.clock).reminded == 1


def test_the_owner_keeps_a_promise_who_is_somebody_here(house: House) -> None:
    add_user(house.store, "care desk", "agent", "a long enough password", house.clock)
    assert the_promise(house, promised(house))["keeper"] == "care desk"


def test_our_next_reply_keeps_a_promised_word(house: House) -> None:
    post = promised(house)
    assert follow(house.store, house.clock).kept == 0, "the reply that promised is not its own keeping"
    house.promise = None
    house.write("still lost", reply_to=post)
    house.work()
    house.send(house.the_draft(post).id)
    said = house.clock.now()
    house.clock.forward(minutes=10)
    assert follow(house.store, house.clock).kept == 1
    kept = the_promise(house, post)
    assert (kept["state"], kept["settled_at"]) == ("kept", utc_text(said))
    assert follow(house.store, house.clock).kept == 0


def test_a_word_given_by_hand_keeps_it_too(house: House) -> None:
    post = promised(house)
    house.write("your bag is here", author="brand", reply_to=post)
    house.work()
    assert follow(house.store, house.clock).kept == 1


def test_a_reply_does_not_pass_praise_on(house: House) -> None:
    post = promised(house, kind=PromiseKind.RELAY)
    house.write("anything else?", author="brand", reply_to=post)
    house.work()
    assert follow(house.store, house.clock).kept == 0
    house.clock.forward(hours=6)
    assert follow(house.store, house.clock).reminded == 1
    assert house.case(post).status is CaseStatus.WAITING, "no customer waits for it"
    with house.store.read() as session:
        assert [n["kind"] for n in session.casework.notices("bo")] == ["promise"]


def test_a_day_after_its_time_a_promise_is_broken(house: House) -> None:
    post = promised(house)
    house.clock.forward(hours=29)
    assert follow(house.store, house.clock).broken == 0
    house.clock.forward(hours=2)
    assert follow(house.store, house.clock).broken == 1
    assert the_promise(house, post)["state"] == "broken"
    assert house.case(post).status is CaseStatus.OPEN, "the customer still waits"
    assert house.audit()


def test_silence_does_not_close_what_we_still_owe(house: House) -> None:
    promised(house, hours=100)
    house.clock.forward(hours=80)
    assert follow(house.store, house.clock).silent == 0


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
        assert session.inbox.search("secretword") == ([], "")
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
