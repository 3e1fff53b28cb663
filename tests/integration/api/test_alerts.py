"""Alerts through the API."""

from __future__ import annotations

from monitor.stages.alerting import Watch, notice
from tests.integration.api.serve import Served
from tests.integration.web.day import live
from tests.integration.web.seed import House
from tests.integration.web.test_alerts import BERLIN, Rota


def test_alerts_are_listed_by_pages_and_acknowledged(api: Served, house: House) -> None:
    live(house)
    notice(house.store, Watch(rota=Rota(BERLIN), zone=BERLIN, started=house.clock.now()), house.clock)
    with api.client("agent") as client:
        everything = client.get("/alerts").json()["items"]
        assert len(everything) >= 2
        first = client.get("/alerts?limit=1").json()
        second = client.get(f"/alerts?limit=1&cursor={first['next']}").json()
        assert [first["items"][0], second["items"][0]] == everything[:2]
        (p0,) = client.get("/alerts?kind=p0&waiting=true").json()["items"]
        assert p0["state"] == "waiting" and "travelling" not in str(p0)
        done = client.post(f"/alerts/{p0['alert_id']}/ack").json()
        assert (done["state"], done["acked_by"]) == ("acknowledged", "agent")
        assert client.get("/alerts?kind=p0&waiting=true").json()["items"] == []
        assert client.post("/alerts/9999/ack").status_code == 404
        assert client.get("/alerts?kind=nonsense").status_code == 422
