from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.domain.case import CaseStatus, Lane, Outcome
from monitor.domain.draft import DraftState
from monitor.domain.mention import Mention, MentionKey, Origin
from monitor.domain.naming import Naming
from monitor.domain.reading import Urgency
from monitor.domain.verdict import MayReply, Verdict
from monitor.stages.read import read
from monitor.stages.review import edit
from monitor.stages.triage import triage
from tests.integration.stages.house import OWN, House, PlainReader


def test_a_complaint_opens_a_case_with_a_clock_and_a_draft(house: House) -> None:
    post = house.write("@brand my bag is lost")
    report = house.work()
    case = house.case(post)
    assert (report.opened, report.joined) == (1, 0)
    assert (case.status, case.urgency, case.lane) == (CaseStatus.OPEN, Urgency.P2, Lane.NEEDS_APPROVAL)
    assert case.due_at == house.clock.now() + timedelta(hours=4)
    assert case.title == "my bag is lost"
    assert house.the_draft(post).in_reply_to == post


def test_running_every_stage_twice_changes_nothing(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    before = (house.case(post), house.drafts(post), house.audit())
    for _ in range(3):
        house.work()
    assert (house.case(post), house.drafts(post), house.audit()) == before


def test_noise_is_set_aside_not_thrown_away(house: House) -> None:
    post = house.write("buy crypto now")
    report = house.work()
    assert report.aside == 1
    assert house.case(post).lane is Lane.ASIDE
    assert house.draft(post) is None
    with house.store.read() as session:
        assert len(session.mentions.search("crypto")) == 1


def test_posts_about_somebody_with_a_name_like_ours_are_set_aside(house: House) -> None:
    theirs = house.write("Acme Traders burned my toast")
    ours = house.write("Acme burned my toast", author="cy")
    read(house.store, PlainReader(), lambda _: OWN, house.clock)
    naming = Naming(("Acme",), ("acme traders",))
    report = triage(house.store, lambda *_: house.verdict, house.clock, means_others=naming.means_others)
    assert report.urgent == [house.case(ours).id]
    assert house.case(theirs).lane is Lane.ASIDE


def test_noise_that_asks_for_a_person_is_not_noise(house: House) -> None:
    post = house.write("crypto? no. get me a human")
    house.work()
    assert house.case(post).status is CaseStatus.OPEN


def test_whoever_asks_for_a_human_gets_no_automatic_draft(house: House) -> None:
    post = house.write("my bag is lost, let me speak to a human")
    house.work()
    assert house.draft(post) is None
    assert house.case(post).lane is Lane.BY_HAND
    case_id = house.case(post).id
    with house.store.read() as session:
        held = session.cases.withheld(case_id)
    assert held is not None
    assert held["reason"] == "asks_for_human"


def test_p0_is_in_now_and_reported_once(house: House) -> None:
    post = house.write("the kettle burned my hand")
    assert house.work().urgent == [house.case(post).id]
    assert house.case(post).lane is Lane.NOW
    assert house.work().urgent == []


def test_the_same_customer_in_one_conversation_is_one_case(house: House) -> None:
    first = house.write("my bag is lost", conversation="77")
    house.work()
    second = house.write("stranded without it", conversation="77")
    report = house.work()
    assert (report.opened, report.joined) == (0, 1)
    assert house.case(first).id == house.case(second).id
    assert house.case(first).urgency is Urgency.P1
    assert house.case(first).lane is Lane.NOW


def test_another_customer_in_the_same_conversation_is_another_case(house: House) -> None:
    first = house.write("my bag is lost", conversation="77")
    second = house.write("mine is lost as well", author="cy", conversation="77", reply_to=first)
    house.work()
    assert house.case(first).id != house.case(second).id


def test_newest_first_collection_finds_the_same_cases(house: House) -> None:
    reply = house.write("still lost", reply_to="5", at=house.clock.now())
    house.work()
    root = house.write("my bag is lost", native_id="5", at=house.clock.now() - timedelta(hours=1))
    house.work()
    assert house.case(reply).id == house.case(root).id


def test_a_second_matter_after_days_is_a_repeat_contact(house: House) -> None:
    house.write("my bag is lost")
    house.work()
    house.clock.forward(hours=72)
    later = house.write("how do I get my bag back? lost again")
    house.work()
    case = house.case(later)
    assert {"repeat_contact", "prior_unanswered"} <= set(case.signals)
    assert case.urgency is Urgency.P2


def test_a_machine_draft_makes_way_for_a_new_one(house: House) -> None:
    first = house.write("my bag is lost")
    house.work()
    old = house.the_draft(first)
    second = house.write("and now I am stranded", reply_to=first)
    house.work()
    states = [d.state for d in house.drafts(first)]
    assert states == [DraftState.SUPERSEDED, DraftState.PROPOSED]
    assert house.the_draft(first).in_reply_to == second
    assert house.the_draft(first).id != old.id


def test_a_persons_words_are_kept_when_the_conversation_moves(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    written = edit(house.store, house.the_draft(post).id, "bo", "My own words.", 1, house.clock)
    house.write("hello? lost!", reply_to=post)
    house.work()
    kept = house.the_draft(post)
    assert (kept.id, kept.text, kept.state) == (written.id, "My own words.", DraftState.STALE)


def test_thanks_do_not_reopen_an_answered_case(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    house.send(house.the_draft(post).id)
    house.clock.forward(minutes=5)
    house.write("thanks, found it", reply_to=post)
    house.work()
    assert house.case(post).status is CaseStatus.WAITING


def test_coming_back_angrier_reopens_and_counts_as_worse(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    house.send(house.the_draft(post).id)
    house.clock.forward(hours=1)
    house.write("I am furious, useless answer", reply_to=post)
    house.work()
    case = house.case(post)
    assert case.status is CaseStatus.OPEN
    assert case.due_at == house.clock.now() + timedelta(hours=4)
    with house.store.read() as session:
        assert [o["outcome"] for o in session.cases.outcomes(case.id)] == [Outcome.WORSE.value]


def test_stop_is_for_ever(house: House) -> None:
    post = house.write("stop replying to me")
    house.work()
    assert house.case(post).outcome is Outcome.OPTED_OUT
    house.clock.forward(hours=100)
    later = house.write("my bag is lost")
    house.work()
    assert house.case(later).verdict == MayReply.LISTEN_ONLY.value
    assert house.case(later).verdict_rule == "author.opted_out"


def test_a_stop_request_does_not_silence_a_danger(house: House) -> None:
    post = house.write("stop the bot, it burned my house")
    house.work()
    assert house.case(post).lane is Lane.NOW


def test_our_own_post_closes_the_loop_and_opens_nothing(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    house.clock.forward(minutes=10)
    own = house.write("We found it!", author="brand", reply_to=post)
    report = house.work()
    assert report.opened == 0
    case = house.case(post)
    assert house.case(own).id == case.id
    assert case.status is CaseStatus.WAITING
    assert case.first_response_at == house.clock.now()
    assert [d.state for d in house.drafts(post)] == [DraftState.SUPERSEDED]


def test_our_own_post_that_answers_nothing_we_know_is_kept_without_a_case(house: House) -> None:
    house.write("We are hiring", author="brand", native_id="900")
    assert house.work().opened == 0
    with house.store.read() as session:
        assert session.cases.of_post(MentionKey("x", "900")) is None
        assert session.mentions.count() == 1


def test_backfill_sets_no_clocks_and_drafts_nothing(house: House) -> None:
    post = house.write("the kettle burned me", origin=Origin.BACKFILL)
    house.work()
    assert house.case(post).due_at is None
    assert house.draft(post) is None


def test_an_old_post_starts_its_clock_when_it_came_to_light(house: House) -> None:
    post = house.write("my bag is lost", at=house.clock.now() - timedelta(days=3000))
    house.work()
    assert house.case(post).due_at == house.clock.now() + timedelta(hours=4)


@pytest.mark.parametrize(
    ("verdict", "lane"), [(MayReply.HANDOFF, Lane.BY_HAND), (MayReply.POSTABLE, Lane.NEEDS_APPROVAL)]
)
def test_the_verdict_decides_who_posts(house: House, verdict: MayReply, lane: Lane) -> None:
    house.verdict = Verdict(verdict, "test.rule", "a test")
    post = house.write("my bag is lost")
    house.work()
    assert (house.case(post).lane, house.case(post).verdict_rule) == (lane, "test.rule")


def test_a_post_without_author_is_a_case_of_its_own(house: House) -> None:
    posts = [Mention("x", str(i), "bag lost", house.clock.now()) for i in range(2)]
    house.collect(posts)
    house.work()
    assert house.case("0").id != house.case("1").id


def test_follower_counts_change_nothing_about_urgency(house: House) -> None:
    small = Mention("x", "1", "bag lost", house.clock.now(), author="a", author_followers=3)
    large = Mention("x", "2", "bag lost", house.clock.now(), author="b", author_followers=3_000_000)
    house.collect([small, large])
    house.work()
    assert house.case("1").due_at == house.case("2").due_at
    assert house.case("1").urgency == house.case("2").urgency


def test_an_edited_post_is_read_again_and_may_become_urgent(house: House) -> None:
    post = house.write("my bag is lost")
    house.work()
    edited = Mention(
        "x",
        post,
        "it burned me",
        house.clock.now(),
        author="ann",
        author_id="id-ann",
        edited_at=house.clock.now(),
    )
    house.collect([edited])
    house.work()
    assert house.case(post).urgency is Urgency.P0
    assert [d.state for d in house.drafts(post)][:1] == [DraftState.SUPERSEDED]
