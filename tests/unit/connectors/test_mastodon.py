"""The arithmetic, texts and rules of the mastodon connector, without a network."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.base import Account, Connector, Estimator, Publisher, Rechecker, Threader
from connectors.mastodon import MastodonConfig, MastodonConnector
from connectors.mastodon.place import Feed, Kind, Place, feeds_of
from connectors.mastodon.posts import Us, full_name, mention_of, text_of
from connectors.mastodon.replies import length_of
from connectors.mastodon.rules import DRIFT, SEARCH_DEPTH, id_at
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadResponse, NotAMention
from monitor.domain.mention import Mention, Quoted
from monitor.domain.verdict import MayReply

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
WINDOW = Interval(NOW - timedelta(hours=24), NOW)
US = Us("northwind.example", "care@northwind.example", "7")
TAG = [Feed(Kind.HASHTAG, "northwind")]


class Still:
    def now(self) -> datetime:
        return NOW


def connector(**config: Any) -> MastodonConnector:
    given = {"name": "m", "kind": "mastodon", "hashtags": ("northwind",)} | config
    account = Account("m", "mastodon", "@care@northwind.example", "https://social.northwind.example")
    return MastodonConnector(MastodonConfig(**given), account, Still())


def status(**more: Any) -> dict[str, Any]:
    return {
        "id": "116",
        "created_at": "2026-03-08T11:00:00.000Z",
        "visibility": "public",
        "content": "<p>hi</p>",
        "account": {"id": "9", "acct": "ann@tram.example"},
        **more,
    }


# --- config and import --------------------------------------------------------------------------


def test_it_has_every_capability() -> None:
    for protocol in (Connector, Publisher, Rechecker, Threader, Estimator):
        assert isinstance(connector(), protocol)


@pytest.mark.parametrize(
    "wrong",
    [
        {"hashtags": ("north wind",)},
        {"hashtags": ("#2026",)},
        {"hashtags": ("",)},
        {"query": " ", "notifications": False},
        {"query": "x" * 513},
    ],
)
def test_wrong_sources_are_refused_when_they_are_read(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MastodonConfig(**({"name": "m", "kind": "mastodon"} | wrong))


def test_hashtags_are_told_apart_without_their_sign_and_case() -> None:
    config = MastodonConfig(name="m", kind="mastodon", hashtags=("#NorthWind", "reisen2026", "zürich"))
    assert config.hashtags == ("northwind", "reisen2026", "zürich")


def test_the_client_library_is_imported_with_the_first_request_only() -> None:
    code = "import sys, connectors.mastodon as m; m.MastodonConfig(name='m', kind='mastodon')"
    code += "; print([m for m in sys.modules if m.split('.')[0] == 'mastodon'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- places -------------------------------------------------------------------------------------


def test_feeds_are_read_in_an_order_in_which_the_last_one_proves_most() -> None:
    assert [f.kind for f in feeds_of("q", ("a", "b", "a"), True)] == [
        Kind.SEARCH,
        Kind.MENTIONS,
        Kind.HASHTAG,
        Kind.HASHTAG,
    ]


def test_places_survive_and_foreign_ones_start_over() -> None:
    place = Place.read(None, TAG, WINDOW, NOW)
    assert (place.feed, place.max_id, place.low) == (0, None, NOW)
    then = place.after_page([("116", NOW - timedelta(hours=1))], 1, TAG, WINDOW, NOW)
    assert Place.read(then.token(), TAG, WINDOW, NOW) == then
    other = [Feed(Kind.HASHTAG, "travel")]
    assert Place.read(then.token(), other, WINDOW, NOW).max_id is None
    token = then.token()
    for broken in ("{", "[]", "7", "{}", token.replace("2026", "year"), token[:-1] + ',"feed":3}'):
        with pytest.raises(BadResponse):
            Place.read(broken, TAG, WINDOW, NOW)


def test_lists_that_do_not_move_on_are_bad() -> None:
    hour = NOW - timedelta(hours=1)
    place = Place.read(None, TAG, WINDOW, NOW).after_page([("116", hour)], 1, TAG, WINDOW, NOW)
    for rows in ([("116", hour)], [("117", hour)], []):
        with pytest.raises(BadResponse):
            place.after_page(rows, 1, TAG, WINDOW, NOW)
    other = Place.read(None, TAG, WINDOW, NOW).after_page([("AbC", hour)], 1, TAG, WINDOW, NOW)
    assert other.after_page([("9zZ", hour)], 1, TAG, WINDOW, NOW).max_id == "9zZ"


def test_windows_of_long_ago_begin_at_the_id_of_their_time_or_at_the_top() -> None:
    old = Interval(NOW - timedelta(days=9), NOW - timedelta(days=8))
    place = Place.read(None, TAG, old, NOW)
    assert place.jumped and place.max_id == str(id_at(old.end + timedelta(minutes=1)))
    top = place.after_page([], 0, TAG, old, NOW)
    assert (top.feed, top.max_id, top.jumped) == (0, None, False)
    once = top.after_page([], 0, TAG, old, NOW)
    assert once.proof(old, TAG) is None
    assert once.after_page([], 0, TAG, old, NOW).proof(old, TAG) == old
    mentions = [Feed(Kind.MENTIONS)]
    assert Place.read(None, mentions, old, NOW).max_id is None, "their ids hold no time"


def test_one_old_row_among_new_ones_is_not_the_end() -> None:
    rows = [("9", NOW), ("8", WINDOW.start - timedelta(days=900)), *[("7", NOW - timedelta(hours=1))] * 4]
    assert Place.read(None, TAG, WINDOW, NOW).after_page(rows, 6, TAG, WINDOW, NOW).feed == 0


def test_a_search_ends_somewhere() -> None:
    feeds = [Feed(Kind.SEARCH, "q")]
    place = Place.read(None, feeds, WINDOW, NOW)
    rows = [("116", NOW - timedelta(hours=1))] * 40
    for _ in range(SEARCH_DEPTH // 40):
        assert place.feed == 0
        assert place.proof(WINDOW, feeds) is None
        place = place.after_page(rows, 40, feeds, WINDOW, NOW)
    assert place.feed == 1


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 3)), max_size=80), st.integers(1, 20))
def test_what_is_proven_was_returned(posts: list[tuple[int, int]], size: int) -> None:
    """Any posts, with ids that are some milliseconds off, and any page size."""
    window = Interval(NOW - timedelta(milliseconds=5000), NOW)
    rows = [
        (f"{id_at(made) - (drift << 16) + n}", made)
        for n, (ago, drift) in enumerate(posts)
        if (made := NOW - timedelta(milliseconds=ago))
    ]
    rows.sort(key=lambda row: int(row[0]), reverse=True)
    place, returned = Place.read(None, TAG, window, NOW), set[str]()
    while place.feed == 0:
        left = [r for r in rows if place.max_id is None or int(r[0]) < int(place.max_id)][:size]
        returned |= {i for i, _ in left}
        then = place.after_page(left, len(left), TAG, window, NOW)
        place = Place.read(then.token(), TAG, window, NOW) if then.feed == 0 else then
        proven = place.proof(window, TAG)
        assert proven is None or {i for i, t in rows if proven.start <= t < proven.end} <= returned
    assert place.proof(window, TAG) == window
    assert {i for i, t in rows if window.start <= t < window.end} <= returned


def test_a_page_proves_less_than_its_oldest_post_by_the_drift_of_ids() -> None:
    oldest = NOW - timedelta(hours=1)
    place = Place.read(None, TAG, WINDOW, NOW).after_page([("9", NOW), ("8", oldest)], 2, TAG, WINDOW, NOW)
    assert place.proof(WINDOW, TAG) == Interval(oldest + DRIFT, NOW)
    assert place.proof(WINDOW, [*TAG, *TAG]) is None, "another feed is still to come"


# --- posts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("visibility", ["private", "direct", "limited", None])
def test_what_is_not_for_everybody_is_never_collected(visibility: str | None) -> None:
    assert mention_of(status(visibility=visibility), US) is None


def test_handles_say_which_server_they_are_of() -> None:
    assert full_name("care", "northwind.example") == "care@northwind.example"
    assert full_name("ann@tram.example", "northwind.example") == "ann@tram.example"
    made = mention_of(status(account={"id": "7", "acct": "care"}), US)
    assert made is not None and made.author == "care@northwind.example"


@pytest.mark.parametrize(
    ("more", "addressed"),
    [
        ({"mentions": [{"acct": "care", "id": "7"}]}, True),
        ({"mentions": [{"acct": "Care@Northwind.example"}]}, True),
        ({"mentions": [{"acct": "care@other.example"}]}, False),
        ({"in_reply_to_id": "5", "in_reply_to_account_id": "7"}, True),
        ({"in_reply_to_id": "5", "in_reply_to_account_id": "8"}, False),
        ({"content": "<p>@care</p>"}, False),
    ],
)
def test_whom_a_post_addresses(more: dict[str, Any], addressed: bool) -> None:
    mention = mention_of(status(**more), US)
    assert mention is not None
    assert mention.metrics.get("mentioned") == (1 if addressed else None)
    verdict = connector().can_reply(mention, frozenset({"care@northwind.example"}))
    assert verdict.may_reply is (MayReply.POSTABLE if addressed else MayReply.HANDOFF)


def test_a_boost_adds_reach_and_is_no_mention() -> None:
    boost = mention_of(status(id="117", reblog=status(content="<p>lost</p>"), content=""), US)
    assert boost is not None and (boost.repost_of, boost.text) == ("116", "lost")
    assert connector().can_reply(boost, frozenset()).rule == "mastodon.repost"


def test_quotes_are_shown_once_and_private_ones_not() -> None:
    inline = (
        '<p class="quote-inline">RE: <a href="https://a.example/1">https://a.example/1</a></p><p>look</p>'
    )
    quoted = status(id="99", content="<p>I like it</p>")
    mention = mention_of(status(content=inline, quote={"state": "accepted", "quoted_status": quoted}), US)
    assert mention is not None
    assert (mention.text, mention.quoted) == ("look", Quoted("99", "ann@tram.example", "I like it"))
    hidden = {"state": "accepted", "quoted_status": quoted | {"visibility": "private"}}
    shown = mention_of(status(quote=hidden), US)
    assert shown is not None and shown.quoted == Quoted("99", "ann@tram.example", "")
    gone = mention_of(status(quote={"state": "deleted", "quoted_status": None}), US)
    assert gone is not None and gone.quoted is None


def test_text_is_what_a_person_sees() -> None:
    html = '<p>5 &lt; 6<br>yes &amp; no</p><p>see <a href="https://e.example/abc"><span class="invisible">'
    html += (
        'https://</span><span class="ellipsis">e.example/</span><span class="invisible">abc</span></a></p>'
    )
    poll = {"options": [{"title": "yes"}, {"title": "no & never"}]}
    shown = text_of(status(content=html, spoiler_text="luggage", poll=poll))
    assert shown == "luggage\n\n5 < 6\nyes & no\n\nsee https://e.example/abc\n\n• yes\n• no & never"


def test_previews_and_files_come_along() -> None:
    files = [
        {"type": "gifv", "url": None, "remote_url": "https://m.example/1"},
        {"type": "unknown", "url": ""},
    ]
    card = {"url": "https://e.example", "title": "A page"}
    mention = mention_of(status(media_attachments=files, card=card), US)
    assert mention is not None
    assert [(m.kind, m.url) for m in mention.media] == [
        ("gif", "https://m.example/1"),
        ("link", "https://e.example"),
    ]


@pytest.mark.parametrize(
    "odd", [{"account": None}, {"created_at": "soon"}, {"content": None, "account": {}}, {"mentions": 7}]
)
def test_what_cannot_be_understood_is_no_mention(odd: dict[str, Any]) -> None:
    with pytest.raises(NotAMention):
        mention_of(status(**odd), US)
    for nothing in (None, [], "x", {}):
        with pytest.raises(NotAMention):
            mention_of(nothing, US)


# --- rules --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Sorry.", 6),
        ("https://example.com/" + "x" * 200, 23),
        ("@ann@a.very.long.server.example hi", len("@ann hi")),
        ("👩🏽‍🚒é", 2),
    ],
)
def test_length_is_counted_as_mastodon_does(text: str, length: int) -> None:
    assert length_of(text) == length


@pytest.mark.parametrize(
    ("author", "text", "rule"),
    [
        ("care@northwind.example", "hi", "mastodon.own_post"),
        ("ann@tram.example", "dear @Care@northwind.example", "mastodon.mentioned"),
        ("ann@tram.example", "dear @care", "mastodon.not_mentioned"),
        (None, "northwind", "mastodon.not_mentioned"),
    ],
)
def test_may_we_reply_by_the_text_alone(author: str | None, text: str, rule: str) -> None:
    mention = Mention("mastodon", "1", text, NOW, author=author)
    assert connector().can_reply(mention, frozenset({"care@northwind.example"})).rule == rule
