"""Server-sent events: tells open pages that something changed, never what. They ask for what they show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from monitor.domain.errors import PressZeroError
from monitor.stages import presence
from monitor.web.access import Reader, Services
from monitor.web.pages import frame_of, render
from monitor.web.services import WebServices

router = APIRouter()

LOOK_EVERY = 1.0  # seconds between two looks at the store, however many pages are open
# A stream ends by itself and the browser opens the next one: a server that is asked to stop does not
# have to wait for pages that stay open all day, and a session that ended is noticed.
STREAM_LASTS = 60.0
KEEP_ALIVE = 15.0


class Pulse:
    """Looks at the store for all streams of this process together."""

    def __init__(self, services: WebServices) -> None:
        self._services = services
        self._value = ""
        self._people: dict[int, str] = {}
        self._looked = 0.0
        self._lock = asyncio.Lock()

    async def value(self, about: int = 0) -> tuple[str, str]:
        """(the newest pulse, who is at the case `about`), at most LOOK_EVERY old."""
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if now - self._looked >= LOOK_EVERY:
                await run_in_threadpool(self._look)
                self._looked = now
            return self._value, self._people.get(about, "")

    def _look(self) -> None:
        since = self._services.clock.now() - presence.LASTS
        try:
            with self._services.store.read() as session:
                self._value = session.inbox.pulse()
                everywhere = session.attention.everywhere(since)
        except PressZeroError:
            return  # the store is busy: nothing new can be said
        self._people = {
            case: " ".join(f"{p.user}:{p.doing}" for p in there) for case, there in everywhere.items()
        }


@router.get("/events")
async def events(
    request: Request, services: Services, person: Reader, since: str = "", about: int = 0
) -> Response:
    """A stream of `pulse` events, one per change; `since` is the pulse that the page was made with.

    `about` is the case that is looked at: `presence` says that somebody came, went, or began to type.
    """
    del person
    if about and not await run_in_threadpool(_is_seen, services, about):
        about = 0
    pulse: Pulse = request.app.state.pulse
    since = request.headers.get("last-event-id", since)
    return StreamingResponse(
        _stream(request, pulse, since, about),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


def _is_seen(services: WebServices, case_id: int) -> bool:
    """Whether this person may know of a case."""
    try:
        with services.store.read() as session:
            return session.cases.get(case_id) is not None
    except PressZeroError:
        return False


async def _stream(request: Request, pulse: Pulse, told: str, about: int) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    start = spoke = loop.time()
    known: str | None = None
    yield "retry: 2000\n\n"
    while loop.time() - start < STREAM_LASTS and not await request.is_disconnected():
        value, there = await pulse.value(about)
        if there != known:
            if known is not None:
                yield "event: presence\ndata: changed\n\n"
            known = there
        if value != told:
            told, spoke = value, loop.time()
            yield f"event: pulse\nid: {value}\ndata: {value}\n\n"
        elif loop.time() - spoke > KEEP_ALIVE:
            spoke = loop.time()
            yield ": still here\n\n"
        await asyncio.sleep(LOOK_EVERY)


@router.get("/lanes")
def lanes(request: Request, services: Services, person: Reader, at: str = "") -> Response:
    """A piece of the page: the lanes with their counts."""
    with services.store.read() as session:
        frame = frame_of(session, person.name)
    return render(request, services, "_lanes.html", person=person, frame=frame, path=at)


@router.get("/troubles")
def troubles(request: Request, services: Services, person: Reader) -> Response:
    """A piece of the page: what needs somebody. Pages that are open show it at once."""
    with services.store.read() as session:
        frame = frame_of(session, person.name)
    return render(request, services, "_troubles.html", person=person, frame=frame)
