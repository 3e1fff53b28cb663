"""The mastodon connector against `mastodon-mock`, an independent Mastodon with a database of its own.

It runs as a process of its own, in real time. Its ids are no snowflakes, its posts are made through its API.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from pydantic import SecretStr

from connectors.base import Account, Ask, Page
from connectors.mastodon import MastodonConfig, MastodonConnector
from monitor.domain.coverage import Interval
from monitor.domain.errors import (
    AuthExpired,
    BadResponse,
    ConnectorError,
    RateLimited,
    Refused,
    TargetGone,
    Transient,
)
from monitor.domain.mention import Mention, MentionKey
from monitor.domain.posting import Absence, OutgoingReply, Posted, Unknown

pytest.importorskip("mastodon_mock", reason="mastodon-mock is not installed")

TOKENS = {"care": "care-token", "ann": "ann-token", "bob": "bob-token"}
CONFIG = "".join(
    f'[[seed.accounts]]\nusername = "{name}"\naccess_token = "{token}"\n' for name, token in TOKENS.items()
)


class RealTime:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Server:
    """The mock, asked as other people's clients would."""

    def __init__(self, port: int) -> None:
        self.base_url = f"http://127.0.0.1:{port}"

    def ask(self, method: str, path: str, body: Any = None, who: str = "ann") -> Any:
        request = urllib.request.Request(f"{self.base_url}{path}", method=method)
        request.add_header("Authorization", f"Bearer {TOKENS[who]}")
        request.add_header("Content-Type", "application/json")
        data = json.dumps(body).encode() if body is not None else None
        with urllib.request.urlopen(request, data, timeout=10) as answer:
            return json.load(answer)

    def post(self, text: str, who: str = "ann", **more: Any) -> str:
        return str(self.ask("POST", "/api/v1/statuses", {"status": text, **more}, who)["id"])

    def fault(self, path: str, count: int = 1, **effect: Any) -> None:
        self.ask("POST", "/api/v1/_mock/faults", {"match": {"path": path}, "effect": effect, "count": count})

    def connector(self, **config: Any) -> MastodonConnector:
        given = {"name": "m", "kind": "mastodon", "hashtags": ("northwind",), "notifications": False}
        given |= {"timeout": timedelta(seconds=5)} | config
        secrets = {"ACCESS_TOKEN": SecretStr(TOKENS["care"])}
        account = Account("care", "mastodon", "@care", self.base_url, secrets)
        return MastodonConnector(MastodonConfig(**given), account, RealTime())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("mastodon-mock")
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mastodon_mock", "serve", "--in-memory", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--config", str(folder / "config.toml")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _ready(Server(port))
    finally:
        process.kill()
        process.wait()


def _ready(server: Server) -> Server:
    for _ in range(300):
        try:
            server.ask("GET", "/api/v2/instance")
        except URLError:
            time.sleep(0.1)
        else:
            return server
    raise AssertionError("mastodon-mock did not start")


@pytest.fixture
def server(running: Server) -> Server:
    """As it was seeded."""
    running.ask("POST", "/api/v1/_mock/reset", {})
    return running


def window() -> Interval:
    now = datetime.now(UTC)
    return Interval(now - timedelta(hours=1), now + timedelta(minutes=1))


def drained(reader: MastodonConnector, within: Interval) -> list[Page]:
    pages = [reader.fetch(Ask(within))]
    while pages[-1].resume is not None:
        pages.append(reader.fetch(Ask(within, resume=pages[-1].resume)))
    return pages


def mentions(pages: list[Page]) -> list[Mention]:
    return [m for p in pages for m in p.mentions]


def test_a_hashtag_of_several_pages(server: Server) -> None:
    made = [server.post(f"#northwind delayed {n}", who=("ann", "bob")[n % 2]) for n in range(95)]
    server.post("nothing to do with it")
    server.post("#northwind, for friends", visibility="private")
    reader, within = server.connector(), window()
    pages = drained(reader, within)
    found = mentions(pages)
    assert sorted(m.native_id for m in found) == sorted(made)
    assert [len(p.mentions) for p in pages] == [40, 40, 15, 0, 0]
    assert pages[-1].proves == within
    assert found[0].text == "#northwind delayed 94"
    assert found[0].author is not None and found[0].author.startswith("ann@127.0.0.1")
    old = Interval(within.start - timedelta(days=9), within.start - timedelta(days=8))
    assert mentions(drained(reader, old)) == []
    reader.close()


def test_mentions_thread_and_search(server: Server) -> None:
    root = server.post("@care my bag & my hat <are> gone https://example.com/a")
    answer = server.post("mine too", who="bob", in_reply_to_id=root)
    hidden = server.post("@care psst", visibility="direct")
    reader = server.connector(hashtags=(), notifications=True)
    (found,) = mentions(drained(reader, window()))
    assert (found.native_id, found.metrics["mentioned"]) == (root, 1)
    assert found.text == "@care my bag & my hat <are> gone https://example.com/a"
    assert hidden != found.native_id
    assert [m.native_id for m in reader.thread(found)] == [answer]
    reader.close()
    searcher = server.connector(hashtags=(), query="too")
    assert [m.native_id for m in searcher.fetch(Ask(window())).mentions] == [answer]
    searcher.close()


def test_a_reply_is_posted_once(server: Server) -> None:
    parent = server.post("@care where is my bag?")
    writer = server.connector()
    attempt = OutgoingReply(
        7, "mastodon", parent, "@ann We look for it & write.", "key-7", attempted_at=datetime.now(UTC)
    )
    prepared = writer.prepare(attempt)
    assert (prepared.length, prepared.limit) == (28, 500)
    assert writer.find_own_reply(attempt).absence is Absence.UNPROVEN
    server.fault("/api/v1/statuses", type="status", status=503)
    assert isinstance(writer.send(prepared), Unknown)
    assert writer.find_own_reply(attempt).found is None
    sent = writer.send(prepared)
    assert isinstance(sent, Posted)
    again = writer.send(prepared)
    assert isinstance(again, Posted) and again.native_id == sent.native_id, "the same key counts once"
    own = writer.find_own_reply(attempt).found
    assert own is not None and own.native_id == sent.native_id
    context = server.ask("GET", f"/api/v1/statuses/{parent}/context")
    assert [s["id"] for s in context["descendants"]] == [sent.native_id]
    server.ask("DELETE", f"/api/v1/statuses/{parent}")
    with pytest.raises(TargetGone):
        writer.prepare(attempt)
    with pytest.raises(Refused):
        writer.prepare(OutgoingReply(8, "mastodon", parent, "x" * 501, "key-8"))
    writer.close()


def test_edits_and_deletions_are_told(server: Server) -> None:
    made = [server.post(f"#northwind {n}") for n in range(25)]
    reader = server.connector()
    server.ask("PUT", f"/api/v1/statuses/{made[3]}", {"status": "#northwind, found it"})
    server.ask("DELETE", f"/api/v1/statuses/{made[4]}")
    told = reader.recheck([MentionKey("mastodon", i) for i in made])
    reader.close()
    assert told.removed == (MentionKey("mastodon", made[4]),)
    edited = next(m for m in told.alive if m.native_id == made[3])
    assert edited.text == "#northwind, found it"
    assert edited.edited_at is not None
    assert len(told.alive) == 24


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        ({"type": "ratelimit"}, RateLimited),
        ({"type": "status", "status": 500}, Transient),
        ({"type": "status", "status": 401}, AuthExpired),
        ({"type": "status", "status": 403}, Refused),
        ({"type": "malformed"}, BadResponse),
        ({"type": "timeout"}, Transient),
    ],
)
def test_trouble(server: Server, effect: dict[str, Any], error: type[ConnectorError]) -> None:
    reader = server.connector(timeout=timedelta(seconds=0.5))
    server.fault("/api/v1/timelines/tag/northwind", **effect)
    with pytest.raises(error) as caught:
        reader.fetch(Ask(window()))
    if isinstance(caught.value, RateLimited):
        wait = caught.value.retry_at - datetime.now(UTC)
        assert timedelta(seconds=290) < wait <= timedelta(seconds=301)
    reader.fetch(Ask(window()))
    reader.close()
