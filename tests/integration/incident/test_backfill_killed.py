"""`presszero backfill` in processes of its own, killed at random requests, interrupted, taken up again."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.server import FakeServer
from tests.fakes.x import SECRETS, FakeX
from tests.fakes.x_posts import spread

ROOT = Path(__file__).resolve().parents[3]
POSTS = 2500

CONFIG = """
[brand]
name = "Northwind Air"

[store]
url = "sqlite:///a.db"

[accounts.care]
platform = "x"
handle = "northwindair"
env = "PRESSZERO_X"
base_url = "{base_url}"

[[sources]]
name = "x-search"
kind = "x"
account = "care"
query = "northwind"
"""

# The program, killed at the moment it sends its n-th request (0: never).
DYING = """
import os, signal, sys
from monitor.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # a runner in the background ignores it
deadly, sent = int(sys.argv.pop(1)), 0
def watch(event, args):
    global sent
    if event == "http.client.send" and args[1][:4] == b"GET ":
        sent += 1
        if sent == deadly:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
main()
"""


class Shop:
    """A folder with a configuration, and the program."""

    def __init__(self, folder: Path, server: FakeServer) -> None:
        self.folder, self.server = folder, server
        (folder / "config.toml").write_text(CONFIG.format(base_url=server.base_url), encoding="utf-8")
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PRESSZERO_")}
        secrets = {f"PRESSZERO_X_{name}": value for name, value in SECRETS.items()}
        self.env = kept | secrets | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}

    def start(self, *args: str, dies_at: int = 0) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", DYING, str(dies_at), *args]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.folder, env=self.env, stdout=pipe, stderr=pipe, text=True)

    def backfill(self, *args: str, dies_at: int = 0) -> tuple[int, str, str]:
        process = self.start("backfill", *args, dies_at=dies_at)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def ids(self) -> list[str]:
        with closing(sqlite3.connect(self.folder / "a.db")) as db:
            return [row[0] for row in db.execute("SELECT native_id FROM mentions")]

    def value(self, sql: str) -> object:
        with closing(sqlite3.connect(self.folder / "a.db")) as db:
            return db.execute(sql).fetchone()[0]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with FakeServer(FakeX()) as server:
        start = datetime.now(UTC) - timedelta(days=3)
        server.platform.load(spread(POSTS, start, timedelta(seconds=90)))
        yield Shop(tmp_path, server)


def run_name(said: str) -> str:
    found = re.search(r"Run (\S+):", said)
    assert found, said
    return found[1]


def test_2500_posts_a_429_and_two_kills_later_all_are_stored_once(shop: Shop) -> None:
    shop.server.faults.add(on="search", after=3, do="429", seconds=1)
    code, _, err = shop.backfill("x-search", "--since", "4d", "--collect-only", dies_at=10)
    assert code == -signal.SIGKILL
    run = run_name(err)
    assert 600 < len(shop.ids()) < 900
    code, _, _ = shop.backfill("--resume", run, "--collect-only", dies_at=7)
    assert code == -signal.SIGKILL
    code, out, err = shop.backfill("--resume", run, "--collect-only", "--json")
    assert code == 0, err
    assert (json.loads(out)["run"], json.loads(out)["state"]) == (run, "complete")
    ids = shop.ids()
    assert len(ids) == len(set(ids)) == POSTS
    asked = [str(sorted(line.query.items())) for line in shop.server.log if line.status == 200]
    # The request under way when the process died had not left it: no page was fetched twice.
    assert len(set(asked)) == len(asked)
    assert shop.value("SELECT count(*) FROM gaps") == 0


def test_ctrl_c_says_how_to_go_on(shop: Shop) -> None:
    shop.server.faults.add(on="search", after=2, do="429", seconds=600)
    process = shop.start("backfill", "x-search", "--since", "4d", "--collect-only")
    deadline = time.monotonic() + 30
    while not any(line.status == 429 for line in shop.server.log):
        assert time.monotonic() < deadline, "it never came to the limit"
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "waits 9 min" in err or "waits 10 min" in err
    run = run_name(err)
    assert f"--resume {run}" in err
    assert shop.value("SELECT state FROM backfills") == "stopped"
    code, out, _ = shop.backfill("--runs", "--json")
    assert code == 0
    assert [r["why"] for r in json.loads(out)] == ["interrupted"]


def test_two_processes_do_not_work_on_one_run(shop: Shop) -> None:
    shop.server.faults.add(on="search", do="429", seconds=600)
    process = shop.start("backfill", "x-search", "--since", "4d", "--collect-only")
    deadline = time.monotonic() + 30
    while not any(line.status == 429 for line in shop.server.log):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    run = str(shop.value("SELECT run FROM backfills"))
    code, _, err = shop.backfill("--resume", run)
    process.kill()
    process.communicate()
    assert code == 1
    assert "Another process works on the run" in err


def test_the_dry_run_fetches_nothing(shop: Shop) -> None:
    code, out, err = shop.backfill("x-search", "--since", "20d", "--dry-run", "--budget", "5")
    assert code == 0, err
    assert {line.endpoint for line in shop.server.log} == {"counts"}
    assert "2,500" in out
    assert "$12.50" in out
    assert "can't be had" in out
    assert "pays for about 40 %" in out
    assert shop.ids() == []
    assert shop.value("SELECT count(*) FROM backfills") == 0
    assert shop.value("SELECT round(sum(usd), 3) FROM spend") == 0.005


def test_the_past_sets_no_clock_and_drafts_only_when_asked(shop: Shop) -> None:
    shop.server.platform.load(
        [
            {
                "author": "ann",
                "text": "northwind lost my bag and I am furious",
                "created_at": (datetime.now(UTC) - timedelta(hours=30)).isoformat(),
            }
        ]
    )
    code, _, err = shop.backfill("x-search", "--since", "31h", "--until", "29h")
    assert code == 0, err
    assert shop.value("SELECT count(*) FROM cases WHERE origin = 'backfill'")
    assert shop.value("SELECT count(*) FROM cases WHERE due_at IS NOT NULL") == 0
    assert shop.value("SELECT count(*) FROM drafts") == 0
    code, out, err = shop.backfill("x-search", "--since", "31h", "--until", "29h", "--draft", "--json")
    assert code == 0, err
    assert json.loads(out)["drafted"] > 0, "known posts are drafted for, too, now that somebody asked"
    assert shop.value("SELECT count(*) FROM cases WHERE due_at IS NOT NULL") == 0


def test_the_budget_is_not_exceeded(shop: Shop) -> None:
    code, _, err = shop.backfill("x-search", "--since", "4d", "--budget", "2", "--collect-only")
    assert code == 1
    assert "PZ-302" in err
    assert float(str(shop.value("SELECT spent_usd FROM backfills"))) <= 2.0
