"""A seeded inbox with its API, and a token for whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from monitor.stages import tokens
from monitor.stages.tokens import Scope
from tests.integration.web.seed import House
from tests.integration.web.server import serving

EVERYTHING = tuple(Scope)


def token_for(house: House, name: str, scopes: tuple[str, ...] | None = None) -> str:
    """A token of somebody, made by themselves, with every scope their role allows unless told otherwise."""
    with house.store.read() as session:
        user = session.people.get(name)
    assert user is not None, name
    wanted = scopes if scopes is not None else tokens.allowed(user.role)
    token, _ = tokens.make(house.store, name, "test", wanted, house.clock, by=name)
    return token


@dataclass
class Served:
    """The API of a house, at an address."""

    house: House
    address: str

    def client(self, name: str = "approver", scopes: tuple[str, ...] | None = None) -> httpx.Client:
        """Somebody's program."""
        token = token_for(self.house, name, scopes)
        return self.anybody(token)

    def anybody(self, token: str | None = None) -> httpx.Client:
        """A program with this token, or with none."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.address, headers=headers, trust_env=False, timeout=30)


@contextmanager
def served(house: House, **changes: object) -> Iterator[Served]:
    """The API while the block lasts."""
    with serving(house.services(**changes)) as address:
        yield Served(house, f"{address}/api/v1")
