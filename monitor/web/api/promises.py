"""What we told customers we would do, what became of them, and what people corrected."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from monitor.domain.case import Outcome
from monitor.stages import review
from monitor.stages.corrections import matrices
from monitor.web.api.access import Drafting, Id, Reading
from monitor.web.api.document import problems
from monitor.web.api.paging import Paged, cursor_of
from monitor.web.api.shape import Body, Moment, Shape, Text, When
from monitor.web.api.shapes.case import OutcomeShape, PromiseShape, outcome_of, promise_of

router = APIRouter(tags=["promises and outcomes"])


class PromiseState(StrEnum):
    """How a promise stands."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"


class PromiseQuery(Paged):
    """Which promises."""

    state: PromiseState | SkipJsonSchema[None] = None
    keeper: Annotated[Text | SkipJsonSchema[None], Field(max_length=64)] = None


class PromisePage(Shape):
    """A page of promises."""

    items: list[PromiseShape]
    next: str | None


@router.get("/promises", responses=problems(400))
def list_promises(act: Reading, query: Annotated[PromiseQuery, Query()]) -> PromisePage:
    """Promises, newest first."""
    with act.store.read() as session:
        before = query.before("promises")
        found = session.listing.promises(query.state or "", query.keeper or "", query.limit + 1, before)
    more, found = len(found) > query.limit, found[: query.limit]
    place = cursor_of("promises", found[-1]["id"]) if more else None
    return PromisePage(items=[promise_of(row) for row in found], next=place)


class SettleBody(Body):
    """Whether it was kept."""

    kept: bool


@router.post("/promises/{promise_id}/settle", responses=problems(404))
def settle(act: Drafting, promise_id: Id, body: SettleBody) -> PromiseShape:
    """Says that a promise was kept, or not; one that was settled before stays as it is."""
    review.settle_promise(act.store, promise_id, act.user, body.kept, act.services.clock)
    with act.store.read() as session:
        return promise_of(session.promises.get(promise_id))


class OutcomeQuery(Paged):
    """Which outcomes."""

    outcome: Outcome | SkipJsonSchema[None] = None
    since: When | SkipJsonSchema[None] = None


class OutcomePage(Shape):
    """A page of outcomes."""

    items: list[OutcomeShape]
    next: str | None


@router.get("/outcomes", responses=problems(400))
def list_outcomes(act: Reading, query: Annotated[OutcomeQuery, Query()]) -> OutcomePage:
    """What became of customers, newest first."""
    with act.store.read() as session:
        before = query.before("outcomes")
        found = session.listing.outcomes(query.outcome or "", query.since or "", query.limit + 1, before)
    more, found = len(found) > query.limit, found[: query.limit]
    place = cursor_of("outcomes", found[-1]["id"]) if more else None
    return OutcomePage(items=[outcome_of(row) for row in found], next=place)


class CorrectionShape(Shape):
    """What a person corrected in a reading."""

    correction_id: int
    case_id: int
    mention_id: int
    field: str
    was: str
    became: str
    user: str
    at: Moment


class CorrectionPage(Shape):
    """A page of corrections."""

    items: list[CorrectionShape]
    next: str | None


class MatrixShape(Shape):
    """Cases by what was read in them and by what people made of it: {read: {people: cases}}."""

    decided: int
    right: int
    labels: list[str]
    cells: dict[str, dict[str, int]]


class MatricesShape(Shape):
    """One matrix for each field that people can correct."""

    intent: MatrixShape
    urgency: MatrixShape


@router.get("/corrections/matrix", responses=problems(400))
def correction_matrix(act: Reading, days: Annotated[int, Query(ge=1, le=3650)] = 90) -> MatricesShape:
    """What was read against what people made of it, over the decisions of the last `days`."""
    found = matrices(act.store, act.services.clock.now() - timedelta(days=days))
    return MatricesShape(**{field: MatrixShape(**m.to_dict()) for field, m in found.items()})


@router.get("/corrections", responses=problems(400))
def list_corrections(act: Reading, query: Annotated[Paged, Query()]) -> CorrectionPage:
    """What people corrected in readings, newest first."""
    with act.store.read() as session:
        found = session.listing.corrections(query.limit + 1, query.before("corrections"))
    more, found = len(found) > query.limit, found[: query.limit]
    same = ("case_id", "mention_id", "field", "was", "became", "at")
    items = [
        CorrectionShape(correction_id=r["id"], user=r["user_name"], **{k: r[k] for k in same}) for r in found
    ]
    return CorrectionPage(items=items, next=cursor_of("corrections", found[-1]["id"]) if more else None)
