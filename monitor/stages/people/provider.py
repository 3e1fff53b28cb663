"""People who come through a provider (OpenID Connect): known by its subject, with the rights its groups give.

A local account is never taken over by somebody of the same name: an admin links it, by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.errors import NotAllowed, SignInFailed, WrongUse
from monitor.domain.moments import Clock
from monitor.stages.people.accounts import known_name, not_the_last_admin
from monitor.stages.people.passwords import NO_PASSWORD
from monitor.stages.people.rights import ROLES
from monitor.store.brands import EVERY
from monitor.store.people import User
from monitor.store.protocol import Store
from monitor.store.session import Session

ACTOR = "machine:oidc"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who comes, as the provider says, and what the configuration makes of their groups."""

    issuer: str
    subject: str
    name: str
    role: str | None  # None: no group of theirs gives one
    brands: tuple[str, ...]


def role_of(groups: Iterable[str], roles: Mapping[str, str]) -> str | None:
    """The highest role that some groups give."""
    given = {roles[group] for group in groups if group in roles}
    return next((role for role in reversed(ROLES) if role in given), None)


def brands_of(groups: Iterable[str], brands: Mapping[str, str], role: str | None) -> tuple[str, ...]:
    """The brands that some groups give; every one for admins, and where no table says otherwise."""
    if not brands or role == "admin":
        return (EVERY,)
    return tuple(sorted({brands[group] for group in groups if group in brands}))


def arrive(store: Store, who: Arrival, clock: Clock) -> User:
    """The person, made at their first visit; role and brands are those of today's groups.

    Raises NotAllowed without a role, SignInFailed for whoever's access was taken away, WrongUse for a name
    that somebody else has.
    """
    if who.role is None:
        raise NotAllowed(
            f"No group of {who.name} gives a role here.",
            action="Ask whoever looks after the groups of your organisation ([oidc.roles]).",
        )
    now = clock.now()
    with store.write() as session:
        name = session.access.identity(who.issuer, who.subject)
        if name is None:
            name = _first_visit(session, who)
            session.people.add(
                name, who.role, NO_PASSWORD, now, email=None, must_change=False, brands=who.brands
            )
            session.access.identify(name, who.issuer, who.subject, now)
            session.audit.record(
                now, ACTOR, "user.added", f"user:{name}", role=who.role, brands=list(who.brands)
            )
        user = session.people.need(name)
        if user.disabled_at is not None:
            raise SignInFailed(f"{name} has no access here any more.", action="Ask an admin.")
        _rights_of_today(session, user, who, now)
        return session.people.need(name)


def link(store: Store, name: str, issuer: str, subject: str, clock: Clock, *, by: str) -> None:
    """Says that the provider's `subject` is this person, who was added by hand. Raises NotFound, WrongUse."""
    now = clock.now()
    if not subject.strip():
        raise WrongUse("The subject is empty.", action="Take it from the provider's list of people.")
    with store.write() as session:
        session.people.need(name)
        other = session.access.identity(issuer, subject)
        if other is not None and other != name:
            raise WrongUse(f"The provider's {subject!r} is {other} here.", action="Unlink them first.")
        session.access.identify(name, issuer, subject, now)
        session.audit.record(now, by, "user.linked", f"user:{name}", issuer=issuer)


def unlink(store: Store, name: str, clock: Clock, *, by: str) -> int:
    """No provider means this person any more; they are signed out. Returns how many did."""
    now = clock.now()
    with store.write() as session:
        session.people.need(name)
        count = session.access.drop_identities(name)
        if count:
            session.access.sign_out_all(name)
            session.audit.record(now, by, "user.unlinked", f"user:{name}")
    return count


def _first_visit(session: Session, who: Arrival) -> str:
    known_name(who.name)
    if session.people.get(who.name) is not None:
        raise WrongUse(
            f"There is another {who.name!r} here.",
            action="If it is you, an admin links you: `presszero users link NAME SUBJECT`.",
        )
    return who.name


def _rights_of_today(session: Session, user: User, who: Arrival, now: datetime) -> None:
    """What the groups give today, in place of what they gave before; elsewhere the person is signed out."""
    now_has: tuple[str, Sequence[str]] = (user.role, session.brands.of(user.name))
    assert who.role is not None, "asked before"  # noqa: S101
    if now_has == (who.role, who.brands):
        return
    if user.role == "admin" and who.role != "admin":
        not_the_last_admin(session, user.name)
    session.people.set_role(user.name, who.role)
    session.brands.give(user.name, who.brands)
    session.access.sign_out_all(user.name)
    session.audit.record(
        now, ACTOR, "user.role_set", f"user:{user.name}", role=who.role, brands=list(who.brands)
    )
