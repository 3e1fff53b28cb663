"""Limits, money and pace: how many replies leave, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.draft import DraftState
from monitor.domain.errors import (
    WrongUse,
)
from monitor.domain.posting import Absence, AttemptState, OutgoingReply, Prepared, Unknown
from monitor.stages import review
from monitor.stages.publish import Policy, Purse
from tests.integration.stages.house import House, Platform
from tests.integration.stages.outgoing import Priced, due, earlier, last, limited


@pytest.fixture
def post(house: House) -> str:
    native_id = house.write("my bag is lost")
    house.work()
    return native_id


# --- limits, money, pace -----------------------------------------------------------------------------


def test_the_write_budget_of_an_account_holds_over_all_its_drafts(house: House) -> None:
    limited(house, 3, timedelta(minutes=15))
    posts = [house.write("bag lost", author=f"a{i}") for i in range(5)]
    house.work()
    for one in posts:
        house.approve(house.the_draft(one).id)
    house.clock.forward(seconds=16)
    assert len(house.publish().posted) == 3
    waiting = [d for p in posts if (d := house.draft(p)) is not None and d.state is DraftState.APPROVED]
    assert {d.reason_code for d in waiting} == {"publish.rate", None}, (
        "the first tells, the second waits behind"
    )
    house.clock.forward(minutes=14, seconds=59)
    assert house.publish().posted == []
    house.clock.forward(seconds=2)
    assert len(house.publish().posted) == 2


def test_the_price_is_taken_before_the_call_and_given_back_when_nothing_was_posted(
    house: House, post: str
) -> None:
    platform = Priced(house.clock)
    house.outlet = replace(house.outlet, publisher=platform, purse=Purse("src", 0.50))
    platform.answers = [Unknown("the line was cut")]
    draft = due(house, post)
    house.publish()
    assert spent(house) == 0.20, "it may have been posted: then it costs"
    house.publish()
    assert last(house, post).state is DraftState.EDITED
    assert spent(house) == 0.0
    house.send(draft.id)
    assert (spent(house), len(platform.arrived)) == (0.20, 1)


def spent(house: House) -> float:
    with house.store.read() as session:
        return round(session.ledger.spend_since("src", "2026-03-05")[0], 4)


def test_a_budget_that_is_used_up_lets_replies_leave_on_the_next_day(house: House, post: str) -> None:
    platform = Priced(house.clock)
    house.outlet = replace(house.outlet, publisher=platform, purse=Purse("src", 0.30))
    other = house.write("lost too", author="eve")
    house.work()
    house.send(house.the_draft(other).id)
    draft = due(house, post)
    house.publish()
    held = house.the_draft(post)
    assert held.reason == "It costs $0.20, and $0.20 of $0.30 is spent for this day (UTC)."
    assert held.send_after is not None and held.send_after.hour == 0
    house.clock.forward(hours=12)
    assert house.publish().posted == [draft.id]


def test_replies_may_have_one_purse_for_all_sources(house: House, post: str) -> None:
    house.outlet = replace(
        house.outlet, publisher=Priced(house.clock), purse=Purse("src+replies", 0.30, "+replies")
    )
    with house.store.write() as session:
        session.ledger.spent("other+replies", house.clock.now(), 0.15)
        session.ledger.spent("src", house.clock.now(), 100.0)  # what reading cost is another matter
    due(house, post)
    house.publish()
    assert house.the_draft(post).reason_code == "publish.budget"


def test_an_account_that_got_no_answer_takes_a_breath(house: House, post: str) -> None:
    house.platform.absence = Absence.UNPROVEN
    due(house, post)
    earlier(house, answer=Unknown("the line was cut"))
    with house.store.write() as session:  # the unknown one left a moment ago, not a minute
        (one,) = session.drafts.in_state(DraftState.UNKNOWN)
        attempt = session.drafts.last_attempt(one.id)
    assert attempt is not None
    house.clock.at = attempt.started_at + timedelta(seconds=30)
    ours = house.the_draft(post)
    with house.store.write() as session:
        session.drafts.move(ours, DraftState.APPROVED, house.clock.now(), send_after=house.clock.now())
    house.publish()
    held = house.the_draft(post)
    assert (held.reason_code, held.send_after) == (
        "publish.platform",
        attempt.started_at + timedelta(minutes=1),
    )
    house.clock.forward(seconds=31)
    assert len(house.publish().posted) == 1


@pytest.mark.parametrize(
    ("on", "wait"), [({}, 2), ({"x": timedelta(seconds=10)}, 10), ({"care": timedelta(seconds=30)}, 30)]
)
def test_the_pace_may_be_set_for_a_platform_or_an_account(
    house: House, on: dict[str, timedelta], wait: int
) -> None:
    house.policy = Policy(pacing=timedelta(seconds=2), pacing_on=on)
    posts = [house.write("bag lost", author=f"a{i}") for i in range(2)]
    house.work()
    for one in posts:
        house.approve(house.the_draft(one).id)
    house.clock.forward(seconds=16)
    assert len(house.publish().posted) == 1
    house.clock.forward(seconds=wait - 0.5)
    assert house.publish().posted == []
    house.clock.forward(seconds=0.5)
    assert len(house.publish().posted) == 1


def test_the_most_urgent_leaves_first(house: House) -> None:
    house.policy = Policy(pacing=timedelta(seconds=2))
    calm = house.write("how do I pay", author="bob")
    house.work()
    urgent = house.write("stranded at the gate", author="eve")
    house.work()
    for one in (calm, urgent):
        house.approve(house.the_draft(one).id)
        house.clock.forward(seconds=1)
    house.clock.forward(seconds=16)
    house.publish()
    assert [r.in_reply_to for r in house.platform.arrived] == [urgent]


# --- when it leaves -------------------------------------------------------------------------------------


def approve_at(house: House, draft_id: int, at: timedelta) -> None:
    current, conversation = review.show(house.store, draft_id)
    shown = review.Shown(current.text, conversation.hash, current.version)
    review.approve(
        house.store,
        draft_id,
        "bo",
        shown,
        house.clock,
        undo=timedelta(seconds=15),
        second=(),
        send_at=house.clock.now() + at,
    )


def test_a_reply_may_be_approved_for_later(house: House, post: str) -> None:
    draft = house.the_draft(post)
    approve_at(house, draft.id, timedelta(days=2))
    house.clock.forward(days=1, hours=23)
    assert house.publish().posted == []
    house.clock.forward(hours=1)
    assert house.publish().posted == [draft.id], "what was asked for later is not too old then"


def test_a_later_moment_never_cuts_the_undo_window(house: House, post: str) -> None:
    draft = house.the_draft(post)
    approve_at(house, draft.id, timedelta(seconds=1))
    house.clock.forward(seconds=14)
    assert house.publish().posted == []
    review.undo(house.store, draft.id, "bo", house.clock)
    assert house.the_draft(post).state is DraftState.EDITED


@pytest.mark.parametrize("at", [timedelta(seconds=-1), timedelta(days=31)])
def test_a_moment_that_cannot_be_is_refused(house: House, post: str, at: timedelta) -> None:
    with pytest.raises(WrongUse):
        approve_at(house, house.the_draft(post).id, at)
    assert house.the_draft(post).state is DraftState.PROPOSED


def test_a_machine_that_slept_after_writing_the_attempt_does_not_call(house: House, post: str) -> None:
    draft = due(house, post)

    class Sleepy(Platform):
        def prepare(self, reply: OutgoingReply) -> Prepared:
            return Prepared(reply, 1, 280)

    house.policy = Policy(lease=timedelta(0))
    house.outlet = replace(house.outlet, publisher=Sleepy(house.clock))
    house.publish()
    assert house.platform.sends == 0
    assert house.the_draft(post).state is DraftState.APPROVED
    with house.store.read() as session:
        attempt = session.drafts.last_attempt(draft.id)
    assert attempt is not None and attempt.state is AttemptState.DEFERRED
