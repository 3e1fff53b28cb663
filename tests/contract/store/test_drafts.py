from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.domain.approval import Approval, text_hash
from monitor.domain.case import CaseStatus
from monitor.domain.draft import DraftState, PromisePlan
from monitor.domain.errors import ForbiddenTransition, NotFound, StaleApproval
from monitor.domain.posting import AttemptState
from monitor.store.protocol import Store
from tests.contract.store.samples import NOON, add, case, case_with_draft, mention, proposal


def test_a_draft_comes_back_as_it_was(store: Store) -> None:
    case_id, draft_id = case_with_draft(store)
    with store.read() as session:
        draft = session.drafts.get(draft_id)
        assert session.drafts.live_of(case_id) == draft
        assert session.drafts.of_case(case_id) == [draft]
    assert (draft.text, draft.moves, draft.state) == (proposal().text, proposal().moves, DraftState.PROPOSED)
    assert (draft.written_by, draft.version) == ("machine", 1)


def test_there_is_one_live_draft_a_case(store: Store) -> None:
    case_id, _ = case_with_draft(store)
    with pytest.raises(Exception, match=r"(?i)unique"), store.write() as session:
        session.drafts.propose(
            session.cases.get(case_id),
            proposal(),
            source="s",
            in_reply_to="1",
            conversation_hash="h",
            at=NOON,
        )


def test_moving_is_compare_and_swap(store: Store) -> None:
    _, draft_id = case_with_draft(store)
    with store.write() as session:
        seen = session.drafts.get(draft_id)
        session.drafts.move(seen, DraftState.EDITED, NOON, text="ours")
        with pytest.raises(ForbiddenTransition, match="somebody else"):
            session.drafts.move(seen, DraftState.EDITED, NOON, text="theirs")
        assert session.drafts.get(draft_id).text == "ours"


def test_no_transition_outside_the_table(store: Store) -> None:
    _, draft_id = case_with_draft(store)
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        with pytest.raises(ForbiddenTransition):
            session.drafts.move(draft, DraftState.POSTED, NOON)
        assert session.drafts.get(draft_id) == draft


def test_every_text_is_kept(store: Store) -> None:
    _, draft_id = case_with_draft(store)
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        draft = session.drafts.move(draft, DraftState.EDITED, NOON, text="better", written_by="ann")
        session.drafts.move(draft, DraftState.EDITED, NOON, text="best", written_by="bo")
        texts = [(t["text"], t["written_by"]) for t in session.drafts.texts(draft_id)]
    assert texts == [(proposal().text, "machine"), ("better", "ann"), ("best", "bo")]


def test_an_attempt_is_judged_once(store: Store) -> None:
    _, draft_id = case_with_draft(store)
    lease = NOON + timedelta(minutes=2)
    with store.write() as session:
        approval = session.drafts.approve(
            Approval(
                0, draft_id, "ann", "t", text_hash("t"), "c", NOON, seconds_to_decide=4.5, unchanged=True
            )
        )
        attempt = session.drafts.begin_attempt(draft_id, approval.id, "key", NOON, lease)
        assert session.drafts.abandoned(NOON) == []
        assert session.drafts.abandoned(lease + timedelta(seconds=1)) == [attempt]
        assert session.drafts.finish_attempt(attempt.id, AttemptState.POSTED, NOON, native_id="77")
        assert not session.drafts.finish_attempt(attempt.id, AttemptState.UNKNOWN, NOON)
        assert session.drafts.approval_of(draft_id) == approval
        done = session.drafts.last_attempt(draft_id)
        assert done is not None
        assert (done.state, done.native_id) == (AttemptState.POSTED, "77")
        assert session.drafts.posted_as("77") == done
        assert session.drafts.posted_as("78") is None


def test_due_are_the_approved_whose_undo_window_is_over(store: Store) -> None:
    _, draft_id = case_with_draft(store)
    with store.write() as session:
        draft = session.drafts.get(draft_id)
        session.drafts.move(draft, DraftState.APPROVED, NOON, send_after=NOON + timedelta(seconds=15))
        assert session.drafts.due(NOON + timedelta(seconds=14), 9) == []
        assert [d.id for d in session.drafts.due(NOON + timedelta(seconds=15), 9)] == [draft_id]


def test_a_case_is_written_compare_and_swap(store: Store) -> None:
    case_id, _ = case_with_draft(store)
    with store.write() as session:
        seen = session.cases.get(case_id)
        session.cases.update(seen)
        with pytest.raises(StaleApproval):
            session.cases.update(seen)


def test_what_is_not_there_is_named(store: Store) -> None:
    with store.read() as session:
        with pytest.raises(NotFound, match="case 99"):
            session.cases.get(99)
        with pytest.raises(NotFound, match="draft 99"):
            session.drafts.get(99)


def test_promises_are_settled_once(store: Store) -> None:
    case_id, draft_id = case_with_draft(store)
    plan = PromisePlan("I'll write by six", "ann", NOON + timedelta(hours=6))
    with store.write() as session:
        session.promises.add(case_id, draft_id, plan, "ann", NOON)
        (promise,) = session.promises.open()
        assert (promise["owner"], promise["title"]) == ("ann", "My bag is lost")
        assert session.promises.settle(promise["id"], True, NOON, "ann")
        assert not session.promises.settle(promise["id"], False, NOON, "bo")
        assert session.promises.open() == []
        assert [p["state"] for p in session.promises.of_case(case_id)] == ["kept"]


def test_what_came_before_comes_with_a_conversation_newest_first(store: Store) -> None:
    def earlier(number: int, **values: object) -> int:
        with store.write() as session:
            opened = session.cases.open(case(conversation=f"e{number}", **values))
            session.cases.update(replace(opened, first_response_at=values.get("first_response_at")))
            if values.get("first_response_at"):
                (ours,) = add(session, mention(f"o{number}", text=f"Our answer {number}"), own=True)
                session.cases.take_in(opened.id, ours)
            return opened.id

    first = earlier(1, first_response_at=NOON)
    earlier(2, status=CaseStatus.ASIDE)
    earlier(3, customer="somebody else")
    second = earlier(4)
    case_id, _ = case_with_draft(store)
    later = earlier(5)
    with store.read() as session:
        found = session.cases.conversation(case_id)
    assert [e.case_id for e in found.earlier] == [second, first]
    assert later not in {e.case_id for e in found.earlier}
    assert [e.answered for e in found.earlier] == [False, True]
    assert found.earlier[1].replies == ("Our answer 1",)
    assert "Our answer 1" in found.our_words


def test_the_incident_of_a_case_comes_with_it(store: Store) -> None:
    case_id, _ = case_with_draft(store)
    with store.write() as session:
        number = session.casework.incident("check-in outage", NOON)
        session.cases.update(replace(session.cases.get(case_id), incident=number))
    with store.read() as session:
        found = session.cases.conversation(case_id).incident
    assert found is not None and (found.name, found.state) == ("check-in outage", "open")


def test_drafts_whose_promise_comes_near(store: Store) -> None:
    _, draft_id = case_with_draft(store)
    plan = PromisePlan("I'll write by six", "ann", NOON + timedelta(hours=6))
    with store.write() as session:
        assert session.drafts.promising(NOON + timedelta(days=1), 9) == []
        draft = session.drafts.get(draft_id)
        draft = session.drafts.move(draft, DraftState.CLAIMED, NOON, promise=plan)
        session.drafts.move(draft, DraftState.PROPOSED, NOON)
        assert session.drafts.promising(NOON + timedelta(hours=5), 9) == []
        assert [d.id for d in session.drafts.promising(NOON + timedelta(hours=6), 9)] == [draft_id]


def test_a_lane_is_read_page_by_page_oldest_risk_first(store: Store) -> None:
    from monitor.domain.case import Lane

    with store.write() as session:
        for i in (3, 1, 4, 1, 5, 9, 2, 6):
            session.cases.open(case(due_at=NOON + timedelta(minutes=i)))
        session.cases.open(case(due_at=None))
        seen, after = [], None
        while page := session.cases.lane(Lane.BY_HAND, limit=2, after=after):
            seen += page
            after = page[-1]
        assert session.cases.lanes()[Lane.BY_HAND] == len(seen) == 9
    due = [c.due_at for c in seen]
    assert due[-1] is None
    timed = [d for d in due if d is not None]
    assert timed == sorted(timed)
    assert len({c.id for c in seen}) == 9
