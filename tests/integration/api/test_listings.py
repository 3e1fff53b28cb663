"""Listings: every filter, and pages that stay what they are while things come in."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import httpx
import pytest

from monitor.domain.reading import Urgency
from monitor.stages import review
from tests.integration.api.serve import Served
from tests.integration.web.day import Made
from tests.integration.web.seed import House


@pytest.fixture
def client(api: Served) -> Iterator[httpx.Client]:
    with api.client("manager") as made:
        yield made


def pages(client: httpx.Client, path: str, **params: object) -> list[dict[str, object]]:
    """Every row of a listing, page by page."""
    rows: list[dict[str, object]] = []
    cursor: str | None = None
    while True:
        given = params | ({"cursor": cursor} if cursor else {})
        page = client.get(path, params=given).raise_for_status().json()  # type: ignore[arg-type]
        rows += page["items"]
        cursor = page["next"]
        if cursor is None:
            return rows
        assert len(page["items"]) == params["limit"]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_the_pages_together_are_the_whole(client: httpx.Client, day: Made, limit: int) -> None:
    found = [row["case_id"] for row in pages(client, "/cases", limit=limit)]
    assert found == sorted((case for case, _ in day.values()), reverse=True)
    drafts = [row["draft_id"] for row in pages(client, "/drafts", limit=limit)]
    assert drafts == sorted((draft for _, draft in day.values() if draft), reverse=True)


def test_what_comes_in_meanwhile_shifts_no_page(client: httpx.Client, house: House, day: Made) -> None:
    first = client.get("/cases?limit=3").json()
    new, _ = house.add_case("one more", who="late")
    second = client.get("/cases", params={"limit": 3, "cursor": first["next"]}).json()
    ids = [row["case_id"] for row in first["items"] + second["items"]]
    assert len(set(ids)) == len(ids) == 6
    assert new not in ids
    assert ids == sorted(ids, reverse=True)


def test_a_lane_in_the_order_of_risk(client: httpx.Client, house: House, day: Made) -> None:
    rows = pages(client, "/cases", lane="needs_approval", order="risk", limit=1)
    due = [row["due_at"] for row in rows]
    assert due == sorted(due)
    with house.store.read() as session:
        assert len(rows) == sum(
            1 for lane, n in session.cases.lanes().items() for _ in range(n) if lane == "needs_approval"
        )
    assert client.get("/cases?order=risk").status_code == 422


FILTERS: list[tuple[dict[str, str], set[str]]] = [
    ({"lane": "now"}, {"child", "locked"}),
    ({"urgency": "P0"}, {"child"}),
    ({"intent": "billing_refund"}, {"fee"}),
    ({"source": "reddit"}, {"reddit"}),
    ({"platform": "mastodon"}, {"howto"}),
    ({"verdict": "handoff"}, {"reddit"}),
    ({"status": "aside"}, {"thanks"}),
    ({"customer": "jlund"}, {"fee"}),
    ({"assignee": "agent"}, {"bag"}),
    ({"assignee": "me"}, {"fee"}),
    ({"assignee": "-", "lane": "needs_approval"}, {"howto"}),
    ({"tag": "lost-bag"}, {"bag", "reddit"}),
    ({"incident": 1}, {"reddit"}),
    ({"draft": "proposed", "platform": "x"}, {"bag", "locked"}),
    ({"origin": "backfill"}, set()),
    ({"lang": "de"}, set()),
    ({"desk": "legal"}, set()),
    ({"outcome": "missed"}, set()),
    ({"opened_from": "2026-03-04T09:00:00Z"}, {"child", "locked"}),
    ({"opened_to": "2026-03-04T05:00:00+01:00"}, {"thanks"}),
]


def test_every_filter(client: httpx.Client, house: House, day: Made) -> None:
    review.assign(house.store, day["bag"][0], "admin", "agent", house.clock)
    review.assign(house.store, day["fee"][0], "admin", "manager", house.clock)
    for name in ("bag", "reddit"):
        review.tag(house.store, day[name][0], "admin", "lost-bag", house.clock)
    review.join_incident(house.store, day["reddit"][0], "admin", "belts", house.clock)
    for query, names in FILTERS:
        page = client.get("/cases", params=query).raise_for_status().json()
        assert {row["case_id"] for row in page["items"]} == {day[name][0] for name in names}, query


FILTERS_OF_MENTIONS: list[tuple[dict[str, str], int]] = [
    ({"q": "pram belt"}, 1),
    ({"q": "nothing like it"}, 0),
    ({"q": 'quote " and -minus AND (paren'}, 0),
    ({"source": "bluesky"}, 1),
    ({"platform": "reddit"}, 1),
    ({"author": "gus_w"}, 1),
    ({"own": "true"}, 0),
    ({"written_from": "2026-03-04T09:30:00Z"}, 2),
    ({"case_id": "3"}, 2),
]


def test_every_filter_of_mentions(client: httpx.Client, day: Made) -> None:
    for query, count in FILTERS_OF_MENTIONS:
        found = client.get("/mentions", params=query).raise_for_status().json()["items"]
        assert len(found) == count, query


def test_a_mention_with_its_reading_and_its_earlier_words(
    client: httpx.Client, house: House, day: Made
) -> None:
    found = client.get("/mentions?q=pram").json()["items"][0]
    detail = client.get(f"/mentions/{found['mention_id']}").json()
    assert detail["case_id"] == day["bag"][0]
    assert detail["reading"]["primary"] == "delivery_order"
    assert detail["revisions"] == []
    assert client.get("/mentions/999999").status_code == 404


def test_the_other_listings_page_as_well(client: httpx.Client, house: House, day: Made) -> None:
    for name in ("bag", "fee", "howto"):
        review.correct(house.store, day[name][0], "admin", "urgency", "P1", house.clock)
        review.note(house.store, day[name][0], "admin", "looked at it", house.clock)
    assert len(pages(client, "/corrections", limit=2)) == 3
    records = pages(client, "/audit", limit=7)
    assert [r["seq"] for r in records] == list(range(len(records), 0, -1))
    of_case = pages(client, "/audit", limit=2, subject=f"case:{day['bag'][0]}")
    assert {r["subject"] for r in of_case} == {f"case:{day['bag'][0]}"}
    assert {r["action"] for r in pages(client, "/audit", limit=5, action="case.noted")} == {"case.noted"}
    assert pages(client, "/audit", limit=5, since="2027-01-01T00:00:00Z") == []


CURSORS = [
    "nonsense",
    "%00",
    base64.urlsafe_b64encode(b"[" * 150).decode(),
    base64.urlsafe_b64encode(json.dumps(["cases", "7"]).encode()).decode(),
    base64.urlsafe_b64encode(json.dumps(["cases", 1.5]).encode()).decode(),
    base64.urlsafe_b64encode(json.dumps(["cases", -1]).encode()).decode(),
    base64.urlsafe_b64encode(json.dumps(["cases", 2**70]).encode()).decode(),
    base64.urlsafe_b64encode(json.dumps(["drafts", 7]).encode()).decode(),
    base64.urlsafe_b64encode(json.dumps({"cases": 7}).encode()).decode(),
]


def test_a_cursor_that_is_none_of_ours(client: httpx.Client, day: Made) -> None:
    for cursor in CURSORS:
        answer = client.get("/cases", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "PZ-909"), cursor


def test_a_cursor_of_risk_is_no_cursor_of_newest(client: httpx.Client, house: House, day: Made) -> None:
    risk = client.get("/cases?lane=needs_approval&order=risk&limit=1").json()["next"]
    assert client.get("/cases", params={"cursor": risk}).status_code == 400
    newest = client.get("/cases?limit=1").json()["next"]
    mixed = client.get("/cases", params={"lane": "now", "order": "risk", "cursor": newest})
    assert mixed.status_code == 400


def test_what_was_removed_says_nothing_any_more(client: httpx.Client, house: House, day: Made) -> None:
    from monitor.domain.mention import MentionKey
    from monitor.stages.removal import remove_post

    found = client.get("/mentions?q=pram").json()["items"][0]
    with house.store.write() as session:
        remove_post(session, MentionKey("x", found["native_id"]), house.clock.now(), "removed at the source")
    gone = client.get(f"/mentions/{found['mention_id']}").json()
    assert (gone["text"], gone["author"], gone["reading"]) == ("", None, None)
    assert gone["removed_at"] is not None
    assert client.get("/mentions?q=pram").json()["items"] == []


def test_the_places_around(client: httpx.Client, house: House, day: Made) -> None:
    sources = client.get("/sources").json()["items"]
    assert {s["source"] for s in sources} == {"x-mentions", "bluesky", "reddit"}
    ledger = client.get("/sources/x-mentions/coverage").json()
    assert len(ledger["covered"]) == 2
    assert client.get("/sources/nobody/coverage").status_code == 404
    assert client.get("/digests").json() == {"items": []}
    assert client.get("/digests/2027-01-01").status_code == 404
    assert {p["name"] for p in client.get("/people").json()["items"]} >= {"agent", "admin"}
    assert Urgency.P0.value in {c["urgency"] for c in client.get("/cases").json()["items"]}


@pytest.mark.parametrize("number", ["1%C2%85", "%201", "1_0", "%D9%A1", "1.0", "+1", "0x1"])
def test_a_number_in_an_address_is_its_digits_and_nothing_else(
    client: httpx.Client, day: Made, number: str
) -> None:
    for path in (f"/cases/{number}", f"/cases?limit={number}", f"/mentions?case_id={number}"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (422, "PZ-901"), path
    assert client.get("/cases/1").status_code == 200
