"""Signing in and out: the password, and the browsers that somebody is signed in with.

Of a session's token only the SHA-256 is kept; every sign-in makes a new one.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from monitor.domain.errors import SignInFailed
from monitor.domain.moments import Clock, parse_moment
from monitor.stages.people import throttle
from monitor.stages.people.passwords import matches
from monitor.stages.people.rights import DEFAULT_POLICY, AccessPolicy, SignedIn
from monitor.store.people import User
from monitor.store.protocol import Store

_SEEN_EVERY = timedelta(minutes=1)

# Between the right password and the second factor.
HALF_WAY = timedelta(minutes=5)


def check_password(store: Store, name: str, password: str, address: str, clock: Clock) -> User:
    """The person, if name and password are right.

    Raises SignInFailed, in the same words and time for all, and TooManyTries.
    """
    now = clock.now()
    with store.write() as session:
        number = throttle.count(session, name, address, now)
        user = session.people.get(name)
    if user is not None and user.disabled_at is not None:
        user = None
    right, renewed = matches(password, user.password_hash if user else None)
    if not right or user is None:
        raise SignInFailed("That name and password don't belong together.")
    with store.write() as session:
        throttle.was_right(session, name, number, now)
        if renewed:
            session.people.set_password(name, renewed, must_change=user.must_change)
    return user


def sign_in(
    store: Store,
    user: User,
    agent: str,
    clock: Clock,
    *,
    address: str = "",
    via: str = "password",
    policy: AccessPolicy = DEFAULT_POLICY,
    instead_of: str | None = None,
) -> str:
    """Remembers a browser; returns its token. The browser's former token (`instead_of`) ends.

    `agent` (what the browser calls itself) is shown to the person in their own list.
    """
    token, now = secrets.token_urlsafe(32), clock.now()
    with store.write() as session:
        session.access.expire(now, now - policy.idle)
        if instead_of:
            session.access.sign_out(token_hash(instead_of))
        expires = now + policy.absolute
        session.access.sign_in(
            token_hash(token), user.name, now, expires, agent=agent, address=address, via=via
        )
        session.audit.record(now, user.name, "user.signed_in", f"user:{user.name}", via=via)
    return token


def half_way(
    store: Store, user: User, agent: str, clock: Clock, *, address: str = "", instead_of: str | None = None
) -> str:
    """The password was right, the second factor is still to come; returns the token for that page alone."""
    token, now = secrets.token_urlsafe(32), clock.now()
    with store.write() as session:
        if instead_of:
            session.access.sign_out(token_hash(instead_of))
        expires = now + HALF_WAY
        session.access.sign_in(
            token_hash(token), user.name, now, expires, agent=agent, address=address, state="code"
        )
    return token


def who_is_half_way(store: Store, token: str, clock: Clock) -> User | None:
    """Who has yet to show their second factor; None when nobody has, or when it took too long."""
    with store.read() as session:
        row = session.access.signed_in(token_hash(token))
        if row is None or row["state"] != "code" or parse_moment(row["expires_at"]) <= clock.now():
            return None
        return session.people.get(row["user_name"])


def whose(store: Store, token: str, clock: Clock, policy: AccessPolicy = DEFAULT_POLICY) -> SignedIn | None:
    """Whom a token belongs to; None when it is unknown, half-way, idle for too long, or too old."""
    hashed, now = token_hash(token), clock.now()
    with store.read() as session:
        row = session.access.signed_in(hashed)
        if row is None or row["state"] != "in":
            return None
        brands = None if row["sees_all"] else session.brands.of(row["user_name"])
    seen = parse_moment(row["last_seen_at"])
    if parse_moment(row["expires_at"]) <= now or now - seen > policy.idle:
        return None
    has_factor = bool(row["has_factor"])
    return SignedIn(
        row["user_name"],
        row["role"],
        bool(row["must_change"]) and row["via"] != "oidc",
        hashed,
        seen,
        via=row["via"],
        has_factor=has_factor,
        # Whoever comes through another service has shown their second factor there.
        brands=brands,
        must_enrol=row["role"] in policy.second_factor and not has_factor and row["via"] != "oidc",
    )


def seen(store: Store, person: SignedIn, clock: Clock) -> None:
    """Notes that the browser was here; at most once a minute, it is a write."""
    now = clock.now()
    if now - person.seen_at < _SEEN_EVERY:
        return
    with store.write() as session:
        session.access.seen(person.token_hash, now)


def sign_out(store: Store, person: SignedIn, clock: Clock, token_hash: str | None = None) -> None:
    """Forgets this browser, or another one of the same person."""
    now = clock.now()
    with store.write() as session:
        own = {row["token_hash"] for row in session.access.sign_ins(person.name)}
        target = token_hash or person.token_hash
        if target in own:
            session.access.sign_out(target)
            session.audit.record(now, person.name, "user.signed_out", f"user:{person.name}")


def sign_out_everywhere(store: Store, name: str, clock: Clock, *, by: str, but: str = "") -> int:
    """Forgets every browser of a person (but the one with the token hash `but`); returns how many."""
    now = clock.now()
    with store.write() as session:
        count = session.access.sign_out_all(name, but=but)
        session.audit.record(now, by, "user.signed_out_everywhere", f"user:{name}", browsers=count)
    return count


def token_hash(token: str) -> str:
    """What is kept of a session token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
