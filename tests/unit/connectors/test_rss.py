from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors import web
from connectors.base import Ask, Page
from connectors.rss import RssConfig, RssConnector, plain_link
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadResponse, RateLimited, Refused, Transient
from monitor.domain.mention import Media
from tests.contract.connectors.case import SetClock
from tests.contract.connectors.feed_server import FeedServer

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MS = timedelta(milliseconds=1)
ALERT = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Google Alert - northwind air</title>
<entry><id>tag:google.com,2013:googlealerts/feed:1</id>
<title type="html">&lt;b&gt;Northwind Air&lt;/b&gt; leaves 40 stranded</title>
<link href="https://www.google.com/url?rct=j&amp;url=https://news.example/a%3Fid%3D1%26utm_source%3Dx"/>
<published>2026-03-01T12:00:00Z</published><updated>2026-03-01T13:00:00Z</updated>
<content type="html">Passengers of &lt;b&gt;Northwind Air&lt;/b&gt;&amp;nbsp;...</content>
<author><name></name></author></entry>
<entry><id>tag:google.com,2013:googlealerts/feed:2</id>
<title type="html">&lt;b&gt;Northwind  Air&lt;/b&gt; leaves 40 stranded</title>
<link href="https://www.google.com/url?url=https://news.example/a%3Fid%3D1"/>
<published>2026-03-01T12:00:01Z</published><content type="html">Again</content></entry></feed>"""


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as made:
        yield made


class Source:
    def __init__(self, server: FeedServer, path: str = "/feed.xml", **config: Any) -> None:
        self.clock = SetClock(NOON)
        shape = {"name": "news", "kind": "rss", "feed": server.url + path, "timeout": 0.4} | config
        self.connector = RssConnector(RssConfig.model_validate(shape), None, self.clock)
        self.cursor: str | None = None

    def poll(self, **later: float) -> Page:
        self.clock.advance(timedelta(**later))
        page = self.connector.fetch(Ask(None, cursor=self.cursor))
        self.cursor = page.cursor
        return page


@pytest.fixture
def source(server: FeedServer) -> Iterator[Source]:
    made = Source(server)
    yield made
    made.connector.close()


def test_an_unchanged_feed_is_not_sent_again(server: FeedServer, source: Source) -> None:
    server.add(NOON - timedelta(hours=1))
    first, second = source.poll(), source.poll(minutes=5)
    assert [status for _, status in server.seen] == [200, 304]
    assert len(first.mentions) == 1 and second.mentions == ()
    assert first.proves == Interval(NOON - timedelta(hours=1), NOON)
    assert second.proves == Interval(NOON, NOON + timedelta(minutes=5))
    server.add(NOON + timedelta(minutes=7))
    assert len(source.poll(minutes=5).mentions) == 2


def test_a_feed_too_short_says_what_was_missed(server: FeedServer, source: Source) -> None:
    for minutes in (3, 2, 1):
        server.add(NOON - timedelta(minutes=minutes))
    assert source.poll().missing == ()
    server.items.clear()
    server.add(NOON + timedelta(minutes=50))
    server.add(NOON + timedelta(minutes=55))
    page = source.poll(hours=1)
    lost = Interval(NOON - timedelta(minutes=1) + MS, NOON + timedelta(minutes=50))
    assert page.missing == ((lost, "feed_too_short"),)
    assert page.proves == Interval(lost.end, NOON + timedelta(hours=1))
    server.add(NOON + timedelta(minutes=65))
    assert source.poll(minutes=10).missing == ()


def test_google_alerts(server: FeedServer, source: Source) -> None:
    server.say(ALERT.encode())
    (mention,) = source.poll().mentions
    assert mention.native_id == "tag:google.com,2013:googlealerts/feed:1"
    assert mention.url == "https://news.example/a?id=1"
    assert mention.text == "Northwind Air leaves 40 stranded\n\nPassengers of Northwind Air ..."
    assert mention.created_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert mention.edited_at == datetime(2026, 3, 1, 13, tzinfo=UTC)
    assert (mention.lang, mention.author) == ("en", None)


def test_items_without_a_date_keep_the_first_one_we_gave(server: FeedServer, source: Source) -> None:
    server.add(None)
    assert source.poll().mentions[0].created_at == NOON
    server.add(None)
    times = {m.native_id[-1]: m.created_at for m in source.poll(hours=1).mentions}
    assert times == {"1": NOON, "2": NOON + timedelta(hours=1)}


def test_a_date_in_the_future_is_now(server: FeedServer, source: Source) -> None:
    server.add(NOON + timedelta(days=400))
    assert source.poll().mentions[0].created_at == NOON


def test_ids_of_a_feed_s_own_are_told_apart_from_others(server: FeedServer, source: Source) -> None:
    server.add(NOON, guid="12", link="https://a.example/1")
    server.add(NOON, guid="https://a.example/2?utm_source=rss&id=4", link="https://a.example/2?id=4")
    server.add(NOON, guid="g" * 400, link="https://a.example/3")
    server.add(NOON, guid="", link="https://a.example/4#top", title="Four")
    server.add(NOON, guid="", link="https://a.example/4?utm_medium=x", title="FOUR")
    found = [m.native_id for m in source.poll().mentions]
    assert len(found) == 4
    assert found[3] == "127.0.0.1/12"
    assert found[2] == "https://a.example/2?id=4"
    assert len(found[0]) == len(found[1]) == 64


def test_titles_that_only_look_like_html(server: FeedServer, source: Source) -> None:
    server.add(NOON, title="Why 3 < 5 & AT&T", body="")
    assert source.poll().mentions[0].text == "Why 3 < 5 & AT&T"


def test_pictures_come_along(server: FeedServer, source: Source) -> None:
    server.say(
        b'<rss version="2.0"><channel><title>t</title><item><title>a</title><guid>1</guid>'
        b'<enclosure url="https://a.example/i.jpg" type="image/jpeg" length="1"/>'
        b'<enclosure url="file:///etc/passwd" type="image/jpeg" length="1"/></item></channel></rss>'
    )
    assert source.poll().mentions[0].media == (Media("photo", "https://a.example/i.jpg"),)


def test_a_damaged_feed_proves_nothing_and_is_asked_for_in_full(server: FeedServer, source: Source) -> None:
    for minutes in range(5):
        server.add(NOON - timedelta(minutes=5 - minutes))
    server.say(server.document()[:-150])
    page = source.poll()
    assert page.mentions and page.proves is None
    server.body = None
    assert len(source.poll(minutes=1).mentions) == 5
    assert [status for _, status in server.seen] == [200, 200]


def test_redirects_are_followed_and_the_host_can_be_changed(server: FeedServer) -> None:
    server.add(NOON)
    moved = Source(server, path="/moved")
    elsewhere = Source(server, feed="https://nowhere.invalid/feed.xml?key=1", base_url=server.url)
    for made in (moved, elsewhere):
        assert len(made.poll().mentions) == 1
        made.connector.close()
    assert server.seen[-1] == ("/feed.xml?key=1", 200)


@pytest.mark.parametrize(
    ("header", "minutes"),
    [("120", 2), ("Mon, 02 Mar 2026 12:30:00 GMT", 30), ("", 15), ("soon", 15), ("999999999", 24 * 60)],
)
def test_when_to_come_back(server: FeedServer, source: Source, header: str, minutes: int) -> None:
    server.fail(429, **{"Retry-After": header})
    with pytest.raises(RateLimited) as caught:
        source.poll()
    assert caught.value.retry_at == NOON + timedelta(minutes=minutes)


def test_refusals_carry_their_rule(server: FeedServer, source: Source) -> None:
    for status, rule in (
        (403, "feed.forbidden"),
        (404, "feed.gone"),
        (410, "feed.gone"),
        (418, "feed.http_418"),
    ):
        server.fail(status)
        with pytest.raises(Refused) as caught:
            source.poll()
        assert caught.value.rule == rule


def test_bodies_that_never_end(server: FeedServer, source: Source) -> None:
    server.say(b"<rss>" + b"x" * web.SIZE_LIMIT)
    with pytest.raises(BadResponse, match="larger than 10 MB"):
        source.poll()


def test_addresses_that_are_none(server: FeedServer) -> None:
    for feed in ("ftp://a.example/feed", "no address"):
        made = Source(server, feed=feed)
        with pytest.raises((Refused, Transient)):
            made.poll()
        made.connector.close()


@pytest.mark.parametrize(
    ("link", "plain"),
    [
        ("https://A.example/x?b=2&utm_source=q&a=#frag", "https://a.example/x?b=2&a="),
        ("/rel", "https://base.example/rel"),
        ("https://www.google.de/url?q=https://t.example/&sa=U", "https://t.example/"),
        ("https://www.google.co.uk/url?url=javascript:x", "https://www.google.co.uk/url?url=javascript:x"),
        (
            "https://google.evil.example/url?url=x",
            "https://google.evil.example/url?url=x",
        ),
        ("javascript:alert(1)", ""),
        ("https://[broken", ""),
        ("", ""),
    ],
)
def test_links_in_their_plain_form(link: str, plain: str) -> None:
    assert plain_link(link, "https://base.example/feed") == plain


def test_foreign_entities_are_not_fetched(server: FeedServer, source: Source, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    server.say(
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]><rss version="2.0">'
        "<channel><title>t</title><item><title>a &x;</title><guid>1</guid></item></channel></rss>".encode()
    )
    assert all("SECRET" not in m.text for m in source.poll().mentions)
