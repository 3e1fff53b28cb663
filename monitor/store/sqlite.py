"""SQLite through sqlite-utils: WAL, one connection per thread, one writer at a time.

Writers begin IMMEDIATE: a DEFERRED transaction that reads and then writes fails with "database is
locked" whatever the busy timeout is, because SQLite will not upgrade a stale snapshot.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlite_utils

from monitor.domain.errors import StoreUnavailable
from monitor.store import within
from monitor.store.glances import refresh
from monitor.store.migrations import MIGRATIONS
from monitor.store.protocol import Params, Row
from monitor.store.session import Session
from monitor.store.statements import statements

BUSY_SECONDS = 30.0
CACHE_KIB = 65536

# 32 MB of 4 KiB pages: a bulk load checkpoints (and waits for the disk) eight times less often.
CHECKPOINT_PAGES = 8192


class SqliteConnection:
    """The adapter: named statements over one sqlite3 connection."""

    def __init__(self, db: sqlite_utils.Database, sql: Mapping[str, str] | None = None) -> None:
        self.db = db
        self._conn: sqlite3.Connection = db.conn
        self._sql = sql or statements("sqlite")
        self.touched: set[int] = set()

    def execute(self, name: str, params: Params | None = None) -> int:
        return self._conn.execute(self._sql[name], params or {}).rowcount

    def insert(self, name: str, params: Params) -> int:
        row = self._conn.execute(self._sql[name], params).fetchone()
        return int(row[0]) if row else 0

    def rows(self, name: str, params: Params | None = None) -> list[Row]:
        cursor = self._conn.execute(self._sql[name], params or {})
        keys = [c[0] for c in cursor.description]
        return [dict(zip(keys, row, strict=True)) for row in cursor]

    def one(self, name: str, params: Params | None = None) -> Row | None:
        cursor = self._conn.execute(self._sql[name], params or {})
        row = cursor.fetchone()
        return None if row is None else {c[0]: v for c, v in zip(cursor.description, row, strict=True)}

    def many(self, name: str, rows: Iterable[Params | Sequence[Any]]) -> None:
        self._conn.executemany(self._sql[name], rows)

    def add_mentions(self, rows: Sequence[Sequence[Any]]) -> range:
        # Ids are max + 1 under the write lock, so the new ones are exactly the range above the old
        # maximum. Indexing them in one statement is twice as fast as a trigger per row.
        newest = "SELECT coalesce(max(id), 0) FROM mentions"
        before = self._conn.execute(newest).fetchone()[0]
        self._conn.executemany(self._sql["mentions_insert"], rows)
        after = self._conn.execute(newest).fetchone()[0]
        if after > before:
            self._conn.execute(self._sql["mentions_index"], {"after": before})
        return range(before + 1, after + 1)


class SqliteStore:
    """`sqlite:///relative.db` or `sqlite:////absolute.db`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.path = Path(url.removeprefix("sqlite:///"))
        self._local = threading.local()

    def _connection(self) -> SqliteConnection:
        connection: SqliteConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
        return connection

    def _open(self, sql: Mapping[str, str] | None = None) -> SqliteConnection:
        try:
            conn = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            conn.execute("PRAGMA journal_mode = WAL")
            # NORMAL in WAL mode survives the death of the process at any instant; FULL would add
            # the death of the machine, at one fsync per commit.
            conn.execute("PRAGMA synchronous = NORMAL")
            conn.execute("PRAGMA foreign_keys = ON")
            conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            conn.execute("PRAGMA temp_store = MEMORY")
            conn.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        except sqlite3.Error as exc:
            raise StoreUnavailable(f"{self.path} can't be opened as a SQLite database: {exc}.") from exc
        return SqliteConnection(sqlite_utils.Database(conn), sql)

    def _entered(self, connection: SqliteConnection) -> None:
        """Called when a transaction has begun."""

    def within(self, user: str) -> SqliteWithin:
        return SqliteWithin(self, user)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self._transaction("BEGIN") as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self._transaction("BEGIN IMMEDIATE") as session:
            yield session

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Session]:
        connection = self._connection()
        conn = connection.db.conn
        if conn.in_transaction:
            raise RuntimeError("a session is already open in this thread: stages commit once, at their edge")
        try:
            conn.execute(begin)
        except sqlite3.OperationalError as exc:
            raise StoreUnavailable(f"{self.path}: {exc} (waited {BUSY_SECONDS:.0f} s).") from exc
        connection.touched.clear()
        try:
            self._entered(connection)
            yield Session(connection)
            if connection.touched:
                refresh(connection, connection.touched)
        except BaseException:
            conn.execute("ROLLBACK")
            raise
        conn.execute("COMMIT")

    def migrate(self) -> list[str]:
        db = self._connection().db
        if not MIGRATIONS.pending(db):
            return []
        # Two processes may start at once: the second waits for the lock, and finds nothing to do.
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            waiting = [m.name for m in MIGRATIONS.pending(db)]
            MIGRATIONS.apply(db)
        except BaseException:
            db.conn.execute("ROLLBACK")
            raise
        db.conn.execute("COMMIT")
        return waiting

    def check(self) -> str:
        conn = self._connection().db.conn
        try:
            answer = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.Error as exc:
            raise StoreUnavailable(f"{self.path}: {exc}.") from exc
        if answer != "ok":
            raise StoreUnavailable(f"{self.path}: {answer}.", action="Restore the newest backup.")
        files = (self.path, self.path.with_name(f"{self.path.name}-wal"))  # what is not merged yet counts
        size = sum(file.stat().st_size for file in files if file.exists())
        return f"SQLite {sqlite3.sqlite_version}, {self.path}, {size / 1e6:.1f} MB, WAL"

    def close(self) -> None:
        connection: SqliteConnection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.db.conn.close()
            self._local.connection = None
        inner: SqliteConnection | None = getattr(self._local, "within", None)
        if inner is not None:
            inner.db.conn.close()
            self._local.within = None


class SqliteWithin(SqliteStore):
    """A store as one person may see it. Everybody's share one connection a thread."""

    def __init__(self, whole: SqliteStore, user: str) -> None:
        self.url, self.path, self._local = whole.url, whole.path, whole._local
        self._user = user

    def _connection(self) -> SqliteConnection:
        connection: SqliteConnection | None = getattr(self._local, "within", None)
        if connection is None:
            connection = self._local.within = self._open(within.within_statements())
            within.set_up(connection.db.conn)
        return connection

    def _entered(self, connection: SqliteConnection) -> None:
        within.enter(connection.db.conn, self._user)

    @contextmanager
    def write(self) -> Iterator[Session]:
        with within.refusing_politely(), super().write() as session:
            yield session
