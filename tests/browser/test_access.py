"""Coming in, and letting people in: by keyboard alone, on a phone, without scripts, and read by axe."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, press
from tests.browser.test_looks import serious
from tests.integration.web.seed import PASSWORD, House

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
SMALL = """() => [...document.querySelectorAll(
    "main button, main a.button, main input, main select, main summary")]
  .filter((e) => e.checkVisibility() && e.type !== "hidden" && e.type !== "checkbox")
  .map((e) => [e.outerHTML.slice(0, 90), Math.round(e.getBoundingClientRect().height)])
  .filter(([, high]) => high < 44)"""


def begin_second_factor(page: Page) -> pyotp.TOTP:
    """From the account page to the picture that a phone scans; what the phone then shows."""
    page.locator("form[action='/account/second-factor/begin'] [name=old]").fill(PASSWORD)
    page.get_by_role("button", name="Set it up").click()
    return pyotp.TOTP(page.locator("code.secret").inner_text())


def tab_to(page: Page, wanted: str) -> None:
    """Presses Tab until what `wanted` matches has the focus, as somebody without a mouse does."""
    for _ in range(60):
        press(page, "Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"Tab never comes to {wanted}")


def test_a_second_factor_is_set_up_and_used_by_keyboard_alone(house: House, person: Open) -> None:
    somebody = person("agent")
    page = somebody.go("/account")
    tab_to(page, "form[action='/account/second-factor/begin'] [name=old]")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    expect(page.locator("[name=code]")).to_be_focused()
    phone = pyotp.TOTP(page.locator("code.secret").inner_text())
    page.keyboard.type(phone.at(house.clock.now()))
    press(page, "Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    recovery = page.locator(".codes code").first.inner_text()
    tab_to(page, "a.button.primary")
    press(page, "Enter")
    expect(page.locator("main")).to_contain_text("10 recovery codes are left")

    somebody.lose_session()
    page = somebody.go("/sign-in?next=/sources")
    expect(page.locator("[name=name]")).to_be_focused()
    page.keyboard.type("agent")
    press(page, "Tab")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    expect(page).to_have_url(re.compile(r"/sign-in/code"))
    expect(page.locator("[name=code]")).to_be_focused()
    page.keyboard.type(recovery)
    press(page, "Enter")
    expect(page).to_have_url(f"{somebody.address}/sources")


def test_a_wrong_code_says_so_and_keeps_the_way_open(house: House, person: Open) -> None:
    somebody = person("agent")
    somebody.forgiven = ("401 (Unauthorized)",)
    page = somebody.go("/account")
    phone = begin_second_factor(page)
    page.locator("[name=code]").fill(phone.at(house.clock.now()))
    page.get_by_role("button", name="Turn it on").click()
    somebody.lose_session()
    page = somebody.go("/sign-in")
    page.fill("[name=name]", "agent")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.fill("[name=code]", "000000")
    page.press("[name=code]", "Enter")
    expect(page.locator(".notice")).to_be_visible()
    house.clock.forward(minutes=1)
    page.fill("[name=code]", phone.at(house.clock.now()))
    page.press("[name=code]", "Enter")
    expect(page).to_have_url(f"{somebody.address}/")


def test_the_pages_of_access_suit_a_thumb(house: House, person: Open) -> None:
    somebody = person(None, viewport=PHONE, has_touch=True)
    house.add_people("admin", "agent")
    page = somebody.go("/sign-in")
    found = {"/sign-in": page.evaluate(SMALL)}
    assert somebody.overflow() == 0
    somebody.sign_in("admin")
    for path in ("/people", "/account"):
        page = somebody.go(path)
        page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
        assert somebody.overflow() == 0, path
        found[path] = page.evaluate(SMALL)
    phone = begin_second_factor(page)
    assert somebody.overflow() == 0
    found["the code to scan"] = page.evaluate(SMALL)
    page.locator("[name=code]").fill(phone.at(house.clock.now()))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    assert somebody.overflow() == 0
    found["recovery codes"] = page.evaluate(SMALL)
    assert {where: small for where, small in found.items() if small} == {}


def test_access_needs_no_script(house: House, person: Open) -> None:
    house.add_people("admin")
    somebody = person(None, java_script_enabled=False)
    page = somebody.go("/sign-in")
    page.fill("[name=name]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.goto(f"{somebody.address}/people")
    page.get_by_label("Name", exact=True).fill("zoe")
    page.get_by_role("button", name="Add", exact=True).click()
    handed = page.locator(".notice code").inner_text()
    page.goto(f"{somebody.address}/account")
    phone = begin_second_factor(page)
    page.locator("[name=code]").fill(phone.at(house.clock.now()))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator(".codes li")).to_have_count(10)

    newcomer = person(None, java_script_enabled=False)
    page = newcomer.go("/sign-in")
    page.fill("[name=name]", "zoe")
    page.fill("[name=password]", handed)
    page.press("[name=password]", "Enter")
    expect(page.locator("main")).to_contain_text("Choose your own password first")
    page.fill("[name=old]", handed)
    page.fill("[name=new]", "four small otters")
    page.get_by_role("button", name="Change it").click()
    page.goto(f"{newcomer.address}/?lane=now")
    expect(page.locator("main")).not_to_contain_text("Choose your own password")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_way_in(house: House, person: Open, scheme: str) -> None:
    somebody = person("admin", color_scheme=scheme)
    page = somebody.go("/account")
    found = serious(page, "/account")
    phone = begin_second_factor(page)
    found += serious(page, "the code to scan")
    page.locator("[name=code]").fill(phone.at(house.clock.now()))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    found += serious(page, "recovery codes")
    somebody.lose_session()
    page = somebody.go("/sign-in")
    page.fill("[name=name]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator("[name=code]")).to_be_focused()
    assert found + serious(page, "second step") == []
