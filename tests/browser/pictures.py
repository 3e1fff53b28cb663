"""`make screenshots`: every page at three widths, and in the dark, as pictures in docs/images.

They show an invented morning (tests/integration/web/day.py) that stands still, so the same code makes
the same pictures.
"""

from __future__ import annotations

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, chromium
from tests.integration.web.day import Made, live
from tests.integration.web.past import before, worked_on
from tests.integration.web.seed import PASSWORD, House, new_house
from tests.integration.web.server import serving

QUALITY = 78  # of a WebP: letters stay sharp, and all of them together stay small
WIDTHS = {"desktop": (1440, 900), "tablet": (820, 1100), "phone": (390, 844)}


def pages(day: Made) -> dict[str, str]:
    """{name of the picture: address}."""
    return {
        "now": "/?lane=now",
        "approve": "/?lane=needs_approval",
        "case": f"/cases/{day['bag'][0]}",
        "case-urgent": f"/cases/{day['child'][0]}",
        "search": "/search?q=belt",
        "wordings": f"/cases/{day['fee'][0]}/wordings",
        "me": "/me",
        "reading": "/reading",
        "posting": "/posting",
        "alerts": "/alerts",
        "promises": "/promises",
        "macros": "/macros",
        "sources": "/sources",
        "account": "/account",
        "people": "/people",
        "digest": "/digest/2026-03-03",
    }


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(address + "/")


def keep(page: Page, path: Path, *, whole: bool = False) -> None:
    with Image.open(BytesIO(page.screenshot(full_page=whole))) as picture:
        picture.convert("RGB").save(path, "WEBP", quality=QUALITY, method=6)


def take(browser: Browser, address: str, house: House, day: Made, folder: Path, wanted: list[str]) -> None:
    for scheme, sizes in (("light", WIDTHS), ("dark", {"dark": WIDTHS["desktop"]})):
        for size, (width, height) in sizes.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                reduced_motion="reduce",
                has_touch=size == "phone",
            )
            page = context.new_page()
            page.goto(f"{address}/sign-in")
            if not wanted or "sign-in" in wanted:
                keep(page, folder / f"sign-in-{size}.webp")
            sign_in(page, address, "manager")
            for name, path in pages(day).items():
                if wanted and name not in wanted:
                    continue
                page.goto(address + path)
                page.wait_for_timeout(150)
                keep(page, folder / f"{name}-{size}.webp", whole=name == "case" and size != "phone")
            context.close()


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        house = new_house(Path(scratch))
        house.add_people()
        day = live(house)
        before(house, day)
        worked_on(house, day)
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        with serving(house.services()) as address:
            take(browser, address, house, day, folder, arguments[1:])
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
