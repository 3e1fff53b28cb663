"""More than 300 hostile posts on every page, in a real Chromium: nothing runs, nothing is asked for
elsewhere, no layout breaks, and what one works with stays where it can be clicked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from monitor.domain.case import Lane
from monitor.stages import people
from monitor.store.inbox import PAGE, Filter
from monitor.web.pictures import Pictures
from monitor.web.pictures.fetching import Fetcher
from tests.browser.conftest import press
from tests.integration.web import hostile_house
from tests.integration.web.hostile import EVERYTHING, SCRIPTS, SHAPES
from tests.integration.web.hostile_house import Filled
from tests.integration.web.seed import House, new_house
from tests.integration.web.server import serving
from tests.integration.web.test_roles import NEEDS

pytestmark = pytest.mark.browser

LOOKING = (Path(__file__).parent / "looking.js").read_text(encoding="utf-8")
# Set before any script of a page: what the policy had to stop is counted, whatever the page does.
WATCHING = """
window.stopped = [];
document.addEventListener("securitypolicyviolation",
  (e) => window.stopped.push(`${e.violatedDirective} ${e.blockedURI}`));
"""
# What has to be there and clickable, by page.
FRAME = (".lanes .is-now",)
QUEUE = (*FRAME, "[popovertarget=filters]", ".row .open")
CASE = (*FRAME, "#text", '[data-key="a"]', ".acts a", '[action$="/note"] button')
# Answers that are no page of their own: pieces, pictures, redirects, streams, the door's further steps.
NO_PAGES = """
/rows /lanes /palette /troubles /storms/banner /cases/{case_id}/moved /healthz /events /digest
/pictures/{mention_id}/{number} /sign-in/provider /sign-in/provider/back /sign-in/provider/out /sign-in/code
""".split()
# Pages without the frame around them.
BARE = """
nothing /digest/{day}/page /cases/{case_id}/posts/{mention_id} /forgotten /reset/{token}
/webhooks/deliveries/{delivery_id}
""".split()


@dataclass
class Watcher:
    """Somebody in front of a page, and everything that should not have happened."""

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)
    pages: int = 0

    def __post_init__(self) -> None:
        self.page.on("dialog", lambda d: (self.wrong.append(f"dialog {d.message}"), d.dismiss()))
        self.page.on("pageerror", lambda e: self.wrong.append(f"script error {e}"))
        self.page.on("popup", lambda p: self.wrong.append(f"popup {p.url}"))
        self.page.on("request", self._asked)

    def _asked(self, request: object) -> None:
        url = request.url  # type: ignore[attr-defined]
        if not url.startswith((self.address, "data:")):
            self.wrong.append(f"asked for {url[:100]}")

    def look(self, path: str, *keys: str) -> None:
        """Opens a page and says what is wrong with it."""
        self.page.goto(self.address + path, wait_until="load")
        found = self.page.evaluate(LOOKING, list(keys))
        stopped = self.page.evaluate("window.stopped")
        here = urlsplit(self.page.url)
        told = {k: v for k, v in found.items() if v not in (None, []) and not (k == "wide" and v <= 0)}
        if told or stopped:
            self.wrong.append(f"{path[:80]}: {told or ''} {stopped or ''}")
        if f"{here.scheme}://{here.netloc}" != self.address or here.path != urlsplit(path).path:
            self.wrong.append(f"{path[:80]}: led to {self.page.url[:80]}")
        self.pages += 1


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Filled]]:
    house = new_house(tmp_path_factory.mktemp("hostile"))
    house.add_people("admin", "approver")
    found = hostile_house.fill(house)
    with house.store.read() as session:
        admin = session.people.need("admin")
    hostile_house.browsers(house, admin)
    hostile_house.pause(house)
    yield house, found
    house.store.close()


@contextmanager
def watching(engine: Browser, house: House, width: int, **changes: object) -> Iterator[Watcher]:
    with serving(hostile_house.services(house, **changes)) as address:
        context: BrowserContext = engine.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce"
        )
        context.set_default_timeout(15_000)
        context.add_init_script(WATCHING)
        with house.store.read() as session:
            admin = session.people.need("admin")
        token = people.sign_in(house.store, admin, "the test", house.clock)
        context.add_cookies([{"name": "presszero", "value": token, "url": address}])
        page = context.new_page()
        page.route("**/events*", lambda route: route.abort())  # a stream is no part of the picture
        yield Watcher(page, address)
        context.close()


def queue_pages(house: House, lane: Lane) -> list[str]:
    """The addresses of every page of a lane."""
    found, last = [f"/?lane={lane.value}"], None
    with house.store.read() as session:
        while len(rows := session.inbox.page(lane, Filter(), after=last)) == PAGE:
            last = rows[-1].case
            found.append(f"/?lane={lane.value}&after={last.id}")
    return found


def everywhere(house: House, filled: Filled) -> dict[str, list[str]]:
    """{route: the addresses at which hostile words stand}. A route without an address fails the test."""
    with house.store.read() as session:
        long_post = session.casework.mention_ids(filled.megabyte)[0]
    some = [SCRIPTS[n] for n in range(0, len(SCRIPTS), 45)] + [SHAPES[n] for n in range(0, len(SHAPES), 30)]
    return {
        "/": queue_pages(house, Lane.NEEDS_APPROVAL),
        "/search": [f"/search?q={quote(text[:190])}" for text in ("window", "refund", *some)],
        "/cases/{case_id}": [f"/cases/{n}" for n in (*filled.crowded, filled.megabyte)],
        "/cases/{case_id}/wordings": [f"/cases/{filled.crowded[0]}/wordings"],
        "/cases/{case_id}/posts/{mention_id}": [f"/cases/{filled.megabyte}/posts/{long_post}"],
        "/me": ["/me"],
        "/sources": ["/sources"],
        "/promises": ["/promises"],
        "/reading": ["/reading"],
        "/posting": ["/posting"],
        "/alerts": ["/alerts"],
        "/macros": ["/macros"],
        "/storms/{storm_id}": [f"/storms/{filled.storm}"],
        "/digest/{day}": ["/digest/2026-03-04"],
        "/digest/{day}/page": ["/digest/2026-03-04/page"],
        "/account": ["/account"],
        "/account/tokens": ["/account/tokens"],
        "/people": ["/people"],
        "/people/tokens": ["/people/tokens"],
        "/webhooks": ["/webhooks"],
        "/webhooks/deliveries/{delivery_id}": ["/webhooks/deliveries/1"],
        "/sign-in": [],
        "/forgotten": ["/forgotten"],
        "/reset/{token}": [f"/reset/{quote(SCRIPTS[0], safe='')}"],
        "nothing": [f"/nope{quote(text[:100])}" for text in some[:4]],
    }


@pytest.mark.parametrize("width", [1440, 390])
def test_hostile_words_on_every_page(engine: Browser, filled: tuple[House, Filled], width: int) -> None:
    house, put_in = filled
    pages = everywhere(house, put_in)
    routes = {route.removeprefix("GET ") for route in NEEDS if route.startswith("GET ")}
    assert routes - set(NO_PAGES) <= set(pages), "a page that nobody looks at"
    keys = {"/": QUEUE, "/cases/{case_id}": CASE}
    with watching(engine, house, width) as somebody:
        for route, paths in pages.items():
            for path in paths:
                somebody.look(path, *(() if route in BARE else keys.get(route, FRAME)))
        assert somebody.wrong == [], "\n".join(somebody.wrong)


@pytest.mark.parametrize(("width", "start"), [(1440, 0), (390, 11)])
def test_a_case_of_a_hostile_post(
    engine: Browser, filled: tuple[House, Filled], tmp_path: Path, width: int, start: int
) -> None:
    """As a case of its own, with pictures: in its title, its handle, its draft. Every twenty-fourth."""
    house, put_in = filled
    pictures = Pictures(tmp_path, house.clock, Fetcher(resolve=nowhere))
    with watching(engine, house, width, pictures=pictures) as somebody:
        for case in put_in.single[start::24]:
            somebody.look(f"/cases/{case}", *CASE)
        assert somebody.wrong == [], "\n".join(somebody.wrong)


@pytest.mark.parametrize("width", [1440, 390])
def test_what_the_palette_finds(engine: Browser, filled: tuple[House, Filled], width: int) -> None:
    with watching(engine, filled[0], width) as somebody:
        page = somebody.page
        page.goto(somebody.address + "/me")
        for asked in ("window", "refund", "img"):
            press(page, "Control+k")
            page.keyboard.type(asked)
            page.locator('#found a[href^="/cases/"]').first.wait_for()
            found = page.evaluate(LOOKING, ["#found a"])
            assert (found["ran"], found["outside"], found["lost"], found["wide"] <= 0) == (None, [], [], True)
            press(page, "Escape")
        assert page.evaluate("window.stopped") == [] == somebody.wrong


def nowhere(host: str, port: int) -> list[str]:
    raise OSError(f"{host}:{port} is not looked up in a test")


def test_there_are_enough_of_them() -> None:
    assert len(set(EVERYTHING)) >= 300
