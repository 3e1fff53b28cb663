"""Forgotten passwords: a link by mail that is good once and for half an hour.

Whoever asks is told the same, whether or not somebody has that name or address.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from monitor.domain.errors import ResetLinkDead
from monitor.domain.moments import Clock
from monitor.stages.people import throttle
from monitor.stages.people.passwords import NO_PASSWORD, hashed_password
from monitor.stages.people.sessions import token_hash
from monitor.store.people import User
from monitor.store.protocol import Store
from monitor.store.session import Session

LASTS = timedelta(minutes=30)
_MOST_LETTERS = 5  # that one request sends: a mail address may be shared
_BETWEEN = timedelta(minutes=5)  # two letters to one person


@dataclass(frozen=True, slots=True)
class ResetLetter:
    """What has to be mailed. Nothing else ever holds the token."""

    name: str
    email: str
    token: str


def ask(store: Store, wanted: str, address: str, clock: Clock) -> None:
    """Counts a request for a new password. Raises TooManyTries."""
    now = clock.now()
    with store.write() as session:
        throttle.count(session, f"reset:{wanted.strip().lower()}", address, now)


def begin(store: Store, wanted: str, clock: Clock) -> list[ResetLetter]:
    """Makes the links for a name or mail address: none, one, or one for each who shares the address."""
    now, letters = clock.now(), []
    with store.write() as session:
        for user in _meant(session, wanted.strip())[:_MOST_LETTERS]:
            if user.email is None or user.password_hash == NO_PASSWORD:
                continue
            if session.access.has_reset_since(user.name, now - _BETWEEN):
                continue  # that letter is on its way
            token = secrets.token_urlsafe(32)
            session.access.add_reset(user.name, token_hash(token), now, now + LASTS)
            session.audit.record(now, user.name, "user.reset_asked", f"user:{user.name}")
            letters.append(ResetLetter(user.name, user.email, token))
    return letters


def whose_link(store: Store, token: str, clock: Clock) -> str:
    """Whose new password a link is for; looking does not use it up. Raises ResetLinkDead."""
    with store.read() as session:
        name = session.access.reset(token_hash(token), clock.now())
    if name is None:
        raise ResetLinkDead("This link was used before, or is too old.")
    return name


def finish(store: Store, token: str, password: str, clock: Clock) -> str:
    """Uses the link up: the new password counts, and the person is signed out everywhere; returns the name.

    A second factor stays. Raises ResetLinkDead, WrongUse for a weak password (the link stays good).
    """
    hashed, now = hashed_password(whose_link(store, token, clock), password), clock.now()
    with store.write() as session:
        name = session.access.reset(token_hash(token), now)
        if name is None or not session.access.drop_resets(name):
            raise ResetLinkDead("This link was used before, or is too old.")
        session.people.set_password(name, hashed, must_change=False)
        session.access.sign_out_all(name)
        session.audit.record(now, name, "user.password_reset", f"user:{name}")
    return name


def _meant(session: Session, wanted: str) -> list[User]:
    if "@" in wanted:
        found = session.people.with_email(wanted)
        if found:
            return found
    user = session.people.get(wanted)
    return [user] if user is not None and user.disabled_at is None else []
