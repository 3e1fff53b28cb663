from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.domain.errors import ConfigInvalid, SecretKeyUnusable
from monitor.stages.people.seal import Seal, seal_of

OLD, NEW = "o" * 40, "n" * 40


def test_what_is_sealed_opens_with_the_same_key_for_the_same_purpose() -> None:
    seal = Seal((NEW,))
    sealed = seal.close("a secret", "one")
    assert "secret" not in sealed
    assert seal.open(sealed, "one") == "a secret"
    for other, purpose in ((Seal((OLD,)), "one"), (seal, "two")):
        with pytest.raises(SecretKeyUnusable):
            other.open(sealed, purpose)
    for broken in ("", "nonsense", sealed[:-4], sealed.swapcase(), "\udcff"):
        with pytest.raises(SecretKeyUnusable):
            seal.open(broken, "one")


def test_a_new_key_goes_before_the_old_one() -> None:
    sealed = Seal((OLD,)).close("a secret", "one")
    both = seal_of({"PRESSZERO_SECRET_KEY": f"{NEW} {OLD}"})
    assert both is not None
    assert both.open(sealed, "one") == "a secret"
    assert Seal((NEW,)).open(both.close("another", "one"), "one") == "another"


def test_a_seal_may_have_its_time() -> None:
    seal = Seal((NEW,))
    sealed = seal.close("x", "one")
    assert seal.open(sealed, "one", lasts=timedelta(minutes=1)) == "x"
    long_ago = Seal((NEW,))
    with pytest.raises(SecretKeyUnusable):
        long_ago.open(sealed, "one", lasts=timedelta(seconds=-1))


def test_a_short_key_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigInvalid) as caught:
        seal_of({"PRESSZERO_SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(caught.value)
    assert "7 characters" in str(caught.value)
    assert seal_of({}) is None and seal_of({"PRESSZERO_SECRET_KEY": " "}) is None
