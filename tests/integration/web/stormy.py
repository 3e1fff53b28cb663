"""A stormy morning: many customers of one cause, after a quiet week."""

from __future__ import annotations

from monitor.incident.storms import watch
from tests.integration.web.seed import House


def storm(house: House, count: int = 12) -> int:
    """Lets a storm begin; returns its number."""
    house.add_case("thank you for nothing", who="quiet", minutes_ago=60 * 24 * 6)
    for n in range(count):
        house.add_case(
            f"check-in app fails at the kiosk, gate {n}",
            who=f"traveller{n}",
            intent="outage_bug",
            minutes_ago=n,
        )
    assert watch(house.store, house.clock).began == 1
    with house.store.read() as session:
        return session.storms.active()[0].id
