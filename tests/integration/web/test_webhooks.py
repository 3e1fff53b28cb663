"""The page of webhooks: how each stands, the log, one delivery, a test, sending again."""

from __future__ import annotations

from datetime import timedelta

from monitor.domain.case import Outcome
from monitor.stages import review
from monitor.stages.telling import Subscription, deliver, hand_on
from monitor.stages.telling.courier import HttpCourier
from tests.fakes.receiver import Receiver
from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.seed import House


def hook_of(receiver: Receiver) -> Subscription:
    return Subscription(
        "crm", receiver.url, ("a secret of sixteen",), ("case.settled",), True, retry_for=timedelta(seconds=1)
    )


def test_the_log_is_read_and_mended(house: House, day: Made, browser: Browser) -> None:
    with Receiver(answers=[500]) as receiver:
        hook = hook_of(receiver)
        review.close(house.store, day["fee"][0], "admin", Outcome.REFERRED, house.clock)
        hand_on(house.store, (hook,), house.clock, brand="Northwind Air")
        deliver(house.store, (hook,), HttpCourier(), house.clock)
        client = browser("admin", subscriptions=(hook,), courier=HttpCourier())
        page = client.get("/webhooks").text
        assert "failing for" in page
        assert "answered 500" in page
        assert f"case:{day['fee'][0]}" in page
        assert "Nothing of that kind" in client.get("/webhooks?state=delivered").text
        one = client.get("/webhooks/deliveries/1").text
        assert "&#34;event&#34;: &#34;case.settled&#34;" in one
        assert receiver.url not in page + one
        assert client.post("/webhooks/resend", data={"delivery_id": "1"}).status_code == 303
        assert "PZ-401" in client.post("/webhooks/resend", data={"delivery_id": "1"}).text
        assert "crm took it" in client.post("/webhooks/crm/test").text
        receiver.answers = [403]
        assert "crm did not take it" in client.post("/webhooks/crm/test").text
        assert client.post("/webhooks/other/test").status_code == 404
        assert client.get("/webhooks/deliveries/99").status_code == 404


def test_without_a_webhook_the_page_says_how_to_make_one(house: House, browser: Browser) -> None:
    page = browser("admin").get("/webhooks").text
    assert "[[webhooks]]" in page
    assert "Nothing of that kind was sent" in page
