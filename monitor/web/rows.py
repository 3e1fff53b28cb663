"""A row of the queue: who, where, the customer's own words, why it is urgent, what the draft says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.case import Case
from monitor.domain.moments import say_duration, utc_text
from monitor.domain.posting import ReplyPrice
from monitor.store.glances import DraftGlance
from monitor.store.inbox import QueueRow
from monitor.web import words
from monitor.web.services import WebServices
from monitor.web.spans import Span, find_words, seemly
from monitor.web.times import UrgencyClock, clock_of

_SAID_ELSEWHERE = frozenset({"summoned", "media_attached", "sarcasm_possible"})
_BEFORE_HIT = 60  # characters before the first word that a search found


@dataclass(frozen=True, slots=True)
class RowView:
    """One row, ready to be written down."""

    case: Case
    version: str
    said: str
    then: str  # what they said last, where it is another post
    posts: int
    why: str  # why it is urgent, in words
    quote: str  # the words that set it off
    draft: DraftGlance | None
    price: ReplyPrice | None  # what posting the draft costs
    clock: UrgencyClock
    marks: tuple[Span, ...] = ()  # in `said`: what was searched for


def view_of(services: WebServices, row: QueueRow, now: datetime) -> RowView:
    """The row of a case."""
    glance = row.glance
    return RowView(
        case=row.case,
        version=row.version,
        said=seemly(glance.first),
        then=seemly(glance.last) if glance.posts > 1 and glance.last != glance.first else "",
        posts=glance.posts,
        why=why_urgent(services, row),
        quote=seemly(glance.why_text[:80]) if glance.why_text else "",
        draft=glance.draft,
        price=services.price(row.case, glance.draft.text) if services.price and glance.draft else None,
        clock=clock_of(row.case, now),
    )


def found_view(services: WebServices, row: QueueRow, text: str, query: str, now: datetime) -> RowView:
    """The row of a case that a search found: the text that holds the words, with the words marked."""
    plain = view_of(services, row, now)
    shown, marks = around_hits(seemly(text), query)
    return RowView(
        case=plain.case,
        version=plain.version,
        said=shown,
        then="",
        posts=plain.posts,
        why=plain.why,
        quote=plain.quote,
        draft=plain.draft,
        price=plain.price,
        clock=plain.clock,
        marks=marks,
    )


def around_hits(text: str, query: str, length: int = 280) -> tuple[str, tuple[Span, ...]]:
    """The part of `text` that holds the first word of `query`, and where its words stand in it."""
    hits = find_words(text, query)
    start = max(0, hits[0].start - _BEFORE_HIT) if hits and hits[0].start > length - _BEFORE_HIT else 0
    start = text.rfind(" ", 0, start) + 1 if start else 0
    head = "… " if start else ""
    shown = head + text[start : start + length] + ("…" if len(text) > start + length else "")
    moved = [Span(h.start - start + len(head), h.end - start + len(head), h.kind, h.label) for h in hits]
    return shown, tuple(m for m in moved if m.start >= 0 and m.end <= len(head) + length)


def why_urgent(services: WebServices, row: QueueRow) -> str:
    """Why a case has its urgency, in words; may be empty."""
    case, glance = row.case, row.glance
    said = [rule_in_words(services, glance.why_rule)] if glance.why_rule else []
    if glance.wait_minutes:
        said.append(f"says they waited {say_duration(timedelta(minutes=glance.wait_minutes))}")
    said += [words.SIGNALS[s] for s in case.signals if s in words.SIGNALS and s not in _SAID_ELSEWHERE]
    return "; ".join(said)


def rule_in_words(services: WebServices, rule: str) -> str:
    """A rule as its author described it, or its id made readable."""
    told = services.explain_rule(rule) if services.explain_rule else None
    return told or ("the model's judgement" if rule == "model" else words.plain(rule))


def back_at(case: Case) -> str:
    """When a snoozed case comes back: UTC text, or "" where only the customer brings it back."""
    return utc_text(case.snooze.until) if case.snooze and case.snooze.until else ""
