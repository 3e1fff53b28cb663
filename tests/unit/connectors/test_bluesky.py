"""The arithmetic, texts and rules of the bluesky connector, without a network."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.base import Account, Connector, Estimator, Publisher, Rechecker, Threader
from connectors.bluesky import BlueskyConfig, BlueskyConnector
from connectors.bluesky.place import SEARCH, Place, ceil_tick, fingerprint, floor_tick
from connectors.bluesky.posts import addresses, mention_of, text_of
from connectors.bluesky.rules import SEARCH_ENDS
from connectors.bluesky.session import session_of
from connectors.bluesky.writing import measure, record_key
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadResponse, NotAMention
from monitor.domain.mention import Mention
from monitor.domain.verdict import MayReply

NOW = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
WINDOW = Interval(NOW - timedelta(hours=24), NOW)
TICK = timedelta(milliseconds=1)
SOURCE = fingerprint([SEARCH], "northwind")


class Still:
    def now(self) -> datetime:
        return NOW


def connector(**config: Any) -> BlueskyConnector:
    given = {"name": "b", "kind": "bluesky", "query": "northwind"} | config
    return BlueskyConnector(BlueskyConfig(**given), Account("b", "bluesky", "@northwind.test"), Still())


def view(**more: Any) -> dict[str, Any]:
    record = {"text": "hi", "createdAt": "2026-03-08T11:00:00Z", **more.pop("record", {})}
    return {
        "uri": "at://did:plc:ann/app.bsky.feed.post/3k1",
        "author": {"did": "did:plc:ann", "handle": "ann.test"},
        "record": record,
        "indexedAt": "2026-03-08T11:00:00.500Z",
        **more,
    }


# --- config and import --------------------------------------------------------------------------


def test_it_has_every_capability() -> None:
    for protocol in (Connector, Publisher, Rechecker, Threader, Estimator):
        assert isinstance(connector(), protocol)


@pytest.mark.parametrize(
    "wrong", [{"query": "x" * 513}, {"query": " ", "notifications": False}, {"queries": 1}]
)
def test_wrong_sources_are_refused_when_they_are_read(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        BlueskyConfig(**({"name": "b", "kind": "bluesky"} | wrong))


def test_the_client_library_is_imported_with_the_first_request_only() -> None:
    code = "import sys, connectors.bluesky as b; b.BlueskyConfig(name='b', kind='bluesky')"
    code += "; print([m for m in sys.modules if m.startswith('atproto')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- places -------------------------------------------------------------------------------------


@given(st.timedeltas(timedelta(days=-900), timedelta(days=900)))
def test_ticks_surround_a_moment(off: timedelta) -> None:
    moment = NOW + off
    assert floor_tick(moment) <= moment <= ceil_tick(moment) < moment + TICK
    assert floor_tick(moment).microsecond % 1000 == ceil_tick(moment).microsecond % 1000 == 0


def test_places_survive_and_foreign_ones_start_over() -> None:
    place = Place.begin(SOURCE, WINDOW).after_search([NOW - timedelta(hours=1)], "c1", WINDOW)
    assert Place.read(place.token(), SOURCE, WINDOW) == place
    assert Place.read(place.token(), fingerprint([SEARCH], "else"), WINDOW).cursor is None
    assert Place.read(None, SOURCE, WINDOW) == Place.begin(SOURCE, WINDOW)
    for broken in (
        "{",
        "[]",
        "7",
        "{}",
        place.token().replace("2026", "year"),
        place.token()[:-1] + ',"x":1}',
    ):
        with pytest.raises(BadResponse):
            Place.read(broken, SOURCE, WINDOW)


def test_a_search_that_points_at_itself_is_bad() -> None:
    place = Place.begin(SOURCE, WINDOW).after_search([NOW - timedelta(hours=1)], "c1", WINDOW)
    with pytest.raises(BadResponse):
        place.after_search([NOW - timedelta(hours=2)], "c1", WINDOW)


def test_only_the_last_feed_proves() -> None:
    place = Place.begin(SOURCE, WINDOW)
    seen = place.after_notifications([NOW - timedelta(hours=3)], "n1", WINDOW)
    assert seen.proof(WINDOW, 2) is None
    search = seen.after_notifications([WINDOW.start - timedelta(hours=1)] * 5, "n2", WINDOW)
    assert (search.feed, search.low, search.proof(WINDOW, 2)) == (1, NOW, None)
    page = search.after_search([NOW - timedelta(hours=1)], "c1", WINDOW)
    assert page.proof(WINDOW, 2) == Interval(NOW - timedelta(hours=1) + TICK, NOW)
    assert page.after_search([], None, WINDOW).proof(WINDOW, 2) == WINDOW


def test_one_old_notification_among_new_ones_is_not_the_end() -> None:
    times = [NOW, WINDOW.start - timedelta(days=900), *[NOW - timedelta(hours=1)] * 4]
    assert Place.begin(SOURCE, WINDOW).after_notifications(times, "n1", WINDOW).cursor == "n1"


def test_a_long_search_that_ends_goes_on_by_time_until_it_cannot() -> None:
    full = [NOW - timedelta(seconds=n) for n in range(SEARCH_ENDS)]
    place = Place.begin(SOURCE, WINDOW).after_search(full, None, WINDOW)
    assert (place.feed, place.cursor, place.seen) == (0, None, 0)
    assert place.until == full[-1] + TICK
    stuck = place.after_search([full[-1]] * SEARCH_ENDS, None, WINDOW)
    assert stuck.feed == 1
    assert stuck.missing(WINDOW, 1) == ((Interval(WINDOW.start, full[-1] + TICK), "search_limit"),)
    assert stuck.proof(WINDOW, 1) == Interval(full[-1] + TICK, NOW)
    assert place.after_search([], None, WINDOW).missing(WINDOW, 1) == ()


@settings(max_examples=200)
@given(st.lists(st.integers(0, 200), max_size=80), st.integers(1, 20))
def test_what_is_proven_was_returned(offsets: list[int], size: int) -> None:
    """Any posts, any page size: whatever lies within the proof has been on a page."""
    posts = sorted((NOW - timedelta(milliseconds=n) for n in offsets), reverse=True)
    window = Interval(NOW - timedelta(milliseconds=150), NOW)
    wanted = [p for p in posts if window.start <= p < window.end]
    place, given_out = Place.begin(SOURCE, window), 0
    while place.feed == 0:
        page = wanted[given_out : given_out + size]
        given_out += len(page)
        more = str(given_out) if given_out < len(wanted) else None
        place = Place.read(place.after_search(page, more, window).token(), SOURCE, window)
        proven = place.proof(window, 1)
        assert proven is None or {p for p in wanted if p >= proven.start} <= set(wanted[:given_out])
        assert proven is None or wanted.count(proven.start) == wanted[:given_out].count(proven.start)
    assert place.proof(window, 1) == window


# --- posts --------------------------------------------------------------------------------------


def test_links_are_spelt_out_by_their_bytes() -> None:
    def link(start: int, end: int, uri: str) -> dict[str, Any]:
        feature = {"$type": "app.bsky.richtext.facet#link", "uri": uri}
        return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}

    text = "é👍 example.com/a... or here"
    record = {
        "text": text,
        "facets": [link(7, 23, "https://example.com/abc"), link(27, 31, "https://b.example")],
    }
    assert text_of(record) == "é👍 https://example.com/abc or here (https://b.example)"
    odd = [
        link(5, 900, "https://a.example"),
        link(9, 3, "https://a.example"),
        link(0, 2, "javascript:alert(1)"),
    ]
    assert text_of({"text": text, "facets": odd}) == text


@pytest.mark.parametrize(
    ("made", "indexed", "shown"),
    [
        ("2026-03-08T10:59:58Z", "2026-03-08T11:00:00Z", "2026-03-08T10:59:58"),
        ("2099-01-01T00:00:00Z", "2026-03-08T11:00:00Z", "2026-03-08T11:00:00"),
        ("2020-01-01T00:00:00Z", "2026-03-08T11:00:00Z", "2026-03-08T11:00:00"),
        ("2026-03-08T12:59:58+02:00", "2026-03-08T11:00:00Z", "2026-03-08T10:59:58"),
    ],
)
def test_an_authors_clock_counts_only_when_it_is_near(made: str, indexed: str, shown: str) -> None:
    mention = mention_of(view(record={"createdAt": made}, indexedAt=indexed), None)
    assert mention.created_at == datetime.fromisoformat(shown).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "odd",
    [
        {"uri": "at://did:plc:ann/app.bsky.feed.repost/3k1"},
        {"uri": "https://bsky.app"},
        {"author": None},
        {"indexedAt": "yesterday"},
        {"record": {"text": None, "facets": [{"index": {}}]}},
        {"record": {"facets": 7}},
        {"record": {"createdAt": 7}},
    ],
)
def test_what_cannot_be_understood_is_no_mention(odd: dict[str, Any]) -> None:
    if odd.get("record", {}).get("text", "") is None:
        odd["record"]["facets"][0]["features"] = [
            {"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example"}
        ]
    with pytest.raises(NotAMention):
        mention_of(view(**odd), None)
    for nothing in (None, [], "x", {}):
        with pytest.raises(NotAMention):
            mention_of(nothing, None)


def test_an_author_without_a_valid_handle_goes_by_the_did() -> None:
    mention = mention_of(view(author={"did": "did:plc:ann", "handle": "handle.invalid"}), None)
    assert mention.author == mention.author_id == "did:plc:ann"


def test_a_post_with_a_quote_and_pictures_shows_both() -> None:
    embed = {
        "$type": "app.bsky.embed.recordWithMedia#view",
        "media": {"$type": "app.bsky.embed.images#view", "images": [{"fullsize": "https://a/1", "alt": ""}]},
        "record": {"record": {"uri": "at://did:plc:b/app.bsky.feed.post/1", "author": {"handle": "b.test"}}},
    }
    mention = mention_of(view(embed=embed), None)
    assert [(m.kind, m.alt) for m in mention.media] == [("photo", None)]
    assert mention.quoted is not None and (mention.quoted.author, mention.quoted.text) == ("b.test", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@northwind.test help", True),
        ("(@NorthWind.Test)", True),
        ("thanks @northwind.test.", True),
        ("@northwind.test.example", False),
        ("@northwind.tester", False),
        ("mail@northwind.test", False),
        ("@my.northwind.test", False),
        ("northwind.test", False),
    ],
)
def test_whose_handle_it_is(text: str, found: bool) -> None:
    assert addresses(text, "northwind.test") is found
    verdict = connector().can_reply(Mention("bluesky", "at://x", text, NOW), frozenset({"northwind.test"}))
    assert verdict.may_reply is (MayReply.POSTABLE if found else MayReply.HANDOFF)


# --- writing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Sorry.", 6),
        ("é", 1),
        ("e\u0301", 1),
        ("👍🏽", 1),
        ("🇩🇪🇫🇷", 2),
        ("👨‍👩‍👧‍👦", 3),  # one character of 25 bytes: ten bytes count as one
        ("नमस्ते", 3),
        ("\r\n", 1),
    ],
)
def test_length_is_graphemes_or_bytes_whichever_is_scarcer(text: str, length: int) -> None:
    assert measure(text) == (length, 300)


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_key_is_a_valid_tid_and_always_the_same(one: str, other: str) -> None:
    assert re.fullmatch(r"[234567abcdefghij][234567a-z]{12}", record_key(one))
    assert (record_key(one) == record_key(other)) is (one == other)


def test_sessions_are_shared_and_show_nothing() -> None:
    session = session_of("http://127.0.0.1:9", "Ann.test")
    session.text = "ann:::token"
    assert session_of("http://127.0.0.1:9", "ann.test") is session
    assert session_of("http://127.0.0.1:8", "ann.test") is not session
    assert "token" not in repr(session)
