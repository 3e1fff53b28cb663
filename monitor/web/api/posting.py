"""The switch that stops all posting."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from monitor.stages import review
from monitor.stages.people import require_every_brand
from monitor.web.api.access import Act, Pausing, Reading
from monitor.web.api.shape import Body, Moment, Shape, Text

router = APIRouter(tags=["posting"])


class PostingShape(Shape):
    """Whether approved replies leave the house."""

    paused: bool
    reason: str | None
    by: str | None
    at: Moment | None


class PostingBody(Body):
    """How the switch shall stand."""

    paused: bool
    reason: Annotated[Text, Field(max_length=300)] = Field(
        default="", description="Everybody sees it; needed to pause."
    )


@router.get("/posting")
def posting(act: Reading) -> PostingShape:
    """How the switch stands."""
    return _posting(act)


@router.put("/posting")
def set_posting(act: Pausing, body: PostingBody) -> PostingShape:
    """Pauses all posting, or resumes it."""
    require_every_brand(act.caller.brands)
    review.pause(act.store, act.user, body.paused, body.reason, act.services.clock)
    return _posting(act)


def _posting(act: Act) -> PostingShape:
    with act.store.read() as session:
        row = session.people.posting_paused()
    if row is None:
        return PostingShape(paused=False, reason=None, by=None, at=None)
    return PostingShape(paused=True, reason=row["reason"], by=row["user_name"], at=row["at"])
