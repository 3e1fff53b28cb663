"""Rows to domain objects and back. The only place that knows both column names and dataclasses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from monitor.domain.approval import Approval
from monitor.domain.case import Case, CaseStatus, Lane, Outcome
from monitor.domain.casework import Escalation, Snooze
from monitor.domain.draft import Draft, DraftState, Move, PromiseKind, PromisePlan
from monitor.domain.freezing import Freeze, Reach, Scope
from monitor.domain.mention import Media, Mention, Origin, Quoted, StoredMention
from monitor.domain.moments import parse_moment, utc_text
from monitor.domain.posting import Attempt, AttemptState
from monitor.domain.reading import Reading, Urgency
from monitor.domain.roster import Desk
from monitor.store.protocol import Row

MentionRow = tuple[Any, ...]


def compact(value: Any) -> str:
    """JSON text, without spaces and with every character as it is."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def maybe_text(moment: datetime | None) -> str | None:
    """UTC text, or None."""
    return None if moment is None else utc_text(moment)


def maybe_moment(text: str | None) -> datetime | None:
    """A moment, or None."""
    return None if text is None else parse_moment(text)


def media_text(media: Sequence[Media]) -> str | None:
    """Media as JSON, or None when there are none."""
    return compact([{"kind": m.kind, "url": m.url, "alt": m.alt} for m in media]) if media else None


def quoted_text(quoted: Quoted | None) -> str | None:
    """A quoted post as JSON, or None."""
    if quoted is None:
        return None
    return compact({"native_id": quoted.native_id, "author": quoted.author, "text": quoted.text})


def mention_row(m: Mention, source: str, origin: str, seen_at: str, own: bool, stage: str) -> MentionRow:
    """The values of mentions_insert, in its order."""
    created = utc_text(m.created_at)
    return (
        m.platform,
        m.native_id,
        source,
        origin,
        m.author,
        m.author_id,
        m.author_name,
        m.author_followers,
        m.text,
        created,
        seen_at,
        created[:10],
        m.url,
        m.in_reply_to,
        m.conversation,
        m.lang,
        media_text(m.media) if m.media else None,
        m.location,
        compact(dict(m.metrics)) if m.metrics else None,
        quoted_text(m.quoted) if m.quoted else None,
        utc_text(m.edited_at) if m.edited_at else None,
        1 if own else 0,
        stage,
    )


def mention_of(row: Row) -> Mention:
    """A mention from its row."""
    return Mention(
        platform=row["platform"],
        native_id=row["native_id"],
        text=row["text"],
        created_at=parse_moment(row["created_at"]),
        author=row["author"],
        author_id=row["author_id"],
        author_name=row["author_name"],
        author_followers=row["author_followers"],
        url=row["url"],
        in_reply_to=row["in_reply_to"],
        conversation=row["conversation"],
        lang=row["lang"],
        media=tuple(Media(**m) for m in json.loads(row["media"])) if row["media"] else (),
        location=row["location"],
        metrics=json.loads(row["metrics"]) if row["metrics"] else {},
        quoted=Quoted(**json.loads(row["quoted"])) if row["quoted"] else None,
        edited_at=maybe_moment(row["edited_at"]),
    )


def stored_mention_of(row: Row) -> StoredMention:
    """A mention with what we know of it."""
    return StoredMention(
        id=row["id"],
        mention=mention_of(row),
        source=row["source"],
        origin=Origin(row["origin"]),
        own=bool(row["own"]),
        revision=row["revision"],
        reposts=row["reposts"],
        first_seen_at=parse_moment(row["first_seen_at"]),
        removed_at=maybe_moment(row["removed_at"]),
    )


@lru_cache(maxsize=2048)
def reading_of(body: str | None) -> Reading | None:
    """A reading from its JSON, or None. Readings don't change: a long conversation is parsed once."""
    return Reading.from_dict(json.loads(body)) if body else None


def case_of(row: Row) -> Case:
    """A case from its row."""
    return Case(
        id=row["id"],
        platform=row["platform"],
        source=row["source"],
        customer=row["customer"],
        customer_handle=row["customer_handle"],
        conversation=row["conversation"],
        status=CaseStatus(row["status"]),
        origin=Origin(row["origin"]),
        urgency=Urgency(row["urgency"]),
        primary_intent=row["primary_intent"],
        complaint=row["complaint"],
        severity=row["severity"],
        signals=tuple(json.loads(row["signals"])),
        lang=row["lang"],
        verdict=row["verdict"],
        verdict_rule=row["verdict_rule"],
        assignee=row["assignee"],
        opened_at=parse_moment(row["opened_at"]),
        clock_start=parse_moment(row["clock_start"]),
        due_at=maybe_moment(row["due_at"]),
        last_customer_at=parse_moment(row["last_customer_at"]),
        first_response_at=maybe_moment(row["first_response_at"]),
        closed_at=maybe_moment(row["closed_at"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        title=row["title"],
        lane=Lane(row["lane"]),
        reach=row["reach"],
        version=row["version"],
        desk=row["desk"],
        snooze=_snooze_of(row) if row["snoozed"] else None,
        escalated=Desk(row["escalated"]) if row["escalated"] else None,
        merged_into=row["merged_into"],
        incident=row["incident_id"],
        has_media=bool(row["has_media"]),
        place=row["place"],
    )


def _snooze_of(row: Row) -> Snooze:
    return Snooze(maybe_moment(row["snoozed_until"]), row["snoozed_by"], bool(row["snoozed_for_customer"]))


# Sorts after every moment: cases without a clock come last.
NO_CLOCK = "9999-12-31T23:59:59.999Z"


def case_params(case: Case) -> dict[str, Any]:
    """The parameters of case_open and case_update."""
    due = maybe_text(case.due_at)
    return {
        "id": case.id,
        "platform": case.platform,
        "source": case.source,
        "customer": case.customer,
        "customer_handle": case.customer_handle,
        "conversation": case.conversation,
        "status": case.status.value,
        "lane": case.lane.value,
        "origin": case.origin.value,
        "urgency": case.urgency.value,
        "primary_intent": case.primary_intent,
        "complaint": case.complaint,
        "severity": case.severity,
        "signals": compact(list(case.signals)),
        "lang": case.lang,
        "verdict": case.verdict,
        "verdict_rule": case.verdict_rule,
        "assignee": case.assignee,
        "opened_at": utc_text(case.opened_at),
        "clock_start": utc_text(case.clock_start),
        "due_at": due,
        "due_key": due or NO_CLOCK,
        "last_customer_at": utc_text(case.last_customer_at),
        "first_response_at": maybe_text(case.first_response_at),
        "closed_at": maybe_text(case.closed_at),
        "outcome": case.outcome.value if case.outcome else None,
        "title": case.title,
        "reach": case.reach,
        "version": case.version,
        "desk": case.desk,
        "snoozed": int(case.snooze is not None),
        "snoozed_until": maybe_text(case.snooze.until) if case.snooze else None,
        "snoozed_by": case.snooze.by if case.snooze else None,
        "snoozed_for_customer": int(case.snooze is not None and case.snooze.for_customer),
        "escalated": case.escalated.value if case.escalated else None,
        "merged_into": case.merged_into,
        "incident_id": case.incident,
    }


def escalation_of(row: Row) -> Escalation:
    """An escalation from its row."""
    return Escalation(
        id=row["id"],
        case_id=row["case_id"],
        desk=Desk(row["desk"]),
        owner=row["owner"],
        reason=row["reason"],
        opened_by=row["opened_by"],
        opened_at=parse_moment(row["opened_at"]),
        due_at=parse_moment(row["due_at"]),
        closed_at=maybe_moment(row["closed_at"]),
        closed_by=row["closed_by"],
        answer=row["answer"],
    )


def moves_text(moves: Sequence[Move]) -> str:
    """Moves as JSON."""
    return compact([{"move": m.move, "text": m.text, "why": m.why} for m in moves])


def promise_text(promise: PromisePlan | None) -> str | None:
    """A planned promise as JSON, or None."""
    if promise is None:
        return None
    plan = {"text": promise.text, "owner": promise.owner, "due_at": utc_text(promise.due_at)}
    return compact(plan | {"kind": promise.kind.value})


def promise_of(text: str | None) -> PromisePlan | None:
    """A planned promise, or None."""
    if not text:
        return None
    data = json.loads(text)
    kind = PromiseKind(data.get("kind", PromiseKind.WORD))
    return PromisePlan(data["text"], data["owner"], parse_moment(data["due_at"]), kind)


def draft_of(row: Row) -> Draft:
    """A draft from its row."""
    return Draft(
        id=row["id"],
        case_id=row["case_id"],
        state=DraftState(row["state"]),
        text=row["text"],
        macro=row["macro"],
        moves=tuple(Move(**m) for m in json.loads(row["moves"])),
        promise=promise_of(row["promise"]),
        written_by=row["written_by"],
        source=row["source"],
        in_reply_to=row["in_reply_to"],
        platform=row["platform"],
        conversation_hash=row["conversation_hash"],
        claimed_by=row["claimed_by"],
        claimed_at=maybe_moment(row["claimed_at"]),
        reason=row["reason"],
        send_after=maybe_moment(row["send_after"]),
        created_at=parse_moment(row["created_at"]),
        updated_at=parse_moment(row["updated_at"]),
        version=row["version"],
        ai=row["ai"],
        reason_code=row["reason_code"],
    )


def approval_of(row: Row) -> Approval:
    """An approval from its row."""
    return Approval(
        id=row["id"],
        draft_id=row["draft_id"],
        user=row["user_name"],
        text=row["text"],
        text_hash=row["text_hash"],
        conversation_hash=row["conversation_hash"],
        at=parse_moment(row["at"]),
        seconds_to_decide=row["seconds_to_decide"],
        unchanged=bool(row["unchanged"]),
        needs=tuple(row["needs"].split()),
        first_id=row["first_id"],
        send_at=maybe_moment(row["send_at"]),
    )


def attempt_of(row: Row) -> Attempt:
    """An attempt from its row."""
    return Attempt(
        id=row["id"],
        draft_id=row["draft_id"],
        approval_id=row["approval_id"],
        state=AttemptState(row["state"]),
        key=row["key"],
        native_id=row["native_id"],
        url=row["url"],
        started_at=parse_moment(row["started_at"]),
        lease_until=parse_moment(row["lease_until"]),
        finished_at=maybe_moment(row["finished_at"]),
        detail=row["detail"],
        account=row["account"],
        code=row["code"],
        cost_usd=float(row["cost_usd"]),
        purse=row["purse"],
        looks=int(row["looks"]),
        next_look_at=maybe_moment(row["next_look_at"]),
        settled_by=row["settled_by"],
    )


def freeze_of(row: Row) -> Freeze:
    """A freeze from its row."""
    return Freeze(
        id=row["id"],
        scope=Scope(Reach(row["reach"]), row["name"]),
        reason=row["reason"],
        by=row["user_name"],
        at=parse_moment(row["at"]),
        thawed_at=maybe_moment(row["thawed_at"]),
        thawed_by=row["thawed_by"],
    )
