"""The real program, killed with SIGKILL at random instants, started again, and compared with the truth.

Every mention is stored exactly once; every approved draft is in the outbox exactly once, with the
text that was approved; nothing else is in the outbox; the audit chain holds.

The test plays the social team: it approves drafts while the program runs, and approves again what
came back to a person because it provably was not posted.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.domain.draft import DraftState
from monitor.domain.errors import ForbiddenTransition, StaleApproval
from monitor.runtime.clock import SystemClock
from monitor.stages.review import Shown, approve, show
from monitor.store.mentions import COLLECTED, READ
from monitor.store.sqlite import SqliteStore

SEED = 20260305
POSTS = 3000
APPROVALS = 450
PATIENCE = 600.0  # seconds for the last, undisturbed run

CONFIG = """
[brand]
name = "Northwind Air"
handles = { x = "northwindair" }

[review]
undo = "0s"

[publish]
every = "200ms"
lease = "2s"
pacing = "0s"

[[sources]]
name = "export"
kind = "archive"
path = "posts.jsonl"
every = "1s"
"""

_OPENINGS = (
    "@northwindair my bag is lost",
    "@northwindair refund still missing",
    "@northwindair the app crashes",
)
_MIDDLES = ("since Monday", "on flight NW1204", "for the third time", "and nobody answers", "at gate 12")
_ENDS = ("please help", "this is awful", "what now?", "I have a connection tonight", "thanks for nothing")


def write_posts(path: Path, count: int, rng: random.Random) -> set[str]:
    """An export in which some rows stand twice and some are broken; returns the ids that are good."""
    good: set[str] = set()
    lines: list[str] = []
    for i in range(count):
        row = {
            "platform": "x",
            "id": str(10_000 + i),
            "author": f"customer{i % 500}",
            "text": f"{rng.choice(_OPENINGS)} {rng.choice(_MIDDLES)}, {rng.choice(_ENDS)} ({i})",
            "created_at": f"2026-03-05T{i // 3600 % 24:02d}:{i // 60 % 60:02d}:{i % 60:02d}Z",
        }
        if i % 5 == 4:
            row["in_reply_to"] = str(10_000 + i - 1)
        lines.append(json.dumps(row))
        good.add(row["id"])
        if i % 50 == 0:
            lines.append(rng.choice(lines))
        if i % 200 == 0:
            lines.append('{"platform": "x", "id": "broken", "text"')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return good


class Team:
    """People who approve what is proposed, while the program lives and dies."""

    def __init__(self, store: SqliteStore, rng: random.Random) -> None:
        self.store, self.rng, self.clock = store, rng, SystemClock()
        self.approved: dict[int, str] = {}
        self.again = 0

    def work(self) -> None:
        """Approves a few drafts: new ones up to the limit, and whatever came back provably unposted."""
        with self.store.read() as session:
            back = [d for d in session.drafts.in_state(DraftState.EDITED) if d.id in self.approved]
            fresh = session.drafts.in_state(DraftState.PROPOSED, limit=50)
        room = APPROVALS - len(self.approved)
        for draft in back + self.rng.sample(fresh, k=max(0, min(4, len(fresh), room))):
            self._approve(draft.id)

    def _approve(self, draft_id: int) -> None:
        try:
            draft, conversation = show(self.store, draft_id)
            shown = Shown(draft.text, conversation.hash, draft.version, seconds=5.0)
            approve(self.store, draft_id, "mara", shown, self.clock, undo=timedelta(0), second=())
        except (StaleApproval, ForbiddenTransition):
            return  # the conversation moved while they were reading: exactly what should happen
        self.again += draft_id in self.approved
        self.approved[draft_id] = draft.text


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The real program, scheduler only, in a process group of its own."""
    with (folder / "run.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor.cli", "--config", str(folder / "config.toml"), "run", "--no-web"],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            cwd=Path(__file__).resolve().parents[2],
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def waiting(store: SqliteStore, team: Team) -> str:
    """What is still to be done; empty when the dust has settled."""
    with store.read() as session:
        if session.mentions.count() < POSTS:
            return "collecting"
        if session.mentions.waiting(COLLECTED, 1) or session.mentions.waiting(READ, 1):
            return "reading"
        if session.cases.to_draft(1):
            return "drafting"
        moving = [
            s
            for s in (DraftState.APPROVED, DraftState.SENDING, DraftState.UNKNOWN)
            if session.drafts.in_state(s, 1)
        ]
        if moving:
            return f"drafts are {moving}"
        if any(d.id in team.approved for d in session.drafts.in_state(DraftState.EDITED)):
            return "a draft came back"
    return "" if len(team.approved) >= APPROVALS else "approving"


def kill_and_compare(folder: Path, kills: int) -> str:
    """Runs the whole play; returns a line that says what happened."""
    rng = random.Random(SEED)
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    good = write_posts(folder / "posts.jsonl", POSTS, rng)
    store = SqliteStore(f"sqlite:///{folder / 'presszero.db'}")
    store.migrate()
    team = Team(store, rng)
    warm = _killed_at_the_first_draft(folder, store)
    for i in range(1, kills):
        # From the start of the interpreter until well into the work, however slow the machine is.
        ends = time.monotonic() + rng.uniform(0.2, warm + 4.0)
        with running(folder) as process:
            while time.monotonic() < ends:
                assert process.poll() is None, _log(folder)
                team.work()
                time.sleep(rng.uniform(0.0, 0.1))
            if i % 2:  # every other kill is aimed at a reply on its way
                _until_sending(store, team, time.monotonic() + 2.0)
    with running(folder) as process:
        ends = time.monotonic() + PATIENCE
        while what := waiting(store, team):
            assert process.poll() is None, _log(folder)
            assert time.monotonic() < ends, (
                f"{what}; the log ends: {(folder / 'run.log').read_text()[-3000:]}"
            )
            team.work()
            time.sleep(0.1)
    said = compare(folder, store, team, good)
    store.close()
    return f"{kills} kills: {said}"


def _killed_at_the_first_draft(folder: Path, store: SqliteStore) -> float:
    """The first kill; returns the seconds from the start to the first drafts on this machine."""
    started = time.monotonic()
    with running(folder) as process:
        while time.monotonic() < started + PATIENCE:
            assert process.poll() is None, _log(folder)
            with store.read() as session:
                if session.drafts.in_state(DraftState.PROPOSED, 1):
                    break
            time.sleep(0.02)
    return min(time.monotonic() - started, 12.0)


def _until_sending(store: SqliteStore, team: Team, ends: float) -> None:
    """Returns while a reply is on its way: after its attempt was written, before its answer was."""
    team.work()
    while time.monotonic() < ends:
        with store.read() as session:
            if session.drafts.in_state(DraftState.SENDING, 1):
                return


def _log(folder: Path) -> str:
    return (folder / "run.log").read_text()[-3000:]


def compare(folder: Path, store: SqliteStore, team: Team, good: set[str]) -> str:
    """The comparison with the truth."""
    outbox = [json.loads(line) for line in (folder / "outbox.jsonl").read_text(encoding="utf-8").splitlines()]
    sent = Counter(line["draft_id"] for line in outbox)
    assert max(sent.values()) == 1, "a draft was posted twice"
    assert len({line["key"] for line in outbox}) == len(outbox)
    with sqlite3.connect(store.path) as conn:
        theirs = "SELECT native_id FROM mentions WHERE source = 'export' AND own = 0"
        stored = Counter(row[0] for row in conn.execute(theirs))
    conn.close()
    with store.read() as session:
        posted = {d.id: d for d in session.drafts.in_state(DraftState.POSTED, limit=10_000)}
        attempts = [a for d in sent for a in session.drafts.attempts(d)]
        approvals = {d: session.drafts.approval_of(d) for d in sent}
        records = session.audit.verify()
        cut_off = sum(1 for r in session.audit.records() if r.action == "attempt.unknown")
        rejects = session.ledger.states()[0].rejects_total
    assert set(stored) == good, "mentions are missing, or there are some that nobody wrote"
    assert max(stored.values()) == 1
    assert set(sent) == set(posted), "what we say was posted and what was posted differ"
    unposted = {d for d in team.approved if d not in sent}
    with store.read() as session:
        states = {d: session.drafts.get(d).state for d in unposted}
    # An approved draft is not sent when its customer wrote again in the meantime; nothing else stops it.
    assert set(states.values()) <= {DraftState.STALE, DraftState.SUPERSEDED}, states
    for line in outbox:
        approval = approvals[line["draft_id"]]
        assert approval is not None, "posted without an approval"
        assert line["text"] == approval.text == team.approved[line["draft_id"]]
    assert rejects == len((folder / "export.rejects.jsonl").read_text().splitlines()) == POSTS // 200
    tried = Counter(a.state.value for a in attempts)
    return (
        f"{len(stored)} mentions once each, {len(outbox)} of {len(team.approved)} approved drafts posted "
        f"once each ({len(unposted)} stale); {cut_off} attempts were cut off on their way, {team.again} of "
        f"them approved again; attempts {dict(tried)}; {records} audit records hold"
    )


@pytest.mark.acceptance
def test_killed_fifty_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = kill_and_compare(tmp_path, kills=50)
    with capsys.disabled():
        print(f"\n{said}")


@pytest.mark.soak
def test_killed_five_hundred_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = kill_and_compare(tmp_path, kills=500)
    with capsys.disabled():
        print(f"\n{said}")
