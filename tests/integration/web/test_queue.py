"""Filters, saved views, search with its words marked, the palette, and what waits for me."""

from __future__ import annotations

import re

import httpx
import pytest

from monitor.domain.coverage import Gap, Interval
from monitor.domain.mention import Media
from monitor.domain.reading import Entity, Urgency
from monitor.domain.roster import Desk
from monitor.stages import review
from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.seed import House, soon


def shown(client: httpx.Client, **asked: str) -> set[str]:
    return set(re.findall(r'class="who">@?([^<]+)<', client.get("/", params=asked).text))


def test_a_lane_is_narrowed_by_what_a_case_is(house: House, browser: Browser) -> None:
    oslo = house.reading(Urgency.P2, "delivery_order", (), entities=(Entity("PLACE", "Oslo", 0, 4),))
    german = house.reading(Urgency.P2, "delivery_order", (), lang="de")
    photo = (Media("photo", "https://p.example/1.jpg"),)
    house.add_case("Oslo lost my bag", who="ola", reading=oslo)
    house.add_case("Koffer weg", who="dirk", reading=german, lang="de")
    house.add_case("look at this", who="fay", media=photo)
    tagged, _ = house.add_case("belts again", who="tess")
    review.tag(house.store, tagged, "agent", "belts", house.clock)
    joined = review.join_incident(house.store, tagged, "agent", "belts down", house.clock)
    client = browser("viewer")
    everybody = {"ola", "dirk", "fay", "tess"}
    assert shown(client, lane="by_hand") == everybody
    assert shown(client, lane="open") == everybody
    assert shown(client, lane="by_hand", place="Oslo") == {"ola"}
    assert shown(client, lane="by_hand", lang="de") == {"dirk"}
    assert shown(client, lane="by_hand", photo="yes") == {"fay"}
    assert shown(client, lane="open", tag="belts") == {"tess"}
    assert shown(client, lane="open", incident=str(joined.incident)) == {"tess"}
    assert shown(client, lane="open", incident="x", place=" ") == everybody
    page = client.get("/?lane=by_hand&place=Oslo").text
    for option in (">Oslo<", ">German<", ">belts<", ">belts down<", "has a photo or video"):
        assert option in page
    assert 'href="/?lane=by_hand"><span class="quiet">place</span>' in page, (
        "a filter is taken away by itself"
    )


def test_all_open_is_every_lane_with_work_in_order_of_risk(house: House, day: Made, browser: Browser) -> None:
    page = browser("viewer").get("/?lane=open").text
    found = re.findall(r'class="who">@([^<]+)<', page)
    assert found[0] == "holloway_t"
    assert "kindly" not in found, "what was set aside asks nothing of anybody"
    assert len(found) == 7


def test_a_view_is_kept_shared_and_forgotten(house: House, day: Made, browser: Browser) -> None:
    agent, manager = browser("agent"), browser("manager")
    query = "lane=open&urgency=P1&photo=&nonsense=1"
    saved = agent.post("/views", data={"name": "Blocked", "query": query, "shared": "yes"})
    address = saved.headers["location"]
    assert address.startswith("/?lane=open&urgency=P1&view=")
    page = manager.get(address).text
    assert "<h1><bdi>Blocked</bdi>" in page
    assert "by <bdi>agent</bdi>" in page
    agent.post("/views", data={"name": "Mine", "query": "lane=now"})
    assert ">Mine<" in agent.get("/").text
    assert ">Mine<" not in manager.get("/").text
    number = address.rpartition("=")[2]
    assert browser("approver").post(f"/views/{number}/drop").status_code == 403
    assert manager.post(f"/views/{number}/drop").headers["location"] == "/?lane=open&urgency=P1"
    assert ">Blocked<" not in agent.get("/").text
    assert manager.post(f"/views/{number}/drop").status_code == 404
    assert agent.post("/views", data={"name": " ", "query": "lane=now"}).status_code == 400
    assert agent.post("/views", data={"name": "x", "query": "lane=nowhere"}).status_code == 400
    assert (
        browser("viewer").post("/views", data={"name": "x", "query": "", "shared": "yes"}).status_code == 400
    )


def test_problems_name_sources_in_trouble_and_what_was_not_seen(
    house: House, day: Made, browser: Browser
) -> None:
    now = house.clock.now()
    with house.store.write() as session:
        session.ledger.tried("bluesky", now, "auth", error=("PZ-303", "Token revoked."))
    page = browser("viewer").get("/?lane=problems").text
    assert "Token revoked." in page
    assert "not seen from" in page and "429 for an hour" in page
    assert '<span>Problems</span> <span class="count">1</span>' in page
    house.clock.forward(days=2)
    blind = Interval(now, house.clock.now())
    with house.store.write() as session:
        session.ledger.add_gaps([Gap("reddit", blind, "budget", "spent")], house.clock.now())
    page = browser("viewer").get("/?lane=problems").text
    assert "spent" in page and "429 for an hour" not in page, "old gaps are on the page of the sources"


@pytest.mark.parametrize(
    ("query", "marks"),
    [
        ("pram", ["pram"]),
        ("PRAM", ["pram"]),
        ("belt mid", ["midnight", "belt"]),
        ("belt prám", ["belt", "pram"]),
        ("northwindair landed", ["northwindair", "landed"]),
    ],
)
def test_the_words_that_were_searched_for_are_marked(
    house: House, day: Made, browser: Browser, query: str, marks: list[str]
) -> None:
    page = browser("viewer").get("/search", params={"q": query}).text
    assert re.findall(r'<mark class="is-found"[^>]*>([^<]+)</mark>', page)[: len(marks)] == marks


def test_a_hit_deep_in_a_long_post_is_shown(house: House, browser: Browser) -> None:
    house.add_case("blah " * 200 + "the zeppelin is late " + "blah " * 50, who="deep")
    page = browser("viewer").get("/search?q=zeppelin").text
    assert 'title="what you searched for">zeppelin</mark>' in page
    assert "… blah" in page


def test_the_beginning_of_a_word_is_enough_and_nonsense_goes_nowhere(house: House, browser: Browser) -> None:
    house.add_case("the zeppelin is late", who="ferdinand")
    client = browser("viewer")
    assert "ferdinand" in client.get("/search?q=zepp").text
    assert "ferdinand" in client.get("/search?q=ferd").text
    for after in ("x1", "w", "w-1", "b99999999999999999999", "٣"):
        assert client.get("/search", params={"q": "zepp", "after": after}).status_code == 200


def test_search_goes_on_where_it_stopped(house: House, browser: Browser) -> None:
    for number in range(90):
        house.add_case(f"parcel {number} lost", who=f"c{number}")
    client, seen = browser("viewer"), []
    url: str | None = "/search?q=parcel"
    while url:
        page = client.get(url, headers={"hx-request": "true"} if seen else {}).text
        seen += re.findall(r'class="who">@(\w+)<', page)
        more = re.search(r'hx-get="(/search\?[^"]+)"', page)
        url = more[1].replace("&amp;", "&") if more else None
    assert seen == [f"c{n}" for n in reversed(range(90))]


def test_the_palette_finds_places_and_cases(house: House, day: Made, browser: Browser) -> None:
    client = browser("agent")
    assert 'href="/?lane=waiting"' in client.get("/palette").text
    case_id = day["bag"][0]
    assert f'href="/cases/{case_id}"' in client.get("/palette?q=pram").text
    assert f'href="/cases/{case_id}"' in client.get(f"/palette?q={case_id}").text
    assert "Search for" in client.get("/palette?q=zeppelin").text
    assert "/people" not in client.get("/palette?q=peop").text
    assert "/people" in browser("admin").get("/palette?q=peop").text
    for odd in ('"', "99999999999999999999", "c", "<b>", "٣"):
        assert client.get("/palette", params={"q": odd}).status_code == 200


def test_what_waits_for_me_is_on_one_page_until_i_look(house: House, day: Made, browser: Browser) -> None:
    agent = browser("agent")
    house.add_people("approver")
    case_id = day["fee"][0]
    review.note(house.store, case_id, "approver", "@agent can you call them?", house.clock)
    review.escalate(
        house.store, day["bag"][0], "approver", Desk.PRESS, "a paper asks", house.clock, owner="agent"
    )
    page = agent.get("/me").text
    assert '<span>For me</span> <span class="count">2</span>' in page
    for words in (
        "approver calls you in a note",
        "approver handed it up to you",
        "asks the press desk",
        "a paper asks",
    ):
        assert words in page
    assert "hollowaytess" in page, "what is handed up to me is mine"
    agent.get(f"/cases/{case_id}")
    soon(lambda: '<span>For me</span> <span class="count">1</span>' in agent.get("/me").text)
    assert "Seen before" in agent.get("/me").text
