"""people: who may come in, and what they may do.

Plain functions over the store, used by the sign-in page and by `presszero users`. Passwords are kept
as argon2id hashes, sessions as the SHA-256 of a random token; neither can be read back.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from pwdlib import PasswordHash

from monitor.domain.errors import NotAllowed, SignInFailed, WrongUse
from monitor.domain.moments import Clock, parse_moment, say_duration
from monitor.store.people import User
from monitor.store.protocol import Store
from monitor.store.session import Session


class May(StrEnum):
    """What a role allows."""

    READ = "read"  # every page
    DRAFT = "draft"  # write, edit, hand off, note, assign, correct, close
    APPROVE = "approve"  # the yes that posts, and its undo
    PAUSE = "pause"  # the switch that stops all posting
    ADMIN = "admin"  # people and their roles


_AGENT = frozenset({May.READ, May.DRAFT})
_APPROVER = _AGENT | {May.APPROVE}
_MANAGER = _APPROVER | {May.PAUSE}

ROLES: dict[str, frozenset[May]] = {
    "viewer": frozenset({May.READ}),
    "agent": _AGENT,
    "approver": _APPROVER,
    "manager": _MANAGER,
    "admin": _MANAGER | {May.ADMIN},
}

# NIST SP 800-63B asks for at least 8; nobody types one of these often enough for 10 to hurt.
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1024  # characters: hashing a novel is a way to keep us busy

# Throttling. The wait doubles with each failure beyond the threshold; it ends by itself, so that
# nobody can lock a colleague out for good by typing wrong passwords under their name.
FAILURES_COUNT_FOR = timedelta(minutes=15)
FAILURES_PER_NAME = 5
FAILURES_PER_ADDRESS = 20
FIRST_WAIT = timedelta(seconds=15)

# A browser is forgotten after this long without a request, and in any case after this long.
IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)
_SEEN_EVERY = timedelta(minutes=1)

# Each hash takes 64 MiB: a crowd at the sign-in page waits in line instead of taking the memory.
_HASHING = threading.BoundedSemaphore(2)


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()  # argon2id, 64 MiB, 3 passes


@cache
def _nobody() -> str:
    # What an unknown name is checked against, so that it takes as long as a known one.
    return _hasher().hash(secrets.token_urlsafe(32))


_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whom a browser belongs to."""

    name: str
    role: str
    must_change: bool
    token_hash: str
    seen_at: datetime

    def may(self, what: May) -> bool:
        """Whether this person's role allows it."""
        return what in ROLES.get(self.role, frozenset())


def require(person: SignedIn, what: May) -> None:
    """Raises NotAllowed unless the role allows it."""
    if not person.may(what):
        raise NotAllowed(f"{person.name} is {person.role}; that needs the permission to {what}.")


def add_user(
    store: Store,
    name: str,
    role: str,
    password: str | None,
    clock: Clock,
    *,
    email: str | None = None,
    by: str = "cli",
) -> str:
    """Adds a person; returns the password: the one given, or a generated one to be changed at first sign-in.

    Raises WrongUse for a name that is taken or malformed, an unknown role, a weak password.
    """
    _known_role(role)
    if not name or len(name) > 64 or not name.isprintable() or name != name.strip() or ":" in name:
        raise WrongUse(
            f"{name!r} can't be a name.", action="Use up to 64 printable characters, without a colon."
        )
    given = password if password is not None else generated_password()
    hashed, now = hashed_password(name, given), clock.now()
    with store.write() as session:
        if not session.people.add(name, role, hashed, now, email=email, must_change=password is None):
            raise WrongUse(f"{name!r} is taken.", action="See `presszero users list`.")
        session.audit.record(now, by, "user.added", f"user:{name}", role=role)
    return given


def set_password(
    store: Store, name: str, password: str | None, clock: Clock, *, by: str, must_change: bool | None = None
) -> str:
    """A new password (generated if None), which signs the person out everywhere; returns it.

    Raises NotFound, WrongUse.
    """
    given = password if password is not None else generated_password()
    hashed, now = hashed_password(name, given), clock.now()
    must = password is None if must_change is None else must_change
    with store.write() as session:
        session.people.set_password(name, hashed, must_change=must)
        session.audit.record(now, by, "user.password_set", f"user:{name}")
    return given


def set_role(store: Store, name: str, role: str, clock: Clock, *, by: str) -> None:
    """A new role. Raises NotFound, and WrongUse rather than leaving nobody who can administer."""
    _known_role(role)
    now = clock.now()
    with store.write() as session:
        if role != "admin":
            _not_the_last_admin(session, name)
        session.people.set_role(name, role)
        session.audit.record(now, by, "user.role_set", f"user:{name}", role=role)


def disable(store: Store, name: str, clock: Clock, *, by: str, off: bool = True) -> None:
    """Takes access away at once, or gives it back (`off` false). Raises NotFound, WrongUse."""
    now = clock.now()
    with store.write() as session:
        if off:
            _not_the_last_admin(session, name)
        session.people.set_disabled(name, now if off else None)
        session.audit.record(now, by, "user.disabled" if off else "user.enabled", f"user:{name}")


def check_password(store: Store, name: str, password: str, address: str, clock: Clock) -> User:
    """The person, if name and password are right. Raises SignInFailed, in the same words and time for all.

    Failures are counted per name and per network address; beyond the threshold each one doubles
    the wait. A try during the wait is refused without being counted, and without being checked.
    """
    now = clock.now()
    with store.read() as session:
        user = session.people.get(name)
        _not_too_often(session, name, address, now)
    known = user is not None and user.disabled_at is None
    with _HASHING:
        right, renewed = _hasher().verify_and_update(
            password[:LONGEST_PASSWORD], user.password_hash if user and known else _nobody()
        )
    with store.write() as session:
        if not (right and known and user):
            session.people.failed(name[:64], address, now)
        else:
            session.people.forget_failures(name, now - FAILURES_COUNT_FOR)
            if renewed:
                session.people.set_password(name, renewed, must_change=user.must_change)
    if not (right and known and user):
        raise SignInFailed("That name and password don't belong together.")
    return user


def sign_in(store: Store, user: User, agent: str, clock: Clock) -> str:
    """Remembers a browser; returns its token, of which only the hash is kept.

    `agent` (what the browser calls itself) is shown to the person in their own list.
    """
    token, now = secrets.token_urlsafe(32), clock.now()
    with store.write() as session:
        session.people.expire(now, now - IDLE)
        session.people.sign_in(token_hash(token), user.name, now, now + ABSOLUTE, agent)
        session.audit.record(now, user.name, "user.signed_in", f"user:{user.name}")
    return token


def whose(store: Store, token: str, clock: Clock) -> SignedIn | None:
    """Whom a token belongs to; None when it is unknown, idle for too long, or too old."""
    hashed, now = token_hash(token), clock.now()
    with store.read() as session:
        row = session.people.signed_in(hashed)
    if row is None:
        return None
    seen = parse_moment(row["last_seen_at"])
    if parse_moment(row["expires_at"]) <= now or now - seen > IDLE:
        return None
    return SignedIn(row["user_name"], row["role"], bool(row["must_change"]), hashed, seen)


def seen(store: Store, person: SignedIn, clock: Clock) -> None:
    """Notes that the browser was here; at most once a minute, it is a write."""
    now = clock.now()
    if now - person.seen_at < _SEEN_EVERY:
        return
    with store.write() as session:
        session.people.seen(person.token_hash, now)


def sign_out(store: Store, person: SignedIn, clock: Clock, token_hash: str | None = None) -> None:
    """Forgets this browser, or another one of the same person."""
    now = clock.now()
    with store.write() as session:
        own = {row["token_hash"] for row in session.people.sign_ins(person.name)}
        target = token_hash or person.token_hash
        if target in own:
            session.people.sign_out(target)
            session.audit.record(now, person.name, "user.signed_out", f"user:{person.name}")


def token_hash(token: str) -> str:
    """What is kept of a session token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def generated_password() -> str:
    """Four groups of four, about 79 bits, to be read out over a phone if need be."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def hashed_password(name: str, password: str) -> str:
    """The argon2id hash. Raises WrongUse for a password that is too short, too long, or the name."""
    if len(password) < SHORTEST_PASSWORD:
        raise WrongUse(
            f"The password is too short: {len(password)} characters.",
            action=f"Use at least {SHORTEST_PASSWORD}; a few words make a good one.",
        )
    if len(password) > LONGEST_PASSWORD:
        raise WrongUse("The password is too long.", action=f"Use at most {LONGEST_PASSWORD} characters.")
    if password.lower() == name.lower():
        raise WrongUse("The password is the name.", action="Choose another one.")
    with _HASHING:
        return _hasher().hash(password)


def _known_role(role: str) -> None:
    if role not in ROLES:
        raise WrongUse(f"{role!r} is no role.", action=f"Use one of {', '.join(ROLES)}.")


def _not_the_last_admin(session: Session, name: str) -> None:
    admins = {u.name for u in session.people.all() if u.role == "admin" and u.disabled_at is None}
    if admins == {name}:
        raise WrongUse(f"{name} is the only admin.", action="Make somebody else admin first.")


def _not_too_often(session: Session, name: str, address: str, now: datetime) -> None:
    by_name, by_address = session.people.failures_since(name[:64], address, now - FAILURES_COUNT_FOR)
    beyond = max(by_name - FAILURES_PER_NAME, by_address - FAILURES_PER_ADDRESS)
    if beyond < 0:
        return
    wait = min(FIRST_WAIT * 2 ** min(beyond, 20), FAILURES_COUNT_FOR)
    lately = session.people.failures_since(name[:64], address, now - wait)
    if (by_name >= FAILURES_PER_NAME and lately[0]) or (by_address >= FAILURES_PER_ADDRESS and lately[1]):
        raise SignInFailed(
            "Too many tries with a wrong password.", action=f"Wait {say_duration(wait)}, then try again."
        )
