from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.hackernews import HackerNewsConfig, HackerNewsConnector
from connectors.hackernews.drain import CROWDED, Place, ceil_second, step
from connectors.hackernews.posts import Hit, Item, mention_of_hit, mention_of_item
from connectors.hackernews.words import Words
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadResponse, Transient
from monitor.domain.mention import Media, Mention
from monitor.domain.verdict import MayReply
from tests.contract.connectors.case import SetClock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WINDOW = Interval(NOON - timedelta(seconds=100, microseconds=-7), NOON + timedelta(microseconds=5))
END = ceil_second(WINDOW.end)


# --- words ----------------------------------------------------------------------------------------


def test_every_word_is_asked_for_exactly() -> None:
    assert Words.of('northwind "lost bag" -traders').asked == '"northwind" "lost bag"'


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("northwind", "NORTHWIND's app", True),
        ("northwind", "northwindair", False),
        ("northwind", "the northwird", False),
        ("northwind.example", "see https://northwind.example/refund", True),
        ('"northwind air"', "Northwind\nAir", True),
        ('"northwind air"', "air by Northwind", False),
        ("northwind refund", "a refund from Northwind", True),
        ("northwind refund", "Northwind", False),
        ("northwind -traders", "Northwind Traders", False),
        ('northwind -"sample database"', "Northwind, the sample database", False),
        ("café", "the CAFE", True),
        ("snake", "snake_case", True),
        ("北風", "昨日北風航空に乗った", True),
    ],
)
def test_words_are_found_as_people_mean_them(query: str, text: str, found: bool) -> None:
    assert Words.of(query).found_in(text) is found


@pytest.mark.parametrize("query", ["", " ", "-northwind", '"northwind', "northwind OR nwa", '""', "!?"])
def test_a_query_that_cannot_be_asked_is_told_at_once(query: str) -> None:
    with pytest.raises(ValidationError):
        HackerNewsConfig(name="hn", kind="hackernews", query=query)


# --- paging ---------------------------------------------------------------------------------------


def hit(native_id: int, second: int) -> Hit:
    return Hit(str(native_id), END - second, comment_text="x")


def test_a_page_goes_on_within_the_second_of_its_oldest_post() -> None:
    first = step(Place.begin(WINDOW), WINDOW, [hit(9, 1), hit(8, 2), hit(7, 2)], 3, 5, True)
    assert first.place == Place(END - 1, END, ("7", "8"))
    assert first.proves == Interval(NOON + timedelta(0), WINDOW.end)
    assert Place.of(first.place.token, WINDOW) == first.place
    second = step(first.place, WINDOW, [hit(8, 2), hit(7, 2), hit(6, 2), hit(5, 3)], 5, 4, True)
    assert [h.id for h in second.new] == ["6", "5"]
    assert second.place is None and second.proves == WINDOW


def test_a_second_that_fills_page_after_page_is_gone_through() -> None:
    place, seen = Place.begin(WINDOW), []
    everything = [hit(100 + i, 4) for i in range(20)]
    for _ in range(20):
        asked = 3 + len(place.seen)
        took = step(place, WINDOW, everything[:asked], asked, 20, True)
        seen += [h.id for h in took.new]
        if took.place is None:
            break
        place = took.place
    assert sorted(seen) == sorted(h.id for h in everything)
    assert took.place is None and took.proves == WINDOW


@given(st.lists(st.integers(min_value=1, max_value=30), max_size=60), st.integers(min_value=1, max_value=9))
def test_whatever_is_there_comes_once_and_proofs_hold(ages: list[int], page_size: int) -> None:
    index = [hit(i, age) for i, age in sorted(enumerate(ages), key=lambda pair: pair[1])]
    place: Place | None = Place.begin(WINDOW)
    got: list[Hit] = []
    while place is not None:
        asked = page_size + len(place.seen)
        found = [h for h in index if h.created_at_i < place.below]
        took = step(Place.of(place.token, WINDOW), WINDOW, found[:asked], asked, len(found), True)
        got += took.new
        place = took.place
        if took.proves is not None:
            proven = [h.id for h in index if h.created_at_i >= took.proves.start.timestamp()]
            assert set(proven) <= {h.id for h in got}
    assert sorted(h.id for h in got) == sorted(h.id for h in index)
    assert took.proves == WINDOW
    assert len(got) <= page_size or len(took.new) > 0, "no request that brings nothing"


def test_more_posts_in_one_second_than_the_search_shows_are_a_gap() -> None:
    crowd = [hit(i, 4) for i in range(1000)]
    place = Place(END - 3, END, tuple(h.id for h in crowd))
    took = step(place, WINDOW, crowd, 1000, 1500, True)
    assert took.new == () and took.proves is None
    second = NOON + timedelta(seconds=-3)
    assert took.missing == ((Interval(second, second + timedelta(seconds=1)), CROWDED),)
    assert took.place is not None
    last = step(took.place, WINDOW, [hit(5000, 9)], 3, 1, True)
    assert last.proves == Interval(WINDOW.start, second)


def test_what_is_newer_than_asked_for_is_left_to_its_own_window() -> None:
    took = step(Place(END - 5, END), WINDOW, [hit(3, 2), hit(2, 7)], 2, 2, True)
    assert [h.id for h in took.new] == ["2"]
    assert took.place == Place(END - 6, END, ("2",))


def test_disorder_and_contradictions_are_errors() -> None:
    with pytest.raises(BadResponse):
        step(Place.begin(WINDOW), WINDOW, [hit(1, 9), hit(2, 3)], 2, 9, True)
    with pytest.raises(Transient):
        step(Place.begin(WINDOW), WINDOW, [], 2, 9, True)
    assert step(Place.begin(WINDOW), WINDOW, [], 2, 9, False).proves == WINDOW, "a rough count"


def test_a_short_page_of_known_posts_does_not_stop_the_way_down() -> None:
    place = Place(END - 4, END, ("1", "2"))
    took = step(place, WINDOW, [hit(1, 5), hit(2, 5)], 12, 3, True)
    assert took.place == Place(END - 5, END)


def test_a_place_of_another_kind_is_told() -> None:
    with pytest.raises(BadResponse):
        Place.of('{"page": 3}', WINDOW)


# --- posts ----------------------------------------------------------------------------------------


def test_a_comment_as_a_person_sees_it() -> None:
    raw = {
        "objectID": "41",
        "created_at_i": 1_772_452_800,
        "author": "ann",
        "comment_text": "I&#x27;m on hold.<p>&gt; so <i>sorry</i> "
        '<a href="https:&#x2F;&#x2F;nw.example&#x2F;r">nw.example&#x2F;r</a>'
        "<p><pre><code>  error 7</code></pre>",
        "story_id": 7,
        "parent_id": 40,
        "story_title": "Northwind",
        "_tags": ["comment"],
    }
    made = mention_of_hit(msgspec.convert(raw, Hit))
    assert made == Mention(
        platform="hackernews",
        native_id="41",
        text="I'm on hold.\n\n> so sorry https://nw.example/r\n\nerror 7",
        created_at=NOON,
        author="ann",
        author_id="ann",
        url="https://news.ycombinator.com/item?id=41",
        in_reply_to="40",
        conversation="7",
    )


def test_a_story_holds_its_link_and_its_counts() -> None:
    found = Hit("7", 1, "bob", "Northwind  is down", "https://nw.example/", None, None, 3, 2, 7)
    made = mention_of_hit(found)
    assert (made.text, made.conversation, made.in_reply_to) == ("Northwind is down", "7", None)
    assert made.media == (Media("link", "https://nw.example/"),)
    assert made.metrics == {"points": 3, "comments": 2}
    asked = mention_of_hit(Hit("8", 1, "bob", "Ask HN: refunds?", story_text="<p>Northwind&#x27;s"))
    assert asked.text == "Ask HN: refunds?\n\nNorthwind's"
    script = Hit("9", 1, "eve", "Click", "javascript:alert(1)")
    assert mention_of_hit(script).media == ()


def test_the_look_up_gives_the_same_text_as_the_search() -> None:
    html = "<p>Northwind &amp; <i>co</i>"
    story = mention_of_item(Item(7, 1, "bob", "Title", None, html))
    assert story.text == mention_of_hit(Hit("7", 1, "bob", "Title", story_text=html)).text
    comment = mention_of_item(Item(8, 1, "bob", text=html, parent_id=7, story_id=7))
    assert comment == mention_of_hit(Hit("8", 1, "bob", comment_text=html, parent_id=7, story_id=7))
    assert Item(9, 1).is_gone and Item(9, 1, text="x", dead=True).is_gone and not Item(9, 1, text="x").is_gone


def test_replies_are_for_people() -> None:
    config = HackerNewsConfig(name="hn", kind="hackernews", query="northwind")
    reader = HackerNewsConnector(config, None, SetClock())
    post = Mention("hackernews", "1", "Northwind", NOON, author="ann")
    verdict = reader.can_reply(post, frozenset({"northwindair"}))
    assert (verdict.may_reply, verdict.rule) == (MayReply.HANDOFF, "hackernews.by_hand")
    own = reader.can_reply(post, frozenset({"@Ann"}))
    assert (own.may_reply, own.rule) == (MayReply.LISTEN_ONLY, "hackernews.own_post")
