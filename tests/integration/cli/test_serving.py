"""`run`, `web` and `demo` as people start them: a real process, a real port, a real sign-in."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.stages.people import check_password
from tests.integration.cli.process import ROOT
from tests.integration.cli.program import Program

PATIENCE = 90.0  # seconds until a slow machine has started


class Started:
    """A program that runs until it is told to stop."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process, self.log = process, log

    def said(self, pattern: str) -> re.Match[str]:
        """Waits until it has said something that matches."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if found := re.search(pattern, self.log.read_text(encoding="utf-8")):
                return found
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            time.sleep(0.05)
        raise AssertionError(f"never said {pattern!r}:\n{self.log.read_text(encoding='utf-8')}")

    def page(self, url: str) -> str:
        """A page, as soon as the server answers."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(url, timeout=10) as answer:
                    return str(answer.read().decode())
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextmanager
def started(program: Program, *args: str) -> Iterator[Started]:
    log = program.folder / "said.txt"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor.cli", *args],
            cwd=program.folder,
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            env={"PYTHONPATH": ":".join([str(ROOT), *sys.path]), "PATH": "/usr/bin:/bin"},
        )
    try:
        yield Started(process, log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_run_prints_the_address_and_the_first_sign_in_once(program: Program) -> None:
    program.write_config()
    program.write_posts("@northwindair my bag is lost")
    with started(program, "run", "--port", "0") as running:
        password = running.said(r"First sign-in: admin, password (\S+)")[1]
        address = running.said(r"Inbox: (http://127\.0\.0\.1:\d+)")[1]
        assert "Northwind Air" in running.page(address)
        running.said(r"collected")
        assert running.stop() == 0
    with program.opened() as app:
        assert check_password(app.store, "admin", password, "127.0.0.1", app.clock).role == "admin"
        with app.store.read() as session:
            assert session.mentions.count() == 1
    program.write_posts("@northwindair my bag is lost", "one more")
    with started(program, "run", "--no-web") as again:
        again.said(r"collected")
        assert again.stop() == 0
        text = again.log.read_text(encoding="utf-8")
    assert "password" not in text and "Inbox" not in text


def test_two_schedulers_on_one_database_are_one_too_many(program: Program) -> None:
    program.write_config()
    program.write_posts("one")
    with started(program, "run", "--no-web") as running:
        running.said(r"collected")
        assert "PZ-501" in program.run("run", "--no-web", code=1).stderr
        assert running.stop() == 0


def test_web_shows_the_inbox_without_a_scheduler(program: Program) -> None:
    program.write_config()
    program.write_posts("one")
    with started(program, "web", "--port", "0") as running:
        address = running.said(r"Inbox: (http://127\.0\.0\.1:\d+)")[1]
        assert "Northwind Air" in running.page(address)
        running.stop()
    with program.opened() as app, app.store.read() as session:
        assert session.mentions.count() == 0


def test_a_port_that_is_taken_is_told_before_anything_starts(program: Program) -> None:
    program.write_config()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        said = program.run("run", "--port", port, code=2).stderr
    assert said.startswith("PZ-102") and "--port" in said


@pytest.mark.acceptance
def test_the_demo_has_a_past_and_a_sign_in(program: Program) -> None:
    done = program.run("demo", "--dir", "demo", "--no-serve", fresh=True)
    password = re.search(r"Sign in as demo, password (\S+)", done.stdout)
    assert password
    demo = Program(program.folder / "demo")
    lanes = [row["lane"] for row in demo.json("queue", "list", "--all", "--limit", "500")]
    assert len(lanes) > 100 and {"now", "needs_approval", "by_hand", "waiting"} <= set(lanes)
    assert (demo.folder / "outbox.jsonl").stat().st_size > 1000
    assert demo.json("audit", "verify")["intact"]
    assert "Northwind Air" in demo.run("digest").stdout
    with demo.opened() as app:
        assert check_password(app.store, "demo", password[1], "127.0.0.1", app.clock).role == "admin"
    again = program.run("demo", "--dir", "demo", "--no-serve")
    assert "going on from there" in again.stdout and "password" not in again.stdout
