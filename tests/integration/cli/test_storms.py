"""`presszero storms`: seen, made an incident of, dismissed."""

from __future__ import annotations

from monitor.incident.storms import watch
from monitor.stages.people import add_user
from tests.integration.cli.program import CONFIG, PASSWORD, Program
from tests.integration.stages.house import PlainReader


def test_a_storm_at_the_terminal(program: Program) -> None:
    program.write_config(CONFIG)
    program.write_posts(*(f"@northwindair suitcase lost at belt seven, {n}" for n in range(16)))
    assert "There is no storm" in program.run("storms", "list").stderr
    with program.opened() as app:
        add_user(app.store, "bo", "agent", PASSWORD, app.clock)
        app.reader = PlainReader()
        app.run_collect()
        app.run_pipeline()
        began = watch(app.store, app.clock).began
    assert began == 1
    (found,) = program.json("storms", "list")
    assert (found["cases"], found["state"], found["intent"]) == (16, "active", "delivery_order")
    assert "delivery_order" in program.run("storms", "list").stdout
    assert "belt seven" in program.run("storms", "show", "1").stdout
    assert "16 cases belong" in program.run("storms", "incident", "1", "belt outage", "--user", "bo").stdout
    assert "incident" in program.run("storms", "list").stdout
    program.run("storms", "dismiss", "1", "--user", "bo")
    program.run("storms", "dismiss", "1", "--user", "bo", code=1)
    program.run("storms", "show", "99", code=2)
