"""A token sees what its person sees: of another brand there is nothing, and nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from monitor.stages import review
from tests.integration.api.serve import Served, served
from tests.integration.web.day import Made
from tests.integration.web.seed import House
from tests.integration.web.test_brands import AIR, AIRS, BRANDS, CARGO

BODIES: dict[str, object] = {
    "approve": {"text_sha256": "0" * 64, "conversation_sha256": "0" * 64},
    "keep": {"version": 1},
    "reject": {"reason": "other"},
    "assign": {"to": "manager"},
    "check": {"text": "x"},
    "close": {"outcome": "lost"},
    "drafts": {"text": "x"},
    "escalate": {"desk": "legal", "reason": "x"},
    "answer-escalation": {"answer": "x"},
    "incident": {"name": "x"},
    "merge": {"other": 4},
    "notes": {"text": "x"},
    "snooze": {"until": "2026-03-04T12:00:00Z"},
    "split": {"mention_ids": [1]},
    "settle": {"kept": True},
    "urgency": {"urgency": "P1"},
    "intent": {"intent": "praise"},
}


@pytest.fixture
def two(house: House, day: Made) -> Made:
    with house.store.write() as session:
        session.brands.assign({"x-mentions": AIR, "reddit": AIR, "bluesky": CARGO, "mastodon": CARGO})
        at = house.clock.now()
        session.people.add("cargo", "manager", "!", at, email=None, must_change=False, brands=[CARGO])
    return day


@pytest.fixture
def cargo(house: House, two: Made) -> Iterator[httpx.Client]:
    with served(house, brands=BRANDS) as api, api.client("cargo") as made:
        yield made


def state_of(house: House) -> list[str]:
    with house.store.read() as session:
        dump = session.connection.db.conn.iterdump()  # type: ignore[attr-defined]
        return [line for line in dump if "api_answers" not in line and '"tokens"' not in line]


def operations(client: httpx.Client) -> list[tuple[str, str]]:
    paths = client.get("/openapi.json").json()["paths"]
    return [(verb.upper(), path) for path, verbs in paths.items() for verb in verbs if verb != "parameters"]


def test_what_belongs_to_another_brand_is_not_there(house: House, cargo: httpx.Client, two: Made) -> None:
    case_id, draft_id = two["locked"]
    with house.store.read() as session:
        [post, *_] = session.casework.mention_ids(case_id)
    one, other = two["bag"][0], two["child"][0]
    with house.store.write() as session:
        session.casework.record_move("merge", one, other, [], {}, "admin", house.clock.now())
        session.connection.execute(
            "promise_add",
            {"case_id": case_id, "draft_id": draft_id, "text": "x", "owner": "x", "keeper": "admin",
             "kind": "word", "due_at": "2026-03-04T12:00:00.000Z", "made_at": "2026-03-04T09:00:00.000Z"},
        )  # fmt: skip
    ids = {"case_id": case_id, "draft_id": draft_id, "mention_id": post, "move_id": 1, "promise_id": 1}
    before, wrong = state_of(house), []
    for method, path in operations(cargo):
        if not any(f"{{{name}}}" in path for name in ids):
            continue
        verb = path.rpartition("/")[2]
        body = {"text": "x"} if (method, path) == ("PUT", "/drafts/{draft_id}") else BODIES.get(verb)
        where = path.replace("{tag}", "x")
        for name, number in ids.items():
            where = where.replace(f"{{{name}}}", str(number))
        headers = {"if-match": '"1"', "idempotency-key": f"{method}{where}".replace("/", "-")}
        answer = cargo.request(method, where, json=body, headers=headers)
        if answer.status_code != 404 or any(word in answer.text for word in AIRS):
            wrong.append((method, where, answer.status_code, answer.json()["detail"]))
    assert wrong == [], "\n".join(map(str, wrong))
    assert state_of(house) == before


def test_no_listing_says_a_word_of_it(cargo: httpx.Client, two: Made) -> None:
    told = {}
    for method, path in operations(cargo):
        if method != "GET" or "{" in path:
            continue
        text = cargo.get(path).text
        told[path] = [word for word in AIRS if word in text]
    assert {path: words for path, words in told.items() if words} == {}
    assert len(cargo.get("/cases").json()["items"]) == 2
    assert cargo.get("/sources/x-mentions/coverage").status_code == 404


def test_whoever_sees_some_brands_does_not_stop_them_all(cargo: httpx.Client) -> None:
    assert cargo.put("/posting", json={"paused": True, "reason": "x"}).status_code == 403


def test_an_event_of_a_bounded_deed_is_told(house: House, cargo: httpx.Client, two: Made) -> None:
    case_id = two["fee"][0]
    answer = cargo.post(f"/cases/{case_id}/notes", json={"text": "ours"})
    assert answer.status_code == 201, answer.text
    with house.store.read() as session:
        [row] = session.audit.about(f"case:{case_id}", 1)
    assert (row["actor"], json.loads(row["detail"])["via"]) == ("cargo", "token:1")


def test_a_membership_that_ends_ends_it_for_the_token(house: House, two: Made) -> None:
    with served(house, brands=BRANDS) as api, Served(house, api.address).client("cargo") as client:
        assert client.get(f"/cases/{two['fee'][0]}").status_code == 200
        review.note(house.store, two["fee"][0], "admin", "hello", house.clock)
        with house.store.write() as session:
            session.brands.give("cargo", [AIR])
        assert client.get(f"/cases/{two['fee'][0]}").status_code == 404
