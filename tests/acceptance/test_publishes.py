"""Hundreds of replies sent while everything goes wrong. `make publishes` sends thousands."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain.draft import DraftState
from tests.publishes.fates import on
from tests.publishes.places import PLATFORMS
from tests.publishes.proof import prove

REPLIES = 60


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_is_posted_twice_unapproved_or_into_a_changed_conversation(
    tmp_path: Path, platform: str
) -> None:
    lines, killed = prove(tmp_path, platform, REPLIES, seed=7)
    assert len(lines) == REPLIES
    assert [(line.number, line.fate, line.faults) for line in lines if line.faults] == []
    met = {line.fate for line in lines}
    assert {fate.name for fate in on(platform) if not fate.killed} <= met
    assert sum(killed.values()) >= 4, "too few processes were killed to show anything"
    posted = [line for line in lines if line.state is DraftState.POSTED]
    assert len(posted) >= REPLIES // 4, "too few replies arrived to show anything"
    assert all(line.on_platform == 1 for line in posted)
