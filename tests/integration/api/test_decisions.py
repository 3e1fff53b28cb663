"""Approving through a token: the person's own, and bound to what it was shown."""

from __future__ import annotations

import json
import threading

import pytest

from monitor.domain.errors import NotAllowed, WrongUse
from monitor.domain.seconding import SecondReason
from monitor.stages import people, review, tokens
from tests.integration.api.serve import Served, served, token_for
from tests.integration.web.day import Made
from tests.integration.web.seed import House


def test_a_yes_to_what_was_shown(api: Served, house: House, day: Made) -> None:
    case_id, draft_id = day["bag"]
    with api.client("approver") as client:
        shown = client.get(f"/drafts/{draft_id}").json()["approve_with"]
        house.clock.forward(seconds=21)
        done = client.post(f"/drafts/{draft_id}/approve", json=shown)
        assert done.status_code == 200, done.text
        assert done.json()["send_after"] == "2026-03-04T10:00:51.000Z"
        assert client.get(f"/cases/{case_id}").json()["draft"]["state"] == "approved"
        assert client.get(f"/drafts/{draft_id}").json()["approval"]["user"] == "approver"
        assert client.post(f"/drafts/{draft_id}/undo").json()["draft"]["state"] == "edited"
    with house.store.read() as session:
        approval = session.drafts.approval_of(draft_id)
        record = next(r for r in session.audit.about(f"draft:{draft_id}") if r["action"] == "draft.approved")
        session.audit.verify()
    assert approval is not None
    assert approval.seconds_to_decide == 21
    assert record["actor"] == "approver"
    assert json.loads(record["detail"])["via"] == "token:1"


def test_another_text_than_the_one_that_was_shown(api: Served, house: House, day: Made) -> None:
    _, draft_id = day["bag"]
    with api.client("approver") as client:
        shown = client.get(f"/drafts/{draft_id}").json()["approve_with"]
        review.edit(house.store, draft_id, "agent", "Other words.", 1, house.clock)
        house.clock.forward(minutes=16)  # the claim is over
        told = client.post(f"/drafts/{draft_id}/approve", json=shown)
    assert (told.status_code, told.json()["code"]) == (409, "PZ-402")
    assert told.json()["changes"] == [{"what": "text", "by": "agent", "at": "2026-03-04T10:00:00.000Z"}]
    assert "the text was changed" in told.json()["detail"]
    with house.store.read() as session:
        assert session.drafts.approval_of(draft_id) is None


def test_another_conversation_than_the_one_that_was_shown(api: Served, house: House, day: Made) -> None:
    case_id, draft_id = day["bag"]
    with api.client("approver") as client:
        shown = client.get(f"/drafts/{draft_id}").json()["approve_with"]
        post = house.say(case_id, "forget it, we left")
        told = client.post(f"/drafts/{draft_id}/approve", json=shown).json()
        assert told["changes"] == [{"what": "post_new", "mention_id": post}]
        assert "a post was added" in told["detail"]
        without = client.post(f"/drafts/{draft_id}/approve", json={**shown, "seen": ""}).json()
        assert without["changes"] == [{"what": "conversation"}]
        again = client.get(f"/drafts/{draft_id}").json()["approve_with"]
        assert client.post(f"/drafts/{draft_id}/approve", json=again).status_code == 200


def test_a_blocking_finding_needs_a_reason(api: Served, house: House, day: Made) -> None:
    _, draft_id = day["bag"]
    review.edit(house.store, draft_id, "approver", "Calm down, please.", 1, house.clock)
    with api.client("approver") as client:
        shown = client.get(f"/drafts/{draft_id}").json()["approve_with"]
        blocked = client.post(f"/drafts/{draft_id}/approve", json=shown)
        assert (blocked.status_code, blocked.json()["code"]) == (422, "PZ-403")
        reason = {**shown, "override_reason": "they asked us to say it"}
        assert client.post(f"/drafts/{draft_id}/approve", json=reason).status_code == 200


def test_of_two_at_once_one_did(api: Served, house: House, day: Made) -> None:
    _, draft_id = day["fee"]
    shown: dict[str, object] = {}
    statuses: list[int] = []

    def say_yes(token: str) -> None:
        with api.anybody(token) as client:
            statuses.append(client.post(f"/drafts/{draft_id}/approve", json=shown).status_code)

    names = ("approver", "manager", "admin")
    with api.client("approver") as client:
        shown = client.get(f"/drafts/{draft_id}").json()["approve_with"]
    threads = [threading.Thread(target=say_yes, args=(token_for(house, n),)) for n in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409, 409]


@pytest.mark.parametrize("by", ["cli:root", "admin", "agent"])
def test_nobody_makes_a_token_that_approves_in_anothers_name(house: House, by: str) -> None:
    with pytest.raises(NotAllowed, match="in the name of approver"):
        tokens.make(house.store, "approver", "robot", ["read", "approve"], house.clock, by=by)
    token, made = tokens.make(house.store, "approver", "robot", ["read", "draft"], house.clock, by=by)
    assert made.scopes == ("read", "draft")
    assert token.startswith("pz_")


def test_a_token_is_made_within_the_rights_of_its_person(house: House) -> None:
    with pytest.raises(NotAllowed, match="is agent"):
        tokens.make(house.store, "agent", "x", ["approve"], house.clock, by="agent")
    for scopes, name in ((["fly"], "x"), ([], "x"), (["read"], "  "), (["read"], "x" * 61)):
        with pytest.raises(WrongUse):
            tokens.make(house.store, "agent", name, scopes, house.clock, by="agent")
    people.disable(house.store, "agent", house.clock, by="admin")
    with pytest.raises(Exception, match="nobody named 'agent'"):
        tokens.make(house.store, "agent", "x", ["read"], house.clock, by="admin")


def test_only_the_hash_of_a_token_is_kept(house: House) -> None:
    token, _ = tokens.make(house.store, "agent", "x", ["read"], house.clock, by="agent")
    for file in house.store.path.parent.iterdir():
        assert token.encode() not in file.read_bytes()
        assert token[11:].encode() not in file.read_bytes()


def test_some_replies_need_a_second_person(house: House, day: Made) -> None:
    _, draft_id = day["bag"]
    with served(house, second=(SecondReason.NEW_AGENT,)) as api:
        with api.client("approver") as client:
            shown = client.get(f"/drafts/{draft_id}").json()["approve_with"]
            first = client.post(f"/drafts/{draft_id}/approve", json=shown).json()
            assert (first["needs"], first["send_after"]) == (["new_agent"], None)
            again = client.get(f"/drafts/{draft_id}").json()
            assert again["approval"]["needs"] == ["new_agent"]
            same = client.post(f"/drafts/{draft_id}/approve", json=again["approve_with"])
            assert (same.status_code, same.json()["code"]) == (409, "PZ-405")
        with api.client("manager") as client:
            shown = client.get(f"/drafts/{draft_id}").json()["approve_with"]
            second = client.post(f"/drafts/{draft_id}/approve", json=shown).json()
            assert second["needs"] == []
            assert second["send_after"] is not None
            assert client.get(f"/drafts/{draft_id}").json()["approval"]["seconds"] == first["approval_id"]
