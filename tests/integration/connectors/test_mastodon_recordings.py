"""Real answers of Mastodon 4.6 through the real client.

The material lies in a folder `shared` beside the repository; without it these tests are skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from connectors.base import Ask
from connectors.mastodon import MastodonConfig, MastodonConnector
from connectors.mastodon.rules import id_at
from monitor.domain.coverage import Interval
from monitor.domain.errors import TargetGone
from monitor.domain.mention import Mention, MentionKey
from monitor.domain.posting import Declined, OutgoingReply, Posted, Prepared
from tests.fakes.faults import Fault
from tests.fakes.mastodon import account
from tests.fakes.server import Answer, FakeClock, FakeServer, Request

RECORDINGS = Path(__file__).resolve().parents[3] / "../shared/recordings/mastodon.py"
pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings beside the repository")

INSTANCE = "/api/v2/instance/"
NOW = datetime(2026, 8, 1, 13, 57, tzinfo=UTC)
WINDOW = Interval(NOW - timedelta(hours=24), NOW)


class Recorded:
    """Gives back what a server once answered, in the order it did, headers included."""

    platform = "mastodon"

    def __init__(self, name: str) -> None:
        self.clock = FakeClock(NOW)
        self.answers: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        self.asked: list[Request] = []
        text = (RECORDINGS / f"test_{name}.yaml").read_text(encoding="utf-8")
        for interaction in yaml.safe_load(text)["interactions"]:
            asked = interaction["request"]
            place = (asked["method"], urlsplit(asked["uri"]).path)
            self.answers.setdefault(place, []).append(interaction["response"])

    def endpoint(self, request: Request) -> str:
        return request.path

    def answer(self, request: Request) -> Answer:
        self.asked.append(request)
        found = self.answers[request.method, request.path]
        given = found.pop(0) if len(found) > 1 else found[0]
        kept = ("x-rate", "link", "content-t")
        headers = {k: v[0] for k, v in given["headers"].items() if k.startswith(kept)}
        return Answer(given["status"]["code"], given["body"]["string"].encode(), headers)

    def error(self, status: int, request: Request, fault: Fault) -> Answer:
        raise NotImplementedError

    def load(self, posts: Iterable[Mapping[str, Any]]) -> None:
        raise NotImplementedError

    def posts(self) -> list[dict[str, Any]]:
        return []

    def happen(self, fault: Fault) -> None:
        raise NotImplementedError


def replayed(name: str, **config: Any) -> Iterator[tuple[MastodonConnector, Recorded]]:
    platform = Recorded(name)
    given = {"name": "m", "kind": "mastodon", "hashtags": ("hoot",), "notifications": False} | config
    handle = "@mastodonpy_test@localhost"
    with FakeServer(platform) as server:
        where = account(server.base_url, handle=handle)
        made = MastodonConnector(MastodonConfig(**given), where, platform.clock)
        yield made, platform
        made.close()


def test_a_hashtag() -> None:
    for reader, platform in replayed("hashtag_tl"):
        page = reader.fetch(Ask(WINDOW))
        (found,) = page.mentions
        assert (found.text, found.author, found.lang) == (
            "#hoot (hashtag toot)",
            "mastodonpy_test_2@localhost",
            "ja",
        )
        assert found.created_at == datetime(2026, 8, 1, 13, 55, 55, 867000, tzinfo=UTC)
        off = (int(found.native_id) - id_at(found.created_at)) / (1 << 16)
        assert -3 < off < 0, "ids hold the time, within milliseconds"
        assert found.metrics == {"likes": 0, "replies": 0, "reposts": 0, "quotes": 0}
        assert page.proves == Interval(found.created_at + timedelta(seconds=1), NOW)
        assert page.rate is not None
        assert page.rate.reset_at == datetime(2026, 8, 1, 14, 0, 0, 70144, tzinfo=UTC)
        assert [r.path for r in platform.asked] == ["/api/v1/timelines/tag/hoot"], "no question before it"


def test_a_mention_in_the_notifications() -> None:
    for reader, _ in replayed("notifications_mentions_only", hashtags=(), notifications=True):
        (found,) = reader.fetch(Ask(WINDOW)).mentions
        assert (found.text, found.author) == ("@mastodonpy_test hello!", "admin@localhost")
        assert found.metrics["mentioned"] == 1
        assert reader.can_reply(found, frozenset({"mastodonpy_test@localhost"})).rule == "mastodon.mentioned"


def test_a_search_without_elasticsearch_finds_nothing() -> None:
    for reader, platform in replayed("search", hashtags=(), query="mastodonpy_test"):
        platform.answers["GET", "/api/v2/search"] = platform.answers["GET", "/api/v2/search"][-1:]
        page = reader.fetch(Ask(WINDOW))
        assert (page.mentions, page.resume) == ((), None)


def test_a_thread_of_one() -> None:
    for reader, _ in replayed("status_context"):
        assert reader.thread(Mention("mastodon", "117020585487094447", "Toot!", NOW)) == ()


def test_an_edit_and_a_post_that_is_missing() -> None:
    key = MentionKey("mastodon", "117020586180926938")
    for reader, platform in replayed("status_edit"):
        platform.answers["GET", "/api/v1/statuses"] = [_not_found()]  # as before Mastodon 4.3
        (found,) = reader.recheck([key]).alive
        assert found.key == key
        assert found.text.startswith("the best editor? why, of course it is the KDE")
        assert found.edited_at is not None and found.edited_at > found.created_at
    for reader, platform in replayed("status_missing"):
        platform.answers["GET", "/api/v1/statuses"] = [_not_found()]
        platform.answers["GET", "/api/v1/statuses/0/context"] = [_not_found()]
        assert reader.recheck([MentionKey("mastodon", "0")]).removed == (MentionKey("mastodon", "0"),)
        with pytest.raises(TargetGone):
            reader.thread(Mention("mastodon", "0", "", NOW))


def test_a_reply_has_the_form_that_was_taken() -> None:
    for writer, platform in replayed("status_reply"):
        prepared = Prepared(_reply("117020583245459824", "@mastodonpy_test_2 same!"), 24, 500)
        parent = platform.answers["POST", "/api/v1/statuses"].pop(0)
        platform.answers["GET", "/api/v1/statuses/117020583245459824"] = [_naming_us(parent)]
        platform.answers["GET", "/api/v1/statuses/117020583245459824/context"] = [_nobody_else()]
        platform.answers["GET", INSTANCE] = Recorded("instance").answers["GET", INSTANCE]
        sent = writer.send(prepared)
        assert isinstance(sent, Posted)
        assert (sent.native_id, sent.url) == (
            "117020583258292382",
            "http://localhost:3000/@admin/117020583258292382",
        )
        created = platform.asked[-1]
        assert created.headers["idempotency-key"] == "k"
        form = created.form()
        assert form["status"] == "@mastodonpy_test_2 same!"
        assert (form["in_reply_to_id"], form["visibility"]) == ("117020583245459824", "public")


def test_a_refusal_keeps_the_servers_words() -> None:
    for writer, platform in replayed("lang_for_errors"):
        parent = Recorded("status_reply").answers["POST", "/api/v1/statuses"][0]
        me = Recorded("status_reply").answers["GET", "/api/v1/accounts/verify_credentials"]
        platform.answers["GET", "/api/v1/accounts/verify_credentials"] = me
        platform.answers["GET", "/api/v1/statuses/1"] = [_naming_us(parent)]
        platform.answers["GET", "/api/v1/statuses/1/context"] = [_nobody_else()]
        platform.answers["GET", INSTANCE] = Recorded("instance").answers["GET", INSTANCE]
        sent = writer.send(writer.prepare(_reply("1")))
        assert isinstance(sent, Declined)
        assert sent.rule == "mastodon.invalid"
        assert "Validation failed" in sent.detail or "500" in sent.detail, "in the server's language"


def _reply(native_id: str, text: str = "Sorry.") -> OutgoingReply:
    return OutgoingReply(7, "mastodon", native_id, text, "k")


def _nobody_else() -> Mapping[str, Any]:
    body = {"string": '{"ancestors":[],"descendants":[]}'}
    return {"status": {"code": 200}, "headers": {"content-type": ["application/json"]}, "body": body}


def _not_found() -> Mapping[str, Any]:
    body = {"string": '{"error":"Record not found"}'}
    return {"status": {"code": 404}, "headers": {"content-type": ["application/json"]}, "body": body}


def _naming_us(parent: Mapping[str, Any]) -> Mapping[str, Any]:
    """The recorded post, with a mention of our account put in."""
    ours = '"mentions":[{"id":"1","username":"mastodonpy_test","url":"","acct":"mastodonpy_test"}]'
    text = parent["body"]["string"].replace('"mentions":[]', ours)
    assert ours in text
    return {**parent, "body": {"string": text}}
