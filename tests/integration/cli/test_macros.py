"""`presszero macros`: who answers for what, and the way back for one that was stopped."""

from __future__ import annotations

from pathlib import Path

from monitor.stages.people import add_user
from tests.integration.cli.program import PASSWORD, Program

SUITCASE = "@northwindair you lost my suitcase in Oslo"


def test_a_macro_is_stopped_and_put_back(tmp_path: Path) -> None:
    program = Program(tmp_path)
    program.fill(SUITCASE)
    with program.opened() as app:
        add_user(app.store, "mia", "manager", PASSWORD, app.clock)
    assert program.json("macros", "list") == []
    every = {row["macro"]: row for row in program.json("macros", "list", "--all")}
    assert {"luggage", "outage_bug", "de_complaint"} <= every.keys()
    assert every["luggage"]["owners"] == ["mia"] and every["luggage"]["what"].startswith("A bag")
    said = "bags are found by hand this week"
    program.run("macros", "suspend", "luggage", "--reason", said, "--user", "bo", code=1)
    program.run("macros", "suspend", "lugage", "--reason", said, "--user", "mia", code=2)
    program.run("macros", "suspend", "luggage", "--reason", said, "--user", "mia")
    shown = program.run("macros", "list").stdout
    assert "SUSPENDED" in shown and said in shown and "presszero macros restore luggage" in shown
    case_id = program.row("suitcase")["case_id"]
    assert program.row("suitcase")["draft"] is None, "its untouched draft is gone"
    program.run("draft")
    assert "macro_suspended" in program.run("draft", "--case", str(case_id)).stdout
    program.run("macros", "restore", "luggage", "--reason", "all found", "--user", "mia")
    program.run("draft")
    assert program.row("suitcase")["draft"] is not None
    program.run("macros", "restore", "luggage", "--reason", "again", "--user", "mia", code=2)
