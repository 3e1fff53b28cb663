"""Desks and promises at the terminal: who owns what, and what we still owe."""

from __future__ import annotations

from pathlib import Path

from monitor.stages.people import add_user
from tests.integration.cli.program import CONFIG, PASSWORD, Program
from tests.integration.stages.house import PlainReader

DESKS = '\n[review.desks]\nperson = ["ana", "gone"]\n'


def program_with_a_promise(folder: Path) -> Program:
    program = Program(folder)
    program.write_config(CONFIG.replace("[[sources]]", DESKS + "\n[[sources]]"))
    program.write_posts("@northwindair you lost my suitcase", "@northwindair I want a human")
    with program.opened() as app:
        add_user(app.store, "bo", "approver", PASSWORD, app.clock)
        add_user(app.store, "ana", "agent", PASSWORD, app.clock)
        app.reader = PlainReader()
        app.run_collect()
        app.run_pipeline()
    draft = program.row("suitcase")["draft_id"]
    program.run("queue", "approve", str(draft), "--user", "bo", "--yes")
    program.run("publish")
    return program


def test_what_we_owe_is_listed_and_settled(tmp_path: Path) -> None:
    program = program_with_a_promise(tmp_path)
    (owed,) = program.json("promises", "list")
    assert (owed["keeper"], owed["state"], owed["kind"]) == ("bo", "open", "word")
    assert program.json("promises", "list", "--keeper", "ana") == []
    shown = program.run("promises", "list").stdout
    assert "due in" in shown and "@ann0" in shown and f"c{owed['case_id']}" in shown
    assert (
        f"Promise {owed['id']} (open, bo, due" in program.run("queue", "show", f"c{owed['case_id']}").stdout
    )
    program.run("promises", "kept", "999", "--user", "bo", code=2)
    assert "kept, says bo" in program.run("promises", "kept", str(owed["id"]), "--user", "bo").stdout
    assert "settled before" in program.run("promises", "broken", str(owed["id"]), "--user", "bo").stdout
    assert "Nothing is promised" in program.run("promises", "list").stdout


def test_the_queue_shows_whose_case_it_is_and_doctor_who_is_missing(tmp_path: Path) -> None:
    program = program_with_a_promise(tmp_path)
    row = program.row("human")
    assert (row["desk"], row["assignee"], row["draft"]) == ("person", "ana", None)
    assert "ana (person)" in program.run("queue", "list").stdout
    assert "Assigned to ana (person desk)" in program.run("queue", "show", row["id"]).stdout
    desks = next(f for f in program.json("doctor", "--offline", code=None) if f["what"] == "desks")
    assert desks["state"] == "warn" and "gone" in desks["found"]
