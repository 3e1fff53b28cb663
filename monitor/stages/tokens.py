"""tokens: what a program shows to the API instead of a person's password.

A token belongs to a person and never has more rights than they have at that moment. It is shown once; what
is kept is its SHA-256. It ends by itself, when it is revoked, and when its person loses access.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.errors import NotAllowed, NotFound, WrongUse
from monitor.domain.moments import Clock, say_duration
from monitor.domain.refusals import ScopeMissing, TokenRefused
from monitor.stages.people import ROLES, May, token_hash
from monitor.stages.people.rights import DEFAULT_POLICY, AccessPolicy
from monitor.store.brands import EVERY
from monitor.store.protocol import Store
from monitor.store.tokens import Token

PREFIX = "pz_"  # what scanners for leaked secrets look for
HINT = 8  # characters that are kept, to know a token by

LIFETIME = timedelta(days=90)
LONGEST_LIFETIME = timedelta(days=365)
_USED_EVERY = timedelta(minutes=1)


class Scope(StrEnum):
    """What a token may be used for."""

    READ = "read"  # every read but the audit log
    DRAFT = "draft"  # what an agent does with cases and drafts
    APPROVE = "approve"  # the yes that posts, and its undo
    PAUSE = "pause"  # the switch that stops all posting
    AUDIT = "audit"  # the audit log
    ADMIN = "admin"  # webhooks: their log, sending again


NEEDS: dict[Scope, May] = {
    Scope.READ: May.READ,
    Scope.DRAFT: May.DRAFT,
    Scope.APPROVE: May.APPROVE,
    Scope.PAUSE: May.PAUSE,
    Scope.AUDIT: May.PAUSE,
    Scope.ADMIN: May.ADMIN,
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose token it is, and what it may be used for."""

    name: str
    role: str
    token_id: int
    token_name: str
    scopes: frozenset[Scope]
    expires_at: datetime
    used_at: datetime | None
    brands: tuple[str, ...] | None = None  # those that their person is a member of; None: every one

    @property
    def via(self) -> str:
        """How the audit log says that this came through the API."""
        return f"token:{self.token_id}"

    def may(self, what: Scope) -> bool:
        """Whether the token has the scope, and the person's role allows it today."""
        return what in self.scopes and NEEDS[what] in ROLES.get(self.role, frozenset())


def require(caller: Caller, what: Scope) -> None:
    """Raises ScopeMissing unless the token and the role of its person allow it."""
    if what not in caller.scopes:
        raise ScopeMissing(f"The token {caller.token_name!r} does not have the scope {what}.")
    if not caller.may(what):
        raise ScopeMissing(f"{caller.name} is {caller.role}: the scope {what} needs another role.")


def allowed(role: str) -> tuple[Scope, ...]:
    """The scopes that a token of somebody with this role may have."""
    return tuple(s for s in Scope if NEEDS[s] in ROLES.get(role, frozenset()))


def make(
    store: Store,
    user: str,
    name: str,
    scopes: Iterable[str],
    clock: Clock,
    *,
    by: str,
    lifetime: timedelta = LIFETIME,
) -> tuple[str, Token]:
    """(the token, to be shown once; what is kept of it). `by` is who makes it.

    Only the person themselves may make a token that approves: nothing is posted without a yes of their own.
    Raises NotFound, NotAllowed, WrongUse.
    """
    wanted = _known(scopes)
    name = _named(name)
    if not timedelta(minutes=1) <= lifetime <= LONGEST_LIFETIME:
        longest = say_duration(LONGEST_LIFETIME)
        raise WrongUse(
            f"A token can't last {say_duration(lifetime)}.", action=f"One minute to {longest}: 30d, 12h."
        )
    if Scope.APPROVE in wanted and by != user:
        raise NotAllowed(
            f"{by} can't make a token that approves in the name of {user}.",
            action=f"{user} makes it, on their own account page.",
        )
    token, now = PREFIX + secrets.token_urlsafe(32), clock.now()
    with store.write() as session:
        person = session.people.get(user)
        if person is None or person.disabled_at is not None:
            raise NotFound(f"There is nobody named {user!r} who may come in.", action="See `users list`.")
        beyond = [s for s in wanted if NEEDS[s] not in ROLES[person.role]]
        if beyond:
            raise NotAllowed(
                f"{user} is {person.role}; a token of theirs can't have the scope {beyond[0]}.",
                action=f"It can have: {', '.join(allowed(person.role))}.",
            )
        made = session.tokens.add(
            user,
            name,
            hint=token[:HINT],
            token_hash=token_hash(token),
            scopes=tuple(s.value for s in wanted),
            at=now,
            by=by,
            expires_at=now + lifetime,
        )
        scope_names = [s.value for s in wanted]
        session.audit.record(now, by, "token.made", f"user:{user}", token=made.id, scopes=scope_names)
    return token, made


def whose(store: Store, token: str | None, clock: Clock, policy: AccessPolicy = DEFAULT_POLICY) -> Caller:
    """Whose token it is. Raises TokenRefused, in the same words for all that is unknown or over.

    A role that needs a second factor needs it here as well: without one its person may do nothing.
    """
    if not token:
        raise TokenRefused("The request has no token.")
    with store.read() as session:
        found = session.tokens.by_hash(token_hash(token))
        brands = session.brands.of(found.user) if found else ()
    if found is None or not found.is_alive(clock.now()):
        raise TokenRefused("The token is unknown, expired or revoked.")
    if found.role in policy.second_factor and not found.has_factor:
        raise TokenRefused(
            f"{found.user} is {found.role}: that needs a second factor, and there is none.",
            action=f"{found.user} sets it up on their account page.",
        )
    known = frozenset(s for s in Scope if s.value in found.scopes)
    seen = None if EVERY in brands else brands
    return Caller(
        found.user, found.role, found.id, found.name, known, found.expires_at, found.last_used_at, seen
    )


def used(store: Store, caller: Caller, clock: Clock) -> None:
    """Notes that it was used; at most once a minute, it is a write."""
    now = clock.now()
    if caller.used_at is not None and now - caller.used_at < _USED_EVERY:
        return
    with store.write() as session:
        session.tokens.used(caller.token_id, now)


def revoke(store: Store, token_id: int, clock: Clock, *, by: str, of: str | None = None) -> Token:
    """Ends a token, of `of` alone when a name is given. Raises NotFound."""
    now = clock.now()
    with store.write() as session:
        token = session.tokens.get(token_id)
        if of is not None and token.user != of:
            raise NotFound(f"There is no token {token_id}.", action="See your account page.")
        if session.tokens.revoke(token_id, now, by):
            session.audit.record(now, by, "token.revoked", f"user:{token.user}", token=token_id)
        return session.tokens.get(token_id)


def _known(scopes: Iterable[str]) -> tuple[Scope, ...]:
    wanted = set(scopes)
    unknown = wanted - set(Scope)
    if unknown or not wanted:
        said = f"{sorted(unknown)[0]!r} is no scope." if unknown else "A token needs a scope."
        raise WrongUse(said, action=f"Choose of {', '.join(Scope)}.")
    return tuple(s for s in Scope if s.value in wanted)


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 60 or not name.isprintable():
        raise WrongUse("A token needs a name.", action="Say what it is for, in up to 60 characters.")
    return name
