from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from monitor.domain.errors import AuditBroken
from monitor.store.protocol import Store
from monitor.store.sqlite import SqliteStore
from tests.contract.store.samples import NOON


@pytest.fixture
def chain(store: Store) -> Store:
    with store.write() as session:
        for i in range(1, 6):
            session.audit.record(NOON, "ann", "draft.approved", f"draft:{i}", text="é\u202e", n=i)
    return store


def test_an_untouched_chain_holds(chain: Store) -> None:
    with chain.read() as session:
        assert session.audit.verify() == 5
        assert [r["subject"] for r in session.audit.about("draft:3")] == ["draft:3"]


def test_the_log_refuses_changes(chain: Store) -> None:
    path = chain.url.removeprefix("sqlite:///")
    chain.close()
    with sqlite3.connect(path) as conn:
        for statement in ("UPDATE audit SET actor = 'bo' WHERE seq = 2", "DELETE FROM audit WHERE seq = 2"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                conn.execute(statement)
    conn.close()


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        ("UPDATE audit SET actor = 'bo' WHERE seq = 3", "content of record 3"),
        ("UPDATE audit SET detail = '{}' WHERE seq = 1", "content of record 1"),
        ("DELETE FROM audit WHERE seq = 4", "Record 4 is missing"),
        ("DELETE FROM audit WHERE seq = 5", "ends at record 4"),
        ("UPDATE audit SET prev_hash = 'x' WHERE seq = 2", "link before record 2"),
        ("UPDATE audit_head SET hash = 'x'", "head"),
    ],
)
def test_whoever_gets_around_that_is_found_out(chain: Store, tamper: str, says: str) -> None:
    """Somebody with the file and a SQL shell drops the triggers: the chain names the first broken link."""
    path = Path(chain.url.removeprefix("sqlite:///"))
    chain.close()
    conn = sqlite3.connect(path)
    conn.execute("DROP TRIGGER audit_is_append_only_u")
    conn.execute("DROP TRIGGER audit_is_append_only_d")
    conn.execute(tamper)
    conn.commit()
    conn.close()
    again = SqliteStore(chain.url)
    with pytest.raises(AuditBroken, match=says), again.read() as session:
        session.audit.verify()
    again.close()
