"""Search: cases with a post, a customer or a draft that holds all of the words, the words marked."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from monitor.store.inbox import Found
from monitor.web.access import Reader, Services
from monitor.web.pages import frame_of, render, wants_part
from monitor.web.rows import found_view

router = APIRouter()
LONGEST = 200


@router.get("/search")
def search(
    request: Request,
    services: Services,
    person: Reader,
    q: Annotated[str, Query(max_length=LONGEST)] = "",
    after: str = "",
) -> Response:
    """The newest first; a page at a time."""
    q, more = q.strip(), ""
    found: list[Found] = []
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        if q:
            found, more = session.inbox.search(q, after=after)
    now = services.clock.now()
    return render(
        request,
        services,
        "_rows.html" if wants_part(request) and after else "search.html",
        person=person,
        frame=frame,
        q=q,
        rows=[found_view(services, f.row, f.text, _of(q, f), now) for f in found],
        more=f"/search?{urlencode({'q': q, 'after': more})}" if more else None,
        place=None,
        lane=None,
    )


def _of(query: str, found: Found) -> str:
    # What was found in a draft is shown there, not in the customer's words.
    return "" if found.in_draft else query
