"""Several yeses at once, and why one of them may not be one."""

from __future__ import annotations

import re

import httpx
import pytest

from monitor.domain.draft import DraftState
from monitor.domain.seconding import SecondReason
from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.forms import reply
from tests.integration.web.seed import House, soon
from tests.integration.web.test_review import draft_of, open_case


def read(house: House, client: httpx.Client, user: str, case: tuple[int, int]) -> None:
    """Opens a case, and waits until that is noted."""
    open_case(client, case[0])

    def noted() -> bool:
        with house.store.read() as session:
            found = session.attention.opening(user, case[1])
        return found is not None and found.version == draft_of(house, case[1]).version

    soon(noted)


def boxes(page: str) -> dict[int, bool]:
    """{draft: whether it can be chosen}."""
    box = r'<input type="checkbox" name="draft" form="batch" value="(\d+)"[^>]*?( disabled)?>'
    found = re.findall(box, page)
    return {int(draft): not off for draft, off in found}


def test_only_what_was_opened_can_be_chosen(house: House, day: Made, browser: Browser) -> None:
    client = browser("approver")
    drafts = [day[name][1] for name in ("bag", "fee", "howto")]
    assert boxes(client.get("/?lane=needs_approval").text) == dict.fromkeys(drafts, False)
    read(house, client, "approver", day["fee"])
    assert boxes(client.get("/?lane=needs_approval").text)[day["fee"][1]] is True
    assert boxes(browser("manager").get("/?lane=needs_approval").text)[day["fee"][1]] is False
    assert boxes(browser("agent").get("/?lane=needs_approval").text) == {}


def test_each_yes_stands_by_itself(house: House, day: Made, browser: Browser) -> None:
    client, colleague = browser("approver"), browser("agent")
    for name in ("bag", "fee"):
        read(house, client, "approver", day[name])
    house.clock.forward(seconds=20)
    house.say(day["bag"][0], "hello? anybody?")
    chosen = {"draft": [str(day[name][1]) for name in ("bag", "fee", "howto")] + ["999"]}
    answer = client.post("/approve", data=chosen)
    assert answer.status_code == 200
    assert "1 approved, 2 not" in answer.text
    assert "The conversation changed since it was shown" in answer.text
    assert "has not opened draft" in answer.text
    states = {name: draft_of(house, day[name][1]).state for name in ("bag", "fee", "howto")}
    assert states["fee"] is DraftState.APPROVED
    assert DraftState.APPROVED not in (states["bag"], states["howto"])
    page = open_case(colleague, day["howto"][0])
    words = reply(page, day["howto"][0], text="Yes, on a seat.")
    colleague.post(f"/cases/{day['howto'][0]}/save", data=words)
    back = client.post("/approve/undo", data={"draft": str(day["fee"][1]), "within": "lane=open"})
    assert back.headers["location"] == "/?lane=open"
    assert draft_of(house, day["fee"][1]).state is DraftState.EDITED


def test_other_words_have_to_be_read_first(house: House, day: Made, browser: Browser) -> None:
    client, colleague = browser("approver"), browser("agent")
    case_id, draft_id = day["fee"]
    read(house, client, "approver", day["fee"])
    colleague.post(
        f"/cases/{case_id}/save", data=reply(open_case(colleague, case_id), case_id, text="Other words.")
    )
    colleague.post(f"/cases/{case_id}/release")
    assert boxes(client.get("/?lane=needs_approval").text)[draft_id] is False
    assert "0 approved, 1 not" in client.post("/approve", data={"draft": str(draft_id)}).text
    read(house, client, "approver", day["fee"])
    assert "1 approved" in client.post("/approve", data={"draft": str(draft_id)}).text


@pytest.mark.parametrize("text", ["Please calm down.", "All is well."])
def test_lint_and_the_second_yes_hold_for_several_too(
    house: House, day: Made, browser: Browser, text: str
) -> None:
    house.add_people("approver", "agent")
    client = browser("approver", second=(SecondReason.NEW_AGENT,))
    case_id, draft_id = day["fee"]
    agent = browser("agent")
    agent.post(f"/cases/{case_id}/save", data=reply(open_case(agent, case_id), case_id, text=text))
    agent.post(f"/cases/{case_id}/release")
    read(house, client, "approver", day["fee"])
    page = client.post("/approve", data={"draft": str(draft_id)}).text
    if "calm" in text:
        assert "calm_down" in page and "0 approved, 1 not" in page
    else:
        assert "waits for a second yes" in page
        assert draft_of(house, draft_id).state is DraftState.SECONDING
