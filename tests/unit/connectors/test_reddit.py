"""What the reddit connector makes of single posts, places and settings; no network."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from connectors.base import Account, Connector, Estimator, Publisher, Rechecker, Threader
from connectors.reddit import RedditConfig, RedditConnector
from connectors.reddit.feeds import Listing, Place, feeds_of
from connectors.reddit.limits import NEVER_REPLY
from connectors.reddit.posts import is_removed, mention_of
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadResponse, NotAMention
from monitor.domain.mention import Media, Mention
from monitor.domain.verdict import MayReply

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRETS = {n: SecretStr("x") for n in ("CLIENT_ID", "CLIENT_SECRET", "USERNAME", "PASSWORD")}


class Noon:
    def now(self) -> datetime:
        return AT


def comment(**more: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"id": "c1", "name": "t1_c1", "author": "jo", "body": "Lost my bag"}
    data |= {"parent_id": "t1_c0", "link_id": "t3_s1", "subreddit": "air", "created_utc": AT.timestamp()}
    data |= {"permalink": "/r/air/comments/s1/_/c1/"}
    return {"kind": "t1", "data": data | more}


def submission(**more: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"id": "s1", "name": "t3_s1", "author": "jo", "title": "Lost bag"}
    data |= {"selftext": "Two days now.", "created_utc": AT.timestamp(), "subreddit": "air"}
    data |= {"is_self": True, "url": "https://x.example/"}
    return {"kind": "t3", "data": data | more}


def connector(*, read_only: bool = False, **config: Any) -> RedditConnector:
    secrets = dict(list(SECRETS.items())[:2]) if read_only else SECRETS
    account = Account("care", "reddit", "NorthwindAir", None, secrets)
    given = {"name": "r", "kind": "reddit", "subreddits": ("air",), **config}
    return RedditConnector(RedditConfig(**given), account, Noon())


# --- posts -------------------------------------------------------------------------------------


def test_a_comment() -> None:
    mention = mention_of(comment(edited=AT.timestamp() + 60, score=-3))
    assert mention.native_id == "t1_c1" and mention.in_reply_to == "t1_c0" and mention.conversation == "t3_s1"
    assert mention.text == "Lost my bag" and mention.created_at == AT
    assert mention.edited_at == AT + timedelta(seconds=60)
    assert mention.url == "https://www.reddit.com/r/air/comments/s1/_/c1/"
    assert mention.location == "r/air" and mention.metrics == {"score": -3}


def test_a_submission_is_its_title_and_its_text() -> None:
    mention = mention_of(submission(num_comments=4))
    assert mention.text == "Lost bag\n\nTwo days now."
    assert mention.in_reply_to is None and mention.conversation == mention.native_id == "t3_s1"
    assert mention.url == "https://www.reddit.com/comments/s1/" and mention.metrics["comments"] == 4


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("it&#39;s 5 &gt; 3 &amp;amp; more", "it's 5 > 3 &amp; more"),
        ("a\n\n&#x200B;\n\nb", "a\n\n\n\nb"),
        ("one\r\ntwo ", "one\ntwo"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("see [here](https://a.example)", "see [here](https://a.example)"),
    ],
)
def test_text_as_a_person_sees_it(body: str, shown: str) -> None:
    assert mention_of(comment(body=body)).text == shown


def test_a_deleted_account_leaves_a_post_without_author() -> None:
    for author in (None, "[deleted]"):
        assert mention_of(comment(author=author)).author is None
        assert not is_removed(comment(author=author))


@pytest.mark.parametrize(
    "thing",
    [
        comment(body="[deleted]", author="[deleted]"),
        comment(body="[removed]"),
        comment(body="[ Removed by Reddit ]"),
        submission(selftext="[removed]"),
        submission(removed_by_category="moderator"),
        submission(selftext="", is_self=False, removed_by_category="deleted"),
    ],
)
def test_what_is_gone(thing: dict[str, Any]) -> None:
    assert is_removed(thing)


def test_media() -> None:
    def media(**more: Any) -> tuple[Media, ...]:
        return mention_of(submission(**more)).media

    link = "https://news.example/a"
    assert media() == ()
    assert media(is_self=False, url=link) == (Media("link", link),)
    assert media(is_self=False, url="https://i.redd.it/a.jpeg?x=1")[0].kind == "photo"
    watch = "https://v.redd.it/a/DASH_720.mp4"
    video = {"reddit_video": {"fallback_url": watch}}
    assert media(is_self=False, is_video=True, media=video) == (Media("video", watch),)
    known = {
        "b": {"status": "valid", "e": "Image", "s": {"u": "https://p.example/b?a=1&amp;s=2"}},
        "a": {"status": "valid", "e": "AnimatedImage", "s": {"gif": "https://p.example/a.gif"}},
        "bad": {"status": "failed"},
    }
    gallery = {"items": [{"media_id": "a", "caption": "the bag"}, {"media_id": "b"}]}
    assert media(is_self=False, is_gallery=True, media_metadata=known, gallery_data=gallery) == (
        Media("gif", "https://p.example/a.gif", "the bag"),
        Media("photo", "https://p.example/b?a=1&s=2"),
    )


def test_pictures_inside_the_text_are_media_not_words() -> None:
    known = {"giphy|abc": {"e": "AnimatedImage", "s": {"gif": "https://g.example/abc.gif"}}}
    mention = mention_of(comment(body="no! ![gif](giphy|abc)", media_metadata=known))
    assert mention.text == "no!" and mention.media == (Media("gif", "https://g.example/abc.gif"),)


def test_a_crosspost_quotes() -> None:
    parent = {"name": "t3_s0", "author": "kim", "title": "Bag", "selftext": "gone"}
    quoted = mention_of(submission(crosspost_parent_list=[parent])).quoted
    assert quoted is not None
    assert (quoted.native_id, quoted.author, quoted.text) == ("t3_s0", "kim", "Bag\n\ngone")


@pytest.mark.parametrize(
    "thing",
    [None, 3, {}, {"kind": "more", "data": {}}, {"kind": "t1"}, comment(body=None), comment(created_utc="x"),
     comment(created_utc=float("nan")), comment(created_utc=1e30), comment(name="t3_c1"),
     comment(name=None, id=None), submission(title=None)],
)  # fmt: skip
def test_what_is_no_mention(thing: Any) -> None:
    with pytest.raises(NotAMention):
        mention_of(thing)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = sorted(
    {*comment()["data"], *submission()["data"], "edited", "media_metadata", "gallery_data", "media"}
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["t1", "t3"]), st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=5))
def test_whatever_reddit_sends_is_a_mention_or_a_reject(kind: str, odd: dict[str, Any]) -> None:
    thing = comment(**odd) if kind == "t1" else submission(**odd)
    try:
        assert isinstance(mention_of(thing), Mention)
        is_removed(thing)
    except NotAMention:
        pass


# --- places ------------------------------------------------------------------------------------

FEEDS = feeds_of("northwind", ("air", "travel"), True)
WINDOW = Interval(AT - timedelta(hours=1), AT)


def test_the_order_of_feeds_is_fixed() -> None:
    assert [f.name for f in FEEDS] == [
        "search:northwind", "new:air", "comments:air", "new:travel", "comments:travel", "inbox",
    ]  # fmt: skip


def test_a_token_comes_back_as_it_was() -> None:
    place = replace(
        Place.read(None, FEEDS), feed=2, after="t1_x", spare=("t1_a",), seen=100, oldest="2026-03-01"
    )
    place = place.without("listing_limit", AT)
    assert Place.read(place.token(), FEEDS) == place


NONSENSE = ["", "{", "3", "null", "[]", '{"feeds":"?"}', '{"x":1}', '{"feed":99}', '{"missing":{"a":3}}']


@pytest.mark.parametrize("token", NONSENSE)
def test_a_token_that_means_nothing_starts_over(token: str) -> None:
    assert Place.read(token, FEEDS) == Place.read(None, FEEDS)


def test_a_token_of_other_feeds_starts_over() -> None:
    token = replace(Place.read(None, FEEDS), feed=3, after="t3_x").token()
    assert Place.read(token, feeds_of("northwind", ("air",), True)).after is None


def listing(count: int, after: str | None) -> Listing:
    return Listing(tuple({} for _ in range(count)), after)


def step(place: Place, seconds_ago: list[int], after: str | None) -> Place:
    names = [f"t1_{s}" for s in seconds_ago]
    times = [AT - timedelta(seconds=s) for s in seconds_ago]
    return place.after_page(listing(len(names), after), names, times, FEEDS[place.feed], WINDOW)


def test_one_old_item_does_not_end_a_feed() -> None:
    place = step(Place.read(None, FEEDS), [1, 2, 3, 4, 9000], "t1_9000")
    assert place.feed == 0 and place.after == "t1_9000"
    assert step(place, [9001, 9002, 9003, 9004, 9005], "t1_9005").feed == 1


def test_an_end_is_the_listings_own_or_reddits_limit() -> None:
    short = step(replace(Place.read(None, FEEDS), feed=1, seen=300), [10, 20], None)
    assert short.feed == 2 and not short.missing
    long = step(replace(Place.read(None, FEEDS), feed=1, seen=900), [10, 20], None)
    assert long.proof(WINDOW) == (
        Interval(AT - timedelta(seconds=19), AT),
        ((Interval(WINDOW.start, AT - timedelta(seconds=19)), "listing_limit"),),
    )


def test_what_several_feeds_miss_adds_up() -> None:
    place = Place.read(None, FEEDS).without("listing_limit", AT - timedelta(minutes=40))
    place = place.without("listing_limit", AT - timedelta(minutes=50)).without("listing_broken", AT)
    proven, missing = place.proof(WINDOW)
    assert proven is None
    assert {reason: lost.end for lost, reason in missing} == {
        "listing_limit": AT - timedelta(minutes=40),
        "listing_broken": AT,
    }


@pytest.mark.parametrize("answer", [None, [], {}, {"data": {}}, {"data": {"children": {}}}, "x"])
def test_what_is_no_listing(answer: Any) -> None:
    with pytest.raises(BadResponse):
        Listing.read(answer)


# --- settings and verdicts ---------------------------------------------------------------------


def test_it_satisfies_the_protocols() -> None:
    for protocol in (Connector, Publisher, Rechecker, Threader, Estimator):
        assert isinstance(connector(), protocol)


def test_config() -> None:
    config = RedditConfig(name="r", kind="reddit", subreddits=("r/Air", "/r/travel/"))
    assert config.subreddits == ("Air", "travel")


WRONG = [{"subreddits": ("a b",)}, {"subreddits": ("../api",)}, {}, {"query": ""}, {"query": "x", "max": 1}]


@pytest.mark.parametrize("wrong", WRONG)
def test_config_that_is_wrong(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RedditConfig(name="r", kind="reddit", **wrong)


@pytest.mark.parametrize(
    ("change", "config", "may", "rule"),
    [
        ({}, {}, MayReply.HANDOFF, "reddit.contract"),
        ({}, {"allow_reply": ("AIR",)}, MayReply.POSTABLE, "reddit.allow_list"),
        ({}, {"allow_reply": ("air",), "read_only": True}, MayReply.HANDOFF, "reddit.contract"),
        ({}, {"allow_reply": ("air",), "never_reply": ("Air",)}, MayReply.LISTEN_ONLY, "reddit.never"),
        ({"metrics": {"locked": 1}}, {"allow_reply": ("air",)}, MayReply.LISTEN_ONLY, "reddit.locked"),
        ({"metrics": {"archived": 1}}, {}, MayReply.LISTEN_ONLY, "reddit.archived"),
        (
            {"location": "r/SuicideWatch"},
            {"allow_reply": ("suicidewatch",)},
            MayReply.LISTEN_ONLY,
            "reddit.never",
        ),
        ({"location": "r/depression"}, {}, MayReply.LISTEN_ONLY, "reddit.never"),
        ({"author": None}, {}, MayReply.LISTEN_ONLY, "reddit.author_gone"),
        ({"author": "NorthwindAir"}, {}, MayReply.LISTEN_ONLY, "reddit.own"),
        ({"location": "u/air"}, {"allow_reply": ("air",)}, MayReply.HANDOFF, "reddit.contract"),
        ({"location": None}, {}, MayReply.HANDOFF, "reddit.contract"),
    ],
)
def test_may_we_reply(change: dict[str, Any], config: dict[str, Any], may: MayReply, rule: str) -> None:
    mention = replace(mention_of(comment()), **change)
    verdict = connector(**config).can_reply(mention, frozenset({"northwindair"}))
    assert (verdict.may_reply, verdict.rule) == (may, rule)
    assert verdict.why


def test_the_never_list_is_in_lower_case() -> None:
    assert {n.lower() for n in NEVER_REPLY} == NEVER_REPLY


def test_measure_and_estimate() -> None:
    assert connector().measure("é😀") == (2, 10_000)
    estimate = connector(subreddits=("air", "travel")).estimate(WINDOW, None)
    assert estimate.requests == 40 and estimate.cost_usd == 0 and estimate.posts is None
    assert estimate.seconds == pytest.approx(24)
