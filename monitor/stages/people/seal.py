"""The seal: what must be kept but not be readable in the database is encrypted with a key from outside.

PRESSZERO_SECRET_KEY holds the key; several, separated by spaces, are the newest and its predecessors.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from monitor.domain.errors import ConfigInvalid, ConfigProblem, SecretKeyUnusable

VARIABLE = SecretKeyUnusable.variable
SHORTEST_KEY = 32  # characters


class Seal:
    """Seals and opens small texts. What was sealed for one purpose opens for no other."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = keys

    def close(self, text: str, purpose: str) -> str:
        """`text`, sealed with the newest key."""
        return self._fernet(purpose).encrypt(text.encode()).decode()

    def open(self, sealed: str, purpose: str, *, lasts: timedelta | None = None) -> str:
        """What was sealed. Raises SecretKeyUnusable when it was sealed with another key, or too long ago."""
        ttl = int(lasts.total_seconds()) if lasts else None
        try:
            return self._fernet(purpose).decrypt(sealed.encode(), ttl=ttl).decode()
        except (InvalidToken, ValueError) as exc:
            raise SecretKeyUnusable(f"What was sealed for {purpose!r} can't be opened.") from exc

    def _fernet(self, purpose: str) -> MultiFernet:
        return MultiFernet([Fernet(_derived(key, purpose)) for key in self._keys])


def _derived(key: str, purpose: str) -> bytes:
    derivation = HKDF(SHA256(), 32, salt=None, info=f"presszero {purpose}".encode())
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))


def seal_of(environment: Mapping[str, str]) -> Seal | None:
    """The seal of PRESSZERO_SECRET_KEY; None when it is not set. Raises ConfigInvalid, without the secret."""
    keys = tuple(environment.get(VARIABLE, "").split())
    if short := [len(key) for key in keys if len(key) < SHORTEST_KEY]:
        found = f"a key of {short[0]} characters"
        expected = f"use at least {SHORTEST_KEY} random ones: `openssl rand -base64 32` makes them"
        raise ConfigInvalid([ConfigProblem("environment", VARIABLE, found, expected)])
    return Seal(keys) if keys else None
