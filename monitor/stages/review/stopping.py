"""What a person stops, and lets go again: the switches that pause posting, and freezes."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.errors import NotFound, WrongUse
from monitor.domain.freezing import Reach, Scope
from monitor.domain.moments import Clock
from monitor.stages.freezing import freeze_covered, thaw_uncovered
from monitor.store.protocol import Store
from monitor.store.session import Session


def pause(store: Store, user: str, on: bool, reason: str, clock: Clock, *, source: str | None = None) -> None:
    """The visible switch that stops all posting (or that of one source), with a reason; or starts it again.

    While it is on, approved replies wait; they leave by themselves when it is off. Raises WrongUse without
    a reason, NotFound for a source of a brand that the person does not see.
    """
    if on and not reason.strip():
        raise WrongUse("Say why posting is paused: everybody will see it.")
    now = clock.now()
    with store.write() as session:
        if source is not None:
            _known(session, source)
        session.people.pause(source, on, reason.strip(), user, now)
        subject = f"switch:pause_posting:{source}" if source else "switch:pause_posting"
        action = "posting.paused" if on else "posting.resumed"
        session.audit.record(now, user, action, subject, reason=reason.strip() or None)


def _known(session: Session, source: str) -> None:
    brands = session.brands.of_sources()
    if brands and source not in brands:
        raise NotFound(f"There is no source {source!r} in your brands.")


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a freeze or a thaw did: the drafts it stopped, or gave back."""

    scope: Scope
    drafts: tuple[int, ...]


def freeze(store: Store, user: str, scope: Scope, reason: str, clock: Clock) -> Frozen:
    """Holds back every draft that `scope` covers, also those to come, until it is thawed.

    Raises WrongUse without a reason or when that is frozen already, NotFound for an unknown incident.
    """
    now = clock.now()
    if not reason.strip():
        raise WrongUse(f"Say why {scope.in_words} is frozen: everybody will see it.")
    with store.write() as session:
        if scope.reach is Reach.INCIDENT:
            known = [str(row["name"]) for row in session.casework.incidents_known()]
            if scope.name not in known:
                there = ", ".join(known[:10]) or "none yet"
                raise NotFound(f"There is no incident {scope.name!r}.", action=f"There are: {there}.")
        if not session.outgoing.freeze(scope, reason.strip(), user, now):
            raise WrongUse(f"{scope.begins} is frozen already.")
        session.audit.record(now, user, "posting.frozen", f"freeze:{scope}", reason=reason.strip())
        return Frozen(scope, tuple(freeze_covered(session, now, user)))


def thaw(store: Store, user: str, scope: Scope, clock: Clock) -> Frozen:
    """Lifts a freeze: what nothing else freezes goes back to a person. Raises WrongUse if it isn't frozen."""
    now = clock.now()
    with store.write() as session:
        if not session.outgoing.thaw(scope, user, now):
            frozen = ", ".join(str(f.scope) for f in session.outgoing.freezes()) or "nothing"
            raise WrongUse(f"{scope.begins} is not frozen.", action=f"Frozen is: {frozen}.")
        session.audit.record(now, user, "posting.thawed", f"freeze:{scope}")
        return Frozen(scope, tuple(thaw_uncovered(session, now, user)))
