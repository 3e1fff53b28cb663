"""Preflight: every check of the table fails here once, with its code, and nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.case import CaseStatus, Lane
from monitor.domain.draft import DraftState
from monitor.domain.errors import (
    AnsweredMeanwhile,
    AuthExpired,
    ParentEdited,
    QuotaExhausted,
    RateLimited,
    Refused,
    TargetClosed,
    TargetGone,
    Transient,
)
from monitor.domain.freezing import Scope
from monitor.domain.mention import MentionKey
from monitor.domain.posting import AttemptState, Posted
from monitor.domain.preflight import CHECKS, SAID, advice_for
from monitor.domain.verdict import MayReply, Verdict
from monitor.stages.publish import Purse
from monitor.stages.removal import remove_post
from tests.integration.stages.house import House
from tests.integration.stages.outgoing import Priced, due, earlier, last, limited, mention


@pytest.fixture
def post(house: House) -> str:
    native_id = house.write("my bag is lost")
    house.work()
    return native_id


# --- what we know ourselves ------------------------------------------------------------------------


def text_changed(house: House, post: str) -> None:
    draft = house.the_draft(post)
    with house.store.write() as session:
        session.drafts.move(draft, DraftState.APPROVED, house.clock.now(), text="other words")


def too_old(house: House, post: str) -> None:
    house.clock.forward(hours=25)


def frozen(house: House, post: str) -> None:
    """The freeze comes between the yes and the sending, and the stage that freezes has not run."""
    with house.store.write() as session:
        session.outgoing.freeze(Scope.parse("source:src"), "wrong prices", "mara", house.clock.now())


def parent_gone(house: House, post: str) -> None:
    with house.store.write() as session:
        remove_post(session, MentionKey("x", post), house.clock.now(), "deleted")


def parent_edited(house: House, post: str) -> None:
    house.write("it is my hat that is lost", native_id=post)


def customer_wrote(house: House, post: str) -> None:
    house.write("hello? lost!", reply_to=post)
    house.work()


def answered(house: House, post: str) -> None:
    house.write("Found it, ann.", author="brand", reply_to=post)
    house.work()


def opted_out(house: House, post: str) -> None:
    with house.store.write() as session:
        session.mentions.opt_out("x", "id-ann", at=house.clock.now(), mention_id=None)


def not_permitted(house: House, post: str) -> None:
    locked = Verdict(MayReply.LISTEN_ONLY, "test.locked", "The thread is locked.")
    house.outlet = replace(house.outlet, judge=lambda _source, _mention: locked)


def no_outlet(house: House, post: str) -> None:
    house.route = lambda _source, _platform: None  # type: ignore[method-assign]


def rate(house: House, post: str) -> None:
    limited(house, 1, timedelta(minutes=15))
    earlier(house)


def budget(house: House, post: str) -> None:
    house.outlet = replace(house.outlet, publisher=Priced(house.clock), purse=Purse("src", 0.05))


Change = Callable[[House, str], None]
KNOWN: list[tuple[Change, str, DraftState, Lane]] = [
    (text_changed, "publish.text_changed", DraftState.STALE, Lane.NEEDS_APPROVAL),
    (too_old, "publish.too_old", DraftState.EDITED, Lane.NEEDS_APPROVAL),
    (frozen, "publish.frozen", DraftState.FROZEN, Lane.PROBLEMS),
    (parent_edited, "publish.parent_edited", DraftState.STALE, Lane.NEEDS_APPROVAL),
    (customer_wrote, "publish.customer_wrote", DraftState.STALE, Lane.NEEDS_APPROVAL),
    (answered, "publish.answered", DraftState.STALE, Lane.WAITING),
    (opted_out, "publish.opted_out", DraftState.WITHDRAWN, Lane.BY_HAND),
    (not_permitted, "publish.not_permitted", DraftState.STALE, Lane.NEEDS_APPROVAL),
    (no_outlet, "publish.no_outlet", DraftState.EDITED, Lane.NEEDS_APPROVAL),
    (rate, "publish.rate", DraftState.APPROVED, Lane.WAITING),
    (budget, "publish.budget", DraftState.APPROVED, Lane.PROBLEMS),
]


@pytest.mark.parametrize(("change", "code", "state", "lane"), KNOWN, ids=[k[1] for k in KNOWN])
def test_what_we_know_ourselves_stops_the_reply(
    house: House, post: str, change: Change, code: str, state: DraftState, lane: Lane
) -> None:
    draft = due(house, post)
    change(house, post)
    house.publish()
    found = last(house, post)
    assert (found.id, found.reason_code, found.state) == (draft.id, code, state)
    assert found.reason and found.reason.endswith((".", "gone", "prices")), found.reason
    assert house.case(post).lane is lane
    assert draft.text not in [r.text for r in house.platform.arrived]
    assert advice_for(code)


def test_a_removed_post_takes_its_reply_along(house: House, post: str) -> None:
    due(house, post)
    parent_gone(house, post)
    house.publish()
    assert (last(house, post).state, house.platform.sends) == (DraftState.WITHDRAWN, 0)


def test_every_check_of_the_table_has_a_code_an_advice_and_a_consequence() -> None:
    assert len(CHECKS) == 20
    for code, check in CHECKS.items():
        assert code == check.code and code.startswith("publish.")
        assert check.advice.endswith((".", ")."))
        assert check.then.keeps_the_yes == (check.then.state is DraftState.APPROVED)
    assert not CHECKS.keys() & SAID.keys()
    assert advice_for("x.not_summoned") is None


# --- what the platform shows ------------------------------------------------------------------------


def test_an_answer_by_hand_on_the_platform_is_seen_and_kept(house: House, post: str) -> None:
    due(house, post)
    by_hand = mention(house, "900", "I found it, ann!", to=post)
    house.platform.prepare_raises = [AnsweredMeanwhile("brand answered them", posts=[by_hand])]
    report = house.publish()
    draft = last(house, post)
    assert (report.stale, draft.state, draft.reason_code) == (
        [draft.id],
        DraftState.STALE,
        "publish.answered",
    )
    assert house.platform.sends == 0
    case = house.case(post)
    assert (case.status, case.lane, case.first_response_at) == (
        CaseStatus.WAITING,
        Lane.WAITING,
        by_hand.created_at,
    )
    assert [t.mention.native_id for t in house.conversation(post).turns if t.own] == ["900"]


def test_an_earlier_try_that_arrived_late_counts_as_this_reply(house: House, post: str) -> None:
    """Proven absent too early, approved again: the look before sending finds it; nothing is sent twice."""
    draft = due(house, post)
    ours = mention(house, "901", draft.text, to=post)
    there = Posted("901", ours.created_at, ours.url)
    house.platform.prepare_raises = [AnsweredMeanwhile("it is there", posts=[ours], itself=there)]
    assert house.publish().posted == [draft.id]
    assert (last(house, post).state, house.platform.sends) == (DraftState.POSTED, 0)
    with house.store.read() as session:
        attempt = session.drafts.last_attempt(draft.id)
    assert attempt is not None and (attempt.state, attempt.native_id) == (AttemptState.POSTED, "901")


def test_an_edit_that_only_the_platform_knows_brings_its_new_text(house: House, post: str) -> None:
    due(house, post)
    edited = replace(mention(house, post, "my hat is lost", author="ann"), edited_at=house.clock.now())
    house.platform.prepare_raises = [ParentEdited("it was edited", now=edited)]
    house.publish()
    assert (last(house, post).state, last(house, post).reason_code) == (
        DraftState.STALE,
        "publish.parent_edited",
    )
    assert house.conversation(post).turns[0].mention.text == "my hat is lost"
    house.work()  # it is read and triaged anew; the person's text is still there
    assert last(house, post).state is DraftState.STALE


def test_a_post_the_platform_no_longer_shows_gets_no_new_draft_and_a_second_look(
    house: House, post: str
) -> None:
    due(house, post)
    house.platform.prepare_raises = [TargetGone("it is gone")]
    house.publish()
    house.work()
    assert [d.state for d in house.drafts(post)] == [DraftState.WITHDRAWN]
    with house.store.read() as session:
        assert [d.stored.mention.native_id for d in session.rechecks.due("src", house.clock.now(), 9)] == [
            post
        ]


HOUR = timedelta(hours=1)
SAID_THERE: list[tuple[Exception, str, DraftState, Lane]] = [
    (TargetClosed("The thread is locked."), "publish.closed", DraftState.STALE, Lane.NEEDS_APPROVAL),
    (
        Refused("Nobody summoned us.", rule="x.not_summoned"),
        "x.not_summoned",
        DraftState.EDITED,
        Lane.NEEDS_APPROVAL,
    ),
    (AuthExpired("The token is old."), "publish.credential", DraftState.APPROVED, Lane.PROBLEMS),
    (QuotaExhausted("No credits."), "publish.budget", DraftState.APPROVED, Lane.PROBLEMS),
    (Transient("No answer."), "publish.platform", DraftState.APPROVED, Lane.WAITING),
    (KeyError("surprise"), "publish.platform", DraftState.APPROVED, Lane.WAITING),
]


@pytest.mark.parametrize(("error", "code", "state", "lane"), SAID_THERE, ids=[s[1] for s in SAID_THERE])
def test_what_the_platform_says_against_it(
    house: House, post: str, error: Exception, code: str, state: DraftState, lane: Lane
) -> None:
    draft = due(house, post)
    house.platform.prepare_raises = [error]
    house.publish()
    found = last(house, post)
    assert (found.reason_code, found.state, house.case(post).lane) == (code, state, lane)
    assert house.platform.sends == 0
    if state is DraftState.APPROVED:
        house.clock.forward(minutes=16)
        assert house.publish().posted == [draft.id]
        assert house.case(post).lane is Lane.WAITING


def test_what_concerns_the_account_is_asked_once_and_told_to_all(house: House) -> None:
    posts = [house.write("bag lost", author=f"a{i}") for i in range(5)]
    house.work()
    for one in posts:
        house.approve(house.the_draft(one).id)
    house.clock.forward(seconds=16)
    until = house.clock.now() + timedelta(minutes=15)
    house.platform.prepare_raises = [RateLimited("429", retry_at=until)] * 5
    report = house.publish()
    assert (len(report.postponed), len(house.platform.prepare_raises)) == (5, 4)
    assert {house.the_draft(p).send_after for p in posts} == {until}
    house.platform.prepare_raises = []
    assert house.publish().posted == []
    house.clock.forward(minutes=15)
    assert len(house.publish().posted) == 5
