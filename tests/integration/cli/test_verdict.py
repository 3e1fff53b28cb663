"""The verdict with its rule, and the price of a reply, as an agent reads them at the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.bootstrap import App
from monitor.domain.mention import Mention, Origin
from monitor.stages.people import add_user
from monitor.stages.review import edit
from tests.integration.cli.program import PASSWORD, Program
from tests.integration.stages.house import PlainReader

CONFIG = """
[brand]
name = "Northwind Air"
handles = { x = "northwindair" }

[accounts.care-x]
platform = "x"
handle = "northwindair"
env = "PRESSZERO_X"

[[sources]]
name = "x-mentions"
kind = "x"
account = "care-x"
query = "northwindair"
"""
SECRETS = {f"PRESSZERO_X_{name}": "1-x" for name in
           ("BEARER_TOKEN", "API_KEY", "API_SECRET", "ACCESS_TOKEN", "ACCESS_SECRET")}  # fmt: skip


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    made = Program(tmp_path)
    made.write_config(CONFIG)
    with made.opened() as app:
        add_user(app.store, "bo", "approver", PASSWORD, app.clock)
        app.reader = PlainReader()
        _posts(app, "@northwindair you lost my suitcase", "Northwind Air lost my trunk, as ever")
        app.run_pipeline()
    return made


def _posts(app: App, *texts: str) -> None:
    now = app.clock.now()
    posts = [Mention("x", str(n), t, now, author=f"ann{n}", author_id=f"i{n}") for n, t in enumerate(texts)]
    with app.store.write() as session:
        session.mentions.add(posts, source="x-mentions", origin=Origin.LIVE, seen_at=now, is_own=app.is_own)


def test_the_price_is_shown_where_a_reply_costs_money(program: Program) -> None:
    row = program.row("suitcase")
    assert row["price_usd"] == 0.01
    assert "$0.01:" in program.run("queue", "list", env=SECRETS).stdout
    with program.opened() as app, app.store.read() as session:
        draft = session.drafts.get(row["draft_id"])
    with program.opened() as app:
        edit(app.store, draft.id, "bo", "Here: https://www.example.com/bags", draft.version, app.clock)
    shown = program.run("queue", "show", row["id"], env=SECRETS).stdout
    assert "Price: the link makes this $0.20 instead of $0.01 (X: docs.x.com, page Pricing)" in shown


def test_a_reply_posted_by_hand_costs_nothing_and_the_rule_is_cited(program: Program) -> None:
    row = program.row("trunk")
    assert (row["verdict"], row["price_usd"]) == ("handoff", None)
    shown = program.run("queue", "show", row["id"], env=SECRETS).stdout
    assert "May we reply: by hand only. The author neither mentioned nor quoted us" in shown
    assert "x.not_summoned; X automation rules" in shown
    case = program.run("queue", "show", row["id"], "--json", env=SECRETS).stdout
    assert '"verdict_source": "X automation rules' in case
