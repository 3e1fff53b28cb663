"""A real Chromium on the real inbox. Where none is found the tests skip, loudly."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.integration.web.day import Made, live
from tests.integration.web.seed import PASSWORD, House, new_house
from tests.integration.web.server import serving

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 30_000  # ms; a busy machine is no fault of a page
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The browser named in CHROMIUM, or the first one on the path."""
    named = os.environ.get("CHROMIUM")
    unpacked = Path(sys.prefix) / "chromium/usr/bin/chromium"  # tests/browser/install.sh
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or (str(unpacked) if unpacked.exists() else None)


@pytest.fixture(scope="session")
def engine() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip(
            "NO CHROMIUM: the pages were not tested in a browser. Install it, or set CHROMIUM to its path."
        )
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = new_house(tmp_path)
    yield built
    built.store.close()


@pytest.fixture
def day(house: House) -> Made:
    return live(house)


class Person:
    """Somebody at a browser: a page, and everything that the browser complained about."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        self.forgiven: tuple[str, ...] = ()  # what a test means to provoke
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss())
        )

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, name: str) -> Page:
        page = self.go("/sign-in")
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(self.address + "/")
        return page

    def lose_session(self) -> None:
        """Takes the cookies away, as a browser closed overnight does.

        The page is left first: its stream and whatever it is fetching would otherwise be refused halfway,
        and being sent to sign in would cut off the next `go`.
        """
        self.page.goto("about:blank")
        self.page.context.clear_cookies()

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(
            self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        )


Open = Callable[..., Person]


def press(page: Page, key: str) -> None:
    """Presses a key once the page can hear it: what it shows is there before its scripts are."""
    page.wait_for_load_state()
    page.keyboard.press(key)


@pytest.fixture
def person(engine: Browser, house: House) -> Iterator[Open]:
    """person("approver") signs somebody in; further arguments are those of a browser context."""
    with ExitStack() as stack:
        address = stack.enter_context(serving(house.services()))
        everybody: list[Person] = []

        def open_one(name: str | None, **context: object) -> Person:
            options = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"} | context
            made = stack.enter_context(engine.new_context(**options))  # type: ignore[arg-type]
            made.set_default_timeout(PATIENCE)
            somebody = Person(made.new_page(), address)
            everybody.append(somebody)
            if name is not None:
                with house.store.read() as session:
                    known = session.people.get(name) is not None
                if not known:
                    house.add_people(name)
                somebody.sign_in(name)
            return somebody

        yield open_one
        complaints = [c for p in everybody for c in p.complaints if not any(f in c for f in p.forgiven)]
    # Whatever the content security policy had to stop, and whatever a script stumbled over.
    assert complaints == []
