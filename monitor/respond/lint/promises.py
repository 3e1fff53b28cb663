"""Does the text promise more, less or other than what is recorded with it?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.domain.draft import PromiseKind
from monitor.respond.hours import say_due
from monitor.respond.languages import spoken
from monitor.respond.lint.checks import Subject
from monitor.respond.lint.finding import Finding, finding, patterns
from monitor.respond.lint.promised import promised_in
from monitor.respond.withhold import language_of

Spans = list[tuple[int, int]]


def promises(s: Subject) -> Iterator[Finding]:
    """A promise needs an owner and a due time: it is in the plan, or it isn't made."""
    planned = s.planned.promise if s.planned is not None else None
    free = _without_facts(s)
    commits = _spans("commits", free)
    times = _spans("times", free)
    if planned is None or planned.kind is PromiseKind.RELAY:
        yield from _unowned(s, commits, times)
        if planned is not None and planned.text not in s.text and language_of(s.conversation) == "en":
            yield finding("promise_dropped", s.text, recorded=planned.text)
        return
    recorded = planned.text.replace("’", "'")
    at = s.plain.find(recorded)
    if at >= 0:
        outside = [(a, b) for a, b in commits if not at <= a < at + len(recorded)]
        if outside:
            yield finding("promise_without_owner", s.text, *outside[0])
    elif not commits and language_of(s.conversation) == "en":
        yield finding("promise_dropped", s.text, recorded=planned.text)
    for start, end in times:
        if s.plain[start:end].lower() not in recorded.lower() and _future(s.plain, start):
            yield finding("promise_differs", s.text, start, end, recorded=planned.text)
            break
    yield from _overdue(s)


def _unowned(s: Subject, commits: Spans, times: Spans) -> Iterator[Finding]:
    """What binds us without a record. A person's words that name their time are recorded when saved."""
    bound = commits or [(a, b) for a, b in times if _future(s.plain, a)]
    if bound and not _can_be_recorded(s):
        yield finding("promise_without_owner", s.text, *bound[0])


def _can_be_recorded(s: Subject) -> bool:
    if s.now is None or s.hours is None or s.approver is None:
        return False
    return promised_in(s.text, s.now, s.hours, s.approver) is not None


def _overdue(s: Subject) -> Iterator[Finding]:
    """Approved later than it was written: "today" may have become yesterday."""
    planned = s.planned.promise if s.planned is not None else None
    if planned is None or s.now is None:
        return
    if planned.due_at <= s.now:
        yield finding("promise_overdue", s.text, instead="Set a new due time.")
        return
    if s.hours is None:
        return
    lang = language_of(s.conversation)
    zone = s.hours.zone
    said = (
        spoken()[lang].say_due(planned.due_at, s.now, zone)
        if lang in spoken()
        else say_due(planned.due_at, s.now, zone)
    )
    if said not in s.text and planned.text in s.text:
        yield finding("promise_overdue", s.text, instead=f"Say: {said}")


def _without_facts(s: Subject) -> str:
    """The text with the brand's own facts blanked out: they were weighed when they were listed."""
    plain = s.plain
    for fact in s.voice.facts:
        plain = plain.replace(fact.text.replace("’", "'"), " " * len(fact.text))
    return plain


def _spans(kind: str, text: str) -> Spans:
    return sorted(m.span() for p in patterns("promise", kind) for m in p.finditer(text))


def _future(text: str, at: int) -> bool:
    """True when a point in time is one that we would be held to, not one that is told about."""
    before = text[max(0, at - 40) : at].lower()
    return not re.search(
        r"\b(since|for|after|was|were|had|wrote|waited|yesterday|ago|told|you've|been)\b[^.!?]*$", before
    )
