"""Several yeses at once: only to drafts each of which this person has opened, as they were then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from monitor.domain.case import Case
from monitor.domain.draft import Draft
from monitor.domain.errors import PressZeroError
from monitor.stages import review
from monitor.stages.people import May, SignedIn
from monitor.store.attention import Opening
from monitor.store.inbox import QueueRow
from monitor.store.session import Session
from monitor.web.access import Approver, Services
from monitor.web.pages import frame_of, render
from monitor.web.queue_place import place_within
from monitor.web.services import WebServices

router = APIRouter()
MOST = 50

_Drafts = Annotated[list[int], Form(default_factory=list, max_length=MOST)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of them."""

    case: Case
    draft: Draft
    error: PressZeroError | None


@router.post("/approve")
def approve(
    request: Request,
    services: Services,
    person: Approver,
    draft: _Drafts,
    within: Annotated[str, Form(max_length=600)] = "",
) -> Response:
    """A yes to each of the chosen drafts, bound to what was shown when it was opened."""
    decided = review.approve_opened(
        services.store,
        draft,
        person.name,
        services.clock,
        undo=services.undo,
        second=services.second,
        judge=services.judge,
        check=services.check,
        send_at=lambda one: _leaves(services, one),
    )
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        found = list(_found(session, decided))
    place = place_within(within, person.name)
    return render(
        request,
        services,
        "approved.html",
        person=person,
        frame=frame,
        back=place.query if place else "lane=needs_approval",
        within=within,
        yes=[x for x in found if x.error is None],
        no=[x for x in found if x.error is not None],
    )


def _leaves(services: WebServices, draft: Draft) -> datetime | None:
    """As the house has it: `[publish] business_hours_only`."""
    if services.posting is None:
        return None
    with services.store.read() as session:
        case = session.cases.get(draft.case_id)
    return services.posting.send_at(case, None)


def _found(session: Session, decided: Iterable[review.Decided]) -> Iterable[Outcome]:
    for each in decided:
        try:
            draft = session.drafts.get(each.draft_id)
            yield Outcome(session.cases.get(draft.case_id), draft, each.error)
        except PressZeroError:
            continue  # there is no such draft, or not for this person


@router.post("/approve/undo")
def undo(
    services: Services,
    person: Approver,
    draft: _Drafts,
    within: Annotated[str, Form(max_length=600)] = "",
) -> Response:
    """Takes back those of them that have not left yet."""
    for draft_id in dict.fromkeys(draft):
        try:
            review.undo(services.store, draft_id, person.name, services.clock)
        except PressZeroError:
            continue  # it has left, or somebody took it back: its case says so
    place = place_within(within, person.name)
    return RedirectResponse(f"/?{place.query if place else 'lane=needs_approval'}", 303)


def openings_of(session: Session, person: SignedIn, rows: Iterable[QueueRow]) -> dict[int, Opening] | None:
    """What an approver has seen of the drafts of these rows; None for whoever may not approve."""
    if not person.may(May.APPROVE):
        return None
    return session.attention.openings(person.name, (row.case.id for row in rows))
