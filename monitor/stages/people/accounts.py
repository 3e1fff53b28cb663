"""Accounts: who may come in, with which role. Used by the pages and by `presszero users`."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.errors import WrongUse
from monitor.domain.moments import Clock
from monitor.stages.people.passwords import generated_password, hashed_password
from monitor.stages.people.rights import ROLES
from monitor.store.brands import EVERY
from monitor.store.protocol import Store
from monitor.store.session import Session

LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3


def add_user(
    store: Store,
    name: str,
    role: str,
    password: str | None,
    clock: Clock,
    *,
    email: str | None = None,
    brands: Sequence[str] = (EVERY,),
    by: str = "cli",
) -> str:
    """Adds a person; returns the password: the one given, or a generated one to be changed at first sign-in.

    `brands` are those they see (`monitor.stages.people.membership.chosen`). Raises WrongUse for a name that
    is taken or malformed, an unknown role, a weak password, an admin who would not see everything.
    """
    known_role(role)
    if role == "admin" and tuple(brands) != (EVERY,):
        raise WrongUse("An admin sees every brand.", action="Give another role, or every brand.")
    known_name(name)
    email = email_of(email)
    given = password if password is not None else generated_password()
    hashed, now = hashed_password(name, given), clock.now()
    with store.write() as session:
        must = password is None
        if not session.people.add(name, role, hashed, now, email=email, must_change=must, brands=brands):
            raise WrongUse(f"{name!r} is taken.", action="See `presszero users list`.")
        session.audit.record(now, by, "user.added", f"user:{name}", role=role, brands=list(brands))
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
        session.access.sign_out_all(name)
        session.access.drop_resets(name)
        session.audit.record(now, by, "user.password_set", f"user:{name}")
    return given


def set_role(store: Store, name: str, role: str, clock: Clock, *, by: str) -> None:
    """A new role, which signs the person out everywhere: nobody goes on with rights they had before.

    An admin sees every brand. Raises NotFound, and WrongUse rather than leaving nobody who can administer.
    """
    known_role(role)
    now = clock.now()
    with store.write() as session:
        if role != "admin":
            not_the_last_admin(session, name)
        else:
            session.people.need(name)
            session.brands.give(name, (EVERY,))
        session.people.set_role(name, role)
        session.access.sign_out_all(name)
        session.audit.record(now, by, "user.role_set", f"user:{name}", role=role)


def set_email(store: Store, name: str, email: str | None, clock: Clock, *, by: str) -> None:
    """Another mail address, or none. Raises NotFound, WrongUse."""
    now, email = clock.now(), email_of(email)
    with store.write() as session:
        session.people.set_email(name, email)
        session.access.drop_resets(name)
        session.audit.record(now, by, "user.email_set", f"user:{name}")


def disable(store: Store, name: str, clock: Clock, *, by: str, off: bool = True) -> None:
    """Takes access away at once, or gives it back (`off` false). Raises NotFound, WrongUse."""
    now = clock.now()
    with store.write() as session:
        if off:
            not_the_last_admin(session, name)
        session.people.set_disabled(name, now if off else None)
        if off:
            session.access.sign_out_all(name)
            session.access.drop_resets(name)
            session.tokens.revoke_all(name, now, by)
        session.audit.record(now, by, "user.disabled" if off else "user.enabled", f"user:{name}")


def known_role(role: str) -> None:
    """Raises WrongUse unless there is such a role."""
    if role not in ROLES:
        raise WrongUse(f"{role!r} is no role.", action=f"Use one of {', '.join(ROLES)}.")


def known_name(name: str) -> None:
    """Raises WrongUse for what can't be a name."""
    if not name or len(name) > 64 or not name.isprintable() or name != name.strip() or ":" in name:
        raise WrongUse(
            f"{name!r} can't be a name.", action="Use up to 64 printable characters, without a colon."
        )


def email_of(text: str | None) -> str | None:
    """A mail address as it is kept; None for none. Raises WrongUse."""
    email = (text or "").strip()
    if not email:
        return None
    local, _, host = email.rpartition("@")
    plain = email.isprintable() and email.isascii() and not any(c in ' <>,;:"()[]\\' for c in email)
    if not (local and host and plain) or "@" in local or len(email) > LONGEST_EMAIL:
        raise WrongUse(f"{text!r} is no mail address.", action="Write it as name@example.org.")
    return email


def not_the_last_admin(session: Session, name: str) -> None:
    """Raises WrongUse rather than leaving nobody who can administer."""
    admins = {u.name for u in session.people.all() if u.role == "admin" and u.disabled_at is None}
    if admins == {name}:
        raise WrongUse(f"{name} is the only admin.", action="Make somebody else admin first.")
