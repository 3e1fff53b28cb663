"""Two people on one case, a connection that goes and comes back, wordings at a keystroke."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from monitor.domain.case import Lane
from monitor.domain.draft import DraftState
from tests.browser.conftest import Open, press
from tests.browser.test_day import state
from tests.integration.web.day import Made
from tests.integration.web.past import before, worked_on
from tests.integration.web.seed import House, lane, soon

pytestmark = pytest.mark.browser


def test_two_people_see_each_other_come_type_and_go(house: House, day: Made, person: Open) -> None:
    path = f"/cases/{day['fee'][0]}"
    mine, other = person("approver").go(path), person("manager")
    theirs = other.go(path)
    expect(mine.locator("#others")).to_contain_text("manager is looking at this")
    expect(theirs.locator("#others")).to_contain_text("approver is looking at this")
    theirs.locator("#text").press_sequentially("Hm")
    expect(mine.locator("#others")).to_contain_text("manager is typing")
    other.go("/")
    expect(mine.locator("#others")).to_be_empty()


def test_words_typed_without_a_connection_arrive_when_it_is_back(
    house: House, day: Made, person: Open
) -> None:
    somebody = person("agent")
    somebody.forgiven = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "htmx:error")
    page = somebody.go(f"/cases/{day['fee'][0]}")
    page.context.set_offline(True)
    expect(page.locator(".offline")).to_be_visible()
    page.locator("#text").fill("Typed in a tunnel.")
    expect(page.locator(".unsaved")).to_contain_text("not saved yet")
    assert state(house, day["fee"][1])[1] != "Typed in a tunnel."
    page.context.set_offline(False)
    expect(page.locator(".length")).to_contain_text("saved", timeout=15_000)
    expect(page.locator(".unsaved")).to_have_count(0)
    expect(page.locator(".offline")).to_be_hidden(timeout=15_000)
    assert state(house, day["fee"][1])[1] == "Typed in a tunnel."


def slowly(page: Page, seconds: float) -> None:
    """From now on every answer takes that much longer, as on a train."""
    line = {"offline": False, "latency": seconds * 1000, "downloadThroughput": -1, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)


def test_on_a_slow_line_the_last_words_typed_are_the_ones_that_stay(
    house: House, day: Made, person: Open
) -> None:
    page = person("agent").go(f"/cases/{day['fee'][0]}")
    slowly(page, 3)
    page.locator("#text").fill("Typed ")
    for words in ("on a ", "very ", "slow ", "line."):
        page.wait_for_timeout(1_000)
        page.locator("#text").press_sequentially(words)
    expect(page.locator(".unsaved")).to_contain_text("saving the rest", timeout=15_000)
    soon(lambda: state(house, day["fee"][1])[1] == "Typed on a very slow line.")
    expect(page.locator(".unsaved")).to_have_count(0)


def test_on_a_slow_line_the_palette_answers_to_all_letters_typed(
    house: House, day: Made, person: Open
) -> None:
    page = person("agent").go("/me")
    slowly(page, 2)
    press(page, "Control+k")
    page.keyboard.type("charged", delay=250)
    expect(page.locator(f'#found a[href="/cases/{day["fee"][0]}"]')).to_be_visible()


def test_what_was_typed_in_the_last_second_goes_along(house: House, day: Made, person: Open) -> None:
    somebody = person("agent")
    page = somebody.go(f"/cases/{day['fee'][0]}")
    page.locator("#text").fill("Typed and left at once.")
    somebody.go("/")
    soon(lambda: state(house, day["fee"][1])[1] == "Typed and left at once.")


def test_a_wording_at_a_keystroke_and_back(house: House, day: Made, person: Open) -> None:
    page = person("agent").go(f"/cases/{day['fee'][0]}")
    first = page.locator("#text").input_value()
    press(page, "1")
    expect(page.locator("#text")).to_have_value("Another wording of the same.")
    expect(page.locator(".length")).to_contain_text("saved")
    press(page, "Control+z")
    expect(page.locator("#text")).to_have_value(first)


def test_casework_by_keys_alone(house: House, day: Made, person: Open) -> None:
    before(house, day)
    case_id = day["bag"][0]
    house.add_people("manager")
    page = person("agent").go(f"/cases/{case_id}")
    press(page, "i")
    expect(page.locator(".tools")).to_contain_text("agent")
    press(page, "t")
    expect(page.locator("#tags input[name=tag]")).to_be_focused()
    page.keyboard.type("lost pram")
    press(page, "Enter")
    expect(page.locator(".tools .tag")).to_have_text("#lost-pram")
    press(page, "n")
    page.keyboard.type("@manager may I?")
    press(page, "Tab")
    press(page, "Enter")
    expect(page.locator(".notes mark")).to_have_text("@manager")
    press(page, "l")
    expect(page.locator("#escalate select[name=desk]")).to_be_focused()
    press(page, "Tab")
    press(page, "Tab")
    page.keyboard.type("May I offer a pram?")
    press(page, "Tab")
    press(page, "Enter")
    expect(page.locator(".is-asked")).to_contain_text("May I offer a pram?")
    press(page, "s")
    expect(page.locator("#snooze button").first).to_be_focused()
    press(page, "Enter")
    expect(page.locator(".tools")).to_contain_text("asleep until")
    assert lane(house, case_id) is Lane.WAITING
    press(page, "s")
    expect(page.locator(".tools")).not_to_contain_text("asleep until")
    press(page, "Control+k")
    page.keyboard.type("close")
    press(page, "Enter")
    expect(page.locator("#close")).to_be_visible()
    press(page, "Escape")
    expect(page.locator("#close")).to_be_hidden()


def test_a_manager_on_a_phone_decides_and_approves(house: House, day: Made, person: Open) -> None:
    before(house, day)
    house.add_people("manager", "agent")
    worked_on(house, day)
    case_id, draft_id = day["bag"]
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    page = person("manager", **phone).go("/me")
    page.get_by_role("link", name=re.compile("bo asks the")).tap()
    page.get_by_label("What was decided").fill("Yes, and a taxi home.")
    page.get_by_role("button", name="Answer").tap()
    expect(page.locator(".notice.is-good")).to_contain_text("Yes, and a taxi home.")
    page.get_by_role("button", name="P1", exact=True).tap()
    expect(page.locator(".case-top .urgency")).to_have_text("P1")
    page.get_by_role("button", name=re.compile("^Approve")).tap()
    expect(page.locator("progress")).to_be_visible()
    assert state(house, draft_id)[0] is DraftState.APPROVED
    page.get_by_role("button", name=re.compile("^Undo")).tap()
    expect(page.locator("#text")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert lane(house, case_id) is Lane.NOW


def test_an_approver_reads_each_and_says_yes_to_several(house: House, day: Made, person: Open) -> None:
    somebody = person("approver")
    page = somebody.go("/?lane=needs_approval")
    expect(page.locator(".pick input:enabled")).to_have_count(0)
    for name in ("bag", "fee"):
        somebody.go(f"/cases/{day[name][0]}")
        soon(lambda name=name: _opened(house, day[name][1]))
    somebody.go("/?lane=needs_approval")
    expect(page.locator(".pick input:enabled")).to_have_count(2)
    expect(page.locator(".batch")).to_be_hidden()
    press(page, "j")
    press(page, "x")
    press(page, "j")
    press(page, "x")
    press(page, "a")
    expect(page.locator("h1")).to_have_text("2 approved")
    assert {state(house, day[name][1])[0] for name in ("bag", "fee")} == {DraftState.APPROVED}
    press(page, "z")
    expect(page.locator("h1")).to_contain_text("Needs approval")
    assert {state(house, day[name][1])[0] for name in ("bag", "fee")} == {DraftState.EDITED}


def _opened(house: House, draft_id: int) -> bool:
    with house.store.read() as session:
        return session.attention.opening("approver", draft_id) is not None
