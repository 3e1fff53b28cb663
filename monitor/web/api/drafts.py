"""Drafts: what stands in them, what lint thinks of a text, other wordings, and a person's own words."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from monitor.domain.draft import Draft, DraftState
from monitor.domain.errors import StaleApproval
from monitor.domain.moments import utc_text
from monitor.domain.refusals import Changed, ConditionMissing
from monitor.stages import review
from monitor.web.api.access import LARGEST_ID, Drafting, Id, Reading
from monitor.web.api.document import problems
from monitor.web.api.paging import Paged, cursor_of
from monitor.web.api.shape import DIGITS, Body, Shape, Text
from monitor.web.api.shapes.draft import (
    CheckShape,
    DraftDetail,
    DraftPage,
    DraftRef,
    DraftShape,
    MoveShape,
    PlanShape,
    check_of,
    draft_detail,
    draft_of,
    etag_of,
    plan_of,
)
from monitor.web.editor import editor_of, source_of

router = APIRouter(tags=["drafts"])

LONGEST_REPLY = 10_000  # characters: as long as any platform takes
_ETAG = re.compile(r'"draft-(\d{1,16})-(\d{1,16})"')
_WITH_ETAG = {"headers": {"ETag": {"description": "For If-Match.", "schema": {"type": "string"}}}}


class DraftQuery(Paged):
    """Which drafts."""

    state: DraftState | SkipJsonSchema[None] = None
    case_id: Annotated[int | SkipJsonSchema[None], Field(ge=1, le=LARGEST_ID), DIGITS] = None
    written_by: Annotated[
        Text | SkipJsonSchema[None], Field(max_length=64, description='"machine", or a person.')
    ] = None


@router.get("/drafts", responses=problems(400))
def list_drafts(act: Reading, query: Annotated[DraftQuery, Query()]) -> DraftPage:
    """Drafts in any state, newest first."""
    wanted = {"state": query.state or "", "case_id": query.case_id or 0, "written_by": query.written_by or ""}
    with act.store.read() as session:
        found = session.listing.drafts(wanted, query.limit + 1, query.before("drafts"))
    more, found = len(found) > query.limit, found[: query.limit]
    return DraftPage(
        items=[draft_of(d) for d in found], next=cursor_of("drafts", found[-1].id) if more else None
    )


@router.get("/drafts/{draft_id}", responses={200: _WITH_ETAG, **problems(404)})
def show_draft(act: Reading, draft_id: Id, answer: Response) -> DraftDetail:
    """A draft with its length, its price, what lint finds, and what an approval has to repeat."""
    with act.store.read() as session:
        draft = session.drafts.get(draft_id)
        conversation = session.cases.conversation(draft.case_id)
        approval = session.drafts.approval_of(draft_id)
        attempts = session.drafts.attempts(draft_id)
    editor = editor_of(act.services, conversation, draft, act.user, None)
    answer.headers["etag"] = etag_of(draft)
    now = utc_text(act.services.clock.now())
    return draft_detail(draft, conversation, editor, approval, attempts, now)


class TextBody(Body):
    """The words of a reply."""

    text: Annotated[Text, Field(min_length=1, max_length=LONGEST_REPLY)]


_IF_MATCH = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": "The ETag of the draft that was read.",
            "schema": {"type": "string"},
        }
    ]
}


@router.put(
    "/drafts/{draft_id}",
    responses={200: _WITH_ETAG, **problems(404, 409, 412, 428)},
    openapi_extra=_IF_MATCH,
)
def edit_draft(act: Drafting, draft_id: Id, body: TextBody, answer: Response) -> DraftShape:
    """Replaces the words of a draft, if it is still what was read."""
    with act.store.read() as session:
        draft = session.drafts.get(draft_id)
    version = _version(act.request.headers.get("if-match"), draft)
    try:
        edited = review.edit(
            act.store, draft_id, act.user, body.text, version, act.services.clock, act.services.promised
        )
    except StaleApproval as error:
        raise Changed(error.cause) from error
    answer.headers["etag"] = etag_of(edited)
    return draft_of(edited)


def _version(condition: str | None, draft: Draft) -> int:
    """The version that an edit is about. Raises ConditionMissing, Changed."""
    if condition is None:
        raise ConditionMissing("An edit needs to know which version it is about.")
    named = [(int(m[1]), int(m[2])) for m in _ETAG.finditer(condition)]
    if condition.strip() != "*" and (draft.id, draft.version) not in named:
        by = draft.claimed_by or draft.written_by
        raise Changed(f"Draft {draft.id} was changed since it was read (by {by}).")
    return draft.version


@router.post("/cases/{case_id}/drafts", status_code=201, responses=problems(404))
def write_draft(act: Drafting, case_id: Id, body: TextBody) -> DraftRef:
    """Writes the reply to a case that has no draft."""
    with act.store.read() as session:
        conversation = session.cases.conversation(case_id)
    source = source_of(act.services, conversation, None)
    made = review.write(
        act.store, case_id, act.user, body.text, source, act.services.clock, act.services.promised
    )
    return DraftRef(draft_id=made.id, state=made.state, version=made.version)


@router.post("/cases/{case_id}/check", responses=problems(404))
def check_text(act: Drafting, case_id: Id, body: TextBody) -> CheckShape:
    """What lint would find in a text as the reply to a case; nothing is kept."""
    with act.store.read() as session:
        conversation = session.cases.conversation(case_id)
        draft = session.drafts.live_of(case_id)
    return check_of(editor_of(act.services, conversation, draft, act.user, body.text))


class CandidateShape(Shape):
    """Another wording."""

    text: str
    macro: str
    moves: list[MoveShape]
    promise: PlanShape | None


class CandidateList(Shape):
    """Wordings to choose from; none where the machine must not write."""

    items: list[CandidateShape]


@router.get("/cases/{case_id}/candidates", responses=problems(404))
def candidates(act: Drafting, case_id: Id) -> CandidateList:
    """Other wordings for a case, written when they are asked for."""
    with act.store.read() as session:
        conversation = session.cases.conversation(case_id)
    found = act.services.candidates(conversation) if act.services.candidates else ()
    items = [
        CandidateShape(
            text=c.text,
            macro=c.macro,
            moves=[MoveShape(move=m.move, text=m.text, why=m.why) for m in c.moves],
            promise=plan_of(c.promise),
        )
        for c in found
    ]
    return CandidateList(items=items)
