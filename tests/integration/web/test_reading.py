"""The page of how well posts are read."""

from __future__ import annotations

from monitor.stages import review
from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.seed import House


def test_what_was_read_stands_against_what_people_say(house: House, day: Made, browser: Browser) -> None:
    manager = browser("manager")
    assert "Nobody has decided" in manager.get("/reading").text
    case_id, _ = day["fee"]
    review.correct(house.store, case_id, "manager", "intent", "account_access", house.clock)
    shown = manager.get("/reading?days=30").text
    assert "0 of 1 cases were read as people see them" in shown
    assert '<td class="is-wrong">1</td>' in shown and "billing, refund → <strong>account access" in shown
    assert f'href="/cases/{case_id}"' in shown
    house.clock.forward(days=31)
    later = browser("viewer")
    late = later.get("/reading?days=30").text
    assert "Nobody has decided" in late and "account access" in late, "the list of corrections stays"
    assert later.get("/reading?days=nonsense").status_code == 200
