from __future__ import annotations

import html

import httpx

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
    before = client.get("/lanes?lane=now").text
    assert '<span>Now</span> <span class="count">2</span>' in before
    assert before.count('aria-current="page"') == 1
    review.correct(house.store, day["fee"][0], "agent", "urgency", "P1", house.clock)
    assert '<span>Now</span> <span class="count">3</span>' in client.get("/lanes?lane=now").text


def test_a_lane_offers_its_newer_state_and_moves_nothing(house: House, day: Made, browser: Browser) -> None:
    client = browser("viewer")
    page = client.get("/?lane=needs_approval").text
    ask = between(page, 'hx-get="/fresh?')
    assert "has changed" not in client.get(f"/fresh?{ask}").text
    house.add_case("one more", draft="Yes.")
    assert "has changed" in client.get(f"/fresh?{ask}").text


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
