"""A process that publishes and is killed with SIGKILL at one exact step of it.

The stages are the real ones. What they are given, the store and the connector, announces each step;
at the chosen one the process kills itself, or, during the call, a timer does.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from connectors.base import Connector, PostingRules, Ruled
from monitor.domain.posting import OutgoingReply, OwnReply, Prepared, SendResult
from monitor.stages.publish import Outlet, publish, routes
from monitor.store.session import Session
from monitor.store.sqlite import SqliteStore
from tests.clock import TestClock
from tests.publishes.places import connector

DURING = 0.25  # seconds into a call whose answer doesn't come
STEPS = 14  # a run has fewer; a step that never comes is a run that was not killed


@dataclass
class Doom:
    """Kills the process at step number `at`; says before it which one that was."""

    at: int
    tell: Any
    passed: int = 0

    def step(self, name: str) -> None:
        if self.passed == self.at:
            self.tell.send(name)
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed += 1


class MortalStore:
    """A store in which a process may die before a transaction, before its commit, or after it."""

    def __init__(self, store: SqliteStore, doom: Doom) -> None:
        self._store, self._doom = store, doom

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def write(self) -> Iterator[Session]:
        self._doom.step("before a transaction")
        with self._store.write() as session:
            yield session
            self._doom.step("before a commit")
        self._doom.step("after a commit")


class MortalPublisher:
    """A connector with which a process may die before, during or after a call."""

    posting: ClassVar[PostingRules] = PostingRules()

    def __init__(self, inner: Connector, doom: Doom, *, during: bool) -> None:
        self._inner: Any = inner
        self._doom, self._during = doom, during

    def measure(self, text: str) -> tuple[int, int]:
        return self._inner.measure(text)  # type: ignore[no-any-return]

    def prepare(self, reply: OutgoingReply) -> Prepared:
        self._doom.step("before it is prepared")
        return self._inner.prepare(reply)  # type: ignore[no-any-return]

    def send(self, prepared: Prepared) -> SendResult:
        self._doom.step("before the call")
        if self._during:
            killer = threading.Timer(DURING, os.kill, (os.getpid(), signal.SIGKILL))
            killer.daemon = True
            killer.start()
        answer: SendResult = self._inner.send(prepared)
        self._doom.step("after the answer")
        return answer

    def find_own_reply(self, reply: OutgoingReply) -> OwnReply:
        return self._inner.find_own_reply(reply)  # type: ignore[no-any-return]


def live(
    database: str, platform: str, base_url: str, handle: str, now: datetime, at: int, during: bool, tell: Any
) -> None:
    """The whole life of such a process: one run of publish."""
    doom = Doom(-1 if during else at, tell)
    clock = TestClock(now)
    inner = connector(platform, base_url, clock, timeout=5 if during else 0.5)
    publisher = MortalPublisher(inner, doom, during=during)
    if isinstance(inner, Ruled):
        MortalPublisher.posting = inner.posting
    store = SqliteStore(database)
    outlet = Outlet(publisher, handle, f"care-{platform}", frozenset({handle.lower()}))
    publish(MortalStore(store, doom), routes({"src": outlet}), clock)  # type: ignore[arg-type]
    store.close()
    tell.send("lived")
