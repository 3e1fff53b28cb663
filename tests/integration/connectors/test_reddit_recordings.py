"""Real answers of reddit.com, 2016 to 2021, through the real client: a server on loopback replays them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from connectors.base import Account, Ask
from connectors.reddit import RedditConfig, RedditConnector
from connectors.reddit.feeds import Place, feeds_of, fingerprint
from monitor.domain.coverage import Interval
from monitor.domain.errors import Refused
from monitor.domain.mention import Mention, MentionKey
from monitor.domain.posting import OutgoingReply, Posted, Prepared, Unknown
from tests.fakes.reddit_things import Things
from tests.fakes.server import FakeClock

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "recordings" / "praw"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the recordings of praw are not beside this checkout"
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
EVER = Interval(datetime(2005, 6, 23, tzinfo=UTC), NOW)  # since Reddit began
SECRETS = {"CLIENT_ID": "id", "CLIENT_SECRET": "secret", "USERNAME": "user", "PASSWORD": "password"}


class Tape:
    """The recorded answers of one test of praw's, in their order, and what was asked for instead."""

    def __init__(self, name: str, without: str) -> None:
        recorded = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["interactions"]
        self.left = [i for i in recorded if not without or without not in i["request"]["uri"]]
        self.asked: list[str] = []

    def answer(self, method: str, path: str) -> Any:
        recorded = self.left.pop(0)
        self.asked.append(path)
        wanted = urlsplit(recorded["request"]["uri"]).path
        assert recorded["request"]["method"] == method
        if not wanted.startswith("/user/"):
            assert wanted.strip("/").lower() == urlsplit(path).path.strip("/").lower()
        return recorded["response"]


@contextmanager
def replayed(name: str, *, without: str = "", **config: Any) -> Iterator[tuple[RedditConnector, Tape]]:
    tape = Tape(name, without)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            return

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            recorded = tape.answer(self.command, self.path)
            body = recorded["body"]["string"].encode()
            self.send_response(recorded["status"]["code"])
            for header, (value, *_) in recorded["headers"].items():
                if header.lower().startswith("x-ratelimit") or header.lower() == "content-type":
                    self.send_header(header, value)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - names given by http.server

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    secrets = {k: SecretStr(v) for k, v in SECRETS.items()}
    account = Account("care", "reddit", None, f"http://127.0.0.1:{server.server_address[1]}", secrets)
    given = {"name": "reddit", "kind": "reddit", **(config or {"subreddits": ("askreddit",)})}
    connector = RedditConnector(RedditConfig(**given), account, FakeClock(NOW))
    try:
        yield connector, tape
    finally:
        connector.close()
        server.shutdown()
        server.server_close()


def at_feed(number: int, **config: Any) -> str:
    """The resume token at the top of a later feed."""
    feeds = feeds_of(config.get("query"), config.get("subreddits", ()), config.get("inbox", False))
    return Place(fingerprint(feeds), feed=number).token()


def test_new_submissions_of_a_subreddit() -> None:
    with replayed("TestSubredditListings.test_new") as (connector, tape):
        page = connector.fetch(Ask(EVER))
    assert len(page.mentions) == 100 and not page.rejects and not tape.left
    first = page.mentions[0]
    assert first.location == "r/AskReddit" and first.conversation == first.native_id
    assert all(m.text and m.created_at.tzinfo is UTC and m.author for m in page.mentions)
    assert all(
        (m.url or "").startswith("https://www.reddit.com/r/AskReddit/comments/") for m in page.mentions
    )
    assert parse_qs(urlsplit(tape.asked[-1]).query)["limit"] == ["100"]


def test_comments_polled_again_and_again() -> None:
    """Polls of the newest 100 overlap; the same comment is the same mention each time."""
    config: dict[str, Any] = {"subreddits": ("all",)}
    found: dict[str, Mention] = {}
    total = 0
    with replayed("TestSubredditStreams.test_comments", without="before=", **config) as (connector, tape):
        for _ in range(len(tape.left) - 1):
            page = connector.fetch(Ask(EVER, resume=at_feed(1, **config)))
            assert page.mentions and not page.rejects
            total += len(page.mentions)
            for mention in page.mentions:
                assert found.setdefault(mention.native_id, mention).text == mention.text
                assert mention.in_reply_to and (mention.conversation or "").startswith("t3_")
    assert not any("before=" in asked for asked in tape.asked)
    assert len(found) < total, "they overlap, and the key tells"


def test_a_listing_to_its_end_near_1000() -> None:
    config: dict[str, Any] = {"subreddits": ("spez",)}
    window = Interval(EVER.start, NOW)
    with replayed("TestListingGenerator.test_exhaust_items", **config) as (connector, tape):
        token: str | None = at_feed(1, **config)
        names: list[str] = []
        while token is not None:
            page = connector.fetch(Ask(window, resume=token))
            names += [m.native_id for m in page.mentions]
            token = page.resume
        assert not tape.left
    assert len(names) == len(set(names)) == 1001
    ((lost, reason),) = page.missing
    assert reason == "listing_limit" and lost.start == window.start
    assert page.proves == Interval(lost.end, window.end)


def test_mentions_in_the_inbox() -> None:
    with replayed("TestInbox.test_mentions", inbox=True) as (connector, _):
        page = connector.fetch(Ask(EVER))
    assert len(page.mentions) == 16 and not page.rejects
    assert page.rate is not None and (page.rate.remaining, page.rate.limit) == (9324, 10_000)
    assert page.rate.reset_at == NOW + timedelta(seconds=53)
    first = page.mentions[0]
    assert (first.native_id, first.in_reply_to, first.conversation) == (
        "t1_ekftbox",
        "t3_bb24k7",
        "t3_bb24k7",
    )
    assert (first.url or "").endswith("/ekftbox/")


def test_search() -> None:
    with replayed("TestSubreddit.test_search", query="praw oauth search") as (connector, tape):
        page = connector.fetch(Ask(EVER))
    assert len(page.mentions) == 6 and not page.rejects
    assert page.mentions[0].text.count("Problem solved with this") == 1
    assert parse_qs(urlsplit(tape.asked[-1]).query)["sort"] == ["new"]


def test_info_tells_what_is_gone() -> None:
    recorded = json.loads((FOLDER / "TestReddit.test_info.json").read_text())["interactions"][1]
    names = parse_qs(urlsplit(recorded["request"]["uri"]).query)["id"][0].split(",")
    keys = [MentionKey("reddit", n) for n in names if n[:2] in ("t1", "t3")]
    with replayed("TestReddit.test_info") as (connector, _):
        result = connector.recheck(keys)
    assert {m.key for m in result.alive} | set(result.removed) == set(keys)
    assert len(result.alive) > 50 and all(m.text or m.media for m in result.alive)
    children = json.loads(recorded["response"]["body"]["string"])["data"]["children"]
    posts = {c["data"]["name"]: c["data"] for c in children if c["kind"] in ("t1", "t3")}
    gone = {n for n, d in posts.items() if d.get("body", d.get("selftext")) in ("[deleted]", "[removed]")}
    unlisted = {k.native_id for k in keys} - set(posts)
    assert gone and {k.native_id for k in result.removed} == gone | unlisted


def test_a_thread_with_a_removed_comment() -> None:
    with replayed("TestComment.test_refresh__removed_comment") as (connector, tape):
        (mention,) = connector.recheck([MentionKey("reddit", "t1_dma3mi5")]).alive
        around = connector.thread(mention)
        assert not tape.left
    keys = {m.native_id for m in around}
    assert "t3_6wmniq" in keys and "t1_dma3mi5" not in keys
    assert all("[removed]" not in m.text for m in around)
    assert [m.created_at for m in around] == sorted(m.created_at for m in around)


def test_a_comment_is_posted() -> None:
    with replayed("TestComment.test_reply") as (connector, tape):
        result = connector.send(_ready("t1_d1616q2", "Comment reply"))
        assert not tape.left
    assert isinstance(result, Posted)
    assert result.native_id == "t1_d1680wu" and result.posted_at == datetime(
        2016, 3, 20, 0, 33, 51, tzinfo=UTC
    )
    assert result.url == "https://www.reddit.com/comments/4b1tfm/_/d1680wu/"


def test_a_comment_that_reddit_does_not_show() -> None:
    with replayed("TestComment.test_reply__none") as (connector, _):
        assert isinstance(connector.send(_ready("t1_eear2ml", "TEST")), Unknown)


def test_the_fake_speaks_in_the_fields_of_real_answers() -> None:
    real: dict[str, set[str]] = {"t1": set(), "t3": set()}

    def gather(answer: Any) -> None:
        for inner in answer.values() if isinstance(answer, dict) else answer:
            if isinstance(inner, dict | list):
                gather(inner)
        if isinstance(answer, dict) and answer.get("kind") in real and isinstance(answer.get("data"), dict):
            real[answer["kind"]] |= set(answer["data"])

    for file in FOLDER.glob("*.json"):
        for interaction in json.loads(file.read_text(encoding="utf-8"))["interactions"]:
            text = interaction["response"]["body"]["string"]
            gather(json.loads(text) if text.startswith(("{", "[")) else {})
    post = {"id": "t3_a", "subreddit": "air", "created_at": NOW.isoformat(), "text": "x"}
    things = Things()
    made = [
        things.thing(things.add(post)),
        things.thing(things.add({**post, "id": "t1_b", "parent": "t3_a"})),
    ]
    # Reddit added these after the recordings were made; its API page lists them.
    since = {"author_fullname", "removed_by_category", "locked", "permalink"}
    for thing in made:
        assert set(thing["data"]) - real[thing["kind"]] <= since


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("TestInbox.test_message__unauthorized", "message/messages/6i8om7/", 403),
        ("TestReddit.test_bad_request_without_json_text_html_response", "api/morechildren", 400),
    ],
)
def test_real_refusals(name: str, path: str, status: int) -> None:
    with replayed(name) as (connector, _):
        client = connector._opened()
        with pytest.raises(Refused, match=str(status)):
            client.get(path, {})


def _ready(parent: str, text: str) -> Prepared:
    return Prepared(OutgoingReply(1, "reddit", parent, text, "key"), len(text), 10_000)
