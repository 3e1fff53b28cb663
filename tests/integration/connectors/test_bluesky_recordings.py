"""Real answers of a Bluesky network through the real client.

The material lies in a folder `shared` beside the repository; without it these tests are skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Ask
from connectors.bluesky import BlueskyConfig, BlueskyConnector
from monitor.domain.coverage import Interval
from monitor.domain.errors import AnsweredMeanwhile, AuthExpired, Refused, TargetGone
from monitor.domain.mention import MentionKey
from monitor.domain.posting import Declined, Posted
from monitor.domain.verdict import MayReply
from tests.fakes.bluesky import FakeBluesky, account
from tests.fakes.faults import Fault
from tests.fakes.server import Answer, FakeClock, FakeServer, Request
from tests.integration.connectors.bluesky_setting import reply

RECORDINGS = Path(__file__).resolve().parents[3] / "../shared/recordings/bluesky-local"
pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings beside the repository")

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
WINDOW = Interval(NOW - timedelta(hours=24), NOW)
BRAND = "brand32620.test"
ROOT_POST = "at://did:plc:j6w65hfpgtrjb7eqmw6ddmhv/app.bsky.feed.post/3n2uszdg3gs2d"
OTHER_POST = "at://did:plc:j6w65hfpgtrjb7eqmw6ddmhv/app.bsky.feed.post/3n2uszdi3vc2d"
OUR_REPLY = "at://did:plc:jz6qnfvsbofy5qwqt5nhb76m/app.bsky.feed.post/3n2uszg24vc2d"
SEEN = frozenset({OUR_REPLY})


class Recorded:
    """Gives back what a Bluesky server once answered; the tokens, which were taken out, are put back."""

    platform = "bluesky"

    def __init__(self, *names: str) -> None:
        self.clock = FakeClock(NOW)
        self.given: dict[str, dict[str, Any]] = {}
        self.asked: list[Any] = []
        for name in ("createAccount", *names):
            recorded = json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))
            self.given[recorded["request"]["nsid"]] = recorded["response"]
        tokens = FakeBluesky(clock=self.clock)._tokens()
        signed_in = self.given.pop("com.atproto.server.createAccount")
        signed_in["json"] |= {name: tokens[name] for name in ("accessJwt", "refreshJwt")}
        self.given.setdefault("com.atproto.server.createSession", signed_in)

    def endpoint(self, request: Request) -> str:
        return request.path.removeprefix("/xrpc/")

    def answer(self, request: Request) -> Answer:
        if request.method == "POST":
            self.asked.append(request.json())
        found = self.given[self.endpoint(request)]
        return Answer(found["status"], found["json"])

    def error(self, status: int, request: Request, fault: Fault) -> Answer:
        raise NotImplementedError

    def load(self, posts: Iterable[Mapping[str, Any]]) -> None:
        raise NotImplementedError

    def posts(self) -> list[dict[str, Any]]:
        return []

    def happen(self, fault: Fault) -> None:
        raise NotImplementedError


def replayed(*names: str, **config: Any) -> Iterator[tuple[BlueskyConnector, Recorded]]:
    platform = Recorded(*names)
    given = {"name": "bluesky", "kind": "bluesky", "query": "AcmeBox", "notifications": False} | config
    with FakeServer(platform) as server:
        made = BlueskyConnector(
            BlueskyConfig(**given), account(server.base_url, handle=BRAND), platform.clock
        )
        yield made, platform
        made.close()


def test_a_search_with_back_dated_and_future_dated_posts() -> None:
    for reader, _ in replayed("searchPosts_hit"):
        page = reader.fetch(Ask(WINDOW))
        assert [(m.text, m.created_at.isoformat()) for m in page.mentions] == [
            ("AcmeBox support never answers", "2026-11-22T04:52:29+00:00"),
            ("@brand32620.test your AcmeBox broke again 😡 #fail", "2026-11-22T04:52:29+00:00"),
            ("AcmeBox futuredated", "2026-11-22T04:32:05.364000+00:00"),
            ("AcmeBox backdated", "2020-01-01T00:00:00+00:00"),
        ]
        assert (page.resume, page.rejects, page.proves) == (None, (), WINDOW)
        verdicts = [reader.can_reply(m, frozenset({BRAND})).may_reply for m in page.mentions]
        assert verdicts == [MayReply.HANDOFF, MayReply.POSTABLE, MayReply.HANDOFF, MayReply.HANDOFF]
        assert page.mentions[1].lang == "en"
        assert page.mentions[1].metrics == {"likes": 0, "replies": 0, "reposts": 0, "quotes": 0, "tagged": 1}


def test_a_page_with_more_to_come_and_an_empty_one() -> None:
    for reader, _ in replayed("searchPosts_page1"):
        page = reader.fetch(Ask(WINDOW, limit=1))
        assert page.resume is not None and "1795323149000__bafyreih5on6lzezb5maa" in page.resume
        assert page.proves == Interval(datetime(2026, 11, 22, 4, 52, 29, 1000, tzinfo=UTC), NOW)
    for reader, _ in replayed("searchPosts_empty"):
        assert reader.fetch(Ask(WINDOW)).proves == WINDOW


def test_a_mention_in_the_notifications() -> None:
    for reader, _ in replayed("listNotifications_mention", query=None, notifications=True):
        (found,) = reader.fetch(Ask(WINDOW)).mentions
        assert (found.native_id, found.author, found.metrics) == (ROOT_POST, "cust32620.test", {"tagged": 1})


def test_threads_with_and_without_their_beginning() -> None:
    for reader, _ in replayed("getPostThread", "searchPosts_hit"):
        asked = reader.fetch(Ask(WINDOW)).mentions[1]
        assert asked.native_id == ROOT_POST
        (ours,) = reader.thread(asked)
        assert (ours.native_id, ours.author, ours.in_reply_to) == (OUR_REPLY, BRAND, ROOT_POST)
        assert reader.can_reply(ours, frozenset({BRAND})).rule == "bluesky.own_post"
    for reader, _ in replayed("getPostThread_reply_of_deleted"):
        assert reader.thread(ours) == ()
    for reader, _ in replayed("getPostThread_deleted"):
        with pytest.raises(TargetGone):
            reader.thread(asked)


def test_what_was_deleted_is_told() -> None:
    keys = [MentionKey("bluesky", ROOT_POST), MentionKey("bluesky", OTHER_POST)]
    for reader, _ in replayed("getPosts"):
        told = reader.recheck(keys)
        assert ([m.native_id for m in told.alive], told.removed) == ([ROOT_POST, OTHER_POST], ())
    for reader, _ in replayed("getPosts_after_delete"):
        told = reader.recheck(keys)
        assert ([m.native_id for m in told.alive], told.removed) == ([OTHER_POST], (keys[0],))


def test_a_quote_shows_what_it_quotes() -> None:
    from connectors.bluesky.posts import mention_of

    recorded = json.loads((RECORDINGS / "getQuotes.json").read_text(encoding="utf-8"))
    quoted = mention_of(recorded["response"]["json"]["posts"][0], None).quoted
    assert quoted is not None
    assert (quoted.native_id, quoted.author) == (OTHER_POST, "cust32620.test")
    assert quoted.text == "AcmeBox support never answers"


def test_a_reply_has_the_form_that_was_taken() -> None:
    for writer, platform in replayed("getPosts", "getPostThread", "createRecord_reply"):
        sent = writer.send(writer.prepare(reply(ROOT_POST, "Sorry! DM us.", known=SEEN)))
        assert isinstance(sent, Posted) and sent.native_id == OUR_REPLY
        recorded = json.loads((RECORDINGS / "createRecord_reply.json").read_text(encoding="utf-8"))
        wanted, ours = recorded["request"]["json"], platform.asked[-1]
        assert len(ours.pop("rkey")) == 13
        ours["record"]["createdAt"] = wanted["record"]["createdAt"]
        assert ours == wanted


def test_a_reply_that_is_there_is_seen_in_the_thread() -> None:
    for writer, _ in replayed("getPosts", "getPostThread"):
        with pytest.raises(AnsweredMeanwhile) as there:
            writer.prepare(reply(ROOT_POST, "Sorry! DM us.", ours=frozenset({BRAND})))
        assert there.value.itself is not None and there.value.itself.native_id == OUR_REPLY
        writer.prepare(reply(ROOT_POST, "Sorry! DM us.", known=SEEN))


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("createRecord_too_long", "bluesky.invalid_request"),
        ("createRecord_wrong_repo", "bluesky.auth"),
    ],
)
def test_refusals_of_a_reply(name: str, rule: str) -> None:
    for writer, _ in replayed("getPosts", "getPostThread", name):
        sent = writer.send(writer.prepare(reply(ROOT_POST, known=SEEN)))
        assert isinstance(sent, Declined) and sent.rule == rule


def test_refusals_of_a_question() -> None:
    for name in ("searchPosts_bad_limit", "searchPosts_missing_q"):
        for reader, _ in replayed(name):
            with pytest.raises(Refused) as caught:
                reader.fetch(Ask(WINDOW))
            assert caught.value.rule == "bluesky.invalid_request"
    for reader, _ in replayed("createSession_bad_password"):
        with pytest.raises(AuthExpired) as wrong:
            reader.fetch(Ask(WINDOW))
        assert "Invalid identifier or password" in wrong.value.cause
    for reader, platform in replayed("bad_token"):
        platform.given["app.bsky.feed.searchPosts"] = platform.given["app.bsky.feed.getTimeline"]
        with pytest.raises(AuthExpired):
            reader.fetch(Ask(WINDOW))
        assert len(platform.asked) == 2, "a new session was tried, once"
