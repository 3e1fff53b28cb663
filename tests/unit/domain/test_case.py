from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.case import SLA, CaseStatus, Lane, clock_start, due_at, lane_of
from monitor.domain.draft import DraftState
from monitor.domain.mention import Origin
from monitor.domain.reading import Urgency

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


def test_the_targets_are_those_of_the_design() -> None:
    minutes = {u: t and t.total_seconds() / 60 for u, t in SLA.items()}
    assert minutes == {Urgency.P0: 15, Urgency.P1: 60, Urgency.P2: 240, Urgency.P3: 1440, Urgency.P4: None}


def test_the_clock_starts_when_the_customer_wrote() -> None:
    assert clock_start(NOON, NOON + timedelta(hours=5)) == NOON


def test_what_came_to_light_after_years_starts_when_we_saw_it() -> None:
    seen = NOON + timedelta(days=3000)
    assert clock_start(NOON, seen) == seen


def test_backfill_and_praise_have_no_clock() -> None:
    assert due_at(Urgency.P0, NOON, Origin.BACKFILL) is None
    assert due_at(Urgency.P4, NOON, Origin.LIVE) is None
    assert due_at(Urgency.P1, NOON, Origin.LIVE) == NOON + timedelta(hours=1)


@pytest.mark.parametrize("status", list(CaseStatus))
@pytest.mark.parametrize("urgency", list(Urgency))
@pytest.mark.parametrize("draft", [None, *DraftState])
@pytest.mark.parametrize("verdict", ["postable", "handoff", "listen_only"])
def test_every_case_has_one_lane(
    status: CaseStatus, urgency: Urgency, draft: DraftState | None, verdict: str
) -> None:
    lane = lane_of(status, urgency, draft, verdict)
    assert (lane is Lane.DONE) == (status in (CaseStatus.DONE, CaseStatus.MERGED))
    assert (lane is Lane.ASIDE) == (status is CaseStatus.ASIDE)
    if lane is Lane.NEEDS_APPROVAL:
        assert verdict == "postable"
        assert draft is not None
        assert draft.awaits_person
    if lane is Lane.NOW:
        assert urgency in (Urgency.P0, Urgency.P1)
    if status is CaseStatus.OPEN and draft is DraftState.UNKNOWN:
        assert lane is Lane.PROBLEMS


@pytest.mark.parametrize("urgency", list(Urgency))
@pytest.mark.parametrize("draft", [None, DraftState.PROPOSED, DraftState.EDITED, DraftState.REFUSED])
def test_a_snoozed_case_waits_unless_it_is_in_trouble(urgency: Urgency, draft: DraftState | None) -> None:
    lane = lane_of(CaseStatus.OPEN, urgency, draft, "postable", snoozed=True)
    assert lane is (Lane.PROBLEMS if draft is DraftState.REFUSED else Lane.WAITING)
