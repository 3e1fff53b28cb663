"""Snooze, assign, escalate, tag, note, merge and split at the terminal."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.stages.views import save_view
from tests.integration.cli.program import CONFIG, Program
from tests.integration.cli.test_queue import COMPLAINT, HUMAN, STRANDED
from tests.integration.stages.house import PlainReader

DESK = '\n[review.desks]\nlegal = "cy lee"\n'


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = Program(tmp_path_factory.mktemp("filled"))
    program.fill(COMPLAINT, STRANDED, HUMAN)
    program.write_config(CONFIG.replace("[[sources]]", DESK + "\n[[sources]]"))
    program.run("users", "add", "cy lee", "--role", "agent")
    return program.folder


@pytest.fixture
def queue(filled: Path, tmp_path: Path) -> Program:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    return Program(tmp_path)


def act(queue: Program, *args: str, code: int = 0) -> str:
    done = queue.run("queue", *args, "--user", "bo", code=code)
    return done.stdout if code == 0 else done.stderr


def shown(queue: Program, ref: str) -> dict[str, Any]:
    return dict(queue.json("queue", "show", ref))


def test_snooze_and_back(queue: Program) -> None:
    ref = queue.row("suitcase")["id"]
    assert "is snoozed until" in act(queue, "snooze", ref, "--until", "2h")
    case = shown(queue, ref)
    assert case["lane"] == "waiting" and case["snoozed_until"]
    assert "Snoozed by bo until" in queue.run("queue", "show", ref).stdout
    assert "is back" in act(queue, "snooze", ref, "--off")
    assert shown(queue, ref)["lane"] == "needs_approval"
    told = act(queue, "snooze", ref)
    assert "until the customer writes. At the latest" in told
    assert "is no moment" in act(queue, "snooze", ref, "--until", "soonish", code=2)


def test_assign_note_and_what_waits(queue: Program) -> None:
    ref = queue.row("suitcase")["id"]
    assert "is cy lee's" in act(queue, "assign", ref, "cy lee")
    assert "Told: cy lee" in act(queue, "note", ref, "@cy lee the station has it")
    mine = queue.json("queue", "mine", "--user", "cy lee")
    assert {n["kind"] for n in mine["notices"]} == {"assigned", "mentioned"}
    assert [c["case_id"] for c in mine["cases"]] == [queue.row("suitcase")["case_id"]]
    out = queue.run("queue", "mine", "--user", "cy lee").stdout
    assert "mentioned" in out and "suitcase" in out
    assert "Nothing waits for bo" in queue.run("queue", "mine", "--user", "bo").stderr
    assert "is nobody's" in act(queue, "assign", ref)
    assert "nobody named 'eve'" in act(queue, "assign", ref, "eve", code=2)


def test_escalate_and_answer(queue: Program) -> None:
    ref = queue.row("suitcase")["id"]
    told = act(queue, "escalate", ref, "--to", "legal", "--reason", "they name a lawyer", "--within", "2h")
    assert "lies with cy lee at the legal desk, due" in told
    told = queue.run("queue", "show", ref).stdout
    assert "Handed up to cy lee (legal desk): they name a lawyer" in told
    assert queue.json("queue", "mine", "--user", "cy lee")["escalations"][0]["desk"] == "legal"
    assert "has its answer from the legal desk" in act(queue, "escalate", ref, "--answer", "we may say sorry")
    assert shown(queue, ref)["escalations"][0]["answer"] == "we may say sorry"
    assert "executive" in act(queue, "escalate", ref, "--to", "mum", "--reason", "x", code=2)
    assert "nobody named 'eve'" in act(
        queue, "escalate", ref, "--to", "press", "--reason", "x", "--owner", "eve", code=2
    )


def test_tags_and_incidents(queue: Program) -> None:
    ref = queue.row("suitcase")["id"]
    assert "has the tags lost-bag, oslo" in act(queue, "tag", ref, "Lost Bag", "oslo")
    assert "has the tags lost-bag." in act(queue, "tag", ref, "oslo", "--off")
    act(queue, "incident", ref, "belts down")
    case = shown(queue, ref)
    assert (case["tags"], case["incident"]) == (["lost-bag"], "belts down")
    assert "#lost-bag  Incident: belts down" in queue.run("queue", "show", ref).stdout
    assert "no incident" in act(queue, "incident", ref)


def test_the_list_can_be_narrowed_and_searched(queue: Program) -> None:
    ref = queue.row("suitcase")["id"]
    act(queue, "tag", ref, "oslo")
    act(queue, "assign", ref, "bo")
    assert [r["id"] for r in queue.json("queue", "list", "--only", "tag=oslo")] == [ref]
    mine = queue.json("queue", "list", "--only", "assignee=me", "--only", "urgency=P2", "--user", "bo")
    assert [r["id"] for r in mine] == [ref]
    assert queue.json("queue", "list", "--only", "urgency=P0") == []
    assert "By hand: 0 of 1" in queue.run("queue", "list", "--only", "urgency=P0").stdout
    assert "no filter" in queue.run("queue", "list", "--only", "colour=red", code=2).stderr
    with queue.opened() as app:
        save_view(app.store, "bo", "Oslo", {"lane": "needs_approval", "tag": "oslo"}, app.clock)
    assert [r["id"] for r in queue.json("queue", "list", "--view", "Oslo", "--user", "bo")] == [ref]
    assert "There are: Oslo" in queue.run("queue", "list", "--view", "x", "--user", "bo", code=2).stderr
    assert [r["id"] for r in queue.json("queue", "search", "suitcase", "osl")] == [ref]
    assert "you lost my suitcase" in queue.run("queue", "search", "suitcase").stdout
    assert "No case holds" in queue.run("queue", "search", "zeppelin").stderr


def test_merge_split_and_back(queue: Program) -> None:
    dee = {"platform": "x", "author": "dee", "author_id": "d", "created_at": datetime.now(UTC).isoformat()}
    posts = [
        dee | {"id": "900", "text": "my suitcase again, lost"},
        dee | {"id": "901", "text": "how do I get the refund", "in_reply_to": "900"},
    ]
    with (queue.folder / "posts.jsonl").open("a", encoding="utf-8") as out:
        out.write("".join(json.dumps(p) + "\n" for p in posts))
    with queue.opened() as app:
        app.reader = PlainReader()
        app.run_collect()
        app.run_pipeline()
    case_id = queue.row("get the refund")["case_id"]
    made = act(queue, "split", f"c{case_id}", "901")
    new, move = made.split("new case c")[1].split(".")[0], made.split()[-1]
    assert [t["id"] for t in shown(queue, f"c{new}")["conversation"]] == ["901"]
    assert "no post 'x9'" in act(queue, "split", f"c{case_id}", "x9", code=2)
    assert "are back" in act(queue, "unmerge", move)
    assert len(shown(queue, f"c{case_id}")["conversation"]) == 2
    assert shown(queue, f"c{new}")["merged_into"] == case_id
    assert "PZ-102" in act(queue, "merge", f"c{case_id}", queue.row("stranded")["id"], code=2)
