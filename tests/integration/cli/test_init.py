"""The first hour: init, first sign-in, doctor, people."""

from __future__ import annotations

import json
import re

import pyotp
import pytest

from monitor.stages.people import check_password, second_factor, sign_in, whose
from monitor.stages.people.seal import Seal
from tests.fakes.oidc import provider
from tests.integration.cli.process import ROOT
from tests.integration.cli.program import PASSWORD, Program


def test_init_makes_a_place_to_work_in(program: Program) -> None:
    said = program.run("init").stdout
    assert program.config.read_text(encoding="utf-8") == (ROOT / "config.toml").read_text(encoding="utf-8")
    assert "PRESSZERO_X_BEARER_TOKEN" in (program.folder / ".env.example").read_text(encoding="utf-8")
    password = re.search(r"password (\S+)", said)
    assert password
    with program.opened() as app:
        assert check_password(app.store, "admin", password[1], "127.0.0.1", app.clock).role == "admin"


def test_init_overwrites_nothing_and_shows_no_second_sign_in(program: Program) -> None:
    program.run("init")
    program.config.write_text('[brand]\nname = "Mine"\n', encoding="utf-8")
    said = program.run("init").stdout
    assert "password" not in said and "Wrote" not in said
    assert program.config.read_text(encoding="utf-8") == '[brand]\nname = "Mine"\n'


def test_init_in_another_folder_with_another_admin(program: Program) -> None:
    said = program.run("init", "northwind", "--admin", "maria").stdout
    assert "First sign-in: maria" in said
    config = ("--config", "northwind/config.toml")
    assert [p["name"] for p in program.json(*config, "users", "list")] == ["maria"]


def test_init_where_nobody_may_write(program: Program) -> None:
    (program.folder / "file").write_text("", encoding="utf-8")
    assert program.run("init", "file/sub", code=2).stderr.startswith("PZ-102")


def test_doctor_looks_at_everything(program: Program) -> None:
    program.run("init")
    (program.folder / ".env").write_text("A=b\n", encoding="utf-8")
    (program.folder / ".env").chmod(0o644)
    found = {f["what"]: f for f in json.loads(program.run("doctor", "--offline", "--json", code=None).stdout)}
    assert {"config", "store", "audit", "model", "voice", "people", "source sample", ".env"} <= found.keys()
    assert found["store"]["state"] == found["audit"]["state"] == found["people"]["state"] == "ok"
    assert found[".env"]["state"] == "warn" and "chmod 600" in found[".env"]["action"]


def test_doctor_ends_with_1_when_something_is_broken(program: Program) -> None:
    program.write_config('[brand]\nname = "N"\n[respond]\nvoice = "missing.toml"\n')
    said = program.run("doctor", "--offline", code=1).stdout
    assert "FAIL" in said and "missing.toml" in said
    found = {f["what"]: f["state"] for f in program.json("doctor", "--offline", code=1)}
    assert found["voice"] == "FAIL" and found["sources"] == "warn" and found["people"] == "warn"


def test_doctor_asks_each_source(program: Program) -> None:
    program.write_config()
    found = {f["what"]: f for f in program.json("doctor", code=1)}
    assert found["source export"]["state"] == "FAIL"
    assert "posts.jsonl" in found["source export"]["found"]
    program.write_posts("hello")
    found = {f["what"]: f for f in json.loads(program.run("doctor", "--json", code=None).stdout)}
    assert found["source export"]["state"] == "ok"


# --- people -----------------------------------------------------------------------------------------


def test_people_come_change_and_go(program: Program) -> None:
    program.write_config()
    program.run("users", "add", "root", "--role", "admin", "--password-stdin", stdin=PASSWORD)
    said = program.run("users", "add", "anna", "--role", "approver", "--email", "anna@northwind.example")
    assert re.search(r"Password: \S{19}", said.stdout)
    program.run("users", "role", "anna", "manager")
    program.run("users", "disable", "anna")
    people = {p["name"]: p for p in program.json("users", "list")}
    assert people["anna"]["role"] == "manager" and people["anna"]["disabled_at"]
    assert people["anna"]["must_change"] and not people["root"]["must_change"]
    program.run("users", "disable", "anna", "--undo")
    assert program.json("users", "list")[0]["disabled_at"] is None
    assert "anna" in program.run("users", "list").stdout


def test_a_lost_phone_and_a_lost_laptop_are_seen_to_from_the_shell(program: Program) -> None:
    program.write_config()
    program.run("users", "add", "anna", "--password-stdin", stdin=PASSWORD)
    assert "anna has none." in program.run("users", "second-factor", "anna").stdout
    seal = Seal(("k" * 44,))
    with program.opened() as app:
        made = second_factor.begin(app.store, "anna", "Northwind", seal, app.clock)
        second_factor.confirm(app.store, "anna", pyotp.TOTP(made.secret).now(), seal, app.clock)
        user = check_password(app.store, "anna", PASSWORD, "::1", app.clock)
        token = sign_in(app.store, user, "laptop", app.clock)
    assert "10 recovery codes are left" in program.run("users", "second-factor", "anna").stdout
    assert program.json("users", "list")[0]["second_factor"] is True
    assert "signed out of 1 browser." in program.run("users", "sign-out", "anna").stdout
    with program.opened() as app:
        assert whose(app.store, token, app.clock) is None
    assert "no second factor any more" in program.run("users", "second-factor", "anna", "--reset").stdout
    program.run("users", "email", "anna", "anna@northwind.example")
    listed = program.json("users", "list")[0]
    assert (listed["second_factor"], listed["email"]) == (False, "anna@northwind.example")
    for args in (("email", "anna", "no address"), ("sign-out", "bea"), ("second-factor", "bea")):
        program.run("users", *args, code=2)


def test_people_are_linked_to_the_provider_from_the_shell(program: Program) -> None:
    key = {"PRESSZERO_SECRET_KEY": "k" * 44}
    with provider() as idp:
        program.write_config(
            '[brand]\nname = "Air"\n[web]\npublic_url = "https://inbox.example"\n'
            f'[oidc]\nissuer = "{idp.address}"\nclient_id = "inbox"\nroles = {{ care = "agent" }}\n'
        )
        program.run("users", "add", "anna", env=key)
        assert "No provider knows anna." in program.run("users", "link", "anna", env=key).stdout
        said = program.run("users", "link", "anna", "u-17", env=key).stdout
        assert said == f"anna is u-17 at {idp.address}.\n"
        program.run("users", "add", "ben", env=key)
        assert "is anna here" in program.run("users", "link", "ben", "u-17", env=key, code=2).stderr
        said = program.run("doctor", env=key, code=None).stdout
        assert f"sign-in through {idp.address}" in said
        assert "No provider knows anna." in program.run("users", "link", "anna", "--off", env=key).stdout


TWO_BRANDS = """
[brand]
name = "Air"
others = ["Cargo"]

[[sources]]
name = "export"
kind = "archive"
path = "posts.jsonl"
brand = "Cargo"
"""


def test_people_see_the_brands_that_the_shell_gives_them(program: Program) -> None:
    program.write_config(TWO_BRANDS)
    said = program.run("users", "add", "anna", code=2)
    assert "There are: Air, Cargo" in said.stderr
    program.run("users", "add", "anna", "--role", "approver", "--brand", "Air")
    program.run("users", "add", "ben", "--role", "approver", "--brand", "*")
    assert program.run("users", "brands", "anna").stdout == "anna sees Air.\n"
    assert [p["brands"] for p in program.json("users", "list")] == [["Air"], ["*"]]
    assert "every brand" in program.run("users", "list").stdout
    program.write_posts("my bag is lost")
    with program.opened() as app:
        app.run_collect()
        app.run_pipeline()
    said = program.run("queue", "note", "c1", "hello", "--user", "anna", code=2)
    assert "PZ-103" in said.stderr
    program.run("queue", "note", "c1", "hello", "--user", "ben")
    program.run("users", "brands", "anna", "Cargo", "Air")
    program.run("queue", "note", "c1", "hello", "--user", "anna")
    assert "no brand 'Rail'" in program.run("users", "brands", "anna", "Rail", code=2).stderr
    program.write_config(TWO_BRANDS.replace("Air", "Rail"))
    program.run("users", "brands", "anna", "--all")
    program.run("users", "brands", "ben", "Cargo")
    program.write_config(TWO_BRANDS.replace("Cargo", "Freight"))
    found = [f for f in program.json("doctor", "--offline", code=None) if f["what"] == "brands"]
    assert "ben" in found[0]["found"]


def test_a_new_password_is_the_only_one_that_works(program: Program) -> None:
    program.write_config()
    program.run("users", "add", "anna", "--password-stdin", stdin=PASSWORD)
    program.run("users", "password", "anna", "--password-stdin", stdin="another long one\n")
    with program.opened() as app:
        assert check_password(app.store, "anna", "another long one", "127.0.0.1", app.clock).name == "anna"


@pytest.mark.parametrize(
    ("args", "stdin"),
    [
        (("users", "add", "anna"), ""),  # taken
        (("users", "add", "bo", "--role", "king"), ""),
        (("users", "add", "bo", "--password-stdin"), "short\n"),
        (("users", "add", "bo", "--password-stdin"), ""),
        (("users", "role", "nobody", "agent"), ""),
        (("users", "role", "anna", "agent"), ""),  # the last admin
        (("users", "disable", "anna"), ""),
    ],
)
def test_what_must_not_happen_to_people_ends_with_2(
    program: Program, args: tuple[str, ...], stdin: str
) -> None:
    program.write_config()
    program.run("users", "add", "anna", "--role", "admin", "--password-stdin", stdin=PASSWORD)
    assert program.run(*args, stdin=stdin, code=2).stderr.startswith("PZ-10")


def test_who_did_it_is_in_the_audit_log(program: Program) -> None:
    program.write_config()
    program.run("users", "add", "anna", "--password-stdin", stdin=PASSWORD)
    with program.opened() as app, app.store.read() as session:
        (record,) = session.audit.about("user:anna")
    assert record["action"] == "user.added" and record["actor"].startswith("cli:")
