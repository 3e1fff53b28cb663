"""Brands: which source watches for which one, and who may see which. See also monitor.store.within."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monitor.store.protocol import Connection

EVERY = "*"  # every brand, those to come included


class Brands:
    """The tables `source_brands` and `memberships`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # --- sources ---

    def of_sources(self) -> dict[str, str]:
        """The brand of each source, of those too that are no longer configured."""
        return {row["source"]: row["brand"] for row in self._db.rows("source_brands_all")}

    def of_source(self, source: str) -> str | None:
        """The brand that a source watches for; None when nobody has said."""
        row = self._db.one("source_brand_of", {"source": source})
        return str(row["brand"]) if row else None

    def without_brand(self) -> list[str]:
        """Sources of which nobody has said whom they watch for."""
        return [row["source"] for row in self._db.rows("sources_without_brand")]

    def assign(self, brands: Mapping[str, str]) -> None:
        """Says for whom sources watch."""
        self._db.many("source_brand_set", [{"source": s, "brand": b} for s, b in brands.items()])

    # --- people ---

    def of(self, name: str) -> tuple[str, ...]:
        """What a person may see: names of brands, or `EVERY`."""
        return tuple(row["brand"] for row in self._db.rows("memberships_of", {"name": name}))

    def memberships(self) -> dict[str, tuple[str, ...]]:
        """What each person may see."""
        found: dict[str, tuple[str, ...]] = {}
        for row in self._db.rows("memberships_all"):
            found[row["name"]] = (*found.get(row["name"], ()), row["brand"])
        return found

    def give(self, name: str, brands: Iterable[str]) -> None:
        """What a person may see from now on, in place of everything before."""
        self._db.execute("memberships_drop", {"name": name})
        self._db.many("membership_add", [{"name": name, "brand": b} for b in sorted(set(brands))])

    def members(self, source: str) -> list[str]:
        """Who has access and may see what comes from a source, by name."""
        return [row["name"] for row in self._db.rows("members_of_source", {"source": source})]
