"""What a role allows, and who somebody is while they are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.errors import NotAllowed


class May(StrEnum):
    """What a role allows."""

    READ = "read"  # every page
    DRAFT = "draft"  # write, edit, hand off, note, assign, correct, close
    APPROVE = "approve"  # the yes that posts, and its undo
    PAUSE = "pause"  # the switch that stops all posting
    MACROS = "macros"  # stops a macro, and puts a suspended one back
    ADMIN = "admin"  # people and their roles


_AGENT = frozenset({May.READ, May.DRAFT})
_APPROVER = _AGENT | {May.APPROVE}
_MANAGER = _APPROVER | {May.PAUSE, May.MACROS}

ROLES: dict[str, frozenset[May]] = {
    "viewer": frozenset({May.READ}),
    "agent": _AGENT,
    "approver": _APPROVER,
    "manager": _MANAGER,
    "admin": _MANAGER | {May.ADMIN},
}


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """``[access]``: how long a browser stays signed in, and who needs a second factor."""

    idle: timedelta = timedelta(hours=12)
    absolute: timedelta = timedelta(days=14)
    second_factor: frozenset[str] = frozenset()  # roles


DEFAULT_POLICY = AccessPolicy()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whom a browser belongs to."""

    name: str
    role: str
    must_change: bool
    token_hash: str
    seen_at: datetime
    via: str = "password"  # password, code, recovery, oidc
    has_factor: bool = False
    must_enrol: bool = False  # the role needs a second factor, and there is none yet
    brands: tuple[str, ...] | None = None  # those they are a member of; None: every one

    def may(self, what: May) -> bool:
        """Whether this person's role allows it."""
        return what in ROLES.get(self.role, frozenset())


def require_every_brand(brands: tuple[str, ...] | None) -> None:
    """Raises NotAllowed for a member of some brands only."""
    if brands is not None:
        raise NotAllowed(
            "This is about every brand, and you are a member of some.",
            action="Ask somebody who sees every brand.",
        )


def require(person: SignedIn, what: May) -> None:
    """Raises NotAllowed unless the role allows it."""
    if not person.may(what):
        raise NotAllowed(f"{person.name} is {person.role}; that needs the permission to {what}.")
