"""Where somebody is in the queue, as an address names it and a case remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

from monitor.domain.case import Lane
from monitor.stages.views import AT_WORK
from monitor.store.inbox import FIELDS, Filter
from monitor.store.views import View


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is in the queue: a lane (None: all with work), a filter, perhaps a saved view."""

    lane: Lane | None
    wanted: Filter
    asked: dict[str, str]  # the filters that are set, as the address has them
    view: View | None = None

    query: str = ""  # the address of this place, behind the question mark
    within: str = ""  # the same, for a case to remember where it was opened from

    def without(self, name: str) -> str:
        """The address with one filter taken away."""
        lane = self.lane.value if self.lane else AT_WORK
        return urlencode({"lane": lane, **{k: v for k, v in self.asked.items() if k != name}})


def place_of(params: Mapping[str, str], me: str, first: Lane = Lane.NOW, view: View | None = None) -> Place:
    """The place that an address names. An unknown lane is the first one."""
    asked = {k: params[k][:100] for k in FIELDS if params.get(k, "").strip()}
    lane = params.get("lane", "")
    at = None if lane == AT_WORK else Lane(lane) if lane in set(Lane) else first
    named = {"view": str(view.id)} if view else {}
    query = urlencode({"lane": at.value if at else AT_WORK, **asked, **named})
    return Place(at, Filter.of(asked, me), asked, view, query, f"?within={quote(query, safe='')}")


def place_within(within: str, me: str) -> Place | None:
    """The place that a case was opened from, as its address remembers it."""
    return place_of(dict(parse_qsl(within[:600])), me) if within else None
