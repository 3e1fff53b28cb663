from __future__ import annotations

import pytest

from monitor.domain.naming import Naming

NAMING = Naming(("Northwind Air", "northwind", "northwindair"), ("northwind traders",))


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("day 9 of learning joins: Northwind Traders has 77 products", True),
        ("NORTHWIND\nTRADERS as a WASM playground", True),
        ("@northwindair do you know northwind traders?", False),
        ("Northwind lost my bag, and no, not Northwind Traders", False),
        ("northwind lost my bag", False),
        ("northwind tradersville is a place", False),
        ("", False),
    ],
)
def test_somebody_else_is_meant_only_when_nothing_of_ours_is_named(text: str, others: bool) -> None:
    assert NAMING.means_others(text) is others


def test_without_exclusions_everything_is_ours() -> None:
    assert not Naming(("Northwind",), ()).means_others("northwind traders")
