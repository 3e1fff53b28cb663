"""A day at the inbox, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from monitor.domain.case import Lane
from monitor.domain.draft import DraftState
from monitor.domain.reading import Urgency
from tests.browser.conftest import Open, press
from tests.integration.web.day import Made
from tests.integration.web.seed import House, lane

pytestmark = pytest.mark.browser


def state(house: House, draft_id: int) -> tuple[DraftState, str]:
    with house.store.read() as session:
        draft = session.drafts.get(draft_id)
        return draft.state, draft.text


def test_an_approver_needs_no_mouse(house: House, day: Made, person: Open) -> None:
    page = person("approver").go("/?lane=needs_approval")
    press(page, "j")
    press(page, "j")
    expect(page.locator(".row .open").nth(1)).to_be_focused()
    press(page, "k")
    press(page, "j")
    press(page, "o")
    expect(page).to_have_url(re.compile(rf"/cases/{day['fee'][0]}\b"))
    press(page, "e")
    expect(page.locator("#text")).to_be_focused()
    page.locator("#text").fill("Both charges go back to your card today.")
    press(page, "Escape")
    press(page, "a")
    expect(page.locator("[data-until]")).to_have_text(re.compile(r"in \d+ s"))
    assert state(house, day["fee"][1]) == (DraftState.APPROVED, "Both charges go back to your card today.")
    assert lane(house, day["fee"][0]) is Lane.WAITING
    press(page, "z")
    expect(page.locator("#text")).to_be_visible()
    assert state(house, day["fee"][1])[0] is DraftState.EDITED
    press(page, "e")
    press(page, "Control+Enter")
    expect(page.locator("[data-until]")).to_be_visible()
    press(page, "u")
    expect(page.locator("h1")).to_contain_text("Needs approval")
    press(page, "/")
    page.keyboard.type("cello")
    press(page, "Enter")
    expect(page.locator(".row")).to_have_count(1)
    press(page, "?")
    expect(page.locator("#keys")).to_be_visible()
    press(page, "Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_a_key_typed_into_a_reply_is_a_letter(house: House, day: Made, person: Open) -> None:
    page = person("approver").go(f"/cases/{day['fee'][0]}")
    page.locator("#text").fill("")
    page.locator("#text").press_sequentially("a r j / ? u")
    expect(page.locator("#text")).to_have_value("a r j / ? u")
    assert state(house, day["fee"][1])[0] is not DraftState.APPROVED


def test_reject_with_a_reason_by_keys(house: House, day: Made, person: Open) -> None:
    page = person("agent").go(f"/cases/{day['howto'][0]}")
    press(page, "r")
    expect(page.locator("select[name=reason]")).to_be_focused()
    page.locator("select[name=reason]").select_option("wrong_facts")
    page.get_by_role("button", name="Reject the draft").click()
    expect(page.locator(".past summary").first).to_contain_text("wrong facts")
    assert state(house, day["howto"][1])[0] is DraftState.REJECTED


def test_words_save_themselves_and_survive_a_crash(house: House, day: Made, person: Open) -> None:
    somebody = person("agent")
    page = somebody.go(f"/cases/{day['fee'][0]}")
    page.locator("#text").fill("DM us and we look at it. " + "x" * 270)
    expect(page.locator(".length")).to_contain_text("15 too many")
    expect(page.locator(".length")).to_contain_text("saved")
    expect(page.locator(".findings")).to_contain_text("Say what happens next.")
    page.locator("#text").fill("First thought")
    expect(page.locator(".length")).to_contain_text("13 of 280 · saved")
    page.locator("#text").fill("Second thought")
    expect(page.locator(".length")).to_contain_text("14 of 280 · saved")
    page.goto("about:blank")
    page = somebody.go(f"/cases/{day['fee'][0]}")
    expect(page.locator("#text")).to_have_value("Second thought")


def test_two_people_on_one_case(house: House, day: Made, person: Open) -> None:
    path = f"/cases/{day['fee'][0]}"
    me = person("approver")
    me.forgiven = ("409 (Conflict)",)  # the answer that shows both texts
    mine, theirs = me.go(path), person("manager").go(path)
    theirs.locator("#text").fill("Theirs.")
    expect(theirs.locator(".length")).to_contain_text("saved")
    expect(mine.locator("#moved")).to_contain_text("manager changed the draft")
    mine.locator("#text").fill("Mine.")
    expect(mine.locator("#checked")).to_contain_text("PZ-402")
    mine.get_by_role("button", name="Show both texts").first.click()
    expect(mine.locator(".past").first).to_contain_text("Theirs.")
    expect(mine.locator("#text")).to_have_value("Mine.")
    assert state(house, day["fee"][1])[1] == "Theirs."
    press(theirs, "Escape")
    press(theirs, "a")
    expect(theirs.locator("[data-until]")).to_be_visible()


def test_news_arrive_without_moving_the_page(house: House, day: Made, person: Open) -> None:
    page = person("viewer").go("/?lane=needs_approval")
    expect(page.locator(".lane.is-needs_approval .count")).to_have_text("3")
    press(page, "j")
    press(page, "j")
    focused = page.locator(".row .open").nth(1)
    before = focused.bounding_box()
    assert before is not None
    late, _ = house.add_case("goes to the end", draft="Yes.", urgency=Urgency.P3, minutes_ago=1)
    expect(page.locator(".lane.is-needs_approval .count")).to_have_text("4")
    expect(page.locator(".row").last).to_contain_text("goes to the end")
    house.add_case("goes to the top", draft="Here is what happens next.", minutes_ago=238)
    early, _ = house.add_case("even above that", draft="Here is what happens next.", minutes_ago=239)
    expect(page.locator(".row").first).to_contain_text("even above that")
    expect(focused_row := page.locator(f"#row-{day['fee'][0]} .open")).to_be_focused()
    after = focused_row.bounding_box()
    assert after is not None
    assert abs(after["y"] - before["y"]) < 2, "what one reads stays where it is"
    expect(page.locator("[data-news]")).to_have_text("1 new above")
    press(page, ".")
    expect(page.locator(f"#row-{early} .open")).to_be_focused()
    expect(page.locator("[data-news]")).to_be_hidden()
    house.say(late, "hello?")
    expect(page.locator(f"#row-{late}")).to_contain_text("hello?")


def test_a_case_that_moves_says_so_and_asks_again(house: House, day: Made, person: Open) -> None:
    page = person("approver").go(f"/cases/{day['fee'][0]}")
    house.say(day["fee"][0], "hello?? anybody")
    expect(page.locator("#moved")).to_contain_text("The conversation changed")
    page.get_by_role("link", name="Show it").click()
    expect(page.locator(".turn")).to_have_count(2)
    press(page, "a")
    expect(page.locator("[data-until]")).to_be_visible()


def test_everything_works_without_scripts(house: House, day: Made, person: Open) -> None:
    page = person("approver", java_script_enabled=False).go("/?lane=needs_approval")
    page.locator(".row .open").nth(1).click()
    page.locator("#text").fill("Without a script.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#text")).to_have_value("Without a script.")
    page.get_by_role("button", name="P1").click()
    expect(page.locator(".case-top .urgency")).to_have_text("P1")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".final")).to_have_text("Without a script.")
    page.get_by_role("button", name="Undo").click()
    page.locator("summary", has_text="Reject").click()
    page.get_by_role("button", name="Reject the draft").click()
    assert state(house, day["fee"][1])[0] is DraftState.REJECTED
    expect(page.locator(".foot [data-open]")).to_be_hidden()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_by_hand_with_copy_and_confirm(house: House, day: Made, person: Open) -> None:
    page = person("agent", permissions=["clipboard-read", "clipboard-write"]).go(f"/cases/{day['reddit'][0]}")
    press(page, "h")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("Three weeks and four case numbers")
    press(page, "h")
    expect(page.locator(".past summary").first).to_contain_text("posted by hand")
    assert lane(house, day["reddit"][0]) is Lane.WAITING


def test_a_manager_stops_all_posting(house: House, day: Made, person: Open) -> None:
    page = person("manager").go("/")
    page.locator("summary", has_text="Pause all posting").click()
    page.get_by_label("Why?").fill("Wrong prices out there")
    page.get_by_role("button", name="Pause posting").click()
    expect(page.locator(".banner.is-warn")).to_contain_text("Wrong prices out there")
    page.get_by_role("button", name="Resume posting").click()
    expect(page.locator(".banner.is-warn")).to_have_count(0)


def test_a_digest_is_framed_and_its_links_lead_out(house: House, day: Made, person: Open) -> None:
    page = person("viewer").go("/digest/2026-03-03")
    frame = page.frame_locator("iframe.digest")
    expect(frame.locator("h1")).to_have_text("Digest 2026-03-03")
    frame.get_by_role("link", name="a case").click()
    expect(page).to_have_url(re.compile(r"/cases/1$"))
