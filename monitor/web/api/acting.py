"""The store as a request of the API uses it: what it commits says through which token it came, and, under an
Idempotency-Key, that it was done. Both stand in the very transaction of the deed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from monitor.stages.tokens import Caller
from monitor.store.protocol import Store
from monitor.store.session import Session


class ActingStore:
    """A store in the name of a caller."""

    def __init__(self, store: Store, caller: Caller, key: str | None = None) -> None:
        self._store = store
        self._caller = caller
        self._key = key
        self.url = store.url
        self.acted = False  # whether anything was committed

    def read(self) -> AbstractContextManager[Session]:
        return self._store.read()

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self._store.write() as session:
            session.audit.via = self._caller.via
            yield session
            if self._key is not None:
                session.tokens.acted(self._caller.token_id, self._key)
        self.acted = True

    def within(self, user: str) -> Store:
        return ActingStore(self._store.within(user), self._caller, self._key)

    def migrate(self) -> list[str]:
        return self._store.migrate()

    def check(self) -> str:
        return self._store.check()

    def close(self) -> None:
        self._store.close()
