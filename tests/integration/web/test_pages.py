from __future__ import annotations

from urllib.parse import urlencode

import pytest

from connectors.x import XConfig
from monitor.domain.case import Lane
from monitor.domain.errors import AuthExpired
from monitor.domain.mention import Mention, Origin
from monitor.domain.reading import Urgency
from monitor.stages import review
from monitor.stages.troubles import noted
from monitor.store.troubles import Doing
from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.forms import form, reply
from tests.integration.web.seed import House


def test_a_row_says_who_where_what_why_and_how_long(house: House, day: Made, browser: Browser) -> None:
    page = browser("agent").get("/").text
    row = page[page.index('class="row is-p0"') : page.index("</li>", page.index('class="row is-p0"'))]
    for words in (
        "@holloway_t",
        "X",
        "safety hazard",
        "my 8 year old is travelling alone",
        "says they waited 50 min",
        "<q><bdi>8 year old is travelling alone</bdi></q>",
        "7 min late",
        "waiting 22 min",
    ):
        assert words in row
    assert page.index("holloway_t") < page.index("m_okafor"), "oldest risk first"
    assert "says they waited 50 min" in browser("agent").get(f"/cases/{day['child'][0]}").text
    assert "Boarding at 13:40 and no reset mail" in page, "the draft's first line"


def test_the_start_page_is_the_first_lane_that_needs_somebody(house: House, browser: Browser) -> None:
    client = browser("agent")
    assert "Nobody is in trouble right now." in client.get("/").text
    house.add_case("where is my parcel", draft="On its way.")
    assert "<h1><bdi>Needs approval" in client.get("/").text
    house.add_case("fire", urgency=Urgency.P0)
    assert "<h1><bdi>Now" in client.get("/").text


@pytest.mark.parametrize("lane", list(Lane))
def test_an_empty_lane_says_something(house: House, browser: Browser, lane: Lane) -> None:
    page = browser("viewer").get(f"/?lane={lane.value}").text
    assert 'class="empty"' in page


def test_filters_narrow_a_lane(house: House, day: Made, browser: Browser) -> None:
    client = browser("agent")
    review.assign(house.store, day["fee"][0], "agent", "agent", house.clock)

    def shown(**asked: str) -> set[str]:
        page = client.get("/?" + urlencode({"lane": "needs_approval", **asked})).text
        return {name for name in ("hollowaytess", "jlund", "cellist.example") if f"@{name}" in page}

    assert shown() == {"hollowaytess", "jlund", "cellist.example"}
    assert shown(source="bluesky") == {"jlund"}
    assert shown(urgency="P3") == {"cellist.example"}
    assert shown(intent="delivery_order") == {"hollowaytess"}
    assert shown(assignee="me") == {"jlund"}
    assert shown(assignee="-") == {"hollowaytess", "cellist.example"}
    assert shown(urgency="P3", source="bluesky") == set()
    assert "passes the filter" in client.get("/?lane=needs_approval&urgency=P4").text


def test_a_long_lane_comes_in_pages_each_case_once(house: House, browser: Browser) -> None:
    for number in range(120):
        house.add_case(f"parcel {number} is late", who=f"c{number}", minutes_ago=200 - number)
    client = browser("agent")
    seen: list[str] = []
    url: str | None = "/?lane=by_hand"
    while url:
        page = client.get(url, headers={"hx-request": "true"} if seen else {}).text
        seen += [part.split("<")[0] for part in page.split('class="who">@')[1:]]
        url = (
            page.split('hx-get="/?')[1].split('"')[0].replace("&amp;", "&") if 'hx-get="/?' in page else None
        )
        url = f"/?{url}" if url else None
    assert seen == [f"c{n}" for n in range(120)]


def test_search_finds_posts_customers_and_drafts(house: House, day: Made, browser: Browser) -> None:
    client = browser("viewer")
    assert "@hollowaytess" in client.get("/search", params={"q": "pram belt"}).text
    assert "@cellist.example" in client.get("/search", params={"q": "sit beside you"}).text
    assert "@jlund" in client.get("/search", params={"q": "jlund"}).text
    nothing = client.get("/search", params={"q": "zeppelin"}).text
    assert "No case holds all of these words." in nothing
    for raw in ('"', "a AND", "NEAR(", "-x", "*", "col:on", "'; DROP TABLE cases; --", "  "):
        assert client.get("/search", params={"q": raw}).status_code == 200


def test_a_case_shows_the_talk_as_people_saw_it(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["bag"]
    with house.store.write() as session:
        first = session.cases.conversation(case_id).turns[0].mention
        edited = Mention(
            first.platform, first.native_id, "landed EDI 23:05, EDITED", first.created_at, first.author
        )
        session.mentions.add(
            [edited],
            source="x-mentions",
            origin=Origin.LIVE,
            seen_at=house.clock.now(),
            is_own=lambda m: False,
        )
    house.clock.forward(minutes=1)
    house.say(case_id, "We are looking for it.", own=True)
    page = browser("agent").get(f"/cases/{case_id}").text
    for words in ("landed EDI 23:05, EDITED", "edited once", 'class="turn is-ours"', "Called the station"):
        assert words in page
    assert page.index("EDITED") < page.index("lights went out") < page.index("We are looking for it.")


def test_media_and_quotes_are_told_never_fetched(house: House, day: Made, browser: Browser) -> None:
    page = browser("agent").get(f"/cases/{day['bag'][0]}").text
    assert "A grey pram on an empty belt" in page
    assert "Families board first, and land first." in page
    assert "<img" not in page
    assert (
        'href="https://photos.example/1.jpg" target="_blank" rel="noopener noreferrer nofollow ugc"' in page
    )


def test_the_reading_is_shown_in_the_words(house: House, day: Made, browser: Browser) -> None:
    client = browser("agent", explain_rule={"child_alone": "A child without an adult"}.get)
    page = client.get(f"/cases/{day['child'][0]}").text
    assert '<mark class="is-urgency" title="child_alone">8 year old is travelling alone</mark>' in page
    assert '<mark class="is-signal" title="high_arousal">she is crying</mark>' in page
    assert "A child without an adult" in page
    assert "stranded" in page
    assert "very upset" in page


def test_the_customers_other_cases_are_there(house: House, browser: Browser) -> None:
    first, _ = house.add_case("lost my suitcase", who="same", minutes_ago=3000)
    second, _ = house.add_case("and again", who="same")
    page = browser("agent").get(f"/cases/{second}").text
    assert f'href="/cases/{first}"' in page
    assert "lost my suitcase" in page


def test_trouble_with_a_source_is_on_every_page(house: House, day: Made, browser: Browser) -> None:
    with house.store.write() as session:
        session.ledger.tried(
            "bluesky", house.clock.now(), "auth", error=("PZ-303", "The app password was revoked.")
        )
    client = browser("admin")
    for path in (
        "/",
        "/search",
        f"/cases/{day['fee'][0]}",
        "/sources",
        "/account",
        "/people",
        "/digest/2026-03-03",
    ):
        assert "The app password was revoked." in client.get(path).text, path
    page = client.get("/sources").text
    assert "credentials refused" in page
    assert "429 for an hour" in page
    assert "99.3 %" in page


def test_refused_credentials_reach_pages_that_are_open(house: House, day: Made, browser: Browser) -> None:
    sources = (XConfig(name="x-mentions", kind="x", query="northwind"),)
    client = browser("viewer", sources=sources)
    page = client.get("/").text
    assert 'hx-get="/troubles" hx-trigger="pulse from:body"' in page
    assert client.get("/troubles").text.count("banner") == 0
    now = house.clock.now()
    with house.store.write() as session:
        before = session.inbox.pulse()
        for name in ("x-mentions", "long-gone"):
            noted(session, name, Doing.POSTING, now, AuthExpired(f"401 for {name}"))
        assert session.inbox.pulse() != before
    told = client.get("/troubles").text
    assert "can&#39;t post our replies: 401 for x-mentions" in told
    assert "PZ-303" in told and "Renew the secrets" in told
    assert "long-gone" not in told


def test_the_switch_that_stops_posting_is_seen_by_everybody(
    house: House, day: Made, browser: Browser
) -> None:
    manager, agent = browser("manager"), browser("agent")
    fields = form(manager.get("/").text, "/pause")
    assert manager.post("/pause", data=fields | {"on": "yes", "reason": ""}).status_code == 400
    assert (
        manager.post("/pause", data=fields | {"on": "yes", "reason": "Wrong prices out there"}).status_code
        == 303
    )
    for path in ("/", f"/cases/{day['fee'][0]}", "/sources"):
        assert "Wrong prices out there" in agent.get(path).text
    with house.store.read() as session:
        assert session.people.posting_paused() is not None
    assert manager.post("/pause", data={"on": "no"}).status_code == 303
    assert "Wrong prices" not in agent.get("/").text


def test_the_theme_is_chosen_by_hand(house: House, browser: Browser) -> None:
    client = browser("viewer")
    assert 'data-theme="system"' in client.get("/").text
    answer = client.post("/theme", data={"to": "dark", "next": "/sources"})
    assert answer.headers["location"] == "/sources"
    assert 'data-theme="dark"' in client.get("/").text
    client.post("/theme", data={"to": '"><script>'})
    assert 'data-theme="dark"' in client.get("/").text


def test_ones_own_approvals_are_held_up_to_oneself(house: House, day: Made, browser: Browser) -> None:
    client = browser("approver")
    for name, seconds in (("fee", 10), ("howto", 30)):
        page = client.get(f"/cases/{day[name][0]}").text
        house.clock.forward(seconds=seconds)
        client.post(f"/cases/{day[name][0]}/approve", data=reply(page, day[name][0]))
    page = client.get("/account").text
    assert "<dd>2</dd>" in page
    assert "<dd>20</dd>" in page
    assert "<dd>100 %</dd>" in page


def test_times_are_shown_where_the_brand_is(house: House, day: Made, browser: Browser) -> None:
    page = browser("agent").get(f"/cases/{day['fee'][0]}").text
    assert '<time datetime="2026-03-04T08:25:00.000Z" title="Wed 4 Mar 2026, 09:25 CET">09:25</time>' in page


def test_what_is_not_there_is_said_with_a_code(house: House, browser: Browser) -> None:
    client = browser("viewer")
    for path, status, code in (
        ("/nope", 404, "PZ-103"),
        ("/cases/77", 404, "PZ-103"),
        ("/cases/x", 400, "PZ-102"),
    ):
        answer = client.get(path)
        assert (answer.status_code, code in answer.text, "Back to the queue" in answer.text) == (
            status,
            True,
            True,
        )
    assert client.put("/").status_code == 405


def test_people_are_added_changed_and_let_go(house: House, browser: Browser) -> None:
    admin = browser("admin")
    page = admin.post("/people", data={"name": "ada <b>", "role": "agent"}).text
    assert "The password of <bdi>ada &lt;b&gt;</bdi>" in page
    assert admin.post("/people", data={"name": "ada <b>", "role": "agent"}).status_code == 400
    assert admin.post("/people", data={"name": "bea", "role": "empress"}).status_code == 400
    assert admin.post("/people/ada%20%3Cb%3E", data={"do": "role", "role": "manager"}).status_code == 200
    assert admin.post("/people/ada%20%3Cb%3E", data={"do": "disable"}).status_code == 200
    assert admin.post("/people/admin", data={"do": "disable"}).status_code == 400
    assert admin.post("/people/admin", data={"do": "role", "role": "viewer"}).status_code == 400
    assert admin.post("/people/zoe", data={"do": "role", "role": "viewer"}).status_code == 400
    with house.store.read() as session:
        user = session.people.get("ada <b>")
    assert user is not None
    assert (user.role, user.disabled_at) == ("manager", house.clock.now())


def test_a_very_long_post_is_cut_and_to_be_had_whole(house: House, browser: Browser) -> None:
    case_id, _ = house.add_case("word " * 200_000)
    client = browser("agent")
    page = client.get(f"/cases/{case_id}")
    assert len(page.text) < 60_000
    assert "all 1,000,000 characters" in page.text
    link = page.text.split(f'href="/cases/{case_id}/posts/')[1].split('"')[0]
    whole = client.get(f"/cases/{case_id}/posts/{link}")
    assert whole.headers["content-type"] == "text/plain; charset=utf-8"
    assert len(whole.text) == 1_000_000
    assert client.get(f"/cases/{case_id}/posts/999").status_code == 404


def test_the_clock_of_an_answered_case_says_how_long_it_took(
    house: House, day: Made, browser: Browser
) -> None:
    _, draft_id = day["reddit"]
    review.hand_off(house.store, draft_id, "agent", house.clock)
    house.clock.forward(minutes=5)
    review.confirm(house.store, draft_id, "agent", house.clock)
    house.clock.forward(days=3)
    page = browser("agent").get("/?lane=waiting").text
    assert "answered after 2 h 55 min" in page
