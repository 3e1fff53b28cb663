from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store import within
from monitor.store.sqlite import SqliteStore

_OF_SEARCH = re.compile(r"_fts(_\w+)?$")  # only ever read through the table that they index


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(f"sqlite:///{tmp_path / 'a.db'}")
    made.migrate()
    yield made
    made.close()


def connection(store: SqliteStore, user: str | None = None) -> sqlite3.Connection:
    with (store.within(user) if user else store).read() as session:
        conn: sqlite3.Connection = session.connection.db.conn  # type: ignore[attr-defined]
        return conn


def test_every_table_is_bound_or_said_to_be_open(store: SqliteStore) -> None:
    rows = connection(store).execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = {name for (name,) in rows if not _OF_SEARCH.search(name) and not name.startswith("_sqlite")}
    bound = set(within.bounds()) | set(within.views())
    assert tables - bound - within.OPEN == set(), "put it into within.bounds, or into OPEN"
    assert bound | within.OPEN <= tables
    assert bound & within.OPEN == set()


def test_every_statement_runs_within_bounds_too(store: SqliteStore) -> None:
    conn = connection(store, "somebody")
    for name, sql in within.within_statements().items():
        parameters = dict.fromkeys(re.findall(r":(\w+)", sql)) or [None] * sql.count("?")
        conn.execute(f"EXPLAIN {sql}", parameters)
        assert sql, name


def test_every_write_goes_below_the_views(store: SqliteStore) -> None:
    write = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+(?!main\.|SET\b)(\w+)")
    above = {n: write.findall(sql) for n, sql in within.within_statements().items() if write.search(sql)}
    assert above == {}


def test_reads_go_through_the_views_alone(store: SqliteStore) -> None:
    reads = {n for n, sql in within.within_statements().items() if re.search(r"\b(FROM|JOIN) main\.", sql)}
    deletes = {n for n, sql in within.within_statements().items() if sql.startswith("DELETE FROM main.")}
    assert reads - deletes == {"incident_named"}
