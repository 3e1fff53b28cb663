from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.appstore import AppStoreConfig, AppStoreConnector
from connectors.appstore.feed import Review, read_feed
from connectors.appstore.progress import OVERLAP, REFUSED, REMEMBERED, TOO_SHORT, Cursor, Place, Seen
from connectors.base import Handoff
from monitor.domain.coverage import Interval
from monitor.domain.errors import BadResponse
from monitor.domain.mention import Mention
from monitor.domain.verdict import MayReply
from tests.contract.connectors.case import SetClock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENTRY: dict[str, Any] = {
    "author": {
        "uri": {"label": "https://itunes.apple.com/us/reviews/id638572168"},
        "name": {"label": "Ann B."},
        "label": "",
    },
    "updated": {"label": "2026-03-02T05:00:00-07:00"},
    "im:rating": {"label": "2"},
    "im:version": {"label": "3.4.3"},
    "id": {"label": "6290024630"},
    "title": {"label": "Can't  sign\nin"},
    "content": {"label": "Since the update:\nerror 7 \u0000", "attributes": {"type": "text"}},
    "im:voteSum": {"label": "1"},
    "im:voteCount": {"label": "3"},
}


def feed(entry: object = None, **more: Any) -> bytes:
    return json.dumps({"feed": ({} if entry is None else {"entry": entry}) | more}).encode()


def review(native_id: str, updated: datetime | None) -> Review:
    return Review(native_id, "", "", 1, 0, 0, None, None, updated)


# --- the feed -------------------------------------------------------------------------------------


def test_a_review_whole() -> None:
    (found,) = read_feed(feed([ENTRY])).reviews
    assert found == Review(
        "6290024630", "Can't sign in", "Since the update:\nerror 7", 2, 3, 1, "Ann B.", "638572168", NOON
    )


def test_the_forms_that_a_feed_takes() -> None:
    app = {"im:name": {"label": "Northwind"}, "id": {"label": "99"}}
    assert [r.id for r in read_feed(feed(ENTRY)).reviews] == ["6290024630"]
    assert read_feed(feed()).reviews == ()
    undated = {k: v for k, v in ENTRY.items() if k != "updated"}
    assert [r.updated for r in read_feed(feed([app, undated])).reviews] == [None]
    assert len(read_feed(feed([ENTRY, ENTRY])).reviews) == 1


def test_the_last_page_is_read_off_the_links() -> None:
    href = "https://itunes.apple.com/us/rss/customerreviews/page=4/id=1/sortby=mostrecent/xml"
    links = [{"attributes": {"rel": r, "href": href}} for r in ("self", "last")]
    assert read_feed(feed([ENTRY], link=links)).last == 4
    assert read_feed(feed([ENTRY], link={"attributes": {"rel": "self"}})).last is None


@pytest.mark.parametrize(
    "change",
    [{"id": {}}, {"im:rating": {"label": "six"}}, {"im:rating": {"label": "9"}}, {"updated": {"label": "x"}}],
)
def test_what_is_no_review_is_kept_with_the_reason(change: dict[str, Any]) -> None:
    found = read_feed(feed([ENTRY, ENTRY | change]))
    assert [r.line for r in found.rejects] == [2] and found.rejects[0].reason.startswith("not a review")
    with pytest.raises(BadResponse):
        read_feed(feed([ENTRY | change]))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"feed": []}', b"<html>", b'{"feed": {"entry": ["x"]}}']
)
def test_what_is_no_feed_is_an_error(body: bytes) -> None:
    with pytest.raises(BadResponse):
        read_feed(body)


# --- progress -------------------------------------------------------------------------------------


def test_the_first_poll_proves_what_it_saw() -> None:
    place = Place(NOON)
    assert not place.take([review("2", NOON - HOUR), review("1", NOON - 5 * HOUR)], None)
    assert place.close_country("us", None) == ()
    assert place.proven() == Interval(NOON - 5 * HOUR, NOON)
    assert place.done["us"] == Seen(NOON, NOON - HOUR, {"2": NOON - HOUR, "1": NOON - 5 * HOUR})


def test_a_poll_goes_on_until_a_day_behind_what_it_knows() -> None:
    before = Seen(NOON - HOUR, NOON - 2 * HOUR, {})
    place = Place(NOON)
    assert not place.take([review("3", NOON), review("2", NOON - 2 * HOUR)], before)
    assert place.take([review("1", NOON - 2 * HOUR - OVERLAP)], before)
    assert place.close_country("us", before) == ()
    assert place.proven() == Interval(NOON - HOUR, NOON)


def test_a_feed_that_does_not_reach_back_leaves_a_gap() -> None:
    before = Seen(NOON - 9 * HOUR, NOON - 9 * HOUR, {})
    place = Place(NOON)
    place.take([review("3", NOON), review("2", NOON - 2 * HOUR)], before)
    lost = Interval(NOON - 9 * HOUR, NOON - 2 * HOUR)
    assert place.close_country("us", before) == ((lost, TOO_SHORT),)
    assert place.proven() == Interval(NOON - 2 * HOUR, NOON)


def test_an_edit_at_the_top_is_not_the_end_of_what_is_new() -> None:
    before = Seen(NOON - 3 * HOUR, NOON - 4 * HOUR, {"1": NOON - 4 * HOUR})
    place = Place(NOON)
    assert not place.take([review("1", NOON - HOUR), review("5", NOON - 2 * HOUR)], before)
    assert not place.met
    assert place.first_date(review("1", NOON - HOUR), before) == NOON - 4 * HOUR


def test_reviews_without_dates_are_known_by_their_ids() -> None:
    first = Place(NOON)
    first.take([review("2", None), review("1", None)], None)
    first.close_country("us", None)
    later = Place(NOON + HOUR)
    assert later.take([review("3", None), review("2", None)], first.done["us"])
    assert later.close_country("us", first.done["us"]) == ()
    assert later.done["us"].dates == {"3": NOON + HOUR, "2": NOON, "1": NOON}
    assert later.proven() == Interval(NOON, NOON + HOUR)


def test_an_empty_feed_where_there_were_reviews_proves_and_moves_nothing() -> None:
    before = Seen(NOON - 3 * HOUR, NOON - 4 * HOUR, {"1": NOON - 4 * HOUR})
    place = Place(NOON)
    assert place.close_country("us", before) == ()
    assert place.proven() is None and place.done["us"] is before


def test_a_country_without_reviews_is_proven_from_its_second_poll_on() -> None:
    place = Place(NOON)
    place.close_country("us", None)
    assert place.proven() is None
    again = Place(NOON + HOUR)
    again.close_country("us", place.done["us"])
    assert again.proven() == Interval(NOON, NOON + HOUR)


def test_all_countries_together_prove_what_each_of_them_does() -> None:
    before = Seen(NOON - 3 * HOUR, NOON - 4 * HOUR, {})
    place = Place(NOON)
    place.take([review("1", NOON - 4 * HOUR)], before)
    place.close_country("us", before)
    assert place.refuse_country("de", before) == ((Interval(NOON - 3 * HOUR, NOON), REFUSED),)
    assert place.proven() is None and place.done["de"] is before


def test_what_is_remembered_stays_small() -> None:
    place = Place(NOON)
    place.take([review(str(i), NOON - i * HOUR) for i in range(500)], None)
    place.close_country("us", None)
    assert list(place.done["us"].dates) == [str(i) for i in range(REMEMBERED)]


def test_tokens() -> None:
    assert Cursor.of("{").countries == {} and Cursor.of(None).countries == {}
    with pytest.raises(BadResponse):
        Place.of("{}", NOON)


# --- the rest -------------------------------------------------------------------------------------


def test_replies_are_given_in_app_store_connect() -> None:
    config = AppStoreConfig(name="reviews", kind="appstore", app="1234567890")
    reader = AppStoreConnector(config, None, SetClock())
    verdict = reader.can_reply(Mention("appstore", "1", "Bad", NOON), frozenset())
    assert (verdict.may_reply, verdict.rule) == (MayReply.HANDOFF, "appstore.by_hand")
    assert isinstance(reader, Handoff)
    assert reader.handoff_url("1", "Sorry.") == "https://appstoreconnect.apple.com/apps/1234567890"


@pytest.mark.parametrize("wrong", [{"app": "id12"}, {"countries": ("USA",)}, {"countries": ()}])
def test_the_config_is_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AppStoreConfig(**{"name": "reviews", "kind": "appstore", "app": "1234567890", **wrong})
