"""brands: keeps in the store which brand each source watches for. What people may see goes by it."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.domain.moments import Clock
from monitor.store.protocol import Store
from monitor.store.session import Session

ACTOR = "machine:config"


def assign_sources(store: Store, brands: Mapping[str, str], main: str, clock: Clock) -> int:
    """Keeps whom each source watches for, as the configuration says; returns how many changed.

    Sources of which it says nothing any more stay where they were; those that came before there were
    brands belong to the `main` one.
    """
    with store.read() as session:
        changed = _changed(session, brands, main)
    if not changed:
        return 0
    now = clock.now()
    with store.write() as session:
        changed = _changed(session, brands, main)
        session.brands.assign(changed)
        for source, brand in changed.items():
            session.audit.record(now, ACTOR, "source.brand_set", f"source:{source}", brand=brand)
    return len(changed)


def _changed(session: Session, brands: Mapping[str, str], main: str) -> dict[str, str]:
    kept = session.brands.of_sources()
    wanted = dict.fromkeys(session.brands.without_brand(), main) | dict(brands)
    return {source: brand for source, brand in wanted.items() if kept.get(source) != brand}
