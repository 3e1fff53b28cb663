"""The log of webhooks through the API: for admins, and an act that says through which token it came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from monitor.domain.case import Outcome
from monitor.stages import review
from monitor.stages.telling import Subscription, deliver, hand_on
from monitor.stages.telling.courier import HttpCourier
from tests.fakes.receiver import Receiver
from tests.integration.api.serve import served
from tests.integration.web.day import Made
from tests.integration.web.seed import House


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(answers=[500]) as made:
        yield made


@pytest.fixture
def client(house: House, day: Made, receiver: Receiver) -> Iterator[httpx.Client]:
    hook = Subscription(
        "crm",
        receiver.url,
        ("a secret of sixteen",),
        events=("case.settled",),
        allow_private=True,
        retry_for=timedelta(seconds=1),
    )
    for name in ("bag", "fee", "howto"):
        review.close(house.store, day[name][0], "admin", Outcome.REFERRED, house.clock)
    hand_on(house.store, (hook,), house.clock, brand="Northwind Air")
    deliver(house.store, (hook,), HttpCourier(), house.clock)
    with served(house, subscriptions=(hook,), courier=HttpCourier()) as api, api.client("admin") as made:
        yield made


def test_the_log_and_how_a_webhook_stands(client: httpx.Client, day: Made) -> None:
    (hook,) = client.get("/webhooks").json()["items"]
    assert (hook["name"], hook["dead"], hook["waiting"], hook["error"]) == ("crm", 1, 2, "answered 500")
    assert "secret" not in json.dumps(hook)
    page = client.get("/deliveries?limit=2").json()
    rest = client.get("/deliveries", params={"limit": 2, "cursor": page["next"]}).json()
    assert [d["delivery_id"] for d in page["items"] + rest["items"]] == [3, 2, 1]
    (dead,) = client.get("/deliveries?state=dead&hook=crm&event=case.settled").json()["items"]
    detail = client.get(f"/deliveries/{dead['delivery_id']}").json()
    assert detail["body"]["data"]["outcome"] == "referred"
    assert [t["status"] for t in detail["log"]] == [500]
    assert client.get("/deliveries/99").status_code == 404


def test_a_dead_one_is_sent_again_and_the_record_names_the_token(client: httpx.Client, house: House) -> None:
    again = client.post("/deliveries/1/resend")
    assert (again.status_code, again.json()["state"]) == (200, "waiting")
    assert client.post("/deliveries/1/resend").json()["code"] == "PZ-401"
    with house.store.read() as session:
        record = next(r for r in session.audit.about("webhook:crm") if r["action"] == "webhook.resent")
    assert (record["actor"], json.loads(record["detail"])["via"]) == ("admin", "token:1")


def test_a_test_says_what_came_of_it(client: httpx.Client, receiver: Receiver) -> None:
    assert client.post("/webhooks/crm/test").json()["taken"] is True
    receiver.answers = [401]
    refused = client.post("/webhooks/crm/test").json()
    assert (refused["taken"], refused["error"]) == (False, "answered 401")
    assert client.post("/webhooks/nobody/test").status_code == 404
    assert receiver.events()[-2:] == ["ping", "ping"]
