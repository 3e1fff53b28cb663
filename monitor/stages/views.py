"""views: a lane and a filter that somebody comes back to, under a name."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from monitor.domain.case import Lane
from monitor.domain.errors import NotAllowed, NotFound, WrongUse
from monitor.domain.moments import Clock
from monitor.store.inbox import FIELDS
from monitor.store.protocol import Store
from monitor.store.views import View

AT_WORK = "open"  # in place of a lane: every lane in which somebody has to act
_LONGEST_NAME = 40


def query_of(asked: Mapping[str, str]) -> str:
    """The address of a view: its lane and the filters that are set. Raises WrongUse for an unknown lane."""
    lane = asked.get("lane", "") or AT_WORK
    if lane != AT_WORK and lane not in set(Lane):
        raise WrongUse(f"{lane!r} is no lane.", action=f"One of {AT_WORK}, {', '.join(Lane)}.")
    return urlencode({"lane": lane} | {k: asked[k] for k in FIELDS if asked.get(k)})


def save_view(
    store: Store, owner: str, name: str, asked: Mapping[str, str], clock: Clock, *, shared: bool = False
) -> int:
    """Keeps a view; one of the same owner and name is replaced. Returns its id. Raises WrongUse."""
    now, name = clock.now(), name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise WrongUse(f"{name!r} can't name a view.", action=f"Use up to {_LONGEST_NAME} characters.")
    query = query_of(asked)
    with store.write() as session:
        view_id = session.views.save(owner, name, query, shared, now)
        session.audit.record(now, owner, "view.saved", f"view:{view_id}", shared=shared)
        return view_id


def drop_view(store: Store, user: str, view_id: int, clock: Clock, *, manages: bool = False) -> View:
    """Forgets a view: one's own, or, for whoever manages, a shared one. Raises NotFound, NotAllowed."""
    now = clock.now()
    with store.write() as session:
        view = session.views.get(view_id)
        if view is None:
            raise NotFound(f"There is no view {view_id}.")
        if view.owner != user and not (view.shared and manages):
            raise NotAllowed(f"The view {view.name!r} is {view.owner}'s.")
        session.views.drop(view_id)
        session.audit.record(now, user, "view.dropped", f"view:{view_id}")
        return view
