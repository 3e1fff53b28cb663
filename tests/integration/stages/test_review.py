from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from monitor.domain.case import CaseStatus, Lane, Outcome
from monitor.domain.draft import DraftState, PromisePlan
from monitor.domain.errors import (
    ClaimedByOther,
    DraftBlocked,
    ForbiddenTransition,
    StaleApproval,
    WrongUse,
)
from monitor.domain.verdict import MayReply, Verdict
from monitor.stages import review
from monitor.stages.review import Shown, show
from tests.integration.stages.house import UNDO, House


@pytest.fixture
def post(house: House) -> str:
    native_id = house.write("my bag is lost")
    house.work()
    return native_id


def shown(house: House, post: str) -> Shown:
    draft, conversation = show(house.store, house.the_draft(post).id)
    return Shown(draft.text, conversation.hash, draft.version)


def approve(house: House, post: str, what: Shown, user: str = "bo") -> None:
    review.approve(house.store, house.the_draft(post).id, user, what, house.clock, undo=UNDO, second=())


def test_an_approval_binds_to_text_and_conversation(house: House, post: str) -> None:
    what = shown(house, post)
    approve(house, post, what)
    draft = house.the_draft(post)
    with house.store.read() as session:
        approval = session.drafts.approval_of(draft.id)
    assert approval is not None
    assert (approval.text, approval.conversation_hash, approval.user) == (
        what.text,
        what.conversation_hash,
        "bo",
    )
    assert approval.unchanged
    assert draft.state is DraftState.APPROVED
    assert draft.send_after == house.clock.now() + UNDO
    assert house.case(post).lane is Lane.WAITING


def test_a_new_post_makes_the_yes_void(house: House, post: str) -> None:
    what = shown(house, post)
    draft_id = house.the_draft(post).id
    house.collect([house.conversation(post).turns[0].mention])  # the same again: no change
    review.show(house.store, draft_id)
    house.write("wait, there is more", reply_to=post)
    house.work()
    with pytest.raises((StaleApproval, ForbiddenTransition)):
        review.approve(house.store, draft_id, "bo", what, house.clock, undo=UNDO, second=())


def test_a_changed_text_makes_the_yes_void(house: House, post: str) -> None:
    what = shown(house, post)
    review.edit(house.store, house.the_draft(post).id, "bo", "Other words.", what.draft_version, house.clock)
    with pytest.raises(StaleApproval, match="text"):
        approve(house, post, what)


def test_two_people_cannot_both_approve(house: House, post: str) -> None:
    what, draft_id = shown(house, post), house.the_draft(post).id
    approve(house, post, what, "bo")
    with pytest.raises(ForbiddenTransition):
        review.approve(house.store, draft_id, "cy", what, house.clock, undo=UNDO, second=())
    with house.store.read() as session:
        approval = session.drafts.approval_of(draft_id)
    assert approval is not None
    assert approval.user == "bo"


def test_an_approval_can_be_undone_in_time(house: House, post: str) -> None:
    approve(house, post, shown(house, post))
    review.undo(house.store, house.the_draft(post).id, "bo", house.clock)
    house.clock.forward(minutes=5)
    assert house.publish().posted == []
    assert house.the_draft(post).state is DraftState.EDITED
    assert house.case(post).lane is Lane.NEEDS_APPROVAL


def test_what_was_sent_cannot_be_undone(house: House, post: str) -> None:
    draft_id = house.the_draft(post).id
    house.send(draft_id)
    with pytest.raises(ForbiddenTransition):
        review.undo(house.store, draft_id, "bo", house.clock)


def test_an_edit_is_saved_once_however_often_it_is_sent(house: House, post: str) -> None:
    draft = house.the_draft(post)
    first = review.edit(house.store, draft.id, "bo", "Better words.\r\n", draft.version, house.clock)
    again = review.edit(house.store, draft.id, "bo", "Better words.", draft.version, house.clock)
    assert first == again
    assert (first.text, first.written_by, first.state) == ("Better words.", "bo", DraftState.EDITED)


def test_an_edit_of_an_old_version_is_refused(house: House, post: str) -> None:
    draft = house.the_draft(post)
    review.edit(house.store, draft.id, "bo", "One.", draft.version, house.clock)
    with pytest.raises(StaleApproval):
        review.edit(house.store, draft.id, "bo", "Two.", draft.version, house.clock)
    assert house.the_draft(post).text == "One."


def test_a_promise_that_was_edited_away_is_not_made(house: House) -> None:
    house.promise = PromisePlan("I will write by six.", "bo", house.clock.now() + timedelta(hours=6))
    post = house.write("my bag is lost")
    house.work()
    draft = house.the_draft(post)
    kept = review.edit(
        house.store, draft.id, "bo", "Thanks. I will write by six.", draft.version, house.clock
    )
    assert kept.promise == house.promise
    gone = review.edit(house.store, draft.id, "bo", "Thanks.", kept.version, house.clock)
    assert gone.promise is None


def test_a_claim_keeps_others_out_until_it_runs_out(house: House, post: str) -> None:
    draft = review.claim(house.store, house.the_draft(post).id, "bo", house.clock)
    with pytest.raises(ClaimedByOther, match="bo"):
        review.edit(house.store, draft.id, "cy", "Mine.", draft.version, house.clock)
    with pytest.raises(ClaimedByOther):
        approve(house, post, shown(house, post), "cy")
    house.clock.forward(minutes=16)
    assert review.claim(house.store, draft.id, "cy", house.clock).claimed_by == "cy"


def test_a_claim_can_be_given_back(house: House, post: str) -> None:
    draft = review.claim(house.store, house.the_draft(post).id, "bo", house.clock)
    assert review.release(house.store, draft.id, "cy", house.clock).claimed_by == "bo"
    released = review.release(house.store, draft.id, "bo", house.clock)
    assert (released.claimed_by, released.state) == (None, DraftState.PROPOSED)


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("wrong_tone", CaseStatus.OPEN),
        ("no_reply_needed", CaseStatus.DONE),
        ("answered_elsewhere", CaseStatus.DONE),
    ],
)
def test_a_rejection_says_why_and_what_is_next(
    house: House, post: str, reason: str, status: CaseStatus
) -> None:
    review.reject(house.store, house.the_draft(post).id, "bo", reason, house.clock)
    assert house.draft(post) is None
    assert house.case(post).status is status
    house.work()
    assert house.draft(post) is None, "the machine does not argue with a rejection"


def test_a_reason_nobody_knows_is_refused(house: House, post: str) -> None:
    with pytest.raises(WrongUse, match="because"):
        review.reject(house.store, house.the_draft(post).id, "bo", "because", house.clock)


def test_after_a_rejection_a_person_can_write_their_own(house: House, post: str) -> None:
    review.reject(house.store, house.the_draft(post).id, "bo", "wrong_tone", house.clock)
    written = review.write(house.store, house.case(post).id, "bo", "I found your bag.", "src", house.clock)
    assert house.send(written.id).posted == [written.id]
    assert [r.text for r in house.platform.arrived] == ["I found your bag."]


@dataclass
class Finding:
    code: str = "curt"
    why: str = "it sounds curt"


def test_a_blocking_finding_needs_a_reason(house: House, post: str) -> None:
    what, draft_id = shown(house, post), house.the_draft(post).id

    def check(*_: object) -> list[Finding]:
        return [Finding()]

    with pytest.raises(DraftBlocked, match="curt"):
        review.approve(house.store, draft_id, "bo", what, house.clock, undo=UNDO, second=(), check=check)
    review.approve(
        house.store,
        draft_id,
        "bo",
        what,
        house.clock,
        undo=UNDO,
        second=(),
        check=check,
        override_reason="they like it so",
    )
    assert house.the_draft(post).state is DraftState.APPROVED


def test_where_we_may_not_post_nobody_can_approve(house: House) -> None:
    house.verdict = Verdict(MayReply.HANDOFF, "x.not_summoned", "not summoned")
    post = house.write("my bag is lost")
    house.work()
    with pytest.raises(DraftBlocked, match=r"x\.not_summoned"):
        approve(house, post, shown(house, post))


def test_a_handoff_is_confirmed_by_the_person(house: House) -> None:
    house.verdict = Verdict(MayReply.HANDOFF, "x.not_summoned", "not summoned")
    post = house.write("my bag is lost")
    house.work()
    draft_id = house.the_draft(post).id
    review.hand_off(house.store, draft_id, "bo", house.clock)
    house.clock.forward(minutes=3)
    review.confirm(house.store, draft_id, "bo", house.clock)
    case = house.case(post)
    assert (case.status, case.first_response_at) == (CaseStatus.WAITING, house.clock.now())
    assert house.platform.sends == 0


def test_a_handoff_is_confirmed_by_seeing_our_post(house: House) -> None:
    house.verdict = Verdict(MayReply.HANDOFF, "x.not_summoned", "not summoned")
    post = house.write("my bag is lost")
    house.work()
    review.hand_off(house.store, house.the_draft(post).id, "bo", house.clock)
    house.clock.forward(minutes=3)
    house.write("I have found your bag", author="brand", reply_to=post)
    house.work()
    assert [d.state for d in house.drafts(post)] == [DraftState.CONFIRMED]
    assert house.case(post).status is CaseStatus.WAITING


def test_a_correction_moves_the_clock_at_once(house: House, post: str) -> None:
    review.correct(house.store, house.case(post).id, "bo", "urgency", "P1", house.clock)
    case = house.case(post)
    assert case.due_at == house.clock.now() + timedelta(hours=1)
    assert case.lane is Lane.NOW
    review.correct(house.store, case.id, "bo", "intent", "billing_refund", house.clock)
    with house.store.read() as session:
        found = [(c["field"], c["was"], c["became"]) for c in session.readings.corrections()]
    assert found == [("urgency", "P2", "P1"), ("intent", "delivery_order", "billing_refund")]
    with pytest.raises(WrongUse):
        review.correct(house.store, case.id, "bo", "urgency", "P9", house.clock)


def test_closing_says_what_became_of_the_customer(house: House, post: str) -> None:
    case = review.close(house.store, house.case(post).id, "bo", Outcome.REFERRED, house.clock)
    assert (case.status, case.outcome, case.lane) == (CaseStatus.DONE, Outcome.REFERRED, Lane.DONE)
    assert house.draft(post) is None
    reopened = review.reopen(house.store, case.id, "bo", house.clock)
    assert (reopened.status, reopened.outcome) == (CaseStatus.OPEN, None)


def test_set_aside_by_mistake_comes_back(house: House) -> None:
    post = house.write("crypto fees on my card?")
    house.work()
    assert house.case(post).lane is Lane.ASIDE
    review.reopen(house.store, house.case(post).id, "bo", house.clock)
    house.work()
    assert house.the_draft(post).state is DraftState.PROPOSED


def test_pausing_needs_a_reason_and_stops_everything(house: House, post: str) -> None:
    with pytest.raises(WrongUse):
        review.pause(house.store, "bo", True, " ", house.clock)
    review.pause(house.store, "bo", True, "wrong prices in every reply", house.clock)
    report = house.send(house.the_draft(post).id)
    assert report.paused
    assert house.platform.sends == 0
    review.pause(house.store, "bo", False, "", house.clock)
    assert len(house.publish().posted) == 1


def test_everything_a_person_does_is_in_the_log(house: House, post: str) -> None:
    draft_id = house.the_draft(post).id
    house.send(draft_id)
    with house.store.read() as session:
        records = [(r["actor"], r["action"]) for r in reversed(session.audit.about(f"draft:{draft_id}"))]
    assert records == [
        ("machine:draft", "draft.proposed"),
        ("bo", "draft.approved"),
        ("machine:publish", "attempt.begun"),
        ("machine:publish", "draft.posted"),
    ]
    assert house.audit() > 0
