"""Templates, and the frame that every page stands in: lanes, health, switches, the person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.domain.case import Lane
from monitor.domain.draft import APPROVABLE
from monitor.domain.moments import parse_moment, say_duration
from monitor.domain.storm import Storm
from monitor.stages.people import May, SignedIn
from monitor.stages.troubles import Trouble, standing, troubles
from monitor.store.protocol import Row
from monitor.store.session import Session
from monitor.store.views import View
from monitor.web import deeds, diffs, marks, spans, times, words
from monitor.web.services import WebServices

THEMES = ("system", "light", "dark")


# What pages outside the queue have of it.
_NOWHERE: dict[str, Any] = {"place": None, "lane": None}


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page shows around its own content."""

    lanes: dict[Lane, int]
    sources: tuple[str, ...]
    troubled: tuple[Trouble, ...]
    storms: tuple[Storm, ...]  # those that go on
    paused: Row | None
    pulse: str
    views: tuple[View, ...]
    unseen: int  # notices for this person

    @property
    def at_work(self) -> int:
        """How many cases wait for somebody."""
        return sum(self.lanes[lane] for lane in words.AT_WORK)

    @property
    def counts(self) -> dict[Lane, int]:
        """What stands beside each lane. A source in trouble is a problem, too."""
        return self.lanes | {Lane.PROBLEMS: self.lanes[Lane.PROBLEMS] + len(self.troubled)}


def frame_of(session: Session, user: str) -> Frame:
    """Read in the same snapshot as the page's content."""
    return Frame(
        lanes=session.cases.lanes(),
        sources=tuple(s.source for s in session.ledger.states()),
        troubled=troubles(session),
        storms=tuple(session.storms.active()),
        paused=session.people.posting_paused(),
        pulse=session.inbox.pulse(),
        views=tuple(session.views.of(user)),
        unseen=session.casework.unseen(user),
    )


@cache
def environment() -> Environment:
    """Everything is escaped; a name that is not there is an error, not an empty place."""
    env = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # a page includes dozens of pieces: no look at the disk for each
    )
    env.globals.update(
        words=words,
        static=f"/static/{marks.static_version()}",
        icon=marks.icon,
        urgency=marks.urgency,
        face=marks.face,
        May=May,
        Lane=Lane,
        APPROVABLE=APPROVABLE,
        marked=spans.marked,
        with_names=spans.with_names,
        diff=diffs.diff,
        spans_of=spans.spans_of,
        clock_of=times.clock_of,
    )
    env.filters.update(
        parsed=parse_moment,
        platform=words.platform,
        action=deeds.action,
        actor=deeds.actor,
        plain=words.plain,
        seemly=spans.seemly,
    )
    return env


def render(
    request: Request,
    services: WebServices,
    template: str,
    *,
    person: SignedIn | None = None,
    frame: Frame | None = None,
    status: int = 200,
    **context: Any,
) -> Response:
    """One page. `frame` None: a page without the lanes (sign-in, some errors)."""
    now = services.clock.now()
    if frame is not None and services.sources:
        frame = replace(frame, troubled=standing(frame.troubled, services.sources, now))
    theme = request.cookies.get("theme", "system")
    html = (
        environment()
        .get_template(template)
        .render(
            brand=services.brand_name,
            version=services.version,
            pictures=services.pictures is not None,
            person=person,
            frame=frame,
            **({"path": request.url.path} | _NOWHERE | context),
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            theme=theme if theme in THEMES else "system",
            now=now,
            moment=lambda at: times.local(at, services.timezone, now),
            ago=lambda at: times.ago(at, now),
            said=say_duration,
        )
    )
    return HTMLResponse(html, status)


def wants_part(request: Request) -> bool:
    """Whether htmx asks for a piece of a page rather than a browser for all of it."""
    return request.headers.get("hx-request") == "true"


def safe_next(target: str | None) -> str:
    """A path of ours to go on to, or the start page: never another site, never a scheme."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    return "/" if any(ord(c) < 32 or c == "\\" for c in target) else target
