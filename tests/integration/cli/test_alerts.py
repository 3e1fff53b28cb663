"""`presszero alerts` over a real receiver, configured as in earnest."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.stages.people import add_user
from tests.fakes.receiver import Receiver
from tests.integration.cli.program import CONFIG, PASSWORD, Program
from tests.integration.stages.house import PlainReader

ALERTS = """
[web]
public_url = "https://inbox.example"

[alerts.channels.team]
[alerts.channels.bo]
person = "bo"
[alerts.channels.ann]
person = "ann"

[alerts.rota]
people = ["bo", "ann"]
begins = "2020-01-06 09:00"
turn = "day"
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def paged(tmp_path: Path, receiver: Receiver) -> Program:
    program = Program(tmp_path)
    program.write_config(CONFIG + ALERTS)
    names = ("TEAM", "BO", "ANN")
    env = [f"PRESSZERO_ALERT_{n}=json://127.0.0.1:{receiver.port}/{n.lower()}-s3cret" for n in names]
    (program.folder / ".env").write_text("\n".join(env) + "\n")
    program.write_posts("@northwindair your heater burned my hand")
    with program.opened() as app:
        add_user(app.store, "bo", "agent", PASSWORD, app.clock)
        add_user(app.store, "mara", "manager", PASSWORD, app.clock)
        app.reader = PlainReader()
        app.run_collect()
        app.run_pipeline()
        app.run_alerts()
    return program


def test_a_page_is_seen_and_acknowledged_at_the_terminal(paged: Program, receiver: Receiver) -> None:
    [alert] = paged.json("alerts", "list")
    assert (alert["kind"], alert["state"], alert["subject"]) == ("p0", "waiting", "case:1")
    assert len(receiver.taken) == 2, "whoever is on call, and the team"
    told = paged.run("alerts", "list", "--waiting", "--kind", "p0").stdout
    assert "P0 on X" in told
    assert "team" in told
    assert "bo sees to alert 1" in paged.run("alerts", "ack", "1", "--user", "bo").stdout
    assert "mara" not in paged.run("alerts", "ack", "1", "--user", "mara", code=1).stdout
    assert "bo sees to it" in paged.run("alerts", "list").stdout
    assert "no alert" in paged.run("alerts", "list", "--waiting").stderr
    assert "There are: p0, sla" in paged.run("alerts", "list", "--kind", "p9", code=2).stderr
    everything = paged.run("alerts", "list", "--json").stdout + told
    assert "burned" not in everything
    assert "s3cret" not in everything


def test_the_rota_is_seen_and_covered(paged: Program) -> None:
    found = paged.json("alerts", "rota")
    assert sorted(found["on_call"]) == ["ann", "bo"]
    assert set(found["ways"]["p0"]) == {"team", found["on_call"][0]}
    other = found["on_call"][1]
    paged.run("alerts", "cover", other, "--until", "8h", "--user", "bo", code=1)  # an agent
    assert (
        f"{other} is on call until"
        in paged.run("alerts", "cover", other, "--until", "8h", "--user", "mara").stdout
    )
    said = paged.run("alerts", "rota").stdout
    assert said.startswith(f"On call: {other}, until ")
    assert f"Cover 1: {other}" in said
    paged.run("alerts", "uncover", "1", "--user", "mara")
    assert paged.json("alerts", "rota")["on_call"] == found["on_call"]
    assert (
        "not on the rota"
        in paged.run("alerts", "cover", "eve", "--until", "8h", "--user", "mara", code=2).stderr
    )


def test_a_test_says_of_each_channel_whether_it_took_it(paged: Program, receiver: Receiver) -> None:
    receiver.answers = [200, 500]
    said = paged.run("alerts", "test", "team", "bo", code=1).stdout
    assert said == "team took it.\nbo did not take it: answered 500.\n"
    assert paged.run("alerts", "test", "bo").stdout == "bo took it.\n"
    found = {f["what"]: f for f in paged.json("doctor", "--offline", code=None)}
    assert found["alerts team"]["state"] == "ok"
    assert found["alerts ann"]["found"] == "reaches ann, who can't sign in to acknowledge"


def test_when_the_database_takes_nothing_people_hear_of_that_once_an_hour(
    paged: Program, receiver: Receiver
) -> None:
    receiver.taken.clear()
    with paged.opened() as app:
        with sqlite3.connect(app.database) as broken:
            broken.execute("DROP TABLE alert_messages")
        for _ in range(3):
            with pytest.raises(sqlite3.Error):
                app.run_alerts()
    [taken] = receiver.taken
    assert taken.path == "/team-s3cret"
    assert taken.json["title"] == "Press Zero: the database is in trouble"
    assert "burned" not in taken.json["message"]
