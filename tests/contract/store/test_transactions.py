from __future__ import annotations

import threading
from pathlib import Path

import pytest

from monitor.domain.errors import StoreUnavailable
from monitor.store.protocol import Store
from monitor.store.sqlite import SqliteStore
from tests.contract.store.samples import NOON, add, mention


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError, match="boom"), store.write() as session:
        add(session, mention("1"))
        session.audit.record(NOON, "me", "did", "x:1")
        raise RuntimeError("boom")
    with store.read() as session:
        assert session.mentions.count() == 0
        assert session.audit.verify() == 0


def test_a_reader_sees_one_snapshot(store: Store) -> None:
    with store.write() as session:
        add(session, mention("1"))
    written = threading.Event()

    def write() -> None:
        with store.write() as session:
            add(session, mention("2"))
        store.close()
        written.set()

    with store.read() as session:
        assert session.mentions.count() == 1
        threading.Thread(target=write).start()
        assert written.wait(10)
        assert session.mentions.count() == 1
    with store.read() as session:
        assert session.mentions.count() == 2


def test_four_writers_that_read_before_they_write_lose_nothing(store: Store) -> None:
    """The trap that DEFERRED transactions fall into: three quarters of these failed with them."""
    each, errors = 50, []

    def work(me: int) -> None:
        try:
            for i in range(each):
                with store.write() as session:
                    session.mentions.count()
                    add(session, mention(f"{me}-{i}"))
                    session.audit.record(NOON, f"w{me}", "wrote", f"mention:{me}-{i}")
        except Exception as error:
            errors.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=work, args=(me,)) for me in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with store.read() as session:
        assert session.mentions.count() == 4 * each
        assert session.audit.verify() == 4 * each


def test_sessions_do_not_nest(store: Store) -> None:
    with store.write(), pytest.raises(RuntimeError, match="already open"), store.read():
        pass


def test_migrating_twice_changes_nothing(store: Store) -> None:
    assert store.migrate() == []


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("these are my notes, not a database, and they are long enough to be read as a header")
    with pytest.raises(StoreUnavailable, match=r"notes\.db"):
        SqliteStore(f"sqlite:///{path}").migrate()
    assert path.read_text().startswith("these are my notes")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="nowhere"):
        SqliteStore(f"sqlite:///{tmp_path / 'nowhere' / 'a.db'}").migrate()
