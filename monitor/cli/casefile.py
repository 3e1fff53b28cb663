"""One whole case, as `presszero queue show` prints it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from monitor.cli.lanes import LANE_NAMES, clock_words, find
from monitor.cli.say import one_line
from monitor.domain.casework import Escalation
from monitor.domain.conversation import Conversation, Turn
from monitor.domain.danger import HELPLINES, report_of
from monitor.domain.draft import Draft, DraftState
from monitor.domain.moments import parse_moment, utc_text
from monitor.domain.posting import Attempt
from monitor.domain.verdict import MayReply
from monitor.stages.verdict import verdict_of

if TYPE_CHECKING:
    from monitor.bootstrap import App
    from monitor.domain.posting import ReplyPrice
    from monitor.domain.verdict import Verdict
    from monitor.store.protocol import Row

_MAY = {
    MayReply.POSTABLE: "yes, once a person has approved it",
    MayReply.HANDOFF: "by hand only",
    MayReply.LISTEN_ONLY: "no",
}


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything that is kept of a case, from one snapshot."""

    conversation: Conversation
    drafts: list[Draft]
    live: Draft | None
    withheld: Row | None
    notes: list[Row]
    promises: list[Row]
    outcomes: list[Row]
    escalations: list[Escalation]
    tags: list[str]
    incident: str | None
    verdict: Verdict
    price: ReplyPrice | None
    attempt: Attempt | None
    advice: str | None  # what to do about the reason why the draft was not sent
    leaves: str | None  # when an approved reply leaves, in words

    @classmethod
    def read(cls, app: App, ref: str) -> CaseFile:
        """The case behind a reference. Raises WrongUse, NotFound."""
        with app.store.read() as session:
            case, draft = find(session, ref)
            conversation = session.cases.conversation(case.id)
            live = draft if draft and not draft.state.is_final else session.drafts.live_of(case.id)
            return cls(
                conversation=conversation,
                drafts=session.drafts.of_case(case.id),
                live=live,
                withheld=session.cases.withheld(case.id),
                notes=session.cases.notes(case.id),
                promises=session.promises.of_case(case.id),
                outcomes=session.cases.outcomes(case.id),
                escalations=session.casework.escalations(case.id),
                tags=session.casework.tags(case.id),
                incident=session.casework.incident_of(case.id),
                verdict=verdict_of(session, conversation, app.judge),
                price=app.price(case, live.text) if live else None,
                attempt=session.drafts.last_attempt(live.id) if live else None,
                advice=app.advise(live.reason_code) if live else None,
                leaves=_leaves(app, live),
            )

    def to_dict(self) -> dict[str, Any]:
        """The case as `queue show --json` prints it (docs/cli.md)."""
        case = self.conversation.case
        return {
            "case_id": case.id,
            "draft_id": self.live.id if self.live else None,
            "status": case.status.value,
            "lane": case.lane.value,
            "urgency": case.urgency.value,
            "due_at": case.due_at,
            "platform": case.platform,
            "source": case.source,
            "customer": case.customer_handle or case.customer,
            "intent": case.primary_intent,
            "signals": list(case.signals),
            "verdict": self.verdict.may_reply.value,
            "verdict_rule": self.verdict.rule,
            "verdict_why": self.verdict.why,
            "verdict_source": self.verdict.source,
            "price_usd": self.price.usd if self.price else None,
            "assignee": case.assignee,
            "desk": case.desk,
            "snoozed_until": case.snooze.until if case.snooze else None,
            "snoozed": case.snooze is not None,
            "tags": self.tags,
            "incident": self.incident,
            "merged_into": case.merged_into,
            "escalations": [_escalation_dict(e) for e in self.escalations],
            "outcome": case.outcome.value if case.outcome else None,
            "conversation": [_turn_dict(t) for t in self.conversation.turns],
            "drafts": [_draft_dict(d) for d in self.drafts],
            "withheld": dict(self.withheld) if self.withheld else None,
            "notes": [dict(n) for n in self.notes],
            "promises": [dict(p) for p in self.promises],
            "outcomes": [dict(o) for o in self.outcomes],
        }

    def lines(self, now: datetime, zone: ZoneInfo) -> Iterator[str]:
        """The case for people."""
        case = self.conversation.case
        who = f"@{case.customer_handle}" if case.customer_handle else case.customer or "somebody"
        yield f"Case {case.id} · {case.urgency} · {clock_words(case, now)} · {LANE_NAMES[case.lane]}"
        yield f"{who} on {case.platform} · {case.primary_intent} · from source {case.source}"
        if case.signals:
            yield f"Signals: {', '.join(case.signals)}"
        verdict = self.verdict
        cited = f"{verdict.rule}; {verdict.source}" if verdict.source else verdict.rule
        yield f"May we reply: {_MAY[verdict.may_reply]}. {verdict.why} ({cited})"
        if case.assignee or case.desk:
            desk = f" ({case.desk} desk)" if case.desk else ""
            yield f"Assigned to {case.assignee or 'nobody yet'}{desk}"
        if case.merged_into:
            yield f"Merged into case c{case.merged_into}"
        if case.snooze:
            ends = (
                f"{case.snooze.until.astimezone(zone):%a %d %b %H:%M}" if case.snooze.until else "they write"
            )
            yield f"Snoozed by {case.snooze.by} until {ends}"
        if self.tags or self.incident:
            yield "  ".join(
                [f"#{t}" for t in self.tags] + ([f"Incident: {self.incident}"] if self.incident else [])
            )
        for one in self.escalations:
            yield from _escalation_lines(one, zone)
        yield ""
        for turn in self.conversation.turns:
            yield from _turn_lines(turn, zone)
        yield from self._draft_lines()
        for note in self.notes:
            yield f"Note by {note['user_name']}: {note['text']}"
        for promise in self.promises:
            due = f"{parse_moment(promise['due_at']).astimezone(zone):%a %d %b %H:%M}"
            keeper = promise["keeper"] or promise["owner"]
            yield f"Promise {promise['id']} ({promise['state']}, {keeper}, due {due}): {promise['text']}"
        for outcome in self.outcomes:
            yield f"Outcome: {outcome['outcome']} ({outcome['evidence']})"

    def _draft_lines(self) -> Iterator[str]:
        draft = self.live
        if draft is None:
            why = f": {self.withheld['why']}" if self.withheld else "."
            yield f"No draft{why}"
            if self.withheld and self.withheld["reason"] == "self_harm":
                way = report_of(self.conversation.case.platform)
                yield f"{way.how} {way.url or ''}".rstrip()
                yield f"Helplines by country: {HELPLINES}"
            return
        leaves = f", leaves {self.leaves}" if self.leaves else ""
        yield f"Draft {draft.id}, {draft.state}{leaves}, written by {draft.written_by}{_reworded(draft)}:"
        yield from ("  " + line for line in draft.text.split("\n"))
        if draft.reason:
            code = f" ({draft.reason_code})" if draft.reason_code else ""
            yield f"  {one_line(draft.reason)}{code}"
        if self.advice:
            yield f"  What to do: {self.advice}"
        if draft.state is DraftState.UNKNOWN:
            yield from self._unknown_lines(draft)
        if self.price is not None:
            yield f"  Price: {self.price.in_words} ({self.price.source})"
        yield ""

    def _unknown_lines(self, draft: Draft) -> Iterator[str]:
        parents = (t.mention for t in self.conversation.turns if t.mention.native_id == draft.in_reply_to)
        url = next((m.url for m in parents if m.url), None)
        yield f"  Look by hand{f': {url}' if url else ' on the platform'}"
        yield f"  It is there:     presszero queue found {draft.id} URL"
        yield f"  It is not there: presszero queue absent {draft.id}"
        if self.attempt is not None:
            again = self.attempt.next_look_at
            then = f"again at {utc_text(again)}" if again else "no more by itself"
            yield f"  Looked for {self.attempt.looks}×, {then}; at once: presszero queue look {draft.id}"


def _leaves(app: App, draft: Draft | None) -> str | None:
    if draft is None or draft.state is not DraftState.APPROVED or draft.send_after is None:
        return None
    return app.say_moment(draft.send_after) if draft.send_after > app.clock.now() else "now"


def _escalation_lines(one: Escalation, zone: ZoneInfo) -> Iterator[str]:
    stands = one.answer or f"open, due {one.due_at.astimezone(zone):%a %d %b %H:%M}"
    yield f"Handed up to {one.owner} ({one.desk} desk): {one.reason} → {stands}"


def _escalation_dict(one: Escalation) -> dict[str, Any]:
    return {
        "desk": one.desk.value,
        "owner": one.owner,
        "reason": one.reason,
        "opened_by": one.opened_by,
        "due_at": one.due_at,
        "closed_at": one.closed_at,
        "answer": one.answer,
    }


def _turn_lines(turn: Turn, zone: ZoneInfo) -> Iterator[str]:
    mention = turn.mention
    when = f"{mention.created_at.astimezone(zone):%a %d %b %Y %H:%M}"
    who = "We" if turn.own else f"@{mention.author}" if mention.author else "Customer"
    edited = f", edited {turn.revision - 1}×" if turn.revision > 1 else ""
    yield f"{who}, {when}{edited}" + (f"  {mention.url}" if mention.url else "")
    if turn.removed_at is not None:
        yield "  (removed at the source)"
    yield from ("  " + line for line in mention.text.split("\n") if line.strip())
    for item in mention.media:
        yield f"  [{item.kind}{': ' + one_line(item.alt) if item.alt else ''}]"
    if turn.reading is not None:
        reading = turn.reading
        degree = f"severity {reading.severity}, complaint {reading.complaint:.2f}"
        yield f"  → {reading.urgency.level}, {reading.primary}, {degree}"
        for reason in reading.urgency.reasons:
            words = f": “{one_line(reason.text)}”" if reason.text else ": the post as a whole"
            yield f"    because of {reason.rule}{words}"
    yield ""


def _turn_dict(turn: Turn) -> dict[str, Any]:
    mention = turn.mention
    return {
        "platform": mention.platform,
        "id": mention.native_id,
        "author": mention.author,
        "own": turn.own,
        "created_at": mention.created_at,
        "text": mention.text,
        "url": mention.url,
        "revision": turn.revision,
        "removed_at": turn.removed_at,
        "reading": turn.reading.to_dict() if turn.reading else None,
    }


def _draft_dict(draft: Draft) -> dict[str, Any]:
    return {
        "draft_id": draft.id,
        "state": draft.state.value,
        "text": draft.text,
        "macro": draft.macro,
        "moves": [{"move": m.move, "text": m.text, "why": m.why} for m in draft.moves],
        "written_by": draft.written_by,
        "ai": draft.ai,
        "reason": draft.reason,
        "reason_code": draft.reason_code,
        "in_reply_to": draft.in_reply_to,
        "created_at": draft.created_at,
        "send_after": draft.send_after,
    }


def _reworded(draft: Draft) -> str:
    return f", reworded by {draft.ai} (AI-written)" if draft.ai and draft.written_by == "machine" else ""
