"""Finds connectors through entry points, so that another package can bring one."""

from __future__ import annotations

import difflib
from functools import cache
from importlib.metadata import entry_points

from connectors.base import Connector
from monitor.domain.errors import NotFound

GROUP = "presszero.connectors"


@cache
def kinds() -> tuple[str, ...]:
    """The kinds that are installed, sorted."""
    return tuple(sorted({e.name for e in entry_points(group=GROUP)}))


@cache
def connector_class(kind: str) -> type[Connector]:
    """The class for `kind`, imported now. Raises NotFound, naming the nearest kind."""
    for entry in entry_points(group=GROUP):
        if entry.name == kind:
            loaded: type[Connector] = entry.load()
            return loaded
    near = difflib.get_close_matches(kind, kinds(), 1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(kinds())}."
    raise NotFound(f"There is no connector of kind {kind!r}.", action=hint)
