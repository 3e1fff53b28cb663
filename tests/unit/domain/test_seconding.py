from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.domain.approval import Approval, Meter, meter_of
from monitor.domain.conversation import Conversation, Turn
from monitor.domain.draft import Draft, DraftState
from monitor.domain.reading import Reason, Urgency, UrgencyReading
from monitor.domain.seconding import SecondReason, is_new, reasons_for_second
from tests.contract.store.samples import NOON, case, mention, reading

R = SecondReason
ALL = tuple(R)


def draft(**other: Any) -> Draft:
    values: dict[str, Any] = {
        "id": 1, "case_id": 1, "state": DraftState.PROPOSED, "text": "Thank you.", "macro": "m", "moves": (),
        "promise": None, "written_by": "machine", "source": "s", "in_reply_to": "1", "platform": "x",
        "conversation_hash": "", "claimed_by": None, "claimed_at": None, "reason": None, "send_after": None,
        "created_at": NOON, "updated_at": NOON, "version": 1,
    }  # fmt: skip
    return Draft(**(values | other))


def talk(rule: str = "", **other: Any) -> Conversation:
    read = reading(urgency=UrgencyReading(Urgency.P1, 0.9, (Reason(rule, "", 0, 0),) if rule else ()))
    turn = Turn(1, mention(), False, 1, None, NOON, read)
    return Conversation(case(**other), (turn,))


@pytest.mark.parametrize(
    ("conversation", "written", "reason"),
    [
        (talk(signals=("legal_threat",)), {}, R.LEGAL),
        (talk(desk="legal"), {}, R.LEGAL),
        (talk(urgency=Urgency.P0), {}, R.SAFETY),
        (talk(primary_intent="safety_hazard"), {}, R.SAFETY),
        (talk(primary_intent="press_partner"), {}, R.PRESS),
        (talk(desk="press"), {}, R.PRESS),
        (talk("p1.discrimination"), {}, R.DISCRIMINATION),
        (talk(), {"ai": "some-model"}, R.AI_WRITTEN),
        (talk(), {"written_by": "nova"}, R.NEW_AGENT),
    ],
)
def test_what_needs_two_people(conversation: Conversation, written: dict[str, Any], reason: R) -> None:
    made = draft(**written)
    assert reasons_for_second(ALL, conversation, made, newcomers={"nova"}, approver="bo") == (reason,)
    others = [r for r in ALL if r is not reason]
    assert reasons_for_second(others, conversation, made, newcomers={"nova"}, approver="bo") == ()
    assert reasons_for_second((), conversation, made, newcomers={"nova"}, approver="bo") == ()


def test_an_ordinary_reply_needs_one_person() -> None:
    assert reasons_for_second(ALL, talk("p1.stranded"), draft(), approver="bo") == ()


def test_what_a_person_rewrote_is_not_the_models_any_more() -> None:
    assert reasons_for_second(ALL, talk(), draft(ai="some-model", written_by="bo"), approver="bo") == ()


def test_a_new_approver_counts_too() -> None:
    assert reasons_for_second(ALL, talk(), draft(), newcomers={"nova"}, approver="nova") == (R.NEW_AGENT,)


def test_one_is_new_for_a_day() -> None:
    now = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
    assert is_new(now - timedelta(hours=23, minutes=59), now)
    assert not is_new(now - timedelta(hours=24), now)


def test_a_yes_is_enough_when_nothing_more_is_needed() -> None:
    one = Approval(1, 1, "bo", "t", "h", "c", NOON, None, True)
    assert one.is_enough
    first = Approval(1, 1, "bo", "t", "h", "c", NOON, None, True, needs=("legal",))
    assert not first.is_enough
    assert Approval(2, 1, "cy", "t", "h", "c", NOON, None, True, needs=("legal",), first_id=1).is_enough


def test_the_meter_tells_reading_from_stamping() -> None:
    assert meter_of([]) == Meter(0, None, 0)
    assert meter_of([(None, True)]) == Meter(1, None, 100)
    careful = meter_of([(40.0, True)] * 30)
    assert (careful.median_seconds, careful.unchanged, careful.stamps) == (40, 100, False)
    assert meter_of([(3.0, True)] * 30).stamps
    assert not meter_of([(3.0, True)] * 19).stamps, "too few to say"
    assert not meter_of([(3.0, True)] * 27 + [(3.0, False)] * 3).stamps, "they do change what is wrong"
