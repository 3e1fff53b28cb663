"""How well posts are read: what was read against what people made of it."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from monitor.stages.corrections import corrected, matrices
from monitor.web.access import Reader, Services
from monitor.web.pages import frame_of, render

router = APIRouter()

PERIODS = {"30": "30 days", "90": "90 days", "365": "a year"}
NEWEST = 30  # corrections listed


@router.get("/reading")
def reading(request: Request, services: Services, person: Reader, days: str = "90") -> Response:
    """The confusion matrices of intent and urgency, and the newest corrections."""
    days = days if days in PERIODS else "90"
    with services.store.read() as session:
        frame = frame_of(session, person.name)
    return render(
        request,
        services,
        "reading.html",
        person=person,
        frame=frame,
        days=days,
        periods=PERIODS,
        matrices=matrices(services.store, services.clock.now() - timedelta(days=int(days))),
        newest=[c for c in reversed(corrected(services.store)) if c.was != c.became][:NEWEST],
    )
