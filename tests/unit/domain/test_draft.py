"""The one table of transitions, exhaustively."""

from __future__ import annotations

import pytest

from monitor.domain.draft import APPROVABLE, AWAITING_PERSON, TRANSITIONS, DraftState, check_transition
from monitor.domain.errors import ForbiddenTransition

S = DraftState
FINAL = {S.POSTED, S.CONFIRMED, S.REJECTED, S.SUPERSEDED, S.EXPIRED, S.WITHDRAWN}


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(S)


@pytest.mark.parametrize("old", list(S))
@pytest.mark.parametrize("new", list(S))
def test_check_agrees_with_the_table(old: DraftState, new: DraftState) -> None:
    if new in TRANSITIONS[old]:
        check_transition(old, new)
    else:
        with pytest.raises(ForbiddenTransition) as caught:
            check_transition(old, new)
        assert old.value in str(caught.value)
        assert new.value in str(caught.value)


def test_final_states_are_final() -> None:
    assert {state for state in S if state.is_final} == FINAL


def test_nothing_is_sent_without_approval() -> None:
    assert {old for old in S if S.SENDING in TRANSITIONS[old]} == {S.APPROVED}


def test_only_a_call_can_end_in_posted() -> None:
    assert {old for old in S if S.POSTED in TRANSITIONS[old]} == {S.SENDING, S.UNKNOWN}


def test_what_may_have_been_posted_is_never_sent_again_by_itself() -> None:
    # From unknown a draft is found, or goes back to a person; it can't be approved or sending.
    assert TRANSITIONS[S.UNKNOWN] == {S.UNKNOWN, S.POSTED, S.EDITED}


def test_only_a_person_approves() -> None:
    assert {old for old in S if S.APPROVED in TRANSITIONS[old]} - {S.APPROVED, S.SENDING} == APPROVABLE


def test_every_state_leads_to_an_end() -> None:
    for start in S:
        seen, front = {start}, [start]
        while front:
            for new in TRANSITIONS[front.pop()]:
                if new not in seen:
                    seen.add(new)
                    front.append(new)
        assert seen & FINAL, f"{start} leads nowhere"


def test_who_waits_for_a_person() -> None:
    assert not AWAITING_PERSON & FINAL
    assert S.APPROVED not in AWAITING_PERSON
    assert S.UNKNOWN not in AWAITING_PERSON
