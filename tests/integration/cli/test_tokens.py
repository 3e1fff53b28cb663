"""`presszero users token`: made, listed and ended at the terminal; never one that approves."""

from __future__ import annotations

from monitor.stages import tokens
from monitor.stages.people import add_user
from tests.integration.cli.program import CONFIG, PASSWORD, Program


def test_a_token_from_its_making_to_its_end(program: Program) -> None:
    program.write_config(CONFIG)
    with program.opened() as app:
        add_user(app.store, "bo", "approver", PASSWORD, app.clock)
    made = program.run("users", "token", "add", "bo", "--name", "export", "--scope", "read", "--lasts", "7d")
    token = made.stdout.removeprefix("Token: ").strip()
    assert token.startswith("pz_")
    assert "shown only now" in made.stderr and "bo's, for read, until" in made.stderr
    with program.opened() as app:
        assert tokens.whose(app.store, token, app.clock).name == "bo"
    (listed,) = program.json("users", "token", "list")
    assert (listed["person"], listed["scopes"], listed["alive"]) == ("bo", ["read"], True)
    assert listed["created_by"].startswith("cli:")
    assert token not in program.run("users", "token", "list").stdout
    ended = program.run("users", "token", "revoke", str(listed["token_id"])).stdout
    assert "opens nothing any more" in ended
    assert program.json("users", "token", "list") == []
    assert program.json("users", "token", "list", "bo", "--all")[0]["alive"] is False


def test_a_token_that_approves_is_made_by_its_person_alone(program: Program) -> None:
    program.write_config(CONFIG)
    with program.opened() as app:
        add_user(app.store, "bo", "approver", PASSWORD, app.clock)
    refused = program.run("users", "token", "add", "bo", "--scope", "approve", code=1)
    assert "PZ-602" in refused.stderr and "on their own account page" in refused.stderr
    for words in (("--lasts", "400d"), ("--lasts", "soon"), ("--scope", "fly"), ("--name", " ")):
        program.run("users", "token", "add", "bo", *words, code=None)
    program.run("users", "token", "add", "nobody", code=2)
    program.run("users", "token", "revoke", "99", code=2)
    assert program.json("users", "token", "list") == []
