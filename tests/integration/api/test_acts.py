"""The acts of the pages, through the API: the same effect, and a record that says through which token."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from monitor.domain.posting import ReplyPrice
from monitor.domain.roster import Desk, Roster
from tests.integration.api.serve import served
from tests.integration.web.day import Made
from tests.integration.web.seed import House


@pytest.fixture
def client(house: House) -> Iterator[httpx.Client]:
    roster = Roster({Desk.LEGAL: ("manager",)})
    with served(house, roster=roster) as api, api.client("manager") as made:
        yield made


def record(house: House, action: str) -> dict[str, object]:
    """The detail of the newest record of an action."""
    with house.store.read() as session:
        found = session.listing.audit({"subject": "", "actor": "", "action": action, "since": ""}, 1)
    assert found, action
    return {**json.loads(found[0]["detail"]), "actor": found[0]["actor"]}


def test_every_act_on_a_case(client: httpx.Client, house: House, day: Made) -> None:
    case = f"/cases/{day['howto'][0]}"
    acts: list[tuple[str, str, object, int, str]] = [
        ("POST", f"{case}/notes", {"text": "ask @agent"}, 201, "case.noted"),
        ("POST", f"{case}/assign", {"to": "agent"}, 200, "case.assigned"),
        ("POST", f"{case}/snooze", {"until": "2026-03-04T12:00:00Z"}, 200, "case.snoozed"),
        ("POST", f"{case}/wake", None, 200, "case.woken"),
        ("POST", f"{case}/escalate", {"desk": "legal", "reason": "a letter"}, 201, "case.escalated"),
        ("POST", f"{case}/answer-escalation", {"answer": "send it"}, 200, "case.escalation_answered"),
        ("PUT", f"{case}/tags/cello", None, 200, "case.tagged"),
        ("DELETE", f"{case}/tags/cello", None, 200, "case.untagged"),
        ("POST", f"{case}/incident", {"name": "cellos"}, 200, "case.incident_set"),
        ("PUT", f"{case}/urgency", {"urgency": "P1"}, 200, "case.urgency_corrected"),
        ("PUT", f"{case}/intent", {"intent": "feature_feedback"}, 200, "case.intent_corrected"),
        ("POST", f"{case}/close", {"outcome": "referred"}, 200, "case.closed"),
        ("POST", f"{case}/reopen", None, 200, "case.reopened"),
    ]
    for method, path, body, status, action in acts:
        answer = client.request(method, path, json=body)
        assert answer.status_code == status, (path, answer.text)
        told = record(house, action)
        assert (told["actor"], told["via"]) == ("manager", "token:1"), action
    shown = client.get(case).json()
    assert (shown["urgency"], shown["intent"], shown["assignee"]) == ("P1", "feature_feedback", "manager")
    assert [n["text"] for n in shown["notes"]] == ["ask @agent"]
    assert [e["answer"] for e in shown["escalations"]] == ["send it"]
    with house.store.read() as session:
        session.audit.verify()


def test_a_merge_and_a_split_can_be_taken_back(client: httpx.Client, house: House, day: Made) -> None:
    into = day["fee"][0]
    other, _ = house.add_case("and the second fee", who="jlund", platform="bluesky", source="bluesky")
    move = client.post(f"/cases/{into}/merge", json={"other": other})
    assert move.status_code == 201
    assert client.get(f"/cases/{other}").json()["merged_into"] == into
    back = client.post(f"/moves/{move.json()['move_id']}/undo")
    assert back.json()["undone_by"] == "manager"
    assert client.get(f"/cases/{other}").json()["merged_into"] is None
    assert client.post(f"/cases/{into}/merge", json={"other": day["bag"][0]}).status_code == 422

    posts = [t["mention_id"] for t in client.get(f"/cases/{day['bag'][0]}").json()["turns"]]
    made = client.post(f"/cases/{day['bag'][0]}/split", json={"mention_ids": posts[1:]}).json()
    assert made["mention_ids"] == posts[1:]
    assert len(client.get(f"/cases/{made['to_case']}").json()["turns"]) == 1


def test_words_are_written_checked_and_edited(client: httpx.Client, house: House, day: Made) -> None:
    case_id = day["human"][0]
    check = client.post(f"/cases/{case_id}/check", json={"text": "Calm down, DM us."}).json()
    assert {f["code"]: f["level"] for f in check["findings"]} == {"dm_reflex": "warn", "calm_down": "block"}
    assert (check["length"], check["limit"]) == (17, 280)
    assert client.get(f"/cases/{case_id}/candidates").json()["items"][0]["macro"] == "other"

    made = client.post(f"/cases/{case_id}/drafts", json={"text": "A person here. What happened?"})
    assert made.status_code == 201
    draft = f"/drafts/{made.json()['draft_id']}"
    shown = client.get(draft)
    assert shown.json()["written_by"] == "manager"
    assert client.put(draft, json={"text": "x"}).json()["code"] == "PZ-907"
    edited = client.put(draft, json={"text": "Better."}, headers={"if-match": shown.headers["etag"]})
    assert edited.json()["text"] == "Better."
    late = client.put(draft, json={"text": "Late."}, headers={"if-match": shown.headers["etag"]})
    assert (late.status_code, late.json()["code"]) == (412, "PZ-906")
    again = client.put(draft, json={"text": "Again."}, headers={"if-match": f'"x", {edited.headers["etag"]}'})
    assert (again.status_code, again.json()["version"]) == (200, edited.json()["version"] + 1)
    assert client.put(draft, json={"text": "Any."}, headers={"if-match": "*"}).status_code == 200
    assert client.post(f"/cases/{case_id}/drafts", json={"text": "Twice"}).status_code == 409


def test_a_draft_from_claim_to_confirmation(client: httpx.Client, house: House, day: Made) -> None:
    case_id, draft_id = day["reddit"]
    draft = f"/drafts/{draft_id}"
    assert client.post(f"{draft}/claim").json()["draft"]["state"] == "claimed"
    assert client.post(f"{draft}/release").json()["draft"]["state"] == "proposed"
    assert client.post(f"{draft}/hand-off").json()["draft"]["state"] == "handed_off"
    version = client.get(draft).json()["version"]
    assert client.post(f"{draft}/keep", json={"version": version}).json()["draft"]["state"] == "edited"
    client.post(f"{draft}/hand-off")
    done = client.post(f"{draft}/confirm").json()
    assert (done["lane"], done["draft"]) == ("waiting", None)
    assert client.post(f"{draft}/confirm").json()["code"] == "PZ-401"
    gone = client.post(f"/drafts/{day['fee'][1]}/reject", json={"reason": "no_reply_needed"}).json()
    assert (gone["status"], gone["outcome"]) == ("done", "no_reply_by_policy")
    assert case_id == done["case_id"]


def test_a_promise_is_settled(client: httpx.Client, house: House, day: Made) -> None:
    draft = f"/drafts/{day['bag'][1]}"
    client.post(f"{draft}/hand-off")
    client.post(f"{draft}/confirm")
    promise = client.get("/promises?state=open").json()["items"][0]
    assert promise["keeper"] == "manager"
    settled = client.post(f"/promises/{promise['promise_id']}/settle", json={"kept": True}).json()
    assert (settled["state"], settled["settled_by"]) == ("kept", "manager")
    assert client.get("/promises?state=open").json()["items"] == []
    assert client.post("/promises/99/settle", json={"kept": True}).status_code == 404
    client.post(f"/cases/{day['bag'][0]}/close", json={"outcome": "recovered"})
    assert client.get("/outcomes?outcome=recovered").json()["items"][0]["case_id"] == day["bag"][0]


def test_the_switch(client: httpx.Client, house: House) -> None:
    assert client.get("/posting").json()["paused"] is False
    assert client.put("/posting", json={"paused": True}).status_code == 422
    paused = client.put("/posting", json={"paused": True, "reason": "storm"}).json()
    assert (paused["paused"], paused["reason"], paused["by"]) == (True, "storm", "manager")
    assert client.put("/posting", json={"paused": False}).json()["paused"] is False


def test_what_fits_no_case_is_refused_in_words(client: httpx.Client, house: House, day: Made) -> None:
    case = f"/cases/{day['howto'][0]}"
    for path, body, status in [
        ("/assign", {"to": "nobody-here"}, 422),
        ("/snooze", {"until": "2020-01-01T00:00:00Z"}, 422),
        ("/snooze", {"until": "tomorrow"}, 422),
        ("/wake", None, 409),
        ("/escalate", {"desk": "person", "reason": "x"}, 422),
        ("/escalate", {"desk": "branch", "reason": "x"}, 422),
        ("/close", {"outcome": "nonsense"}, 422),
        ("/split", {"mention_ids": [1]}, 422),
    ]:
        answer = client.post(case + path, json=body)
        assert answer.status_code == status, (path, answer.text)
        assert answer.json()["action"]
    assert client.post("/cases/999999/wake").status_code == 404
    assert client.post("/moves/999999/undo").status_code == 404


def test_the_price_of_a_reply_is_told(house: House, day: Made) -> None:
    price = ReplyPrice(0.20, 0.01, "docs")
    with served(house, price=lambda case, text: price) as api, api.client("viewer") as client:
        assert client.get(f"/drafts/{day['bag'][1]}").json()["check"]["price_usd"] == 0.20
