"""Every route × a member of the wrong brand: they get no word, and change nothing."""

from __future__ import annotations

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from monitor.bootstrap.macros import MacroRow
from monitor.domain.accountability import Mark
from monitor.domain.case import Lane
from monitor.domain.coverage import Gap, Interval
from monitor.domain.rota import Rota
from monitor.stages import people, review
from monitor.stages.alerting import Watch, notice
from monitor.store.protocol import Store
from tests.integration.web.conftest import FROM_US, Browser
from tests.integration.web.day import Made
from tests.integration.web.forms import reply
from tests.integration.web.seed import PASSWORD, House, lane
from tests.integration.web.test_roles import NEEDS, ask

AIR, CARGO = "Northwind Air", "Northwind Cargo"
BRANDS = (AIR, CARGO)
# What is about Air in the seeded day, and in no other place.
AIRS = (
    "pram",
    "hollowaytess",
    "travelling alone",
    "holloway_t",
    "m_okafor",
    "slowtrain",
    "x-mentions",
    "Oslo",
)


@pytest.fixture
def two(house: House, day: Made) -> Made:
    """The day is Air's but for what came from Bluesky and Mastodon. `cargo` is a manager of Cargo."""
    with house.store.write() as session:
        session.brands.assign({"x-mentions": AIR, "reddit": AIR, "bluesky": CARGO, "mastodon": CARGO})
        blind = Interval(house.clock.now() - timedelta(hours=3), house.clock.now() - timedelta(hours=2))
        session.ledger.add_gaps([Gap("bluesky", blind, "rate_limited", "")], house.clock.now())
    for name, role in (("cargo", "manager"), ("clerk", "agent")):
        people.add_user(house.store, name, role, PASSWORD, house.clock, brands=[CARGO])
    house.add_people("admin", "manager")
    review.note(house.store, day["bag"][0], "admin", "@manager the Air pram again", house.clock)
    return day


def state_of(house: House) -> list[str]:
    """Everything that is stored but who was here when."""
    with house.store.read() as session:
        dump = session.connection.db.conn.iterdump()  # type: ignore[attr-defined]
        return [line for line in dump if "sign_ins" not in line and "sign_in_failures" not in line]


def fields_of(client: httpx.Client, case_id: int) -> dict[str, str]:
    """What the forms of a case hold, as somebody sees them who may."""
    found = reply(client.get(f"/cases/{case_id}").text, case_id)
    more = {
        "reason": "other", "outcome": "lost", "field": "urgency", "value": "P1", "kept": "yes",
        "assignee": "cargo", "lane": "now", "desk": "legal", "tag": "x", "other": str(case_id), "post": "1",
        "until": "1h", "answer": "x",
    }  # fmt: skip
    return found | more


OF_A_CASE = [route for route in NEEDS if "{case_id}" in route]


@pytest.mark.parametrize("route", OF_A_CASE)
def test_a_case_of_another_brand_is_not_there(house: House, two: Made, browser: Browser, route: str) -> None:
    case_id = two["bag"][0]
    fields = fields_of(browser("admin"), case_id)
    cargo = browser("cargo", brands=BRANDS)
    before = state_of(house)
    method, path = route.split()
    with house.store.read() as session:
        [post, *_] = session.casework.mention_ids(case_id)
        promise = session.promises.of_case(case_id)
    path = path.replace("{case_id}", str(case_id)).replace("{mention_id}", str(post))
    path = path.replace("{promise_id}", str(promise[0]["id"]) if promise else "1").replace("{move_id}", "1")
    headers = FROM_US | {"hx-request": "true"} if route.endswith("/save") else FROM_US
    answer = cargo.request(
        method, path, data=fields if method == "POST" else None, params={"lane": "now"}, headers=headers
    )
    assert answer.status_code == 404, answer.text
    assert not any(word in answer.text for word in AIRS)
    assert state_of(house) == before


def test_the_same_requests_go_through_for_a_member(house: House, two: Made, browser: Browser) -> None:
    """What is refused above is refused for the brand, not for the form."""
    case_id, cargo = two["fee"][0], browser("cargo", brands=BRANDS)
    assert "Charged twice" in cargo.get(f"/cases/{case_id}").text
    fields = fields_of(cargo, case_id)
    answer = cargo.post(f"/cases/{case_id}/approve", data=fields)
    assert answer.status_code == 303, answer.text
    assert lane(house, case_id) is Lane.WAITING


def test_no_page_says_a_word_about_another_brand(house: House, two: Made, browser: Browser) -> None:
    cargo = browser("cargo", brands=BRANDS)
    told = {}
    for route, needs in NEEDS.items():
        if not route.startswith("GET") or route == "GET /events" or "{case_id}" in route:
            continue
        del needs
        pages = [ask(cargo, route).text]
        if route == "GET /":
            pages += [cargo.get("/", params={"lane": each.value}).text for each in Lane]
        if route == "GET /search":
            pages += [
                cargo.get("/search", params={"q": word}).text for word in ("belt", "human", "lost", "NW412")
            ]
        told[route] = [word for word in AIRS for page in pages if word in page]
    assert {route: words for route, words in told.items() if words} == {}


def test_the_counts_are_those_of_ones_brands(house: House, two: Made, browser: Browser) -> None:
    cargo, everybody = browser("cargo", brands=BRANDS), browser("admin", brands=BRANDS)

    def counts(client: httpx.Client) -> list[str]:
        # What the lanes say, without "for me" and "all open".
        return re.findall(r'class="count[^"]*">(\d+)', client.get("/lanes").text)[2:]

    with house.store.read() as session:
        whole = [str(n) for n in session.cases.lanes().values()]
    assert sum(map(int, counts(everybody))) == sum(map(int, whole)) > sum(map(int, counts(cargo))) == 2
    sources = cargo.get("/sources").text
    assert "bluesky" in sources and "reddit" not in sources
    assert "429 for an hour" not in sources


def test_a_colleague_of_another_brand_can_not_be_given_a_case(
    house: House, two: Made, browser: Browser
) -> None:
    admin = browser("admin", brands=BRANDS)
    page = admin.get(f"/cases/{two['bag'][0]}").text
    assert "<option>manager" in page and "<option>cargo" not in page
    answer = admin.post(f"/cases/{two['bag'][0]}/assign", data={"assignee": "cargo"})
    assert (answer.status_code, "no member of Northwind Air" in answer.text) == (400, True)
    assert review.note(house.store, two["bag"][0], "admin", "@cargo @manager look", house.clock) == (
        "manager",
    )


def test_a_member_of_some_brands_does_not_stop_them_all(house: House, two: Made, browser: Browser) -> None:
    cargo, manager = browser("cargo", brands=BRANDS), browser("manager", brands=BRANDS)
    assert "Pause all posting" in manager.get("/").text
    assert "Pause all posting" not in cargo.get("/").text
    assert cargo.post("/pause", data={"on": "yes", "reason": "x"}).status_code == 403


def test_what_speaks_against_a_macro_is_of_ones_brands(house: House, two: Made, browser: Browser) -> None:
    now = house.clock.now()
    with house.store.write() as session:
        for case_id, draft_id in (two["bag"], two["fee"]):
            [post, *_] = session.casework.mention_ids(case_id)
            session.macros.mark(session.drafts.get(draft_id), post, Mark.WORSE, now)

    def rows(store: Store) -> list[MacroRow]:
        with store.read() as session:
            marks = tuple(session.macros.marks_of("delivery.trace", now - timedelta(days=1), limit=5))
            standing = session.macros.standings(now - timedelta(days=1))["delivery.trace"]
        return [MacroRow(standing, "Traces.", (), marks)]

    cargo, admin = browser("cargo", brands=BRANDS, macros=rows), browser("admin", brands=BRANDS, macros=rows)
    suspended = admin.post("/macros/delivery.trace", data={"do": "suspend", "reason": "x"})
    assert suspended.status_code == 303
    whole, part = admin.get("/macros").text, cargo.get("/macros").text
    assert "landed EDI" in whole and "Charged twice" in whole
    assert "landed EDI" not in part and "Charged twice" in part
    assert cargo.post("/macros/delivery.trace", data={"do": "restore", "reason": "x"}).status_code == 403


def test_the_digest_is_about_what_one_sees(house: House, two: Made, browser: Browser) -> None:
    def digest(store: object, day: date) -> str:
        with store.read() as session:  # type: ignore[attr-defined]
            return f"<p>{sum(session.cases.lanes().values())} cases on {day}</p>"

    assert "2 cases" in browser("cargo", brands=BRANDS, digest=digest).get("/digest/2026-03-03/page").text
    whole = browser("admin", brands=BRANDS, digest=digest).get("/digest/2026-03-03/page").text
    assert "2 cases" not in whole


def test_an_admin_gives_and_takes_brands(house: House, two: Made, browser: Browser) -> None:
    admin, clerk = browser("admin", brands=BRANDS), browser("clerk", brands=BRANDS)
    assert clerk.get(f"/cases/{two['bag'][0]}").status_code == 404
    page = admin.post("/people/clerk", data={"do": "brands", "brand": [AIR, CARGO]}).text
    assert "Northwind Air, Northwind Cargo" in page
    assert clerk.get("/").status_code == 303, "they sign in anew"
    clerk.post("/sign-in", data={"name": "clerk", "password": PASSWORD})
    assert clerk.get(f"/cases/{two['bag'][0]}").status_code == 200
    for wrong in ([], ["Northwind Rail"]):
        assert admin.post("/people/clerk", data={"do": "brands", "brand": wrong}).status_code == 400
    assert admin.post("/people/admin", data={"do": "brands", "brand": [AIR]}).status_code == 400
    admin.post("/people", data={"name": "new", "role": "agent", "brand": [CARGO]})
    assert admin.post("/people", data={"name": "blind", "role": "agent"}).status_code == 400
    with house.store.read() as session:
        assert session.brands.of("new") == (CARGO,)
        assert session.brands.of("clerk") == BRANDS


def test_where_one_brand_is_watched_nobody_hears_of_brands(house: House, day: Made, browser: Browser) -> None:
    admin = browser("admin", brands=(AIR,))
    page = admin.get("/people").text
    assert 'name="brand"' not in page
    admin.post("/people", data={"name": "new", "role": "agent"})
    with house.store.read() as session:
        assert session.brands.of("new") == ("*",)


def test_alerts_are_those_of_ones_own_brands(house: House, two: Made, browser: Browser) -> None:
    watch = Watch(rota=Rota(ZoneInfo("UTC")), started=house.clock.now())
    with house.store.write() as session:
        session.people.pause(None, True, "a bad day", "admin", house.clock.now() - timedelta(hours=3))
    notice(house.store, watch, house.clock)
    with house.store.read() as session:
        everything = session.alerts.page(100)
    airs = [a for a in everything if a.source == "x-mentions"]
    assert airs, "the day holds a P0 of Air"
    assert [a.source for a in everything if a.kind == "paused"] == [None], "of the whole house"
    cargo = browser("cargo", brands=BRANDS, watch=watch)
    with house.store.within("cargo").read() as session:
        seen = session.alerts.page(100)
        assert all(a.source in ("bluesky", "mastodon") for a in seen)
        assert [session.alerts.messages(a.id) for a in airs] == [[] for _ in airs]
    page = cargo.get("/alerts").text
    assert "is paused for" not in page
    assert "P0 on" not in page
    for alert in airs:
        assert "PZ-103" in cargo.post(f"/alerts/{alert.id}/ack").text
    with house.store.read() as session:
        assert all(session.alerts.get(a.id).acked_by is None for a in airs)
    cover = {"who": "cargo", "until": "8h"}
    assert cargo.post("/alerts/cover", data=cover).status_code == 403, "the rota is of every brand"
