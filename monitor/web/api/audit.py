"""The audit log: every decision of a person or the machine, hash-chained."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from monitor.web.api.access import Auditing
from monitor.web.api.document import problems
from monitor.web.api.paging import Paged, cursor_of
from monitor.web.api.shape import Moment, Shape, Text, When

router = APIRouter(tags=["audit"])

_Word = Annotated[Text | SkipJsonSchema[None], Field(max_length=200)]


class AuditQuery(Paged):
    """Which records."""

    subject: Annotated[_Word, Field(description="case:12, draft:7, source:x-mentions …")] = None
    actor: _Word = None
    action: Annotated[_Word, Field(description="draft.approved, case.closed …")] = None
    since: When | SkipJsonSchema[None] = None


class RecordShape(Shape):
    """A record. It holds ids and hashes, never a customer's words."""

    seq: int
    at: Moment
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    prev_hash: str
    hash: str


class AuditPage(Shape):
    """A page of records."""

    items: list[RecordShape]
    next: str | None


@router.get("/audit", responses=problems(400))
def list_audit(act: Auditing, query: Annotated[AuditQuery, Query()]) -> AuditPage:
    """Records, newest first. `presszero audit verify` proves the chain."""
    wanted = {name: getattr(query, name) or "" for name in ("subject", "actor", "action", "since")}
    with act.store.read() as session:
        found = session.listing.audit(wanted, query.limit + 1, query.before("audit"))
    more, found = len(found) > query.limit, found[: query.limit]
    items = [RecordShape(**{**row, "detail": json.loads(row["detail"])}) for row in found]
    return AuditPage(items=items, next=cursor_of("audit", found[-1]["seq"]) if more else None)
