import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.connectors import fixtures
from tests.contract.connectors.case import Case, World

CASES: list[Case] = [
    importlib.import_module(f"{fixtures.__name__}.{found.name}").CASE
    for found in pkgutil.iter_modules(fixtures.__path__)
]


@pytest.fixture(params=CASES, ids=lambda case: case.kind)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def world(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.chdir(tmp_path)
    with case.world(tmp_path) as made:
        yield made
