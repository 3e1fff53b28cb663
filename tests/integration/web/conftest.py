from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.integration.web.day import Made, live
from tests.integration.web.seed import PASSWORD, House, new_house
from tests.integration.web.server import serving

FROM_US = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = new_house(tmp_path)
    yield built
    built.store.close()


@pytest.fixture
def day(house: House) -> Made:
    return live(house)


Browser = Callable[..., httpx.Client]
PATIENCE = 30.0  # s; a busy machine is no fault of a page


@pytest.fixture
def browser(house: House) -> Iterator[Browser]:
    """browser("approver") is somebody's signed-in browser; browser(None) nobody's."""
    stack = ExitStack()

    def open_one(name: str | None = "approver", **changes: object) -> httpx.Client:
        address = stack.enter_context(serving(house.services(**changes)))
        client = stack.enter_context(
            httpx.Client(base_url=address, headers=FROM_US, trust_env=False, timeout=PATIENCE)
        )
        if name is not None:
            with house.store.read() as session:
                known = session.people.get(name) is not None
            if not known:
                house.add_people(name)
            answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
        return client

    with stack:
        yield open_one
