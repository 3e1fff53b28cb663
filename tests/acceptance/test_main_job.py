"""The main job on real posts: the real program, a real browser, ten approvals, exactly those ten sent.

By default on 183 posts of real two-sided threads; PRESSZERO_REPLAY names another export. The data is
not part of the project: without it the test skips.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, chromium

ROOT = Path(__file__).resolve().parents[2]
REPLAY = Path(
    os.environ.get("PRESSZERO_REPLAY") or ROOT.parent / "shared/data/replay/threads-retail-2017.jsonl"
)
TEN = 10

CONFIG = """
[brand]
name = "The Shop"
handles = {{ x = ["AmazonHelp", "SpotifyCares"] }}

[review]
undo = "1s"

[publish]
every = "500ms"
pacing = "0s"

[web]
port = {port}

[[sources]]
name = "export"
kind = "archive"
path = "{path}"
"""


def presszero(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "monitor.cli", "--config", str(folder / "config.toml"), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=900)
    return done.stdout


@contextmanager
def running(folder: Path, port: int) -> Iterator[None]:
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor.cli", "--config", str(folder / "config.toml"), "run"],
            stdout=log,
            stderr=log,
            cwd=ROOT,
        )
        try:
            ends = time.monotonic() + 60
            while not _answers(port):
                assert process.poll() is None, (folder / "run.log").read_text()
                assert time.monotonic() < ends
                time.sleep(0.1)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) in (0, -signal.SIGTERM)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def approve(page: Page, address: str, case_id: int) -> str:
    """Opens a case, reads, approves; returns the text that was on the screen."""
    page.goto(f"{address}/cases/{case_id}")
    text = page.locator("#text").input_value()
    page.keyboard.press("a")
    page.locator("[data-until]").wait_for(timeout=10_000)
    return text


@pytest.fixture(scope="module")
def engine() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("NO CHROMIUM: nobody could approve in a browser.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.mark.acceptance
@pytest.mark.browser
@pytest.mark.skipif(not REPLAY.exists(), reason=f"no export at {REPLAY.name}; set PRESSZERO_REPLAY")
def test_ten_approved_in_a_browser_are_the_ten_in_the_outbox(tmp_path: Path, engine: Browser) -> None:
    port = free_port()
    (tmp_path / "config.toml").write_text(CONFIG.format(port=port, path=REPLAY), encoding="utf-8")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "monitor.cli",
            "--config",
            str(tmp_path / "config.toml"),
            "users",
            "add",
            "mara",
            "--role",
            "approver",
            "--password-stdin",
        ],
        input="a long enough password\n",
        text=True,
        check=True,
        cwd=ROOT,
        capture_output=True,
    )
    presszero(tmp_path, "collect")
    presszero(tmp_path, "draft")
    rows = json.loads(presszero(tmp_path, "queue", "list", "--json"))
    waiting = [row for row in rows if row["draft"] and row["lane"] in ("now", "needs_approval")]
    assert len(waiting) >= TEN
    rows_in_file = [json.loads(line) for line in REPLAY.read_text(encoding="utf-8").splitlines()]
    with running(tmp_path, port):
        address = f"http://127.0.0.1:{port}"
        page = engine.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("input[name=name]", "mara")
        page.fill("input[name=password]", "a long enough password")
        page.press("input[name=password]", "Enter")
        page.wait_for_url(re.compile(r"/(\?.*)?$"))
        approved = [approve(page, address, row["case_id"]) for row in waiting[:TEN]]
        outbox, ends = tmp_path / "outbox.jsonl", time.monotonic() + 60
        while not outbox.exists() or len(outbox.read_text().splitlines()) < TEN:
            assert time.monotonic() < ends
            time.sleep(0.2)
        time.sleep(2)
    sent = [json.loads(line) for line in outbox.read_text(encoding="utf-8").splitlines()]
    assert sorted(line["text"] for line in sent) == sorted(approved)
    assert {line["draft_id"] for line in sent} == {row["draft_id"] for row in waiting[:TEN]}
    assert all(line["in_reply_to"] in {row["id"] for row in rows_in_file} for line in sent)
    day = rows_in_file[len(rows_in_file) // 2]["created_at"][:10]
    digest = presszero(tmp_path, "digest", "--date", day)
    assert "WHO STILL WAITS" in digest
    assert "intact" in presszero(tmp_path, "audit", "verify")
