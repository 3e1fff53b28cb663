"""How the pages hold together: widths, zoom, darkness, and what assistive technology is told."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Open, press
from tests.integration.web.day import Made
from tests.integration.web.seed import House

pytestmark = pytest.mark.browser


AROUND = ("/me", "/promises", "/macros", "/alerts", "/posting", "/reading", "/account/tokens", "/webhooks")


def pages(day: Made) -> list[str]:
    lanes = [f"/?lane={name}" for name in ("now", "needs_approval", "by_hand", "problems", "aside")]
    cases = [f"/cases/{case}" for case, _ in day.values()]
    return [
        *lanes,
        *cases,
        "/search?q=pram",
        "/sources",
        "/account",
        "/people",
        "/digest/2026-03-03",
        *AROUND,
    ]


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (640, 400), (390, 844), (320, 640)])
def test_no_page_is_wider_than_its_window(
    house: House, day: Made, person: Open, width: int, height: int
) -> None:
    # 640 × 400 is a laptop at 200 % zoom.
    somebody = person("admin", viewport={"width": width, "height": height})
    wide = {path: somebody.overflow() for path in pages(day) if somebody.go(path) and somebody.overflow() > 0}
    assert wide == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(house: House, day: Made, person: Open, scheme: str) -> None:
    with house.store.write() as session:
        session.ledger.tried("bluesky", house.clock.now(), "auth", error=("PZ-303", "Revoked."))
    somebody = person(None, color_scheme=scheme)
    somebody.go("/sign-in")
    found = serious(somebody.page, "/sign-in")
    house.add_people("admin")
    somebody.sign_in("admin")
    # Only colours differ in the dark: a few pages show them all.
    for path in pages(day) if scheme == "light" else ["/?lane=now", "/sources", f"/cases/{day['bag'][0]}"]:
        page = somebody.go(path)
        page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
        found += serious(page, path)
    assert found == []


def serious(page: object, path: str) -> list[tuple[str, str, str]]:
    result = Axe().run(page, options={"resultTypes": ["violations"]})  # type: ignore[arg-type]
    return [
        (path, violation["id"], node["html"][:160])
        for violation in result.response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def test_every_step_of_the_tab_key_is_seen(house: House, day: Made, person: Open) -> None:
    page = person("approver").go(f"/cases/{day['fee'][0]}")
    invisible = []
    press(page, "Tab")
    expect(page.locator(".skip")).to_be_focused()
    for _ in range(45):
        press(page, "Tab")
        outline = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [e.outerHTML.slice(0, 80), s.outlineStyle, parseFloat(s.outlineWidth)] }"
        )
        if outline[0].startswith("<body"):
            break
        if outline[1] == "none" or outline[2] < 1:
            invisible.append(outline)
    assert invisible == []


def test_targets_are_large_enough_for_a_thumb(house: House, day: Made, person: Open) -> None:
    page = person("approver", viewport={"width": 390, "height": 844}).go(f"/cases/{day['fee'][0]}")
    small = page.evaluate(
        """() => [...document.querySelectorAll(
                  "main button, main select, main input:not([type=hidden]), .lanes a")]
             .filter(e => e.checkVisibility())
             .map(e => [e.textContent.trim(), e.getBoundingClientRect().height])
             .filter(([, height]) => height < 44)"""
    )
    assert small == []


def test_the_system_decides_on_darkness_unless_a_person_does(house: House, day: Made, person: Open) -> None:
    page = person("viewer", color_scheme="dark").go("/")

    def ground() -> int:
        colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        return sum(int(part) for part in colour[4:-1].split(",")[:3])

    assert ground() < 120
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert ground() > 600
    page.get_by_role("button", name="Auto").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "system")
    assert ground() < 120
