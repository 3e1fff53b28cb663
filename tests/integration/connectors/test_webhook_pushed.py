"""Deliveries to a real uvicorn in its own process, killed at bad moments, and collected by the engine."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from connectors.base import Account
from connectors.webhook import HEADER, WebhookConfig, WebhookConnector, sign
from connectors.webhook.deliveries import LARGEST_BODY
from monitor.domain.mention import MentionKey
from monitor.runtime.clock import SystemClock
from monitor.stages.collect import CollectReport, collect
from monitor.stages.drain import CHUNK
from monitor.store.sqlite import SqliteStore

ROOT = Path(__file__).resolve().parents[3]
SECRET = "a-secret-of-the-forum"

# A web app with nothing but the hook. The key "die" kills it after the spool, before the answer.
APP = """
import os, signal, sys
import uvicorn
from fastapi import FastAPI
from monitor.web.hooks import router
from tests.integration.connectors.test_webhook_pushed import source

class Mortal:
    def __init__(self, hook):
        self.hook = hook
    def receive(self, signature, key, body):
        receipt = self.hook.receive(signature, key, body)
        if key == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        return receipt

app = FastAPI()
app.include_router(router({"forum": Mortal(source(sys.argv[1]))}))
uvicorn.run(app, port=int(sys.argv[2]), log_level="error")
"""


def source(folder: str | Path) -> WebhookConnector:
    """The source as every process of this test has it."""
    config = WebhookConfig(name="forum", kind="webhook", spool=Path(folder))
    account = Account("forum", "webhook", None, secrets={"SECRET": SecretStr(SECRET)})
    return WebhookConnector(config, account, SystemClock())


def row(native_id: object, text: str = "Lost bag") -> dict[str, Any]:
    return {"platform": "forum", "id": str(native_id), "text": text, "created_at": "2026-03-02T11:00:00Z"}


class Site:
    """The web app in a process of its own, and the engine beside it."""

    def __init__(self, folder: Path) -> None:
        self.spool = folder / "spool"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hooks/forum"
        self.store = SqliteStore(f"sqlite:///{folder / 'presszero.db'}")
        self.store.migrate()
        self.client = httpx.Client(timeout=10)
        self.process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", APP, str(self.spool), str(self.port)]
        process = subprocess.Popen(command, cwd=ROOT)
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return process
            time.sleep(0.02)
        raise AssertionError("the web app did not start")

    def restart(self) -> int:
        """Starts it anew; returns how the one before ended."""
        self.process.kill()
        ended = self.process.wait(10)
        self.process = self._started()
        return ended

    def post(self, body: bytes, **headers: str) -> httpx.Response:
        signed = {HEADER: sign(SECRET, body, datetime.now(UTC)), **headers}
        return self.client.post(self.url, content=body, headers=signed)

    def collect(self, max_pages: int | None = None) -> CollectReport:
        reader = source(self.spool)
        config = WebhookConfig(name="forum", kind="webhook", spool=self.spool)
        return collect(
            self.store, reader, config, SystemClock(), is_own=lambda mention: False, max_pages=max_pages
        )

    def stored(self, native_id: object) -> bool:
        with self.store.read() as session:
            found = session.mentions.by_key(MentionKey("forum", str(native_id)))
        return found is not None and found.removed_at is None

    def close(self) -> None:
        self.client.close()
        self.process.kill()
        self.process.wait(10)
        self.store.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.close()


def lines(*rows: dict[str, Any]) -> bytes:
    return b"\n".join(json.dumps(r).encode() for r in rows)


def test_what_is_answered_with_202_is_collected(site: Site) -> None:
    answer = site.post(lines(row("a1"), row("a2"), {"id": 3}))
    assert answer.status_code == 202
    assert answer.json() == {
        "mentions": 2,
        "removed": 0,
        "rejects": 1,
        "rejected": [{"row": 3, "reason": "no `platform`"}],
        "duplicate": False,
    }
    report = site.collect()
    assert (report.new, report.rejects, report.complete) == (2, 1, True)
    assert site.stored("a1") and site.stored("a2")


def test_a_replayed_request_is_taken_once(site: Site) -> None:
    body = lines(row("b1"))
    signed = {HEADER: sign(SECRET, body, datetime.now(UTC)), "idempotency-key": "b"}
    answers = [site.client.post(site.url, content=body, headers=signed) for _ in range(3)]
    assert [a.json()["duplicate"] for a in answers] == [False, True, True]
    other_key = site.client.post(site.url, content=body, headers={**signed, "idempotency-key": "c"})
    assert other_key.json()["duplicate"]
    assert site.collect().new == 1
    clash = site.post(lines(row("b2")), **{"idempotency-key": "b"})
    assert (clash.status_code, clash.json()["code"]) == (409, "PZ-204")


def test_a_wrong_an_old_and_no_signature_are_refused_and_keep_nothing(site: Site) -> None:
    body = lines(row("c1"))
    now = datetime.now(UTC)
    wrong = [
        sign("guess", body, now),
        sign(SECRET, body + b" ", now),
        sign(SECRET, body, now - timedelta(minutes=6)),
        sign(SECRET, body, now + timedelta(minutes=6)),
        "t=1,v1=",
    ]
    before = {f: f.stat().st_size for f in site.spool.glob("*.jsonl")} if site.spool.exists() else {}
    for header in wrong:
        answer = site.client.post(site.url, content=body, headers={HEADER: header})
        assert (answer.status_code, answer.json()["code"]) == (401, "PZ-605")
        assert SECRET not in answer.text
    assert site.client.post(site.url, content=body).status_code == 401
    after = {f: f.stat().st_size for f in site.spool.glob("*.jsonl")} if site.spool.exists() else {}
    assert after == before


def test_a_body_of_1_mb_passes_and_one_byte_more_does_not(site: Site) -> None:
    frame = len(lines(row("d1", "")))
    body = lines(row("d1", "x" * (LARGEST_BODY - frame)))
    assert len(body) == LARGEST_BODY
    assert site.post(body).status_code == 202
    assert site.post(body + b" ").status_code == 413
    chunks = (b"x" * 65536 for _ in range(40))  # without a Content-Length
    streamed = site.client.post(site.url, content=chunks, headers={HEADER: "t=1,v1=0"})
    assert (streamed.status_code, streamed.json()["code"]) == (413, "PZ-204")
    assert site.collect().new == 1


def test_what_is_no_delivery_is_told_in_words(site: Site) -> None:
    assert site.client.post(site.url + "s", content=b"{}").status_code == 404
    assert site.client.get(site.url).status_code == 405
    for body, status in ((b"[1, 2", 400), (b"", 422), (b'{"event": "ping"}', 422)):
        answer = site.post(body)
        assert answer.status_code == status
        assert set(answer.json()) == {"code", "cause", "action"}


def test_half_a_body_leaves_nothing(site: Site) -> None:
    body = lines(row("e1"))
    head = f"POST /hooks/forum HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    head += f"{HEADER}: {sign(SECRET, body, datetime.now(UTC))}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", site.port)) as line:
        line.sendall(head.encode() + body[:20])
    assert site.post(lines(row("e2"))).status_code == 202
    assert site.collect().new == 1
    assert not site.stored("e1")


def test_killed_between_the_spool_and_the_answer(site: Site) -> None:
    """The sender never hears of it and sends it again: it is there, and it is there once."""
    body = lines(row("f1"), row("f2"))
    with pytest.raises(httpx.TransportError):
        site.post(body, **{"idempotency-key": "die"})
    assert site.restart() == -signal.SIGKILL
    again = site.post(body, **{"idempotency-key": "again"})
    assert (again.status_code, again.json()["duplicate"]) == (202, True)
    assert site.collect().new == 2
    assert site.collect().new == 0


def test_killed_at_any_moment_nothing_that_was_answered_is_lost(site: Site) -> None:
    chance = random.Random(7)
    answered: set[str] = set()
    sent: set[str] = set()
    for round_ in range(2):
        dying = threading.Timer(0.1 + chance.random() / 2, os.kill, (site.process.pid, signal.SIGKILL))
        dying.start()
        for i in range(100_000):
            ids = [f"g{round_}-{i}-{j}" for j in range(20)]
            sent |= set(ids)
            try:
                answer = site.post(lines(*(row(native_id, "x" * 500) for native_id in ids)))
            except httpx.TransportError:
                break
            assert answer.status_code == 202
            answered |= set(ids)
        dying.join()
        site.restart()
        site.collect()
    assert answered
    assert all(site.stored(native_id) for native_id in answered)
    with site.store.read() as session:
        assert session.ledger.gaps("forum") == []
    more = {native_id for native_id in sent - answered if site.stored(native_id)}
    assert len(more) in (0, 20, 40), "a delivery is taken whole or not at all"


def test_a_collector_that_stops_in_the_middle_goes_on_there(site: Site) -> None:
    rest = 2000
    for begin in range(0, CHUNK + rest, 3000):
        ids = range(begin, min(begin + 3000, CHUNK + rest))
        assert site.post(lines(*(row(f"h{i}") for i in ids))).status_code == 202
    first = site.collect(max_pages=1)
    assert (first.new, first.complete) == (CHUNK, False)
    report = site.collect()
    assert (report.new, report.known, report.complete) == (rest, 0, True)


@pytest.mark.skipif(not (which("curl") and which("openssl")), reason="needs curl and openssl")
def test_the_commands_in_the_page_work(site: Site, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "connectors-webhook.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"(?s)```sh\n(.*?)```", page)
    (example,) = re.findall(r"(?s)```json\n(.*?)```", page)
    (tmp_path / "posts.jsonl").write_text(example, encoding="utf-8")
    done = subprocess.run(
        ["sh", "-c", script.replace("https://care.example/hooks/forum", site.url)],
        cwd=tmp_path,
        env={**os.environ, "PRESSZERO_FORUM_SECRET": SECRET},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["mentions"] == 1
    assert site.collect().new == 1 and site.stored("1842")
