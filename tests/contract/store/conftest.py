"""The contract suite runs over every store. A new adapter adds itself here and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.protocol import Store
from monitor.store.sqlite import SqliteStore


@pytest.fixture(params=["sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = SqliteStore(f"sqlite:///{tmp_path / 'store.db'}")
    made.migrate()
    yield made
    made.close()
