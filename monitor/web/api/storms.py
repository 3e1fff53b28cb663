"""Storms: many cases with one cause. What comes of one is a person's to say."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from monitor.domain.moments import utc_text
from monitor.domain.storm import Storm
from monitor.incident import storms as storming
from monitor.incident.storms import QUIET
from monitor.store.codec import maybe_text
from monitor.web.api.access import Drafting, Id, Reading
from monitor.web.api.document import problems
from monitor.web.api.shape import Body, Moment, Shape, Text
from monitor.web.api.shapes.case import CaseShape, case_fields

router = APIRouter(tags=["storms"])


class StormShape(Shape):
    """A storm: far more cases in half an hour than usual, with something in common."""

    storm_id: int
    state: str = Field(description="active, over or dismissed.")
    intent: str | None
    terms: list[str] = Field(description="Words that many of its customers use.")
    began_at: Moment
    last_at: Moment
    over_at: Moment | None
    cases: int
    peak: int = Field(description="Most customers in half an hour.")
    expected: float = Field(description="What half an hour usually holds.")
    incident: int | None
    by: str | None = Field(description="Who made an incident of it, or dismissed it.")


class StormList(Shape):
    """Storms that go on or were seen within a day, newest first."""

    items: list[StormShape]


class StormDetail(StormShape):
    """A storm with its cases, the open ones first."""

    members: list[CaseShape]


@router.get("/storms")
def list_storms(act: Reading) -> StormList:
    """Storms that go on, or were seen within a day."""
    with act.store.read() as session:
        found = session.storms.since(act.services.clock.now() - QUIET)
    return StormList(items=[_storm(s) for s in found])


@router.get("/storms/{storm_id}", responses=problems(404))
def show_storm(act: Reading, storm_id: Id) -> StormDetail:
    """A storm with its cases."""
    with act.store.read() as session:
        storm, cases = session.storms.get(storm_id), session.storms.cases(storm_id)
    members = [CaseShape(**case_fields(case), draft=None) for case in cases]
    return StormDetail(**_storm(storm).model_dump(), members=members)


class DeclareBody(Body):
    """The incident that a storm is."""

    name: Annotated[Text, Field(min_length=1, max_length=80)] = Field(
        description="As a reply would say it: check-in outage."
    )


class Declared(Shape):
    """What came of it."""

    storm_id: int
    joined: int = Field(description="How many open cases belong to the incident now that did not before.")


@router.post("/storms/{storm_id}/incident", responses=problems(404))
def declare_incident(act: Drafting, storm_id: Id, body: DeclareBody) -> Declared:
    """It is an incident: its open cases belong to it, and replies may name it."""
    joined = storming.declare(act.store, storm_id, act.user, body.name, act.services.clock)
    return Declared(storm_id=storm_id, joined=joined)


@router.post("/storms/{storm_id}/dismiss", responses=problems(404))
def dismiss_storm(act: Drafting, storm_id: Id) -> StormShape:
    """It is none: nobody is told of it any more."""
    return _storm(storming.dismiss(act.store, storm_id, act.user, act.services.clock))


def _storm(storm: Storm) -> StormShape:
    return StormShape(
        storm_id=storm.id,
        state=storm.state,
        intent=storm.intent,
        terms=list(storm.terms),
        began_at=utc_text(storm.began_at),
        last_at=utc_text(storm.last_at),
        over_at=maybe_text(storm.over_at),
        cases=storm.cases,
        peak=storm.peak,
        expected=storm.expected,
        incident=storm.incident,
        by=storm.by,
    )
