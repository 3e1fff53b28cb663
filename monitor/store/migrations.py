"""The schema of the SQLite store, as sqlite-utils migrations.

A migration is never changed once it has landed: a change is a new one.
"""

from __future__ import annotations

import sqlite3
from importlib import resources

import sqlite_utils

MIGRATIONS = sqlite_utils.Migrations("presszero")

# What full-text search covers. The rows of `mentions` are indexed in bulk when they are inserted
# (statement mentions_index); everything else goes through triggers.
SEARCHED = {"mentions": ("text", "author"), "cases": ("title", "customer_handle"), "drafts": ("text",)}
BULK = frozenset({"mentions"})


def _run(db: sqlite_utils.Database, text: str) -> None:
    # Not executescript(): that commits, and a migration must be one transaction.
    statement = ""
    for line in text.splitlines():
        if not statement and (not line.strip() or line.startswith("--")):
            continue
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            db.conn.execute(statement)
            statement = ""


@MIGRATIONS()
def m0001_tables(db: sqlite_utils.Database) -> None:
    """Every table of the spine."""
    _run(db, (resources.files("monitor.store") / "sql/sqlite/0001_tables.ddl").read_text(encoding="utf-8"))


@MIGRATIONS()
def m0002_search(db: sqlite_utils.Database) -> None:
    """FTS5 over mentions, cases and drafts."""
    for table, columns in SEARCHED.items():
        make_searchable(db, table, columns)


@MIGRATIONS()
def m0003_digest_deliveries(db: sqlite_utils.Database) -> None:
    """Who was sent which day's digest."""
    name = "sql/sqlite/0003_digest_deliveries.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0004_limits_rechecks_backfills(db: sqlite_utils.Database) -> None:
    """Rate budgets, rechecks, deletions, context of cases, backfill runs."""
    name = "sql/sqlite/0004_limits_rechecks_backfills.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0005_newest_in_lane(db: sqlite_utils.Database) -> None:
    """An index for the lanes that are read newest first."""
    name = "sql/sqlite/0005_newest_in_lane.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0010_desks_and_keepers(db: sqlite_utils.Database) -> None:
    """Desks of cases, keepers of promises, the mark of a language model."""
    name = "sql/sqlite/0010_desks_and_keepers.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0011_drafts_by_time(db: sqlite_utils.Database) -> None:
    """An index for what was said lately, and for what drafts promise."""
    name = "sql/sqlite/0011_drafts_by_time.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0012_macros(db: sqlite_utils.Database) -> None:
    """What speaks against macros, and which may not write."""
    name = "sql/sqlite/0012_macros.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0015_outgoing(db: sqlite_utils.Database) -> None:
    """Why a reply waits, when it should leave, what it cost, when we look for it; freezes."""
    name = "sql/sqlite/0015_outgoing.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0020_casework(db: sqlite_utils.Database) -> None:
    """Snooze, escalations, tags, merges, notices."""
    name = "sql/sqlite/0020_casework.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0021_glances(db: sqlite_utils.Database) -> None:
    """What a row of the queue shows, kept beside its case; counts per lane; saved views."""
    name = "sql/sqlite/0021_glances.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0022_approval(db: sqlite_utils.Database) -> None:
    """The second yes, what was opened by whom, presence, words that are in no draft."""
    name = "sql/sqlite/0022_approval.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0030_access(db: sqlite_utils.Database) -> None:
    """Second factors, recovery codes, forgotten passwords."""
    name = "sql/sqlite/0030_access.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0031_brands(db: sqlite_utils.Database) -> None:
    """Brands of sources, memberships of people."""
    name = "sql/sqlite/0031_brands.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0032_identities(db: sqlite_utils.Database) -> None:
    """How providers know people."""
    name = "sql/sqlite/0032_identities.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0016_frozen_drafts(db: sqlite_utils.Database) -> None:
    """Which draft is covered by which freeze; after the brands of sources, which it goes by."""
    name = "sql/sqlite/0016_frozen_drafts.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0006_troubles(db: sqlite_utils.Database) -> None:
    """Credentials refused in other work than polling; the search index is merged in larger steps."""
    name = "sql/sqlite/0006_troubles.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0040_tokens(db: sqlite_utils.Database) -> None:
    """Tokens of the API, and its answers under an Idempotency-Key."""
    name = "sql/sqlite/0040_tokens.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0041_outbox(db: sqlite_utils.Database) -> None:
    """Events that others may hear of, and their way to webhooks."""
    name = "sql/sqlite/0041_outbox.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0042_storms(db: sqlite_utils.Database) -> None:
    """Storms and their cases."""
    name = "sql/sqlite/0042_storms.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0043_alerts(db: sqlite_utils.Database) -> None:
    """Alerts, their messages, covers of the rota."""
    name = "sql/sqlite/0043_alerts.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


@MIGRATIONS()
def m0050_calibrations(db: sqlite_utils.Database) -> None:
    """A brand's own calibration of the reading."""
    name = "sql/sqlite/0050_calibrations.ddl"
    _run(db, (resources.files("monitor.store") / name).read_text(encoding="utf-8"))


def make_searchable(db: sqlite_utils.Database, table: str, columns: tuple[str, ...]) -> None:
    """FTS5 over `columns`, kept current by triggers that fire only when those columns change.

    sqlite-utils' own triggers fire on every update of the row; a case is updated at each step of
    its way, and its words hardly ever.
    """
    db.table(table).enable_fts(columns, replace=True)
    names = ", ".join(columns)
    new = ", ".join(f"new.{c}" for c in columns)
    old = ", ".join(f"old.{c}" for c in columns)
    gone = f"INSERT INTO {table}_fts ({table}_fts, rowid, {names}) VALUES ('delete', old.rowid, {old});"  # noqa: S608
    come = f"INSERT INTO {table}_fts (rowid, {names}) VALUES (new.rowid, {new});"  # noqa: S608
    triggers = {
        "ad": f"AFTER DELETE ON {table} BEGIN {gone} END",
        "au": f"AFTER UPDATE OF {names} ON {table} BEGIN {gone} {come} END",
    }
    if table not in BULK:
        triggers["ai"] = f"AFTER INSERT ON {table} BEGIN {come} END"
    for suffix, body in triggers.items():
        db.conn.execute(f"DROP TRIGGER IF EXISTS {table}_{suffix}")
        db.conn.execute(f"CREATE TRIGGER {table}_{suffix} {body}")
