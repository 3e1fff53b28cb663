"""What leaves, what is held back, and what people stop, at the terminal: the real program, a real server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.draft import DraftState
from monitor.stages.people import add_user
from monitor.stages.review import write
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.server import FakeServer
from tests.integration.cli.program import PASSWORD, Program
from tests.integration.stages.house import PlainReader

COMPLAINT = "@northwindair you lost my suitcase in Oslo, three days now and nobody answers"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One case with a draft; bo approves, mara manages."""
    program = Program(tmp_path_factory.mktemp("outgoing"))
    program.fill(COMPLAINT)
    with program.opened() as app:
        add_user(app.store, "mara", "manager", PASSWORD, app.clock)
    return program.folder


@pytest.fixture
def desk(filled: Path, tmp_path: Path) -> Program:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    return Program(tmp_path)


def approved(desk: Program, *more: str) -> str:
    row = desk.row("suitcase")
    desk.run("queue", "approve", row["id"], "--yes", "--user", "bo", *more)
    return str(row["draft_id"])


def test_posting_is_paused_and_resumed_with_a_name_and_a_reason(desk: Program) -> None:
    draft = approved(desk)
    said = desk.run("publish", "--pause", "wrong prices", "--user", "mara").stdout
    assert said.startswith("All posting is paused by mara: wrong prices.")
    assert desk.json("publish") | {} == {**desk.json("publish"), "posted": [], "paused": True}
    assert "PAUSED: all posting, by mara: wrong prices" in desk.run("publish", "--status").stdout
    assert "paused by mara: wrong prices" in desk.run("doctor", "--offline", code=None).stdout
    assert "resumed by mara" in desk.run("publish", "--resume", "--user", "mara").stdout
    assert desk.json("publish")["posted"] == [int(draft)]


def test_one_source_is_paused_alone(desk: Program) -> None:
    draft = approved(desk)
    desk.run("publish", "--pause", "their outbox is full", "--source", "export", "--user", "mara")
    assert desk.json("publish")["posted"] == []
    (pause,) = desk.json("publish", "--status")["pauses"]
    assert (pause["source"], pause["user"]) == ("export", "mara")
    desk.run("publish", "--resume", "--source", "export", "--user", "mara")
    assert desk.json("publish")["posted"] == [int(draft)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("publish", "--pause", " ", "--user", "mara"), "Say why"),
        (("publish", "--pause", "why", "--user", "bo"), "pause"),
        (("publish", "--pause", "why", "--source", "exprot", "--user", "mara"), "Did you mean 'export'"),
        (("publish", "--pause", "why", "--resume"), "different things"),
        (("publish", "--source", "export"), "--source goes with"),
        (
            ("freeze", "all", "--reason", "x", "--user", "mara"),
            "Write everything, brand:NAME",
        ),
        (("freeze", "incident:outage", "--reason", "x", "--user", "mara"), "There is no incident 'outage'"),
        (("freeze", "source:exprot", "--reason", "x", "--user", "mara"), "Did you mean 'export'"),
        (("thaw", "everything", "--user", "mara"), "not frozen"),
        (("queue", "approve", "1", "--yes", "--user", "bo", "--at", "soonish"), "no moment"),
        (("queue", "approve", "1", "--yes", "--user", "bo", "--at", "2020-01-01"), "That moment is over"),
        (("queue", "absent", "1", "--user", "bo"), "no open question"),
    ],
)
def test_what_cannot_be_is_said(desk: Program, words: tuple[str, ...], said: str) -> None:
    done = desk.run(*words, code=None)
    assert done.returncode in (1, 2) and said in done.stderr, done.stderr
    assert desk.row("suitcase")["draft_state"] == "proposed"


def test_a_freeze_holds_back_and_a_thaw_gives_back(desk: Program) -> None:
    draft = approved(desk)
    said = desk.run("freeze", "everything", "--reason", "a plane is missing", "--user", "mara").stdout
    assert said == "Everything is frozen by mara; 1 draft is held back.\n"
    shown = desk.run("queue", "show", draft).stdout
    assert "Everything is frozen by mara: a plane is missing (publish.frozen)" in shown
    assert "What to do: Wait for whoever froze it" in shown
    status = desk.run("publish", "--status").stdout
    assert "FROZEN: everything, by mara: a plane is missing" in status and "frozen" in status
    stopped = desk.run("queue", "approve", draft, "--yes", "--user", "bo", code=1).stderr
    assert "frozen" in stopped
    assert "1 draft is back with people" in desk.run("thaw", "everything", "--user", "mara").stdout
    assert desk.row("suitcase")["draft_state"] == "edited"


def test_a_reply_is_approved_for_later(desk: Program) -> None:
    draft = approved(desk, "--at", "tomorrow")
    shown = desk.run("queue", "show", draft).stdout
    assert f"Draft {draft}, approved, leaves 08:00 tomorrow (Berlin time)" in shown
    assert "08:00 tomorrow" in desk.run("publish", "--status").stdout
    assert desk.json("publish")["posted"] == []
    desk.run("queue", "undo", draft, "--user", "bo")
    assert desk.row("suitcase")["draft_state"] == "edited"


def test_outside_business_hours_a_reply_waits_for_them(desk: Program) -> None:
    """Hours that never are now: one minute, on the other side of the week."""
    text = desk.config.read_text(encoding="utf-8")
    with desk.opened() as app:
        day = (app.clock.now().astimezone(app.settings.brand.zone).weekday() + 3) % 7
    name = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day]
    hours = f'business_hours = "{name} 09:00-09:01"\n\n[publish]\nbusiness_hours_only = true\n\n[review]'
    desk.write_config(text.replace("\n[review]", hours))
    row = desk.row("suitcase")
    (waits,) = desk.json("queue", "approve", row["id"], "--yes", "--user", "bo")
    assert waits["send_at"] is not None and desk.json("publish")["posted"] == []
    desk.run("queue", "undo", row["id"], "--user", "bo")
    (leaves,) = desk.json("queue", "approve", row["id"], "--yes", "--user", "bo", "--at", "now")
    assert leaves["send_at"] is None and desk.json("publish")["posted"] == [row["draft_id"]]


# --- a reply without an answer ------------------------------------------------------------------------

CONFIG = """
[brand]
name = "Northwind Air"
handles = { mastodon = "@care@northwind.example" }

[review]
undo = "0s"

[publish]
pacing = "0s"

[accounts.care]
platform = "mastodon"
handle = "@care@northwind.example"
base_url = "BASE"

[[sources]]
name = "masto"
kind = "mastodon"
account = "care"
timeout = "2s"
"""
SECRET = {"PRESSZERO_CARE_ACCESS_TOKEN": "fake-token"}


class Masto(Program):
    """The program with a Mastodon server, and a reply that got no answer."""

    def run(self, *args: str, **how: Any) -> Any:
        return super().run(*args, env=SECRET, **how)


@pytest.fixture
def masto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Masto, FakeServer]]:
    monkeypatch.setenv("PRESSZERO_CARE_ACCESS_TOKEN", "fake-token")
    with FakeServer(FakeMastodon()) as server:
        program = Masto(tmp_path)
        program.write_config(CONFIG.replace("BASE", server.base_url))
        server.platform.load([{"author": "ann@tram.example", "text": "@care you lost my suitcase"}])
        with program.opened() as app:
            app.reader = PlainReader()
            app.run_collect()
            app.run_read()
            app.run_triage()
            add_user(app.store, "bo", "approver", PASSWORD, app.clock)
            words = "@ann@tram.example I am sorry about your suitcase. I am looking for it now."
            write(app.store, 1, "bo", words, "masto", app.clock)
        yield program, server


def test_a_reply_without_an_answer_is_a_question_that_a_person_may_settle(
    masto: tuple[Masto, FakeServer],
) -> None:
    program, server = masto
    server.faults.add(on="create", do="drop")
    row = program.row("suitcase")
    n = row["id"]
    program.run("queue", "approve", n, "--yes", "--user", "bo")
    assert program.json("publish", code=1)["unknown"] == [row["draft_id"]]
    shown = program.run("queue", "show", n).stdout
    assert "Look by hand: https://tram.example/@ann/" in shown
    assert f"presszero queue found {n} URL" in shown and f"presszero queue absent {n}" in shown
    status = program.json("publish", "--status")["replies"][0]
    assert (status["state"], status["code"]) == ("unknown", "publish.looking")
    assert "look for it on the platform" in status["advice"]
    early = program.run("queue", "absent", n, "--user", "bo", code=1).stderr
    assert "It may still turn up: mastodon may take 2 min to show a post." in early
    wrong = program.run("queue", "found", n, "https://x.com/care/status/1", "--user", "bo", code=2).stderr
    assert "is no address of a post that masto could have made" in wrong
    theirs = f"{server.base_url}/@ann/{server.platform.posts()[0]['id']}"
    assert "customer's own post" in program.run("queue", "found", n, theirs, "--user", "bo", code=2).stderr
    ours = f"{server.base_url}/@care/116999"
    assert "bo saw it at" in program.run("queue", "found", n, ours, "--user", "bo").stdout
    assert program.row("suitcase")["lane"] == "waiting"
    with program.opened() as app, app.store.read() as session:
        (attempt,) = session.drafts.attempts(row["draft_id"])
    assert (attempt.native_id, attempt.settled_by, attempt.account) == ("116999", "bo", "care")


def test_it_may_be_looked_for_at_once(masto: tuple[Masto, FakeServer]) -> None:
    program, server = masto
    server.faults.add(on="create", do="drop-after")
    n = program.row("suitcase")["id"]
    program.run("queue", "approve", n, "--yes", "--user", "bo")
    program.run("publish", code=1)
    assert program.run("queue", "look", n, "--user", "bo").stdout == f"Draft {n} is posted.\n"
    assert [p["author"] for p in server.platform.posts()].count("care") == 1


def test_no_secret_is_in_the_database_or_in_what_is_printed(masto: tuple[Masto, FakeServer]) -> None:
    program, server = masto
    server.faults.add(on="status", do="401")
    n = program.row("suitcase")["id"]
    program.run("queue", "approve", n, "--yes", "--user", "bo")
    done = program.run("--debug", "publish", code=None)
    shown = done.stdout + done.stderr + program.run("publish", "--status", "--json").stdout
    assert (
        json.loads(program.run("publish", "--status", "--json").stdout)["replies"][0]["code"]
        == "publish.credential"
    )
    kept = b"".join(f.read_bytes() for f in program.folder.glob("presszero.db*"))
    assert "fake-token" not in shown and b"fake-token" not in kept
    with program.opened() as app, app.store.read() as session:
        assert session.outgoing.counts() == {DraftState.APPROVED: 1}
