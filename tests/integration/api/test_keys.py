"""Idempotency-Key: done once, answered the same way."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from monitor.store.sqlite import SqliteStore
from monitor.web.api import keys
from tests.integration.api.serve import Served, token_for
from tests.integration.web.day import Made
from tests.integration.web.seed import House


def notes(house: House) -> list[str]:
    with house.store.read() as session:
        return [row["text"] for row in session.cases.notes(1)]


def test_the_same_request_is_done_once_and_answered_the_same_way(
    api: Served, house: House, day: Made
) -> None:
    with api.client("agent") as client:
        first, second = (
            client.post("/cases/1/notes", json={"text": "called them"}, headers={"Idempotency-Key": "a1"})
            for _ in range(2)
        )
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (201, second.json())
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert notes(house) == ["called them"]


def test_without_a_key_it_is_done_as_often_as_it_is_asked(api: Served, house: House, day: Made) -> None:
    with api.client("agent") as client:
        for _ in range(2):
            client.post("/cases/1/notes", json={"text": "again"})
    assert notes(house) == ["again", "again"]


def test_another_request_under_the_same_key_is_refused(api: Served, house: House, day: Made) -> None:
    with api.client("agent") as client:
        key = {"Idempotency-Key": "a1"}
        client.post("/cases/1/notes", json={"text": "one"}, headers=key)
        for path, body in (("/cases/1/notes", {"text": "two"}), ("/cases/2/notes", {"text": "one"})):
            answer = client.post(path, json=body, headers=key)
            assert (answer.status_code, answer.json()["code"]) == (422, "PZ-904")
    assert notes(house) == ["one"]


def test_a_key_is_that_of_its_token(api: Served, house: House, day: Made) -> None:
    for name in ("agent", "manager"):
        with api.client(name) as client:
            answer = client.post("/cases/1/notes", json={"text": name}, headers={"Idempotency-Key": "a1"})
            assert answer.status_code == 201
    assert notes(house) == ["agent", "manager"]


def test_what_did_nothing_may_be_asked_again_under_its_key(api: Served, house: House, day: Made) -> None:
    with api.client("agent") as client:
        key = {"Idempotency-Key": "a1"}
        assert client.post("/cases/1/notes", json={"text": "  "}, headers=key).status_code == 422
        assert client.post("/cases/1/notes", json={"text": "now"}, headers=key).status_code == 201
    assert notes(house) == ["now"]


def test_a_key_is_forgotten_after_a_day(api: Served, house: House, day: Made) -> None:
    with api.client("agent") as client:
        key = {"Idempotency-Key": "a1"}
        client.post("/cases/1/notes", json={"text": "one"}, headers=key)
        house.clock.forward(hours=24, seconds=1)
        client.post("/cases/1/notes", json={"text": "one"}, headers=key)
    assert notes(house) == ["one", "one"]


def test_who_dies_between_the_deed_and_its_answer_does_not_do_it_twice(
    api: Served, house: House, day: Made
) -> None:
    """The deed and "done" are one transaction; the answer comes after, and may be lost."""
    token = token_for(house, "agent")
    with api.anybody(token) as client:
        body, key = {"text": "called them"}, {"Idempotency-Key": "a1"}
        client.post("/cases/1/notes", json=body, headers=key)
        store = SqliteStore(house.store.url)
        with store.write() as session:
            token_id = session.tokens.all("agent")[0].id
            kept = session.tokens.answer(token_id, "a1")
            assert kept is not None
            assert kept.acted
            # As the process would have left it, had it died before it kept the answer.
            session.tokens.keep(token_id, "a1", None, None)  # type: ignore[arg-type]
        store.close()
        house.clock.forward(minutes=30)
        answer = client.post("/cases/1/notes", json=body, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (409, "PZ-905")
    assert "was done" in answer.json()["detail"]
    assert notes(house) == ["called them"]


def test_who_dies_before_the_deed_leaves_a_key_that_can_be_taken_over(
    api: Served, house: House, day: Made
) -> None:
    token = token_for(house, "agent")
    body = b'{"text":"called them"}'
    print_ = keys.fingerprint("POST", "/api/v1/cases/1/notes", b"", body)
    with house.store.write() as session:
        token_id, now = session.tokens.all("agent")[0].id, house.clock.now()
        assert session.tokens.begin(token_id, "a1", print_, now, now + keys.LEASE)
    headers = {"Idempotency-Key": "a1", "content-type": "application/json"}
    with api.anybody(token) as client:
        busy = client.post("/cases/1/notes", content=body, headers=headers)
        assert (busy.status_code, busy.json()["code"]) == (409, "PZ-905")
        house.clock.forward(seconds=(keys.LEASE + timedelta(seconds=1)).total_seconds())
        assert client.post("/cases/1/notes", content=body, headers=headers).status_code == 201
    assert notes(house) == ["called them"]


def test_eight_at_once_do_it_once(api: Served, house: House, day: Made) -> None:
    token = token_for(house, "agent")
    statuses: list[int] = []

    def ask() -> None:
        with api.anybody(token) as client:
            answer = client.post("/cases/1/notes", json={"text": "once"}, headers={"Idempotency-Key": "a1"})
            statuses.append(answer.status_code)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert notes(house) == ["once"]
    assert set(statuses) <= {201, 409}
    assert 201 in statuses


@pytest.mark.parametrize("key", ["", "x" * 201, "with space", "ümlaut"])
def test_a_key_that_is_none_is_refused(api: Served, house: House, day: Made, key: str) -> None:
    with api.client("agent") as client:
        answer = client.post(
            "/cases/1/notes", json={"text": "x"}, headers={"Idempotency-Key": key.encode("utf-8")}
        )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "header.Idempotency-Key"
    assert notes(house) == []


def test_no_word_of_a_customer_is_kept_with_an_answer(api: Served, house: House, day: Made) -> None:
    case_id, draft_id = day["bag"]
    with api.client("approver") as client:
        shown = client.get(f"/drafts/{draft_id}").json()["approve_with"]
        for n, (path, body) in enumerate(
            [
                (f"/cases/{case_id}/assign", {"to": "agent"}),
                (f"/cases/{case_id}/check", {"text": "my words"}),
                (f"/drafts/{draft_id}/approve", shown),
                (f"/drafts/{draft_id}/undo", None),
            ]
        ):
            client.post(path, json=body, headers={"Idempotency-Key": f"k{n}"}).raise_for_status()
    with house.store.read() as session:
        token_id = session.tokens.all("approver")[0].id
        kept = [session.tokens.answer(token_id, f"k{n}") for n in range(4)]
    assert kept[1] is None, "a preview does nothing, so nothing is kept of it"
    for answer in (kept[0], kept[2], kept[3]):
        assert answer is not None
        assert answer.status == 200
        assert "pram" not in answer.body
        assert "hollowaytess" not in answer.body
