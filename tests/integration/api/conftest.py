from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.api.serve import Served, served
from tests.integration.web.day import Made, live
from tests.integration.web.seed import ROLES, House, new_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = new_house(tmp_path)
    # Nobody signs in here, so nobody needs a password that takes a second to hash.
    with built.store.write() as session:
        for role in ROLES:
            session.people.add(role, role, "!", built.clock.now(), email=None, must_change=False)
    yield built
    built.store.close()


@pytest.fixture
def day(house: House) -> Made:
    return live(house)


@pytest.fixture
def api(house: House) -> Iterator[Served]:
    with served(house) as found:
        yield found
