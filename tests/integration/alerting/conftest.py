from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.receiver import Receiver
from tests.integration.alerting.duty import Duty


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def duty(tmp_path: Path, receiver: Receiver) -> Iterator[Duty]:
    made = Duty(tmp_path, receiver)
    yield made
    made.house.store.close()
