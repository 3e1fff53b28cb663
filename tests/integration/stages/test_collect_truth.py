"""Polls, crashes and faults at random against the truth.

At every moment: whatever the ledger says is covered is stored. After the dust settles: stored is
everything the board shows, each once, or it lies inside a recorded gap.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from monitor.domain.mention import MentionKey
from monitor.stages.collect import FIRST_LOOK
from tests.integration.stages.board import Killed
from tests.integration.stages.test_collect import Watch

FAULTS = ["none", "none", "429", "503", "html", "401", "token", "kill before", "kill after", "duplicates"]


class Truth(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.watch = Watch(self.folder)
        self.first_look = self.watch.clock.now() - FIRST_LOOK

    def teardown(self) -> None:
        self.watch.board.faults.clear()
        for _ in range(8):
            self.watch.clock.forward(minutes=20)
            self.watch.poll()
        self.everything_is_stored_or_in_a_gap()
        self.watch.store.close()
        shutil.rmtree(self.folder)

    @rule(count=st.integers(1, 30))
    def posts_appear(self, count: int) -> None:
        self.watch.posts(count)

    @rule(minutes=st.sampled_from([1, 5, 16, 60, 60 * 24 * 9]))
    def time_passes(self, minutes: int) -> None:
        self.watch.clock.forward(minutes=minutes)

    @rule(faults=st.lists(st.sampled_from(FAULTS), max_size=6))
    def poll(self, faults: list[str]) -> None:
        self.watch.board.faults = list(faults)
        try:
            self.watch.poll()
        except Killed:
            self.watch.store.close()  # the next poll opens the database anew

    @invariant()
    def what_is_covered_is_stored(self) -> None:
        with self.watch.store.read() as session:
            coverage = session.ledger.coverage("b")
            for post in self.watch.board.posts:
                if any(i.start <= post.created_at < i.end for i in coverage):
                    assert session.mentions.by_key(post.key) is not None, f"{post.native_id} is missing"

    @invariant()
    def coverage_and_gaps_do_not_overlap(self) -> None:
        with self.watch.store.read() as session:
            coverage, gaps = session.ledger.coverage("b"), session.ledger.gaps("b")
        assert not any(g.interval.start < i.end and i.start < g.interval.end for g in gaps for i in coverage)

    def everything_is_stored_or_in_a_gap(self) -> None:
        first_start = self._first_start()
        with self.watch.store.read() as session:
            gaps = session.ledger.gaps("b")
            stored = 0
            for post in self.watch.board.posts:
                if session.mentions.by_key(MentionKey("board", post.native_id)):
                    stored += 1
                    continue
                inside = any(g.interval.start <= post.created_at < g.interval.end for g in gaps)
                before_we_came = post.created_at < first_start
                assert inside or before_we_came, f"{post.native_id} at {post.created_at} is lost"
            assert session.mentions.count() == stored, "each once"
            unfilled = [g for g in gaps if g.fillable]
            assert unfilled == [], "what can be filled was filled"

    def _first_start(self) -> datetime:
        with self.watch.store.read() as session:
            starts = [i.start for i in session.ledger.coverage("b")]
            starts += [g.interval.start for g in session.ledger.gaps("b")]
        return min(starts, default=self.watch.clock.now() + timedelta(days=1))


Truth.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestTruth = Truth.TestCase
