"""Real answers of X through the real client, and the fake's answers against X's own description.

The material lies in a folder `shared` beside the repository; without it these tests are skipped.
"""

from __future__ import annotations

import gzip
import json
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from connectors.base import Ask
from connectors.x import XConfig, XConnector
from connectors.x.rules import id_at
from monitor.domain.coverage import Interval
from monitor.domain.mention import MentionKey
from monitor.domain.posting import OutgoingReply, Posted, Prepared
from tests.fakes import x as fake_x
from tests.fakes.faults import Fault
from tests.fakes.server import Answer, FakeClock, FakeServer, Request
from tests.fakes.x import FakeX

RECORDINGS = Path(__file__).resolve().parents[3] / "../shared/recordings"
TWEEPY, OPENAPI = RECORDINGS / "tweepy", RECORDINGS / "x-openapi/x-openapi-latest.json"
needs_recordings = pytest.mark.skipif(not TWEEPY.is_dir(), reason="no recordings beside the repository")
needs_openapi = pytest.mark.skipif(
    not OPENAPI.is_file(), reason="no OpenAPI description beside the repository"
)


class Recorded:
    """Gives back what X once answered, byte for byte, gzip and headers included."""

    platform = "x"

    def __init__(self, name: str) -> None:
        text = (TWEEPY / f"test_client_{name}.yaml").read_text(encoding="utf-8")
        self.answers: dict[tuple[str, str], Mapping[str, Any]] = {}
        for interaction in yaml.safe_load(text)["interactions"]:
            asked = interaction["request"]
            self.answers[asked["method"], urlsplit(asked["uri"]).path] = interaction["response"]
        first = next(iter(self.answers.values()))
        date = first["headers"]["date"][0].replace("UTC", "GMT")
        self.clock = FakeClock(parsedate_to_datetime(date))

    def endpoint(self, request: Request) -> str:
        return request.path

    def answer(self, request: Request) -> Answer:
        found = self.answers[request.method, request.path]
        headers = {
            k: v[0] for k, v in found["headers"].items() if k.startswith(("x-rate", "x-access", "content"))
        }
        headers.pop("content-length")
        body = found["body"]["string"]
        return Answer(found["status"]["code"], body, headers)

    def error(self, status: int, request: Request, fault: Fault) -> Answer:
        raise NotImplementedError

    def load(self, posts: Iterable[Mapping[str, Any]]) -> None:
        raise NotImplementedError

    def posts(self) -> list[dict[str, Any]]:
        return []

    def happen(self, fault: Fault) -> None:
        return


def replayed(name: str) -> tuple[FakeServer, XConnector]:
    server = FakeServer(Recorded(name))
    config = XConfig(
        name="x",
        kind="x",
        query="Tweepy",
        mode="mentions" if "mentions" in name else "recent",
        user_id="783214",
    )
    return server, XConnector(
        config, fake_x.account(server.base_url, handle="TweepyDev"), server.platform.clock
    )


def last_day(server: FakeServer) -> Interval:
    now = server.platform.clock.now()
    return Interval(now - timedelta(hours=1), now)


@needs_recordings
def test_a_recorded_search_page() -> None:
    server, reader = replayed("search_recent_tweets")
    with server:
        page = reader.fetch(Ask(last_day(server)))
        reader.close()
    assert len(page.mentions) == 10
    assert page.mentions[0].text == "2022-10-07 22:42:12.637103 tweepy"
    assert page.mentions[0].created_at == datetime(2022, 10, 7, 22, 42, 12, 752000, UTC)
    assert page.resume is not None
    assert json.loads(page.resume)["token"] == "b26v89c19zqg8o3fpzbn1e0ffhxjiofzw6po136rvbnul"
    assert page.rejects == ()
    assert page.proves is not None
    assert page.proves.start == datetime(2022, 10, 7, 22, 24, 13, tzinfo=UTC)
    assert page.rate is not None
    assert (page.rate.remaining, page.rate.limit) == (448, 450)
    assert page.rate.reset_at == datetime.fromtimestamp(1665183229, UTC)


@needs_recordings
def test_a_recorded_mentions_page() -> None:
    server, reader = replayed("get_users_mentions")
    with server:
        page = reader.fetch(Ask(last_day(server)))
        reader.close()
    assert [line.endpoint for line in server.log] == ["/2/users/783214/mentions"]
    assert len(page.mentions) == 10
    assert page.mentions[3].text == "@MercyKnifed @Twitter what the fuck???"
    assert page.cost_usd == pytest.approx(0.01)


@needs_recordings
def test_a_recorded_lookup() -> None:
    server, reader = replayed("get_tweets")
    ids = ("1293593516040269825", "1293595870563381249")
    with server:
        alive, removed, _ = reader.recheck([MentionKey("x", i) for i in ids])
        reader.close()
    assert [m.native_id for m in alive] == list(ids)
    assert "It’s finally here! 🥁 Say hello" in alive[0].text
    assert removed == ()


@needs_recordings
def test_a_recorded_count() -> None:
    server, reader = replayed("get_recent_tweets_count")
    with server:
        told = reader.estimate(last_day(server), None)
        reader.close()
    body = gzip.decompress(server.platform.answer(_get("/2/tweets/counts/recent")).body)
    assert told.posts == json.loads(body)["meta"]["total_tweet_count"] > 0


@needs_recordings
def test_a_recorded_post() -> None:
    server, writer = replayed("create_and_delete_tweet")
    with server:
        sent = writer.send(Prepared(OutgoingReply(1, "x", "1", "Test Tweet", "k"), 10, 280))
        writer.close()
    assert isinstance(sent, Posted)
    assert sent.native_id == "1456012973835788293"


def _get(path: str) -> Request:
    return Request("GET", path, {}, {}, b"")


# --- the fake against X's description --------------------------------------------------------------

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
ROOT, REPLY, OURS = (str(id_at(NOW - timedelta(hours=h))) for h in (5, 4, 3))
POSTS: list[dict[str, Any]] = [
    {
        "id": ROOT,
        "author": "ann",
        "text": "@northwindair lost my bag " + "so " * 100,
        "links": ["https://e.example/1"],
    },
    {"id": REPLY, "author": "bob", "text": "northwind & me", "in_reply_to": ROOT, "place": "Kiel"},
    {"id": OURS, "author": "northwindair", "text": "northwind flies"},
    {"author": "eve", "text": "northwind @northwindair look", "quoted": OURS, "in_reply_to": "12"}
    | {"media": [{"type": "photo", "url": "https://e.example/p.jpg", "alt_text": "a bag"}]},
]
FIELDS = {
    "tweet.fields": "author_id,attachments,conversation_id,created_at,entities,geo,lang,note_tweet,"
    "public_metrics,referenced_tweets",
    "expansions": "author_id,attachments.media_keys,geo.place_id,referenced_tweets.id,"
    "referenced_tweets.id.author_id",
    "user.fields": "public_metrics",
    "media.fields": "alt_text,url",
}


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(OPENAPI.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture
def server() -> Iterator[FakeServer]:
    platform = FakeX(now=NOW)
    at = (NOW - timedelta(hours=5)).isoformat()
    platform.load([{"created_at": at, **post} for post in POSTS])
    platform.store.edit(OURS, "northwind flies again", NOW - timedelta(hours=2))
    with FakeServer(platform) as running:
        yield running


def validator(description: Mapping[str, Any], schema: str) -> Draft202012Validator:
    registry: Registry[Any] = Registry().with_resource("urn:x", DRAFT202012.create_resource(description))
    return Draft202012Validator({"$ref": f"urn:x#/components/schemas/{schema}"}, registry=registry)


def ask(server: FakeServer, path: str, **query: str) -> tuple[int, Any]:
    request = urllib.request.Request(f"{server.base_url}{path}?{urlencode(query)}")
    request.add_header("Authorization", f"Bearer {fake_x.SECRETS['BEARER_TOKEN']}")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except HTTPError as exc:
        with exc:
            return exc.code, json.load(exc)


@needs_openapi
@pytest.mark.parametrize(
    ("path", "schema", "query"),
    [
        (
            "/2/tweets/search/recent",
            "Get2TweetsSearchRecentResponse",
            {"query": "northwind OR @northwindair"},
        ),
        ("/2/tweets/search/recent", "Get2TweetsSearchRecentResponse", {"query": "nobody"}),
        ("/2/tweets/search/all", "Get2TweetsSearchAllResponse", {"query": "northwind"}),
        ("/2/users/1000/mentions", "Get2UsersIdMentionsResponse", {}),
        ("/2/users/1000/tweets", "Get2UsersIdTweetsResponse", {}),
        ("/2/tweets", "Get2TweetsResponse", {"ids": f"{ROOT},{REPLY},{OURS},123"}),
        ("/2/tweets/counts/recent", "Get2TweetsCountsRecentResponse", {"query": "northwind"}),
        ("/2/tweets/counts/all", "Get2TweetsCountsAllResponse", {"query": "northwind"}),
        ("/2/users/by/username/northwindair", "Get2UsersByUsernameUsernameResponse", {}),
        ("/2/users/by/username/nobody", "Get2UsersByUsernameUsernameResponse", {}),
    ],
)
def test_the_fake_answers_as_x_describes(
    server: FakeServer, description: dict[str, Any], path: str, schema: str, query: dict[str, str]
) -> None:
    fields = {} if "counts" in path or "by/username" in path else FIELDS
    status, body = ask(server, path, **query, **fields)
    assert status == 200
    validator(description, schema).validate(body)
    known = set(description["components"]["schemas"]["Tweet"]["properties"])
    posts = [*_rows(body), *(body.get("includes") or {}).get("tweets", ())]
    assert all(set(p) <= known for p in posts if "text" in p)
    for entry in body.get("errors", ()):
        validator(description, _problem_schema(description, entry["type"])).validate(entry)


def _rows(body: Mapping[str, Any]) -> list[Any]:
    data = body.get("data", [])
    return data if isinstance(data, list) else [data]


def _problem_schema(description: Mapping[str, Any], kind: str) -> str:
    mapping = description["components"]["schemas"]["Problem"]["discriminator"]["mapping"]
    return str(mapping.get(kind, "Problem")).rsplit("/", 1)[-1]


@needs_openapi
@pytest.mark.parametrize("do", ["401", "402", "403", "404", "429", "500", "503", "usage-capped"])
def test_the_fake_fails_as_x_describes(server: FakeServer, description: dict[str, Any], do: str) -> None:
    server.faults.add(do=do)
    status, body = ask(server, "/2/tweets/search/recent", query="northwind")
    assert status == (int(do) if do.isdigit() else 429)
    validator(description, _problem_schema(description, body["type"])).validate(body)


@needs_openapi
@pytest.mark.parametrize(
    "query",
    [
        {"query": "northwind", "max_results": "9"},
        {"query": "northwind", "since_id": ROOT, "start_time": "2026-03-08T00:00:00Z"},
        {"query": "northwind", "start_time": "2026-02-01T00:00:00Z"},
        {"query": "northwind", "end_time": "2026-03-08T12:00:00Z"},
        {"query": "northwind", "next_token": "nonsense"},
        {"query": "northwind", "colour": "blue"},
        {"query": "x" * 513},
        {"query": "(northwind"},
    ],
)
def test_the_fake_refuses_what_x_refuses(
    server: FakeServer, description: dict[str, Any], query: dict[str, str]
) -> None:
    status, body = ask(server, "/2/tweets/search/recent", **query)
    assert status == 400
    validator(description, "InvalidRequestProblem").validate(body)


@needs_openapi
def test_every_parameter_the_connector_sends_is_described(
    description: dict[str, Any], server: FakeServer
) -> None:
    reader = XConnector(
        XConfig(name="x", kind="x", query="northwind"), fake_x.account(server.base_url), server.platform.clock
    )
    page = reader.fetch(Ask(Interval(NOW - timedelta(days=1), NOW), limit=10))
    reader.recheck([m.key for m in page.mentions])
    reader.estimate(Interval(NOW - timedelta(days=1), NOW), None)
    reader.close()
    shared = description["components"]["parameters"]
    for line in server.log:
        listed = description["paths"][line.path]["get"]["parameters"]
        given = [p if "name" in p else shared[p["$ref"].rsplit("/", 1)[-1]] for p in listed]
        known = {p["name"]: p["schema"] for p in given}
        assert set(line.query) <= set(known)
        for name in ("tweet.fields", "expansions", "user.fields", "media.fields", "place.fields"):
            if name in line.query:
                assert set(line.query[name].split(",")) <= set(known[name]["items"]["enum"])
