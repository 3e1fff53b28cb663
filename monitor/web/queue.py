"""The lanes: rows in the order of risk, filtered, saved as views, and kept current while somebody reads."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from monitor.domain.case import Lane
from monitor.domain.errors import WrongUse
from monitor.domain.reading import INTENTS, Urgency
from monitor.stages import views as keeping
from monitor.stages.people import May
from monitor.store.inbox import MOST_ROWS, PAGE, QueueRow
from monitor.store.session import Session
from monitor.web import words
from monitor.web.access import Reader, Services
from monitor.web.batch import openings_of
from monitor.web.pages import Frame, frame_of, render, wants_part
from monitor.web.queue_place import Place, place_of
from monitor.web.rows import view_of

router = APIRouter()
_FIRST = (Lane.NOW, Lane.NEEDS_APPROVAL, Lane.BY_HAND)


@router.get("/")
def queue(
    request: Request,
    services: Services,
    person: Reader,
    after: int = 0,
    view: int = 0,
) -> Response:
    """A lane, oldest risk first. Without a lane: the first one that holds anything."""
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        kept = next((v for v in frame.views if v.id == view), None)
        first = next((x for x in _FIRST if frame.lanes[x]), Lane.NOW)
        place = place_of(request.query_params, person.name, first, kept)
        start = session.cases.get(after) if after else None
        found = session.inbox.page(place.lane, place.wanted, after=start, limit=PAGE)
        opened = openings_of(session, person, found)
        choices = {} if after else _choices(session, frame, person.name)
        gaps = session.ledger.gaps_since(services.clock.now() - words.RECENT_GAPS) if _troubled(place) else []
    now = services.clock.now()
    return render(
        request,
        services,
        "_rows.html" if wants_part(request) and after else "queue.html",
        person=person,
        frame=frame,
        place=place,
        lane=place.lane,
        rows=[view_of(services, row, now) for row in found],
        more=_more(place, found),
        opened=opened,
        choices=choices,
        gaps=gaps,
    )


def _troubled(place: Place) -> bool:
    return place.lane is Lane.PROBLEMS and not place.asked


def _more(place: Place, found: list[QueueRow]) -> str | None:
    return f"/?{place.query}&after={found[-1].case.id}" if len(found) == PAGE else None


def _choices(session: Session, frame: Frame, me: str) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers: (value, words)."""
    others = [u.name for u in session.people.all() if u.disabled_at is None and u.name != me]
    return {
        "urgency": [(u.value, words.URGENCY[u]) for u in Urgency],
        "intent": [(i, words.INTENTS[i]) for i in INTENTS],
        "source": [(s, s) for s in frame.sources],
        "assignee": [("me", "me"), ("-", "nobody"), *((p, p) for p in others)],
        "verdict": list(words.VERDICTS.items()),
        "lang": [(code, words.language(code)) for code in session.inbox.langs()],
        "place": [(p, p) for p in session.inbox.places()],
        "incident": [(str(i["id"]), i["name"]) for i in session.casework.incidents_known()],
        "tag": [(t, t) for t in session.casework.tags_known()],
        "photo": [("yes", "has a photo or video")],
    }


# --- what is new, without moving what somebody reads ------------------------------------------------


@router.get("/rows")
def rows(
    request: Request,
    services: Services,
    person: Reader,
    known: Annotated[str, Query(max_length=6000)] = "",
    more: str = "",
) -> Response:
    """Pieces of the page: rows that changed, that are new, that left. `known` is ``12:5.3 13:2.1 …``."""
    place = place_of(request.query_params, person.name)
    shown = _known(known)
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        limit = min(max(len(shown), PAGE) + 20, MOST_ROWS)
        found = session.inbox.page(place.lane, place.wanted, limit=limit)
        here = {row.case.id for row in found}
        opened = openings_of(session, person, found)
        missing = [session.inbox.one(case_id) for case_id in shown if case_id not in here]
    now = services.clock.now()
    left = [row for row in missing if row is not None and _has_left(row, place, len(found) < limit)]
    return render(
        request,
        services,
        "_live.html",
        person=person,
        frame=frame,
        place=place,
        lane=place.lane,
        opened=opened,
        changed=[view_of(services, r, now) for r in found if shown.get(r.case.id, r.version) != r.version],
        fresh=[(view_of(services, r, now), before) for r, before in _fresh(found, shown, bool(more))],
        left=[view_of(services, r, now) for r in left],
    )


def _known(text: str) -> dict[int, str]:
    found = {}
    for token in text.split()[:MOST_ROWS]:
        number, _, version = token.partition(":")
        if number.isascii() and number.isdecimal() and len(number) < 18:
            found[int(number)] = version
    return found


def _has_left(row: QueueRow, place: Place, all_seen: bool) -> bool:
    """Whether a row that is not found any more has left, or only lies beyond what was looked at."""
    elsewhere = row.case.lane is not place.lane if place.lane else row.case.lane not in words.AT_WORK
    return elsewhere or all_seen


def _fresh(found: list[QueueRow], shown: dict[int, str], more: bool) -> list[tuple[QueueRow, int]]:
    """New rows, each with the id of the row that it goes before (0: at the end).

    What comes after everything that is shown waits behind "Show more", if that is there.
    """
    out: list[tuple[QueueRow, int]] = []
    before = 0
    for row in reversed(found):
        if row.case.id in shown:
            before = row.case.id
        elif before or not more:
            out.append((row, before))
    return out[::-1]  # two that go before the same row: the first of them first


# --- saved views ------------------------------------------------------------------------------------


@router.post("/views")
def save_view(
    services: Services,
    person: Reader,
    name: Annotated[str, Form(max_length=200)],
    query: Annotated[str, Form(max_length=600)],
    shared: Annotated[str, Form()] = "",
) -> Response:
    """Keeps this lane with these filters under a name."""
    asked = dict(parse_qsl(query))
    if shared and not person.may(May.DRAFT):
        raise WrongUse("A viewer's views are their own.", action="Save it without sharing it.")
    view = keeping.save_view(services.store, person.name, name, asked, services.clock, shared=bool(shared))
    return RedirectResponse(f"/?{keeping.query_of(asked)}&view={view}", 303)


@router.post("/views/{view_id}/drop")
def drop_view(services: Services, person: Reader, view_id: int) -> Response:
    """Forgets a view."""
    manages = person.may(May.PAUSE)
    view = keeping.drop_view(services.store, person.name, view_id, services.clock, manages=manages)
    return RedirectResponse(f"/?{view.query}", 303)
