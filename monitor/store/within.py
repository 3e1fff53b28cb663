"""A store as one person may see it: nothing of brands that they are no member of is there.

Not the statements are changed but what they find. On a connection of its own, every table that holds
something of a brand is covered by a view of the same name, which shows only the rows within that
person's brands; triggers refuse every write to a row outside of them. So a statement that nobody
thought of is within the bounds as well. (PostgreSQL has row-level security for the same.)
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources

from monitor.domain.errors import NotFound
from monitor.store.statements import statements

# What is about people and credentials, or only a stamp: the pages ask for one's own alone.
OPEN = frozenset(
    "memberships identities sign_ins sign_in_failures second_factors recovery_codes resets tokens "
    "api_answers switches opt_outs rate_budgets macro_states audit_head glance_stamp alert_covers".split()
)

# Writes to these are not held to the bounds: what is recorded was allowed elsewhere, and an account is
# changed by whoever is signed in with it, or by an admin, who sees everything.
_UNGUARDED = frozenset({"audit", "outbox", "users"})
_OUTSIDE = "outside of the brands of this person"
_WRITE = re.compile(r"^(INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)")
# Names of incidents are there once, whoever sees them: who begins one finds the one there is.
_BELOW = {"incident_named": "incidents"}
_SCRATCH = "CREATE TEMP TABLE whom (name TEXT); CREATE TEMP TABLE seen_brands (brand TEXT PRIMARY KEY); " + (
    "CREATE TEMP TABLE seen_sources (source TEXT PRIMARY KEY);"
)
_ENTER = (
    "DELETE FROM temp.whom",
    "DELETE FROM temp.seen_brands",
    "DELETE FROM temp.seen_sources",
    "INSERT INTO temp.whom VALUES (:user)",
    "INSERT INTO temp.seen_brands SELECT m.brand FROM main.memberships m "
    "JOIN main.users u ON u.id = m.user_id WHERE u.name = :user",
    "INSERT INTO temp.seen_sources SELECT source FROM main.source_brands "
    "WHERE brand IN (SELECT brand FROM temp.seen_brands) OR '*' IN (SELECT brand FROM temp.seen_brands)",
)


@cache
def bounds() -> dict[str, str]:
    """{table: the condition for a row to be within}, with ROW for the row."""
    return {table: f"({condition})" for table, condition in _read("bound").items()}


@cache
def views() -> dict[str, str]:
    """{table: what stands in its place}, where that is more than some of its rows."""
    return _read("view")


def _read(kind: str) -> dict[str, str]:
    text = (resources.files("monitor.store") / "sql/sqlite/within.bounds").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for block in text.split("\n\n"):
        tables = re.findall(rf"(?m)^-- {kind}: (.+)$", block)
        body = "\n".join(line for line in block.splitlines() if not line.startswith("--")).strip()
        for table in " ".join(tables).split():
            if table in found:
                raise ValueError(f"two bounds for {table}")
            found[table] = body
    return found


@cache
def within_statements() -> dict[str, str]:
    """Every statement for such a connection: they read the views, and write below them."""
    found = {name: _WRITE.sub(r"\1 main.\2", sql) for name, sql in statements("sqlite").items()}
    for name, table in _BELOW.items():
        found[name] = re.sub(rf"\bFROM {table}\b", f"FROM main.{table}", found[name])
    return found


def set_up(conn: sqlite3.Connection) -> None:
    """Draws the bounds on a connection. They show nothing until `enter` says whose they are."""
    conn.executescript(_SCRATCH)
    for table, select in views().items():
        conn.execute(f"CREATE TEMP VIEW {table} AS {select}")
    for table, bound in bounds().items():
        inside = bound.replace("ROW.", f"{table}.")
        conn.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE {inside}")  # noqa: S608
        if table not in _UNGUARDED:
            _guard(conn, table, bound)


def _guard(conn: sqlite3.Connection, table: str, bound: str) -> None:
    for event, rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",))):
        inside = " AND ".join(bound.replace("ROW.", f"{row}.") for row in rows)
        conn.execute(
            f"CREATE TEMP TRIGGER guard_{table}_{event} BEFORE {event} ON main.{table} "
            f"WHEN NOT ({inside}) BEGIN SELECT RAISE(ABORT, '{_OUTSIDE}'); END"
        )


def enter(conn: sqlite3.Connection, user: str) -> None:
    """Says whose bounds they are, in the transaction that has just begun."""
    for statement in _ENTER:
        conn.execute(statement, {"user": user})


@contextmanager
def refusing_politely() -> Iterator[None]:
    """Turns a refused write into what the person may know: that there is no such thing."""
    try:
        yield
    except sqlite3.IntegrityError as exc:
        if _OUTSIDE in str(exc):
            raise NotFound("There is nothing like that in your brands.") from exc
        raise
