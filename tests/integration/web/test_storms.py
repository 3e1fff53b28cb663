"""Storms on the pages: over the queue, on a page of their own, and what people make of them."""

from __future__ import annotations

from tests.integration.web.conftest import Browser
from tests.integration.web.seed import House
from tests.integration.web.stormy import storm


def test_a_storm_stands_over_the_queue_until_somebody_decides(house: House, browser: Browser) -> None:
    number = storm(house)
    client = browser("agent")
    queue = client.get("/").text
    assert "12 cases about outage or bug" in queue
    assert "kiosk" in queue
    assert "usually hardly any" in queue
    assert "12 cases" in client.get("/storms/banner").text
    page = client.get(f"/storms/{number}").text
    assert "gate 11" in page
    assert "goes on" in page
    done = client.post(f"/storms/{number}/incident", data={"name": "check-in outage"})
    assert done.headers["location"] == f"/storms/{number}"
    page = client.get(f"/storms/{number}").text
    assert "check-in outage" in page
    assert "says <bdi>agent</bdi>" in page
    assert "12 cases" not in client.get("/storms/banner").text, "it has a name and a place of its own now"


def test_one_that_is_none_is_put_away(house: House, browser: Browser) -> None:
    number = storm(house)
    client = browser("agent")
    assert "PZ-102" in client.post(f"/storms/{number}/incident", data={"name": "x" * 90}).text
    assert client.post(f"/storms/{number}/dismiss").headers["location"] == "/"
    assert "Storm:" not in client.get("/").text
    again = client.post(f"/storms/{number}/dismiss")
    assert (again.status_code, "PZ-401" in again.text) == (409, True)
    assert "says that it is none" in client.get(f"/storms/{number}").text
    assert client.get("/storms/99").status_code == 404


def test_a_viewer_sees_it_and_no_button(house: House, browser: Browser) -> None:
    number = storm(house)
    page = browser("viewer").get(f"/storms/{number}").text
    assert "12 cases" in page
    assert "Make it one" not in page
    assert "It is none" not in page
