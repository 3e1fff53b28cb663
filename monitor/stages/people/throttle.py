"""Throttling: whoever guesses has to wait, longer each time, under a name and from an address.

A try is counted before it is checked: a thousand at once are a thousand, not one.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from monitor.domain.errors import TooManyTries
from monitor.domain.moments import say_duration
from monitor.store.session import Session

# The wait doubles with each failure beyond the threshold; it ends by itself, so that nobody can lock
# a colleague out for good by typing wrong passwords under their name.
FAILURES_COUNT_FOR = timedelta(minutes=15)
FAILURES_PER_NAME = 5
FAILURES_PER_ADDRESS = 20
FIRST_WAIT = timedelta(seconds=15)


def count(session: Session, name: str, address: str, now: datetime) -> int:
    """Counts a try and returns its number. Raises TooManyTries, which is not counted.

    `name` is whom the try is about; what is not a password has a prefix with a colon, which no name has.
    """
    name, address = name[:80], network_of(address)
    tries = session.access.tries_since(name, address, now - FAILURES_COUNT_FOR)
    left = max(
        _left(tries.by_name - FAILURES_PER_NAME, tries.last_by_name, now),
        _left(tries.by_address - FAILURES_PER_ADDRESS, tries.last_by_address, now),
    )
    if left > timedelta(0):
        raise TooManyTries("Too many tries went wrong.", wait=left, action=_say(left))
    return session.access.tried(name, address, now)


def was_right(session: Session, name: str, number: int, now: datetime) -> None:
    """The try with this number was right: the name starts afresh."""
    session.access.forget_tries(name[:80], number, now - FAILURES_COUNT_FOR)


def network_of(address: str) -> str:
    """The address that counts: whoever has one IPv6 address has all 2^64 of its network."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _left(beyond: int, last: datetime | None, now: datetime) -> timedelta:
    if beyond < 0 or last is None:
        return timedelta(0)
    wait: timedelta = min(FIRST_WAIT * 2 ** min(beyond, 20), FAILURES_COUNT_FOR)
    return last + wait - now


def _say(left: timedelta) -> str:
    whole = timedelta(seconds=max(1, round(left.total_seconds())))
    return f"Wait {say_duration(whole)}, then try again."
