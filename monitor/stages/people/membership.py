"""Membership: which brands a person sees. What lies outside is not there for them, in the store itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.domain.errors import WrongUse
from monitor.domain.moments import Clock
from monitor.store.brands import EVERY
from monitor.store.protocol import Store


def set_brands(
    store: Store, name: str, brands: Iterable[str], clock: Clock, *, by: str, known: Sequence[str]
) -> tuple[str, ...]:
    """What a person sees from now on (`EVERY`, or some of the `known` brands); they sign in anew.

    Raises NotFound, WrongUse.
    """
    wanted, now = chosen(brands, known), clock.now()
    with store.write() as session:
        user = session.people.need(name)
        if user.role == "admin" and wanted != (EVERY,):
            raise WrongUse(
                f"{name} is admin, and an admin sees every brand.", action="Give them another role first."
            )
        session.brands.give(name, wanted)
        session.access.sign_out_all(name)
        session.audit.record(now, by, "user.brands_set", f"user:{name}", brands=list(wanted))
    return wanted


def chosen(brands: Iterable[str], known: Sequence[str]) -> tuple[str, ...]:
    """The brands as they are kept. Raises WrongUse for one that there is not, and for none at all."""
    wanted = tuple(sorted({b.strip() for b in brands if b.strip()}))
    if EVERY in wanted:
        return (EVERY,)
    if unknown := [b for b in wanted if b not in known]:
        raise WrongUse(f"There is no brand {unknown[0]!r}.", action=f"There are: {', '.join(known)}.")
    if not wanted:
        raise WrongUse("Say which brands.", action=f"There are: {', '.join(known)}; or all of them.")
    return wanted
