"""The page *Alerts*, and the same through the API: what people were told of, and who sees to it."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from monitor.domain.alert import ONCALL, AlertKind, Channel, Route
from monitor.domain.rota import Rota
from monitor.stages.alerting import Watch, notice, send
from monitor.stages.alerting.carrying import AppriseCarrier
from tests.fakes.receiver import Receiver
from tests.integration.web.conftest import Browser
from tests.integration.web.day import Made
from tests.integration.web.seed import House

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def watch(house: House, receiver: Receiver) -> Watch:
    """Bo is on call, then Ann; the addresses lead to a real server on loopback, but for one that is down."""
    here = house.clock.now().astimezone(BERLIN).replace(tzinfo=None)
    base = f"json://127.0.0.1:{receiver.port}"
    return Watch(
        rota=Rota(BERLIN, ("bo", "ann"), here.replace(hour=0, minute=0)),
        channels=(
            Channel("phone-bo", f"{base}/bo", person="bo"),
            Channel("phone-ann", f"{base}/ann", person="ann"),
            Channel("down", "json://127.0.0.1:9/x"),
        ),
        routes=(Route(frozenset(AlertKind), (ONCALL,)),),
        zone=BERLIN,
        started=house.clock.now(),
    )


def test_a_p0_waits_until_somebody_sees_to_it(
    house: House, day: Made, browser: Browser, watch: Watch, receiver: Receiver
) -> None:
    notice(house.store, watch, house.clock)
    send(house.store, watch, AppriseCarrier(), house.clock)
    parts = {"watch": watch, "carrier": AppriseCarrier()}
    viewer, agent = browser("viewer", **parts), browser("agent", **parts)
    shown = agent.get("/alerts").text
    assert "P0 on X" in shown and f'href="/cases/{day["child"][0]}"' in shown
    assert "<strong><bdi>bo</bdi></strong>" in shown, shown[shown.index("On call") :][:900]
    assert "phone-bo: told" in shown, shown[shown.index("P0 on") :][:900]
    assert "travelling alone" not in shown, "no customer's words"
    assert "I see to it" in shown and "I see to it" not in viewer.get("/alerts").text
    with house.store.read() as session:
        (p0,) = [a for a in session.alerts.page(50) if a.kind == "p0"]
    assert agent.post(f"/alerts/{p0.id}/ack").status_code == 303
    assert "<bdi>agent</bdi> sees to it" in agent.get("/alerts").text
    assert agent.post("/alerts/9999/ack").status_code == 400


def test_a_channel_is_tried_and_says_what_came_of_it(
    house: House, browser: Browser, watch: Watch, receiver: Receiver
) -> None:
    manager = browser("manager", watch=watch, carrier=AppriseCarrier())
    assert "phone-bo took it." in manager.post("/alerts/test/phone-bo").text
    assert len(receiver.taken) == 1
    assert "down did not take it" in manager.post("/alerts/test/down").text
    assert manager.post("/alerts/test/nowhere").status_code == 400
    assert browser("agent", watch=watch).post("/alerts/test/phone-bo").status_code == 403


def test_somebody_is_put_on_call_and_taken_off(house: House, browser: Browser, watch: Watch) -> None:
    manager = browser("manager", watch=watch, carrier=AppriseCarrier())
    assert manager.post("/alerts/cover", data={"who": "ann", "until": "8h"}).status_code == 303
    shown = manager.get("/alerts").text
    assert "<strong><bdi>ann</bdi></strong>" in shown and "covers from" in shown
    assert manager.post("/alerts/cover", data={"who": "ann", "until": "whenever"}).status_code == 400
    with house.store.read() as session:
        (cover,) = session.alerts.covers(house.clock.now())
    assert manager.post(f"/alerts/cover/{cover.id}/drop").status_code == 303
    assert "<strong><bdi>bo</bdi></strong>" in manager.get("/alerts").text


def test_without_channels_the_page_says_so(house: House, browser: Browser) -> None:
    shown = browser("viewer").get("/alerts").text
    assert "There is no rota" in shown and "nobody is told of anything" in shown
