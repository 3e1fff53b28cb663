"""The sources page shows what a source costs and may still ask; a case shows what was said around it."""

from __future__ import annotations

from datetime import timedelta

from connectors.base import RateState
from connectors.x import XConfig
from monitor.domain.mention import Mention, MentionKey, Origin
from monitor.stages.limits import Gate, alone
from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.seed import House


def test_money_and_limits_are_on_the_sources_page(house: House, day: Made, browser: Browser) -> None:
    source = XConfig(name="x-mentions", kind="x", query="northwind", budget_per_day=5.0)
    now = house.clock.now()
    with house.store.write() as session:
        session.ledger.touch("x-mentions", "x")
        session.ledger.looked_up_to("x-mentions", now - timedelta(minutes=12))
        gate = Gate(alone(source))
        gate.passed(session, now, 1.25, RateState(0, 450, now + timedelta(minutes=9)))
    page = browser("viewer", sources=(source,)).get("/sources").text
    assert "$1.25 of $5.00" in page
    assert "0 of 450" in page
    assert "waits until" in page
    assert "12 min" in page


def test_what_others_say_is_shown_and_is_not_the_customers(house: House, day: Made, browser: Browser) -> None:
    case_id = day["child"][0] if "child" in day else next(iter(day.values()))[0]
    with house.store.write() as session:
        platform = session.cases.get(case_id).platform
        before = session.cases.conversation(case_id)
        post = Mention(platform, "77777", "same here, since noon", house.clock.now(), author="bystander")
        session.mentions.add(
            [post], source="x", origin=Origin.CONTEXT, seen_at=house.clock.now(), is_own=lambda _: False
        )
        stored = session.mentions.by_key(MentionKey(platform, "77777"))
        assert stored is not None
        session.context.explain(case_id, [stored.id])
        after = session.cases.conversation(case_id)
    assert after.hash == before.hash
    page = browser("viewer").get(f"/cases/{case_id}").text
    assert "same here, since noon" in page
    assert "somebody else, around this case" in page
