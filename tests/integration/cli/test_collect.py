"""collect, sources, audit, store: what is taken in, and the proof of it."""

from __future__ import annotations

import json
import sqlite3

from tests.integration.cli.program import CONFIG, Program


def test_collect_takes_everything_in_once(program: Program) -> None:
    program.write_config()
    program.write_posts("one", "two", "three")
    first = program.json("collect")
    assert [(r["source"], r["new"], r["rejects"], r["error"]) for r in first] == [("export", 3, 0, None)]
    assert program.json("collect", "export")[0]["new"] == 0
    assert "export" in program.run("collect").stdout


def test_rows_that_are_no_posts_are_counted_and_the_rest_goes_in(program: Program) -> None:
    program.write_config()
    program.write_posts("one", "two")
    with (program.folder / "posts.jsonl").open("a", encoding="utf-8") as file:
        file.write('not json\n{"id": 5}\n')
    done = program.run("collect", "--json", code=1)
    (report,) = json.loads(done.stdout)
    assert (report["new"], report["rejects"]) == (2, 2)


def test_a_source_that_fails_ends_with_1_and_its_code(program: Program) -> None:
    program.write_config()
    done = program.run("collect", code=1)
    assert "PZ-" in done.stderr and "posts.jsonl" in done.stderr and "Traceback" not in done.stderr


def test_a_source_that_is_not_configured_ends_with_2(program: Program) -> None:
    program.write_config()
    said = program.run("collect", "exprt", code=2).stderr
    assert said.startswith("PZ-103") and "'export'" in said


def test_sources_shows_how_each_one_stands(program: Program) -> None:
    off = CONFIG + '[[sources]]\nname = "later"\nkind = "rss"\nfeed = "http://x.example/f"\nenabled = false\n'
    program.write_config(off)
    program.write_posts("one")
    before = {s["source"]: s for s in program.json("sources")}
    assert before["export"]["health"] == "new" and before["later"]["health"] == "off"
    program.run("collect")
    after = {s["source"]: s for s in program.json("sources")}
    assert after["export"]["health"] == "ok" and after["export"]["mentions"] == 1
    assert after["export"]["gaps"] == [] and after["export"]["spent_today_usd"] == 0
    table = program.run("sources").stdout
    assert "export" in table and "later" in table and "never" in table


def test_sources_shows_gaps_and_errors(program: Program) -> None:
    program.write_config()
    program.run("collect", code=1)
    (state,) = program.json("sources")
    assert state["error"]["code"].startswith("PZ-")
    assert state["error"]["code"] in program.run("sources").stdout


def test_kinds_need_no_configuration(program: Program) -> None:
    kinds = {k["kind"]: k for k in program.json("sources", "--kinds")}
    assert {"archive", "rss", "x"} <= kinds.keys()
    assert "path" in {key["key"] for key in kinds["archive"]["keys"]}
    assert "BEARER_TOKEN" in kinds["x"]["secrets"]
    assert "archive" in program.run("sources", "--kinds").stdout


# --- audit, store -------------------------------------------------------------------------------------


def test_audit_verify_names_the_first_broken_link(program: Program) -> None:
    program.run("init")
    for name in ("anna", "bo", "cy"):
        program.run("users", "add", name)
    assert program.json("audit", "verify")["intact"]
    assert "intact" in program.run("audit", "verify").stdout
    with sqlite3.connect(program.folder / "presszero.db") as db:
        db.execute("DROP TRIGGER audit_is_append_only_u")
        db.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 3")
    db.close()
    said = program.run("audit", "verify", code=1).stderr
    assert said.startswith("PZ-502") and "record 3" in said


def test_store_migrate_names_what_it_applied(program: Program) -> None:
    program.write_config()
    assert program.json("store", "migrate")["applied"]
    assert program.json("store", "migrate")["applied"] == []
    assert "up to date" in program.run("store", "migrate").stdout


def test_a_database_that_is_none_is_told_with_its_code(program: Program) -> None:
    program.write_config()
    (program.folder / "presszero.db").write_bytes(b"this is no database, whatever its name says" * 100)
    assert program.run("queue", "list", code=1).stderr.startswith("PZ-501")
