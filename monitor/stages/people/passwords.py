"""Passwords: argon2id, and how strong one has to be."""

from __future__ import annotations

import secrets
import threading
from functools import cache

from pwdlib import PasswordHash

from monitor.domain.errors import WrongUse

# NIST SP 800-63B asks for at least 8; nobody types one of these often enough for 10 to hurt.
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1024  # characters: hashing a novel is a way to keep us busy

# Whoever comes in through another service has no password here; no hash looks like this.
NO_PASSWORD = "!"  # noqa: S105

# Each hash takes 64 MiB: a crowd at the sign-in page waits in line instead of taking the memory.
_HASHING = threading.BoundedSemaphore(2)

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()  # argon2id, 64 MiB, 3 passes


@cache
def _nobody() -> str:
    # What an unknown name is checked against, so that it takes as long as a known one.
    return _hasher().hash(secrets.token_urlsafe(32))


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


def matches(password: str, kept: str | None) -> tuple[bool, str | None]:
    """(whether it is the one, a newer hash of it if the kept one is old-fashioned).

    `kept` None: nobody has that name; it takes as long, and is wrong.
    """
    known = kept is not None and kept != NO_PASSWORD
    with _HASHING:
        right, renewed = _hasher().verify_and_update(
            password[:LONGEST_PASSWORD], kept if kept and known else _nobody()
        )
    return right and known, renewed
