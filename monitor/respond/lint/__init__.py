"""Lint: each draft, a person's or the machine's, is checked as it is typed and again at approval.

Rules found by words are in `phrases.toml`, the sentences of all other checks in `checks.toml`; each says
why it is there and where that is known from. It finds what can be found by rule: it doesn't replace reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from monitor.domain.conversation import Conversation
from monitor.domain.draft import Proposal
from monitor.respond.hours import BusinessHours
from monitor.respond.lint.checks import CHECKS, Subject
from monitor.respond.lint.finding import Finding, codes, phrase_rules
from monitor.respond.lint.promises import promises
from monitor.respond.voice import Voice

__all__ = ["Finding", "codes", "lint"]


def lint(
    text: str,
    *,
    conversation: Conversation,
    voice: Voice,
    measure: Callable[[str], tuple[int, int]],
    approver: str | None,
    recent_texts: Sequence[str],
    planned: Proposal | None,
    now: datetime | None = None,
    hours: BusinessHours | None = None,
) -> list[Finding]:
    """Everything that is wrong with `text` as a reply to `conversation`, in order of appearance.

    `measure` gives (length, limit) by the platform's count. `approver` is the person who is about to
    approve, None while nobody is. `planned` is the proposal it came from, whose promise is the recorded
    one. With `now` (aware) and `hours` it also sees whether a promised time has passed or is said wrongly.
    """
    subject = Subject(
        text,
        text.replace("’", "'"),
        conversation,
        voice,
        measure,
        approver,
        recent_texts,
        planned,
        now,
        hours,
    )
    found = list(_by_phrase(subject))
    for check in (*CHECKS, promises):
        found += check(subject)
    return sorted(set(found), key=lambda f: (f.start, f.end, f.code))


def _by_phrase(s: Subject) -> Iterator[Finding]:
    for rule in phrase_rules():
        spans = sorted({m.span() for p in rule.patterns for m in p.finditer(s.plain)})
        end = -1
        for start, stop in spans:
            if start >= end:
                yield Finding(
                    rule.code,
                    rule.level,
                    start,
                    stop,
                    s.text[start:stop],
                    rule.why,
                    rule.source,
                    rule.suggestion,
                )
                end = stop
