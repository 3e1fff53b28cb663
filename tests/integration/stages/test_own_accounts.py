"""From X through the engine into cases: own posts, reposts, and the words as a person sees them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.x import XConfig, XConnector
from monitor.domain.mention import MentionKey
from tests.fakes import x as fake_x
from tests.fakes.server import FakeServer
from tests.integration.connectors.x_setting import running
from tests.integration.stages.test_recheck import Watch


@pytest.fixture
def server() -> Iterator[FakeServer]:
    yield from running()


@pytest.fixture
def x(server: FakeServer, tmp_path: Path) -> Iterator[Watch]:
    config = XConfig(name="src", kind="x", mode="mentions", user_id="1000", timeout=timedelta(seconds=2))
    connector = XConnector(config, fake_x.account(server.base_url), server.platform.clock)
    made = Watch(tmp_path, server, config, connector)
    yield made
    connector.close()
    made.store.close()


def post(x: Watch, text: str, author: str = "ann", **more: object) -> str:
    at = x.clock.now() - timedelta(minutes=5)
    raw = {"author": author, "text": f"@northwindair {text}", "created_at": at.isoformat(), **more}
    x.server.platform.load([raw])
    return str(x.server.platform.posts()[-1]["id"])


def cases(x: Watch) -> int:
    with x.store.read() as session:
        return sum(session.cases.lanes().values())


def test_our_own_post_closes_the_loop_and_opens_nothing(x: Watch) -> None:
    theirs = post(x, "lost my bag")
    post(x, "is our new name", "brand")
    x.poll()
    assert cases(x) == 1
    x.forward(minutes=10)
    post(x, "we have found it", "brand", in_reply_to=theirs)
    x.poll()
    assert (cases(x), x.case(theirs).status) == (1, "waiting")


def test_a_repost_adds_reach_and_is_no_mention(x: Watch) -> None:
    original = post(x, "lost my bag")
    for name in ("bob", "cid"):
        post(x, "lost my bag", name, reposted=original)
    x.poll()
    with x.store.read() as session:
        stored = session.mentions.by_key(MentionKey("x", original))
        assert session.mentions.count() == 1
    assert stored is not None
    assert stored.reposts == 2
    assert cases(x) == 1


def test_the_words_are_those_a_person_sees(x: Watch) -> None:
    long = "lost my bag & nobody <answers> " + "please help " * 40
    whole = post(x, long, media=[{"type": "photo", "url": "https://example.com/1.jpg", "alt_text": "a belt"}])
    quoting = post(x, "look", "bob", quoted=whole)
    x.poll()
    with x.store.read() as session:
        stored = session.mentions.by_key(MentionKey("x", whole))
        quote = session.mentions.by_key(MentionKey("x", quoting))
    assert stored is not None
    assert stored.mention.text == f"@northwindair {long}".strip()
    assert [(m.kind, m.alt) for m in stored.mention.media] == [("photo", "a belt")]
    assert quote is not None
    assert quote.mention.quoted is not None
    assert "nobody <answers>" in quote.mention.quoted.text
