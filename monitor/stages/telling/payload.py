"""What a webhook is sent: ids, codes and times. Never a customer's words, name or handle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from monitor.domain.errors import NotFound
from monitor.domain.events import Happening
from monitor.domain.mention import Origin
from monitor.domain.moments import utc_text
from monitor.store.codec import maybe_text
from monitor.store.session import Session

VERSION = 1

# Of an event's detail only what is named here leaves the house.
_TOLD = frozenset(
    {
        "became",
        "by",
        "cases",
        "code",
        "desk",
        "doing",
        "due",
        "health",
        "intent",
        "outcome",
        "owner",
        "reason",
        "to",
        "urgency",
        "was",
    }
)


class OfThePast(Exception):
    """An event of a backfilled case: the past tells nobody anything."""


def body_of(session: Session, happening: Happening, brand: str, public_url: str | None) -> str:
    """The body, the same bytes at every try. Raises OfThePast."""
    told = {
        "id": happening.key,
        "version": VERSION,
        "event": happening.event.value,
        "at": utc_text(happening.at),
        "brand": brand,
        "subject": happening.subject,
        "data": {
            **{k: v for k, v in happening.detail.items() if k in _TOLD},
            **_around(session, happening.subject, public_url),
        },
    }
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)


def _around(session: Session, subject: str, public_url: str | None) -> Mapping[str, Any]:
    """The case and the draft that an event is about, as they stand now."""
    kind, _, number = subject.partition(":")
    try:
        if kind == "case":
            return {"case": _case(session, int(number), public_url)}
        if kind == "draft":
            draft = session.drafts.get(int(number))
            told = {"id": draft.id, "state": draft.state.value, "version": draft.version}
            return {"draft": told, "case": _case(session, draft.case_id, public_url)}
        if kind == "promise":
            promise = session.promises.get(int(number))
            told = {"id": promise["id"], "state": promise["state"], "due_at": promise["due_at"]}
            return {"promise": told, "case": _case(session, promise["case_id"], public_url)}
        if kind == "storm":
            storm = session.storms.get(int(number))
            url = link(public_url, f"/storms/{storm.id}")
            return {"storm": {"id": storm.id, "state": storm.state, "cases": storm.cases, "url": url}}
    except NotFound:
        return {}  # gone since
    return {}


def _case(session: Session, case_id: int, public_url: str | None) -> dict[str, Any]:
    case = session.cases.get(case_id)
    if case.origin is Origin.BACKFILL:
        raise OfThePast
    return {
        "id": case.id,
        "status": case.status.value,
        "lane": case.lane.value,
        "urgency": case.urgency.value,
        "intent": case.primary_intent,
        "platform": case.platform,
        "source": case.source,
        "verdict": case.verdict,
        "assignee": case.assignee,
        "desk": case.desk,
        "incident": case.incident,
        "opened_at": utc_text(case.opened_at),
        "due_at": maybe_text(case.due_at),
        "outcome": case.outcome.value if case.outcome else None,
        "url": link(public_url, f"/cases/{case.id}"),
    }


def link(public_url: str | None, path: str) -> str | None:
    """The address of a page as people reach it, where `[web] public_url` says how."""
    return public_url.rstrip("/") + path if public_url else None
