"""Cases: the listing with every filter, and a case with everything around it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from monitor.domain.case import CaseStatus, Lane, Outcome
from monitor.domain.draft import DraftState
from monitor.domain.errors import WrongUse
from monitor.domain.mention import Origin
from monitor.domain.reading import INTENTS, Urgency
from monitor.domain.refusals import BadCursor
from monitor.domain.roster import Desk
from monitor.domain.verdict import MayReply
from monitor.store.listing import ListedCase, WantedCases
from monitor.store.session import Session
from monitor.web.api.access import LARGEST_ID, Act, Id, Reading
from monitor.web.api.document import problems
from monitor.web.api.paging import Paged, cursor_of, place_of
from monitor.web.api.shape import DIGITS, Text, When
from monitor.web.api.shapes import case as shapes
from monitor.web.api.shapes.case import CaseDetail, CasePage
from monitor.web.api.shapes.draft import DraftRef, draft_of
from monitor.web.api.shapes.mention import turn_of

router = APIRouter(tags=["cases"])

Intent = StrEnum("Intent", [(name, name) for name in INTENTS])  # type: ignore[misc]
_Word = Annotated[Text | SkipJsonSchema[None], Field(max_length=200)]


class Order(StrEnum):
    """In which order a listing of cases comes."""

    NEWEST = "newest"  # by number, the highest first: stable whatever comes in
    RISK = "risk"  # within a lane: what is due first comes first


class CaseQuery(Paged):
    """Which cases. What is left out lets everything through."""

    lane: Lane | SkipJsonSchema[None] = None
    status: CaseStatus | SkipJsonSchema[None] = None
    urgency: Urgency | SkipJsonSchema[None] = None
    intent: Intent | SkipJsonSchema[None] = None
    source: _Word = None
    platform: _Word = None
    lang: _Word = None
    verdict: MayReply | SkipJsonSchema[None] = None
    assignee: Annotated[_Word, Field(description='A colleague, "me", or "-" for nobody.')] = None
    desk: Desk | SkipJsonSchema[None] = None
    origin: Origin | SkipJsonSchema[None] = None
    outcome: Outcome | SkipJsonSchema[None] = None
    customer: Annotated[_Word, Field(description="Their handle, without @.")] = None
    incident: Annotated[int | SkipJsonSchema[None], Field(ge=1, le=LARGEST_ID), DIGITS] = None
    tag: _Word = None
    draft: Annotated[
        DraftState | SkipJsonSchema[None], Field(description="The state of the draft on its way.")
    ] = None
    opened_from: Annotated[When | SkipJsonSchema[None], Field(description="Opened then or later.")] = None
    opened_to: Annotated[When | SkipJsonSchema[None], Field(description="Opened before then.")] = None
    order: Annotated[Order, Field(description="`risk` needs a lane.")] = Order.NEWEST

    def wanted(self, me: str) -> WantedCases:
        """As the store asks for them."""
        names = set(WantedCases.__dataclass_fields__)
        given = self.model_dump(include=names, exclude_none=True)
        if given.get("assignee") == "me":
            given["assignee"] = me
        return WantedCases(**given)


@router.get("/cases", responses=problems(400))
def list_cases(act: Reading, query: Annotated[CaseQuery, Query()]) -> CasePage:
    """Cases, a page at a time."""
    wanted = query.wanted(act.user)
    with act.store.read() as session:
        found = (
            _by_risk(session, wanted, query) if query.order is Order.RISK else _newest(session, wanted, query)
        )
    more = len(found) > query.limit
    found = found[: query.limit]
    last = found[-1] if more else None
    place = None
    if last is not None:
        by_risk = query.order is Order.RISK
        place = cursor_of("risk", last.due_key, last.case.id) if by_risk else cursor_of("cases", last.case.id)
    return CasePage(items=[shapes.listed_of(c) for c in found], next=place)


def _newest(session: Session, wanted: WantedCases, query: CaseQuery) -> list[ListedCase]:
    return session.listing.cases(wanted, query.limit + 1, query.before("cases"))


def _by_risk(session: Session, wanted: WantedCases, query: CaseQuery) -> list[ListedCase]:
    if not wanted.lane:
        raise WrongUse("The order of risk is that of a lane.", action="Name a lane, or leave `order` out.")
    place = place_of("risk", query.cursor)
    if not place:
        return session.listing.cases_by_risk(wanted, query.limit + 1)
    if len(place) != 2 or not isinstance(place[0], str) or not isinstance(place[1], int):
        raise BadCursor("The cursor is of another listing.")
    return session.listing.cases_by_risk(wanted, query.limit + 1, (place[0], place[1]))


@router.get("/cases/{case_id}", responses=problems(404))
def show_case(act: Reading, case_id: Id) -> CaseDetail:
    """A case: the conversation, what was read in it, the drafts, and what people did with it."""
    return case_detail(act, case_id)


def case_detail(act: Act, case_id: int) -> CaseDetail:
    """A case with everything around it, from one snapshot. Raises NotFound."""
    with act.store.read() as session:
        conversation = session.cases.conversation(case_id)
        case, live = conversation.case, session.drafts.live_of(case_id)
        withheld = session.cases.withheld(case_id)
        others = session.cases.of_customer(case.platform, case.customer) if case.customer else []
        detail = {
            **shapes.case_fields(case),
            "draft": DraftRef(draft_id=live.id, state=live.state, version=live.version) if live else None,
            "conversation_sha256": conversation.hash,
            "turns": [turn_of(t) for t in conversation.turns],
            "drafts": [draft_of(d) for d in session.drafts.of_case(case_id)],
            "withheld": shapes.WithheldShape(**{k: withheld[k] for k in ("reason", "why", "at")})
            if withheld
            else None,
            "notes": [
                shapes.NoteShape(user=n["user_name"], text=n["text"], at=n["at"])
                for n in session.cases.notes(case_id)
            ],
            "tags": session.casework.tags(case_id),
            "promises": [shapes.promise_of(row) for row in session.promises.of_case(case_id)],
            "outcomes": [shapes.outcome_of(row) for row in session.cases.outcomes(case_id)],
            "escalations": [shapes.escalation_of(e) for e in session.casework.escalations(case_id)],
            "moves": [shapes.moved_of(m) for m in session.casework.moves(case_id)],
            "other_cases": [c.id for c in others if c.id != case_id],
        }
    verdict = act.services.verdict(conversation) if act.services.verdict else None
    now = (
        shapes.VerdictShape(
            may_reply=verdict.may_reply.value, rule=verdict.rule, why=verdict.why, source=verdict.source
        )
        if verdict
        else None
    )
    return CaseDetail(**detail, verdict_now=now)
