"""The managers' daily page, as numbers."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from monitor.domain.errors import NotFound
from monitor.web.api.access import Reading
from monitor.web.api.document import problems
from monitor.web.api.shape import Shape

router = APIRouter(tags=["digest"])


class DigestDays(Shape):
    """The days of which a digest was kept."""

    items: list[date]


class DigestShape(Shape):
    """A day's digest."""

    day: date
    digest: dict[str, Any] = Field(description="As `presszero digest --format json` prints it.")


@router.get("/digests")
def digest_days(act: Reading) -> DigestDays:
    """The days of which a digest was kept, newest first."""
    with act.store.read() as session:
        return DigestDays(items=session.digests.days())


@router.get("/digests/{day}", responses=problems(404))
def digest(act: Reading, day: Annotated[date, Path()]) -> DigestShape:
    """A day's digest: as it was kept, or as it stands now."""
    services = act.services
    today = services.clock.now().astimezone(services.timezone).date()
    if services.digest_json is None or day > today:
        raise NotFound(f"There is no digest of {day}.", action="GET /digests lists the days.")
    return DigestShape(day=day, digest=json.loads(services.digest_json(act.store, day)))
