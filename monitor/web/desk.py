"""The pages around the queue: sources, digest, the posting switch, health for machines."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from monitor.domain.coverage import Gap, Interval
from monitor.domain.errors import StoreUnavailable, action_for
from monitor.stages import people, review
from monitor.stages.health import SourceReport, source_report
from monitor.store.ledger import SourceState
from monitor.web.access import Pauser, Reader, Services
from monitor.web.pages import frame_of, render, safe_next

router = APIRouter()
COVERAGE_DAYS = 7
GAPS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source with what it has proven of the last days. Strips are (start, width) in per cent."""

    state: SourceState
    covered: tuple[tuple[float, float], ...]
    share: float | None  # of the time since it was first covered, 0–1
    gaps: int
    report: SourceReport | None = None  # lag, money, limits; None for a source that is not configured


@router.get("/sources")
def sources(request: Request, services: Services, person: Reader) -> Response:
    """How every source stands, and what could not be seen."""
    now = services.clock.now()
    window = Interval(now - timedelta(days=COVERAGE_DAYS), now)
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        gaps = session.ledger.gaps()
        reports = {r.source: r for r in source_report(session, services.sources, now)}
        views = [
            replace(
                _source_view(state, session.ledger.coverage(state.source), gaps, window),
                report=reports.get(state.source),
            )
            for state in session.ledger.states()
        ]
    return render(
        request,
        services,
        "sources.html",
        person=person,
        frame=frame,
        sources=views,
        configured=bool(services.sources),
        action_for=action_for,
        gaps=sorted(gaps, key=lambda g: g.interval.start, reverse=True)[:GAPS_SHOWN],
        gaps_total=len(gaps),
        days=COVERAGE_DAYS,
    )


def _source_view(
    state: SourceState, covered: list[Interval], gaps: list[Gap], window: Interval
) -> SourceView:
    inside = [
        Interval(max(i.start, window.start), min(i.end, window.end))
        for i in covered
        if i.end > window.start and i.start < window.end
    ]
    whole = (window.end - window.start).total_seconds()
    strips = tuple(
        (
            100 * (i.start - window.start).total_seconds() / whole,
            max(0.2, 100 * (i.end - i.start).total_seconds() / whole),
        )
        for i in inside
    )
    since = (window.end - inside[0].start).total_seconds() if inside else 0
    seen = sum((i.end - i.start).total_seconds() for i in inside)
    return SourceView(
        state,
        strips,
        min(1.0, seen / since) if since else None,
        sum(1 for g in gaps if g.source == state.source),
    )


@router.get("/digest")
def newest_digest(services: Services, person: Reader) -> Response:
    """Yesterday's, in the brand's time zone."""
    del person
    yesterday = services.clock.now().astimezone(services.timezone).date() - timedelta(days=1)
    return RedirectResponse(f"/digest/{yesterday}", 303)


@router.get("/digest/{day}")
def digest(request: Request, services: Services, person: Reader, day: date) -> Response:
    """A day's digest, framed: it brings the styles of a mail."""
    with services.store.read() as session:
        frame = frame_of(session, person.name)
    today = services.clock.now().astimezone(services.timezone).date()
    return render(
        request,
        services,
        "digest.html",
        person=person,
        frame=frame,
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < today else None,
        there=services.digest is not None and day <= today,
    )


_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


@router.get("/digest/{day}/page")
def digest_page(services: Services, person: Reader, day: date) -> Response:
    """The digest itself: styles as in a mail, no script at all."""
    del person
    html = services.digest(services.store, day) if services.digest else None
    if html is None:
        html = f"<p>There is no digest of {day}.</p>"
    base = '<base target="_top">'  # its links open in the page around it
    whole, heads = _HEAD.subn(lambda m: m[0] + base, html, count=1)
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; "
        "sandbox allow-same-origin allow-top-navigation-by-user-activation"
    )
    return HTMLResponse(
        whole if heads else base + html,
        headers={"content-security-policy": policy, "x-frame-options": "SAMEORIGIN"},
    )


@router.post("/pause")
def pause(
    services: Services,
    person: Pauser,
    on: Annotated[str, Form()],
    reason: Annotated[str, Form(max_length=300)] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """The switch that stops all posting; everybody sees who and why."""
    people.require_every_brand(person.brands)
    review.pause(services.store, person.name, on == "yes", reason, services.clock)
    return RedirectResponse(safe_next(next), 303)


@router.get("/healthz")
def healthz(services: Services) -> Response:
    """For load balancers: 200 while the store answers."""
    try:
        with services.store.read() as session:
            session.inbox.pulse()
    except StoreUnavailable as error:
        return PlainTextResponse(f"{error.code}\n", status_code=503)
    return PlainTextResponse("ok\n")
