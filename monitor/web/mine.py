"""For me: who calls me, what was given to me, what lies with me, and how I approve."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from monitor.domain.approval import meter_of
from monitor.web.access import Reader, Services
from monitor.web.pages import frame_of, render
from monitor.web.rows import view_of

router = APIRouter()
METER_DAYS = 30


@router.get("/me")
def mine(request: Request, services: Services, person: Reader) -> Response:
    """What waits for this person, whatever the lane."""
    now = services.clock.now()
    with services.store.read() as session:
        frame = frame_of(session, person.name)
        notices = session.casework.notices(person.name)
        owned = session.casework.escalations_owned(person.name)
        cases = session.casework.assigned(person.name)
        rows = [row for case in cases if (row := session.inbox.one(case.id)) is not None]
        approvals = session.inbox.approvals_by(person.name, now - timedelta(days=METER_DAYS))
        titles = {e.case_id: session.cases.get(e.case_id).title for e in owned}
    return render(
        request,
        services,
        "me.html",
        person=person,
        frame=frame,
        unseen=[n for n in notices if n["seen_at"] is None],
        seen=[n for n in notices if n["seen_at"] is not None][:20],
        owned=owned,
        titles=titles,
        rows=[view_of(services, row, now) for row in rows],
        more=None,
        meter=meter_of(approvals),
        days=METER_DAYS,
    )
