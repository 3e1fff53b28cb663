from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.connectors.archive.reading import OPENED


@pytest.fixture(autouse=True)
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Reject files and outboxes land in the current folder."""
    monkeypatch.chdir(tmp_path)
    yield
    while OPENED:
        OPENED.pop().close()
