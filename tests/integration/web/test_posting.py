"""The page *Posting*, sending later, and what a person says of a reply without an answer."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from connectors.base import PostingRules, WriteLimit
from monitor.domain.case import Case
from monitor.domain.casework import moment_meant
from monitor.domain.draft import DraftState
from monitor.domain.errors import WrongUse
from monitor.domain.posting import AttemptState
from monitor.stages.publish import Outlet
from monitor.stages.review import Shown, approve, show
from tests.integration.stages.house import Platform
from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.seed import House

LIMITS = PostingRules((WriteLimit(100, timedelta(hours=1), "a test"),))


class Ways:
    """The ways out of this house: one account on X."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.publisher = Platform(house.clock)
        self.publisher.posting = LIMITS  # type: ignore[attr-defined]

    def outlets(self) -> list[Outlet]:
        return [Outlet(self.publisher, "northwindair", "care-x")]

    def route(self, source: str, platform: str) -> Outlet | None:
        return self.outlets()[0]

    def advise(self, code: str | None) -> str | None:
        return "Shorten it." if code == "x.too_long" else None

    def settles(self, source: str, platform: str) -> timedelta:
        return timedelta(minutes=5)

    def native_id_in(self, source: str, url: str) -> str:
        found = re.fullmatch(r"https://x\.com/northwindair/status/(\d+)", url)
        if not found:
            raise WrongUse(f"{url!r} is no address of a post.", action="Copy it from there.")
        return found[1]

    def send_at(self, case: Case, asked: str | None):  # type: ignore[no-untyped-def]
        zone = self.house.services().timezone
        return moment_meant(asked, self.house.clock.now(), zone) if asked else None


@pytest.fixture
def ways(house: House) -> Ways:
    return Ways(house)


def yes(house: House, draft_id: int) -> None:
    house.add_people("manager") if not _known(house) else None
    draft, conversation = show(house.store, draft_id)
    shown = Shown(draft.text, conversation.hash, draft.version, seconds=3.0)
    approve(house.store, draft_id, "manager", shown, house.clock, undo=timedelta(seconds=15), second=())


def _known(house: House) -> bool:
    with house.store.read() as session:
        return session.people.get("manager") is not None


def without_answer(house: House, draft_id: int) -> None:
    """It was sent, and nobody knows what became of it."""
    yes(house, draft_id)
    house.clock.forward(minutes=1)
    now = house.clock.now()
    with house.store.write() as session:
        approval = session.drafts.approval_of(draft_id)
        assert approval is not None
        session.drafts.move(session.drafts.get(draft_id), DraftState.SENDING, now)
        tried = session.drafts.begin_attempt(
            draft_id, approval.id, f"key-{draft_id}", now, now + timedelta(minutes=2), account="care-x"
        )
        session.drafts.finish_attempt(tried.id, AttemptState.UNKNOWN, now, detail="The line was cut.")
        session.drafts.move(session.drafts.get(draft_id), DraftState.UNKNOWN, now, reason="The line was cut.")


def state(house: House, draft_id: int) -> DraftState:
    with house.store.read() as session:
        return session.drafts.get(draft_id).state


def test_the_page_says_what_leaves_when(house: House, day: Made, browser: Browser, ways: Ways) -> None:
    yes(house, day["fee"][1])
    shown = browser("viewer", posting=ways).get("/posting").text
    assert "On their way" in shown and "the second one is on its way back" in shown
    assert "approved by <bdi>manager</bdi>" in shown and "0 of 100" in shown
    assert "Pause all posting" not in shown


def test_the_switch_is_thrown_with_a_reason_and_seen_by_everybody(
    house: House, day: Made, browser: Browser, ways: Ways
) -> None:
    manager = browser("manager", posting=ways)
    yes(house, day["fee"][1])
    refused = manager.post("/pause", data={"on": "yes", "reason": " ", "next": "/posting"})
    assert refused.status_code == 400
    manager.post("/pause", data={"on": "yes", "reason": "wrong <b>price</b>", "next": "/posting"})
    shown = browser("agent", posting=ways).get("/posting").text
    assert "All posting is paused" in shown and "wrong &lt;b&gt;price" in shown
    assert "waits for the switch" in shown
    assert manager.post("/pause", data={"on": "no", "next": "/posting"}).headers["location"] == "/posting"
    assert "All posting is paused" not in manager.get("/posting").text


def later(client: httpx.Client, house: House, made: tuple[int, int], leaves_at: str) -> httpx.Response:
    draft, conversation = show(house.store, made[1])
    return client.post(
        f"/cases/{made[0]}/approve",
        data={
            "text": draft.text,
            "draft_id": draft.id,
            "version": draft.version,
            "hash": conversation.hash,
            "seen": "",
            "shown_at": "",
            "leaves_at": leaves_at,
        },
    )


def test_a_yes_may_be_for_later(house: House, day: Made, browser: Browser, ways: Ways) -> None:
    approver = browser("approver", posting=ways)
    assert 'name="leaves_at"' in approver.get(f"/cases/{day['fee'][0]}").text
    zone = house.services().timezone
    at = (house.clock.now() + timedelta(hours=3)).astimezone(zone)
    assert later(approver, house, day["fee"], f"{at:%Y-%m-%dT%H:%M}").status_code == 303
    with house.store.read() as session:
        leaves = session.drafts.get(day["fee"][1]).send_after
    assert leaves is not None and leaves.astimezone(zone).strftime("%H:%M") == f"{at:%H:%M}"
    assert "leaves <strong>" in approver.get("/posting").text
    past = (house.clock.now() - timedelta(hours=3)).astimezone(zone)
    assert later(approver, house, day["howto"], f"{past:%Y-%m-%dT%H:%M}").status_code == 400


def test_a_reply_without_an_answer_is_settled_by_who_looked(
    house: House, day: Made, browser: Browser, ways: Ways
) -> None:
    case_id, draft_id = day["fee"]
    without_answer(house, draft_id)
    agent, approver = browser("agent", posting=ways), browser("approver", posting=ways)
    assert "It is there" not in agent.get("/posting").text
    for page in ("/posting", f"/cases/{case_id}"):
        assert "It is there" in approver.get(page).text, page
    path = f"/cases/{case_id}/unknown"
    early = approver.post(path, data={"do": "absent"})
    assert early.status_code == 409 and "may still turn up" in early.text
    assert approver.post(path, data={"do": "found", "url": "https://evil.example/1"}).status_code == 400
    assert approver.post(path, data={"do": "look"}).status_code == 303
    assert state(house, draft_id) is DraftState.UNKNOWN
    found = approver.post(path, data={"do": "found", "url": "https://x.com/northwindair/status/777"})
    assert found.status_code == 303
    assert state(house, draft_id) is DraftState.POSTED
    assert approver.post(path, data={"do": "absent"}).status_code in (404, 409)


def test_what_isnt_there_may_be_approved_again(house: House, day: Made, browser: Browser, ways: Ways) -> None:
    case_id, draft_id = day["fee"]
    without_answer(house, draft_id)
    approver = browser("approver", posting=ways)
    house.clock.forward(minutes=10)
    assert approver.post(f"/cases/{case_id}/unknown", data={"do": "absent"}).status_code == 303
    assert state(house, draft_id) is DraftState.EDITED
    assert 'formaction="/cases/' in approver.get(f"/cases/{case_id}").text


def test_a_refusal_says_what_to_do(house: House, day: Made, browser: Browser, ways: Ways) -> None:
    case_id, draft_id = day["fee"]
    yes(house, draft_id)
    with house.store.write() as session:
        draft = session.drafts.get(draft_id)
        sending = session.drafts.move(draft, DraftState.SENDING, house.clock.now())
        why = "403: Your Tweet text is too long."
        session.drafts.move(
            sending, DraftState.REFUSED, house.clock.now(), reason=why, reason_code="x.too_long"
        )
    client = browser("approver", posting=ways)
    for page in ("/posting", f"/cases/{case_id}"):
        shown = client.get(page).text
        assert "Your Tweet text is too long." in shown and "Shorten it." in shown, page
