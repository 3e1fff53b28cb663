from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.domain.errors import SignInFailed, TooManyTries
from monitor.stages import people
from monitor.stages.people import throttle
from monitor.store.sqlite import SqliteStore
from tests.clock import TestClock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(f"sqlite:///{tmp_path / 'tries.db'}")
    made.migrate()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "unknown"),
        ("", "unknown"),
    ],
)
def test_whoever_has_an_ipv6_address_has_its_network(address: str, counted: str) -> None:
    assert throttle.network_of(address) == counted


def test_a_crowd_of_tries_at_once_is_counted_as_a_crowd(store: SqliteStore) -> None:
    clock = TestClock()
    people.add_user(store, "ada", "agent", "tide pool lantern", clock)
    checked, refused = [], []

    def guess() -> None:
        try:
            people.check_password(store, "ada", "wrong", "::1", clock)
        except TooManyTries:
            refused.append(1)
        except SignInFailed:
            checked.append(1)
        store.close()

    crowd = [threading.Thread(target=guess) for _ in range(12)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert (len(checked), len(refused)) == (5, 7)


def test_signing_in_rightly_never_adds_up(store: SqliteStore) -> None:
    """An office behind one address may come in, all of it, all morning."""
    clock = TestClock()
    for number in range(25):
        with store.write() as session:
            throttle.was_right(
                session,
                f"n{number}",
                throttle.count(session, f"n{number}", "198.51.100.1", clock.now()),
                clock.now(),
            )
    with store.read() as session:
        assert session.access.tries_since("n1", "198.51.100.1", clock.at.replace(year=2025)).by_address == 0
