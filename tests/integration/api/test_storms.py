"""Storms through the API."""

from __future__ import annotations

from tests.integration.api.serve import Served
from tests.integration.web.seed import House
from tests.integration.web.stormy import storm


def test_a_storm_is_read_and_decided(api: Served, house: House) -> None:
    number = storm(house)
    with api.client("agent") as client:
        (found,) = client.get("/storms").json()["items"]
        assert (found["state"], found["intent"], found["cases"]) == ("active", "outage_bug", 12)
        detail = client.get(f"/storms/{number}").json()
        assert len(detail["members"]) == 12
        made = client.post(f"/storms/{number}/incident", json={"name": "check-in outage"})
        assert made.json() == {"storm_id": number, "joined": 12}
        incident = client.get(f"/storms/{number}").json()["incident"]
        assert len(client.get(f"/cases?incident={incident}").json()["items"]) == 12
        assert client.post(f"/storms/{number}/dismiss").json()["state"] == "dismissed"
        assert client.post(f"/storms/{number}/dismiss").status_code == 409
        assert client.get("/storms/99").status_code == 404
