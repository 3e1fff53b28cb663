from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlite_utils

from monitor.store.migrations import BULK, SEARCHED
from monitor.store.sqlite import SqliteStore
from monitor.store.statements import parse, statements

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def db(tmp_path: Path) -> sqlite_utils.Database:
    store = SqliteStore(f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()
    return sqlite_utils.Database(store.path)


def test_every_statement_can_be_prepared(db: sqlite_utils.Database) -> None:
    for name, sql in statements("sqlite").items():
        parameters = dict.fromkeys(re.findall(r":(\w+)", sql)) or [None] * sql.count("?")
        db.conn.execute(f"EXPLAIN {sql}", parameters)
        assert sql, name


def test_every_statement_is_used_and_every_used_one_exists() -> None:
    code = "".join(p.read_text() for p in (ROOT / "monitor").rglob("*.py"))
    unused = [n for n in statements("sqlite") if f'"{n}"' not in code and f"'{n}'" not in code]
    assert unused == []


def test_only_the_store_contains_sql() -> None:
    words = re.compile(r"\b(SELECT .+ FROM|INSERT INTO|DELETE FROM|UPDATE \w+ SET)\b")
    places = [p for room in ("monitor", "connectors", "nlp") for p in (ROOT / room).rglob("*.py")]
    guilty = [p.name for p in places if "store" not in p.parts and words.search(p.read_text())]
    assert guilty == []


def test_a_name_that_is_used_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="twice"):
        parse("-- name: a\n-- one\nSELECT 1;\n-- name: a\n-- two\nSELECT 2;")


def test_search_is_kept_current_by_triggers(db: sqlite_utils.Database) -> None:
    names = {t.name for t in db.triggers}
    for table in SEARCHED:
        wanted = {f"{table}_ad", f"{table}_au"} | (set() if table in BULK else {f"{table}_ai"})
        assert wanted <= names


def test_the_tables_that_others_read_have_the_promised_columns(db: sqlite_utils.Database) -> None:
    promised = {
        "mentions": {"platform", "native_id", "source", "author", "text", "created_at", "first_seen_at"},
        "attempts": {"draft_id", "state", "native_id"},
        "coverage": {"source", "start_at", "end_at"},
        "gaps": {"source", "start_at", "end_at", "reason"},
    }
    for table, columns in promised.items():
        assert columns <= set(db[table].columns_dict)
    others = {"readings", "cases", "drafts", "approvals", "outcomes", "promises", "incidents", "audit"}
    assert others <= set(db.table_names())
