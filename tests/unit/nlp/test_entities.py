# ruff: noqa: E501  (example posts stand on one line)
from __future__ import annotations

import pytest

from nlp.anchors import word_starts
from nlp.corpus import load
from nlp.entities import EntityFinder
from nlp.folding import fold

FINDER = EntityFinder(products=["Sky Plus", "Sky"], places=["Polwick"])


def found(text: str) -> list[tuple[str, str]]:
    entities = FINDER.find(text, word_starts(fold(text).text))
    assert all(text[e.start : e.end] == e.text for e in entities)
    return [(e.label, e.text) for e in entities]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("order A-10332 paid £12.50 on 12 March", [("ORDER", "A-10332"), ("AMOUNT", "£12.50"), ("DATE", "12 March")]),
        ("booking ref XKPQZW, flight NW482", [("ORDER", "XKPQZW"), ("ORDER", "NW482")]),
        ("case no. 8829123 and #A-99213", [("ORDER", "8829123"), ("ORDER", "#A-99213")]),
        ("Thanks to Amy in your Leith store", [("STAFF", "Amy"), ("PLACE", "Leith store")]),
        ("Guess I live at O'Hare now", [("PLACE", "O'Hare")]),
        ("my iPhone 15 and the 2024 model, 40 quid", [("AMOUNT", "40 quid")]),
        ("Sky Plus froze at gate B14, due tomorrow 6am", [("PRODUCT", "Sky Plus"), ("PLACE", "gate B14"), ("DATE", "tomorrow 6am")]),
        ("ring me on 07700900123", []),
        ("my order (4410992), order number's 7731-2290", [("ORDER", "4410992"), ("ORDER", "7731-2290")]),
        ("orders 48812 and 48813, Ref: CX/20394/B", [("ORDER", "48812"), ("ORDER", "48813"), ("ORDER", "CX/20394/B")]),
        ("error code E4021, batch L20394, the XR550 vacuum", []),
        ("Order no. SO 448812 and RMA88213", [("ORDER", "SO 448812"), ("ORDER", "RMA88213")]),
        ("VIN: 1HGCM82633A004352, bag tag 0042871193", [("ORDER", "1HGCM82633A004352"), ("ORDER", "0042871193")]),
        ("cancelled it, QR 55201, MK/ZX/00417, 31-0042-8871", [("ORDER", "QR 55201"), ("ORDER", "MK/ZX/00417"), ("ORDER", "31-0042-8871")]),
        ("need a new date please, K7PZ2M", [("ORDER", "K7PZ2M")]),
        ("still sat on BD42, flight 77 left", [("ORDER", "BD42"), ("ORDER", "77")]),
        ("order number TK 2210-553 again", [("ORDER", "TK 2210-553")]),
        ("flight 2 hours late, train 5 mins away, bus 40", []),
        ("sent to Boise ID 83702 and Austin TX 78701, EUR 12000", [("AMOUNT", "EUR 12000")]),
        ("R450 of R1200, open 2019-2020", [("AMOUNT", "R450"), ("AMOUNT", "R1200")]),
        ("my Acer E1572P on Windows 10, #fest2026 and #W10M", []),
        ("my name is jo.jobse34, #4410 please, #ab-4410", [("ORDER", "#4410"), ("ORDER", "#ab-4410")]),
        ("stand C-2140, unit was B-330", []),
        ("routing 021000021 and account 55120098471", []),
        ("thank you all so much", []),
        ("polwick again", [("PLACE", "polwick")]),
    ],
)  # fmt: skip
def test_entities(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_no_search_is_skipped_that_would_have_found_something() -> None:
    for post in load():
        skipping = FINDER.find(post.text, word_starts(fold(post.text).text))
        assert skipping == FINDER.find(post.text), post.text
