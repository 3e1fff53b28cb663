"""The palette: where somebody may want to go, by a few letters or by what a customer said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from monitor.domain.case import Case, Lane
from monitor.domain.errors import NotFound
from monitor.stages.people import May, SignedIn
from monitor.store.session import Session
from monitor.web import words
from monitor.web.access import Reader, Services
from monitor.web.pages import Frame, frame_of, render

router = APIRouter()
_SHORTEST = 3  # letters from which a search begins
_CASES = 6
_MOST_WAYS = 12


@router.get("/palette")
def palette(
    request: Request,
    services: Services,
    person: Reader,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """A piece of the page: cases and places that the letters name."""
    asked = q.strip()
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        found = _cases(session, asked)
    letters = asked.lower().split()
    ways = [w for w in _ways(frame, person) if all(x in w[0].lower() for x in letters)][:_MOST_WAYS]
    return render(
        request, services, "_palette.html", person=person, frame=frame, q=asked, found=found, ways=ways
    )


def _cases(session: Session, asked: str) -> list[Case]:
    number = asked.lstrip("#cC")
    if number.isascii() and number.isdecimal() and len(number) < 18:
        try:
            return [session.cases.get(int(number))]
        except NotFound:
            return []
    if len(asked) < _SHORTEST:
        return []
    return [found.row.case for found in session.inbox.search(asked, limit=_CASES)[0]][:_CASES]


def _ways(frame: Frame, person: SignedIn) -> Iterator[tuple[str, str]]:
    yield "For me", "/me"
    yield "All open", "/?lane=open"
    for lane in Lane:
        yield words.LANES[lane], f"/?lane={lane.value}"
    for view in frame.views:
        yield f"View: {view.name}", f"/?{view.query}&view={view.id}"
    yield "Digest", "/digest"
    yield "Alerts: who is on call", "/alerts"
    yield "Posting", "/posting"
    yield "Promises", "/promises"
    yield "Macros", "/macros"
    yield "Reading: what people corrected", "/reading"
    yield "Sources", "/sources"
    yield "My account", "/account"
    if person.may(May.ADMIN):
        yield "People", "/people"
