"""The queue at the terminal: the same promises as in the inbox."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.casefile import CaseFile
from monitor.domain.errors import NotFound, WrongUse
from tests.integration.cli.program import CONFIG, PASSWORD, Program

COMPLAINT = "@northwindair you lost my suitcase in Oslo, three days now and nobody answers"
STRANDED = "@northwindair stranded in Oslo, last flight cancelled"
HUMAN = "@northwindair I want a human, you lost my bag and I am talking to a robot"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three cases and the approver bo; copied for every test."""
    program = Program(tmp_path_factory.mktemp("filled"))
    program.fill(COMPLAINT, STRANDED, HUMAN)
    return program.folder


@pytest.fixture
def queue(filled: Path, tmp_path: Path) -> Program:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    return Program(tmp_path)


def drafted(program: Program, words: str = "suitcase") -> dict[str, Any]:
    return program.row(words)


def test_the_list_shows_lanes_in_order_with_the_clock_in_words(queue: Program) -> None:
    rows = queue.json("queue", "list")
    assert rows[0]["lane"] == "now"
    stranded, suitcase, human = (drafted(queue, w) for w in ("stranded", "suitcase", "human"))
    assert stranded["urgency"] == "P1" and stranded["clock"].startswith("due in")
    assert suitcase["draft_id"] and suitcase["id"] == str(suitcase["draft_id"])
    assert human["draft_id"] is None and human["id"] == f"c{human['case_id']}"
    shown = queue.run("queue", "list").stdout
    assert "Now: 1" in shown and "By hand:" in shown and "@ann0" in shown
    assert "you lost my suitcase" in shown and "due in" in shown


def test_lanes_can_be_chosen(queue: Program) -> None:
    assert {r["lane"] for r in queue.json("queue", "list", "--lane", "now")} == {"now"}
    assert len(queue.json("queue", "list", "--lane", "now", "--lane", "by-hand", "--limit", "1")) == 2
    assert "needs_approval" in queue.run("queue", "list", "--lane", "today", code=2).stderr


def test_show_tells_the_whole_case(queue: Program) -> None:
    row = drafted(queue)
    for ref in (row["id"], f"c{row['case_id']}"):
        case = queue.json("queue", "show", ref)
        assert case["case_id"] == row["case_id"]
        assert [t["text"] for t in case["conversation"]] == [COMPLAINT]
        assert case["conversation"][0]["reading"]["urgency"]["level"] == "P2"
    shown = queue.run("queue", "show", row["id"]).stdout
    assert COMPLAINT in shown and "because of test.word" in shown and row["draft"].split("\n")[0] in shown
    assert "asked for" in queue.run("queue", "show", drafted(queue, "human")["id"]).stdout


def test_an_approved_draft_is_posted_once_word_for_word(queue: Program) -> None:
    row = drafted(queue)
    (approval,) = queue.json("queue", "approve", row["id"], "--yes", "--user", "bo")
    assert approval["draft_id"] == row["draft_id"] and approval["text"] == row["draft"]
    assert queue.json("publish")["posted"] == [row["draft_id"]]
    queue.run("publish")
    (line,) = (queue.folder / "outbox.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["draft_id"] == row["draft_id"] and json.loads(line)["text"] == row["draft"]
    assert drafted(queue)["lane"] == "waiting"


def test_nobody_is_asked_where_nobody_can_answer(queue: Program) -> None:
    said = queue.run("queue", "approve", drafted(queue)["id"], "--user", "bo", code=2).stderr
    assert "--yes" in said
    assert drafted(queue)["draft_state"] == "proposed"


def test_an_approval_needs_a_person_whose_role_allows_it(queue: Program) -> None:
    ref = drafted(queue)["id"]
    assert "--user NAME (bo)" in queue.run("queue", "approve", ref, "--yes", code=2).stderr
    assert "nobody named 'cy'" in queue.run("queue", "approve", ref, "--yes", "--user", "cy", code=2).stderr
    queue.run("users", "add", "cy", "--role", "agent", "--password-stdin", stdin=PASSWORD)
    assert queue.run("queue", "approve", ref, "--yes", "--user", "cy", code=1).stderr.startswith("PZ-602")
    queue.run("users", "add", "di", "--role", "approver", "--password-stdin", stdin=PASSWORD)
    queue.run("users", "disable", "di")
    assert queue.run("queue", "approve", ref, "--yes", "--user", "di", code=1).stderr.startswith("PZ-602")
    assert queue.json("publish")["posted"] == []


def test_the_user_of_the_shell_is_taken_when_it_is_somebody(queue: Program) -> None:
    queue.run("queue", "approve", drafted(queue)["id"], "--yes", env={"USER": "bo"})
    assert len(queue.json("publish")["posted"]) == 1


def test_several_are_approved_and_one_failure_is_told(queue: Program) -> None:
    refs = [drafted(queue)["id"], "999", drafted(queue, "stranded")["id"]]
    done = queue.run("queue", "approve", *refs, "--yes", "--user", "bo", "--json", code=1)
    assert [str(a["draft_id"]) for a in json.loads(done.stdout)] == [refs[0], refs[2]]
    assert "999: PZ-103" in done.stderr
    assert queue.run("queue", "approve", "999", "--yes", "--user", "bo", code=2)


def test_an_approval_is_taken_back_in_time(program: Program) -> None:
    program.fill(COMPLAINT)
    program.write_config(CONFIG.replace('"0s"', '"1h"'))
    ref = drafted(program)["id"]
    program.run("queue", "approve", ref, "--yes", "--user", "bo")
    assert program.json("publish")["posted"] == []
    program.run("queue", "undo", ref, "--user", "bo")
    assert drafted(program)["draft_state"] == "edited"


def test_a_persons_words_are_what_is_posted(queue: Program) -> None:
    row = drafted(queue)
    words = "Thank you for telling us. Your suitcase is in Oslo; Maria calls you today by 18:00."
    queue.run("queue", "edit", row["id"], "--file", "-", "--user", "bo", stdin=words + "\n")
    assert drafted(queue)["draft"] == words
    queue.run("queue", "approve", row["id"], "--yes", "--user", "bo", "--reason", "a test of exact words")
    queue.run("publish")
    assert json.loads((queue.folder / "outbox.jsonl").read_text(encoding="utf-8"))["text"] == words


def test_the_first_words_for_a_case_without_a_draft(queue: Program) -> None:
    row = drafted(queue, "human")
    queue.run(
        "queue", "edit", row["id"], "--text", "I am Bo, a human. Let me look for your bag.", "--user", "bo"
    )
    after = drafted(queue, "human")
    assert after["draft_id"] and after["draft_state"] == "edited"
    assert "no new text" in queue.run("queue", "edit", after["id"], "--user", "bo", code=2).stderr
    assert queue.run("queue", "edit", after["id"], "--text", " ", "--user", "bo", code=2)


def test_the_editor_is_used_when_there_is_no_text(queue: Program) -> None:
    # Not a terminal here, so the editor must not be started: nobody could leave it.
    done = queue.run("queue", "edit", drafted(queue)["id"], "--user", "bo", env={"EDITOR": "false"}, code=2)
    assert "--text" in done.stderr


def test_a_rejected_draft_goes_and_the_case_stays(queue: Program) -> None:
    row = drafted(queue)
    assert (
        "wrong_tone"
        in queue.run("queue", "reject", row["id"], "--reason", "ugly", "--user", "bo", code=2).stderr
    )
    queue.run("queue", "reject", row["id"], "--reason", "wrong_facts", "--user", "bo")
    after = drafted(queue)
    assert after["draft_id"] is None and after["lane"] == "by_hand"
    case = queue.json("queue", "show", f"c{row['case_id']}")
    assert case["drafts"][0]["state"] == "rejected" and case["drafts"][0]["reason"] == "wrong_facts"


def test_handed_off_then_confirmed(queue: Program) -> None:
    row = drafted(queue)
    handed = queue.json("queue", "handoff", row["id"], "--user", "bo")
    assert handed["text"] == row["draft"] and handed["state"] == "handed_off"
    queue.run("queue", "confirm", row["id"], "--user", "bo")
    assert drafted(queue)["lane"] == "waiting"
    assert queue.json("publish")["posted"] == []


def test_why_each_sentence_is_there(queue: Program) -> None:
    row = drafted(queue)
    said = queue.json("draft", "--case", str(row["case_id"]))
    assert said["text"] == row["draft"] and all(m["why"] for m in said["moves"])
    shown = queue.run("draft", "--case", str(row["case_id"]), "--explain").stdout
    assert said["moves"][0]["why"] in shown
    assert "PZ-103" in queue.run("draft", "--case", "999", code=2).stderr


def test_numbers_that_are_none_are_told(queue: Program) -> None:
    with queue.opened() as app:
        for ref in ("0", "-1", "c", "", "x7", "7c", "٣", "1" * 40, "c999", "1;DROP TABLE cases"):
            with pytest.raises((WrongUse, NotFound)):
                CaseFile.read(app, ref)
    assert "PZ-103" in queue.run("queue", "show", "c999", code=2).stderr
    assert "PZ-102" in queue.run("queue", "show", "--", "-1", code=2).stderr


def test_nothing_in_a_post_reaches_the_terminal_as_a_command(program: Program) -> None:
    bad = "lost \x1b[2J\x1b]0;owned\x07 my bag \x9b31m \u202egab ym\u202c [red]\u2028next"
    program.fill(bad)
    ref = drafted(program, "my bag")["id"]
    for command in (("queue", "list"), ("queue", "show", ref)):
        shown = program.run(*command).stdout
        assert "my bag" in shown and "[red]" in shown
        assert not {c for c in shown if c in "\x1b\x07\x9b\u202e\u202c\u2028"}
    assert drafted(program, "my bag")["text"] == bad, "data for machines is left as it is"


def test_follow_and_an_empty_queue(program: Program) -> None:
    program.write_config()
    assert set(program.json("follow").values()) == {0}
    assert program.json("queue", "list") == []
    assert "Now: 0" in program.run("queue", "list").stdout
    assert "Nothing was due" in program.run("publish").stdout


def test_who_may_harm_themselves_gets_a_person_who_knows_where_help_is(program: Program) -> None:
    program.write_config()
    program.write_posts(
        "@northwindair you took everything from me, I don't want to live any more. tonight I end it"
    )
    with program.opened() as app:
        app.run_collect()
        app.run_pipeline()
    shown = program.run("queue", "show", "c1").stdout
    assert "P0" in shown and "A person answers, at once" in shown
    assert "help.x.com" in shown and "findahelpline.com" in shown
    assert "No draft" in shown
