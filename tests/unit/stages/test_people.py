from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

from monitor.domain.errors import NotAllowed, NotFound, SignInFailed, TooManyTries, WrongUse
from monitor.stages import people
from monitor.stages.people import May, SignedIn
from monitor.store.sqlite import SqliteStore
from tests.clock import TestClock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(f"sqlite:///{tmp_path / 'people.db'}")
    made.migrate()
    yield made
    made.close()


def test_a_generated_password_works_and_has_to_be_changed(store: SqliteStore) -> None:
    clock = TestClock()
    given = people.add_user(store, "ada", "agent", None, clock)
    assert len(given) == 19
    user = people.check_password(store, "ada", given, "::1", clock)
    assert (user.name, user.role, user.must_change) == ("ada", "agent", True)
    assert user.password_hash.startswith("$argon2id$")
    assert given not in user.password_hash


def test_a_password_of_ones_own_need_not(store: SqliteStore) -> None:
    clock = TestClock()
    people.add_user(store, "ada", "agent", "tide pool lantern", clock)
    assert not people.check_password(store, "ada", "tide pool lantern", "::1", clock).must_change


@pytest.mark.parametrize(
    ("name", "role", "password"),
    [
        ("", "agent", None),
        (" ada", "agent", None),
        ("a\nb", "agent", None),
        ("a:b", "agent", None),
        ("x" * 65, "agent", None),
        ("ada", "queen", None),
        ("ada", "agent", "short"),
        ("ada", "agent", "x" * 1025),
        ("adalovelace", "agent", "AdaLovelace"),
    ],
)
def test_what_can_not_be_added(store: SqliteStore, name: str, role: str, password: str | None) -> None:
    with pytest.raises(WrongUse):
        people.add_user(store, name, role, password, TestClock())
    with store.read() as session:
        assert session.people.all() == []


def test_names_are_there_once(store: SqliteStore) -> None:
    people.add_user(store, "ada", "agent", None, TestClock())
    with pytest.raises(WrongUse, match="taken"):
        people.add_user(store, "ada", "admin", None, TestClock())


def test_a_new_password_signs_out_everywhere(store: SqliteStore) -> None:
    clock = TestClock()
    given = people.add_user(store, "ada", "agent", None, clock)
    token = people.sign_in(store, people.check_password(store, "ada", given, "::1", clock), "browser", clock)
    assert people.whose(store, token, clock) is not None
    renewed = people.set_password(store, "ada", None, clock, by="cli")
    assert people.whose(store, token, clock) is None
    assert people.check_password(store, "ada", renewed, "::1", clock).must_change
    with pytest.raises(SignInFailed):
        people.check_password(store, "ada", given, "::1", clock)
    with pytest.raises(NotFound):
        people.set_password(store, "bea", None, clock, by="cli")


def test_the_last_admin_stays(store: SqliteStore) -> None:
    clock = TestClock()
    people.add_user(store, "ada", "admin", None, clock)
    for attempt in (
        lambda: people.disable(store, "ada", clock, by="ada"),
        lambda: people.set_role(store, "ada", "viewer", clock, by="ada"),
    ):
        with pytest.raises(WrongUse, match="only admin"):
            attempt()
    people.add_user(store, "bea", "admin", None, clock)
    people.disable(store, "ada", clock, by="bea")
    with pytest.raises(WrongUse, match="only admin"):
        people.set_role(store, "bea", "viewer", clock, by="bea")
    people.disable(store, "ada", clock, by="bea", off=False)
    people.set_role(store, "bea", "viewer", clock, by="ada")


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(store: SqliteStore) -> None:
    clock = TestClock()
    people.add_user(store, "ada", "agent", "tide pool lantern", clock)
    waits = []
    for _ in range(11):
        while True:
            try:
                people.check_password(store, "ada", "wrong", "::1", clock)
            except SignInFailed as error:
                if "Wait" not in error.what_to_do:
                    break
                assert isinstance(error, TooManyTries)
                waits.append(error.what_to_do.split("Wait ")[1].split(",")[0])
                clock.forward(seconds=error.wait.total_seconds())
    assert waits == ["15 s", "30 s", "1 min", "2 min", "4 min", "8 min"]
    clock.forward(minutes=15)
    assert people.check_password(store, "ada", "tide pool lantern", "::1", clock).name == "ada"


def test_a_throttled_name_is_free_from_nowhere_else(store: SqliteStore) -> None:
    clock = TestClock()
    people.add_user(store, "ada", "agent", "tide pool lantern", clock)
    for number in range(5):
        with pytest.raises(SignInFailed, match="belong together"):
            people.check_password(store, "ada", "wrong", f"10.0.0.{number}", clock)
    with pytest.raises(SignInFailed, match="Too many"):
        people.check_password(store, "ada", "tide pool lantern", "10.0.0.99", clock)


def test_an_unknown_name_takes_as_long_as_a_known_one(store: SqliteStore) -> None:
    clock = TestClock()
    people.add_user(store, "ada", "agent", "tide pool lantern", clock)
    taken: dict[str, list[float]] = {"ada": [], "nobody": []}
    for number in range(4):
        for name, times in taken.items():
            start = perf_counter()
            with pytest.raises(SignInFailed):
                people.check_password(store, name, "wrong", f"::{number}", clock)
            times.append(perf_counter() - start)
    known, unknown = median(taken["ada"]), median(taken["nobody"])
    # A look-up without hashing takes a hundredth; a busy machine is far from that.
    assert 0.25 < known / unknown < 4


def test_roles_grow() -> None:
    order = [people.ROLES[name] for name in ("viewer", "agent", "approver", "manager", "admin")]
    assert all(lower < higher for lower, higher in pairwise(order))
    assert order[-1] == frozenset(May)
    stranger = SignedIn("eve", "unheard of", False, "", datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(NotAllowed):
        people.require(stranger, May.READ)


def test_tokens_are_long_and_never_the_same(store: SqliteStore) -> None:
    clock = TestClock()
    people.add_user(store, "ada", "agent", "tide pool lantern", clock)
    user = people.check_password(store, "ada", "tide pool lantern", "::1", clock)
    tokens = {people.sign_in(store, user, "b", clock) for _ in range(20)}
    assert len(tokens) == 20
    assert min(len(t) for t in tokens) >= 43
    assert people.whose(store, "not a token \ud800", clock) is None


def test_every_change_of_a_person_is_on_record(store: SqliteStore) -> None:
    clock = TestClock()
    given = people.add_user(store, "ada", "agent", None, clock, by="cli")
    people.sign_in(store, people.check_password(store, "ada", given, "::1", clock), "b", clock)
    people.set_role(store, "ada", "viewer", clock, by="bea")
    with store.read() as session:
        told = [(r["actor"], r["action"]) for r in session.audit.about("user:ada")]
        assert session.audit.verify() == 3
        text = "".join(r.detail for r in session.audit.records())
    assert told == [("bea", "user.role_set"), ("ada", "user.signed_in"), ("cli", "user.added")]
    assert given not in text
