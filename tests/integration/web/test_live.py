from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import parse_qsl

import httpx

from monitor.domain.reading import Urgency
from monitor.stages import review
from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.seed import House


def pulse_in(page: str) -> str:
    return between(page, 'data-pulse="')


def between(page: str, start: str) -> str:
    """What stands after `start`, up to the end of the attribute."""
    return html.unescape(page.partition(start)[2].partition('"')[0])


def next_event(lines: object) -> str:
    for line in lines:  # type: ignore[attr-defined]
        if line.startswith("data: "):
            return str(line[6:])
    raise AssertionError("the stream ended without an event")


def test_an_open_page_hears_that_something_changed(house: House, day: Made, browser: Browser) -> None:
    client = browser("viewer")
    pulse = pulse_in(client.get("/").text)
    with client.stream("GET", "/events", params={"since": pulse}, timeout=10) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        review.note(house.store, day["fee"][0], "agent", "hello", house.clock)
        told = next_event(lines)
    assert told != pulse
    assert told == pulse_in(client.get("/").text)
    with client.stream(
        "GET", "/events", params={"since": pulse}, headers={"last-event-id": told}, timeout=5
    ) as answer:
        lines = answer.iter_lines()
        next(lines)
        house.add_case("new")
        assert next_event(lines) != told


def test_no_stream_without_a_session(house: House, browser: Browser) -> None:
    answer = browser(None).get("/events")
    assert answer.status_code == 401


def test_the_lanes_count_anew(house: House, day: Made, browser: Browser) -> None:
    client = browser("viewer")
    assert '<span>Now</span> <span class="count">2</span>' in client.get("/lanes").text
    review.correct(house.store, day["fee"][0], "agent", "urgency", "P1", house.clock)
    assert '<span>Now</span> <span class="count">3</span>' in client.get("/lanes").text


def rows_of(page: str) -> dict[int, str]:
    return {int(i): v for i, v in re.findall(r'id="row-(\d+)" data-v="([\d.]+)"', page)}


def news(client: httpx.Client, page: str, **more: str) -> str:
    known = " ".join(f"{i}:{v}" for i, v in rows_of(page).items())
    asked = dict(parse_qsl(between(page, 'hx-get="/rows?')))
    return client.get("/rows", params=asked | {"known": known} | more).text


def test_a_row_that_changed_comes_in_its_place(house: House, day: Made, browser: Browser) -> None:
    client = browser("viewer")
    page = client.get("/?lane=needs_approval").text
    quiet = news(client, page)
    assert "data-v" not in quiet
    assert 'hx-target="#lanes"' in quiet
    house.say(day["fee"][0], "hello? anybody?")
    told = news(client, page)
    assert f'hx-target="#row-{day["fee"][0]}" hx-swap="outerMorph"' in told
    assert "hello? anybody?" in told
    assert len(rows_of(told)) == 1, "the others stay untouched"


def test_a_new_row_goes_where_its_clock_puts_it(house: House, day: Made, browser: Browser) -> None:
    client = browser("viewer")
    page = client.get("/?lane=needs_approval").text
    first = next(iter(rows_of(page)))
    early, _ = house.add_case("the oldest risk", draft="Yes.", minutes_ago=239)
    late, _ = house.add_case("the newest", draft="Yes.", urgency=Urgency.P3, minutes_ago=1)
    told = news(client, page)
    assert f'hx-target="#row-{first}" hx-swap="beforebegin"' in told
    assert 'hx-target="#rows-end" hx-swap="beforebegin"' in told
    assert set(rows_of(told)) == {early, late}
    assert "2 new." in told
    assert set(rows_of(news(client, page, more="yes"))) == {early}, "the rest waits behind Show more"


def test_several_new_rows_keep_their_order(house: House, day: Made, browser: Browser) -> None:
    client = browser("viewer")
    page = client.get("/?lane=needs_approval").text
    second, _ = house.add_case("second", draft="Yes.", minutes_ago=238)
    first, _ = house.add_case("first", draft="Yes.", minutes_ago=239)
    assert list(rows_of(news(client, page))) == [first, second]


def test_a_row_that_left_says_where_it_is(house: House, day: Made, browser: Browser) -> None:
    client = browser("viewer")
    page = client.get("/?lane=needs_approval").text
    case_id = day["fee"][0]
    review.snooze(house.store, case_id, "agent", house.clock.now() + timedelta(hours=1), house.clock)
    told = news(client, page)
    assert f'class="row is-gone" id="row-{case_id}"' in told
    assert "now in Waiting" in told
    assert "1 left this list." in told


def test_what_lies_beyond_the_page_has_not_left(house: House, browser: Browser) -> None:
    for number in range(75):
        house.add_case(f"parcel {number}", minutes_ago=200 - number)
    client = browser("viewer")
    page = client.get("/?lane=by_hand").text
    for number in range(25):
        house.add_case(f"older {number}", minutes_ago=230)
    told = news(client, page, more="yes")
    assert "is-gone" not in told
    assert "25 new." in told


def test_nonsense_in_known_is_passed_over(house: House, day: Made, browser: Browser) -> None:
    answer = browser("viewer").get(
        "/rows", params={"lane": "now", "known": "x:1 :: 99999999999999999999:1 7 9:"}
    )
    assert answer.status_code == 200


def test_a_case_says_that_it_moved(house: House, day: Made, browser: Browser) -> None:
    case_id, _ = day["fee"]
    client = browser("approver")

    def ask(page: str) -> httpx.Response:
        return client.get("/cases/" + between(page, 'hx-get="/cases/'))

    page = client.get(f"/cases/{case_id}").text
    assert ask(page).text.strip() == ""
    house.clock.forward(seconds=1)
    house.say(case_id, "hello?")
    assert "The conversation changed" in ask(page).text
    page = client.get(f"/cases/{case_id}").text
    review.claim(house.store, day["fee"][1], "manager", house.clock)
    assert "manager</bdi> changed the draft" in ask(page).text


def test_a_page_whose_reply_left_shows_it_by_itself(house: House, day: Made, browser: Browser) -> None:
    from tests.integration.web.forms import reply

    case_id, _ = day["fee"]
    client = browser("approver")
    client.post(f"/cases/{case_id}/approve", data=reply(client.get(f"/cases/{case_id}").text, case_id))
    page = client.get(f"/cases/{case_id}").text
    path = "/cases/" + between(page, 'hx-get="/cases/')
    assert "hx-refresh" not in client.get(path).headers
    client.post(f"/cases/{case_id}/undo")
    assert client.get(path).headers["hx-refresh"] == "true"
