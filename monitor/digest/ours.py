"""Our own side of the day: promises, macros, the rubber-stamp meter, praise to pass on."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.digest.days import Stretch
from monitor.digest.numbers import (
    Counted,
    MacroResult,
    Macros,
    MacroStopped,
    Meter,
    Praise,
    PraiseSeen,
    PromiseDue,
    Promises,
    StillWaiting,
    Waiting,
)
from monitor.digest.spread import spread
from monitor.digest.waits import HISTORY
from monitor.domain.accountability import JUDGED_OVER, is_flagged
from monitor.domain.case import Outcome
from monitor.domain.moments import parse_moment, utc_text
from monitor.domain.reading import Urgency
from monitor.domain.verdict import MayReply
from monitor.store.codec import maybe_moment, reading_of
from monitor.store.protocol import Row
from monitor.store.session import Session

# P4 has no clock: nobody waits.
CLOCKED = [level for level in Urgency if level is not Urgency.P4]

FIRST = 10  # of those who wait
OVERDUE = 5  # promises
PRAISED = 5

MACRO_DAYS = JUDGED_OVER.days
BETTER = frozenset({Outcome.RECOVERED.value, Outcome.RESOLVED_CONFIRMED.value})


def waiting(session: Session, now: datetime) -> Waiting:
    """Everybody who waits for us: emergencies first, then oldest risk first."""
    figures = session.figures
    by_urgency: Counter[str] = Counter()
    overdue = listen_only = 0
    since: list[str] = []
    # Of older posts our clock knows best: it started when they came to light, if that was late.
    long_ago = {"long_ago": utc_text(now - HISTORY)}
    for row in figures.rows("figure_waiting", {"now": utc_text(now), **long_ago}):
        if row["verdict"] == MayReply.LISTEN_ONLY.value:
            listen_only += int(row["cases"])
            continue
        by_urgency[row["urgency"]] += int(row["cases"])
        overdue += int(row["overdue"])
        since.append(row["since"])
    first = [row["id"] for row in figures.rows("figure_waiting_first", {"limit": FIRST})]
    return Waiting(
        cases=sum(by_urgency.values()),
        by_urgency=tuple(Counted(level.value, by_urgency[level.value]) for level in CLOCKED),
        overdue=overdue,
        since=maybe_moment(min(since, default=None)),
        first=tuple(
            _waiting(figures.row("figure_waiting_one", {"id": case_id, **long_ago})) for case_id in first
        ),
        listen_only=listen_only,
    )


def _waiting(row: Row) -> StillWaiting:
    since, due = parse_moment(row["since"]), maybe_moment(row["due_at"])
    return StillWaiting(row["id"], row["urgency"], since, due, row["assignee"])


def promises(session: Session, stretch: Stretch, now: datetime) -> Promises:
    """Promises that were due in `stretch`, and those that are overdue `now`."""
    figures, at = session.figures, {"now": utc_text(now)}
    row = figures.row("figure_promises", stretch.params())
    overdue = figures.rows("figure_promises_overdue", {**at, "limit": OVERDUE})
    return Promises(
        **{key: int(row[key]) for key in ("due", "kept", "kept_late", "broken", "still_open")},
        made=int(figures.row("figure_promises_made", stretch.params())["made"]),
        overdue=int(figures.row("figure_promises_overdue_count", at)["n"]),
        first_overdue=tuple(
            PromiseDue(r["id"], r["case_id"], r["owner"], parse_moment(r["due_at"])) for r in overdue
        ),
    )


def macros(session: Session, end: datetime) -> Macros:
    """What became of people after each macro's replies of the weeks before `end`, the worst first.

    An outcome counts for the last reply before it in the same case, so that a person's repair is
    neither held against the macro it repaired, nor counted for it.
    """
    stretch = Stretch(end - timedelta(days=MACRO_DAYS), end)
    replies: defaultdict[int, list[_Reply]] = defaultdict(list)
    for page in session.figures.pages("figure_replies", stretch.params()):
        for row in page:
            replies[row["case_id"]].append(_Reply(row["at"], row["macro"]))
    _judge(session, stretch, replies)
    by_macro: defaultdict[str, list[_Reply]] = defaultdict(list)
    for of_case in replies.values():
        for reply in of_case:
            by_macro[reply.macro].append(reply)
    total = sum(len(sent) for sent in by_macro.values())
    worse = sum(r.worse for sent in by_macro.values() for r in sent)
    standings = session.macros.standings(end - JUDGED_OVER)
    found = [_result(name, sent, total, worse) for name, sent in by_macro.items()]
    found.sort(key=lambda m: (not m.flagged, -m.worse / m.replies, -m.replies, m.macro))
    stopped = tuple(MacroStopped(s.macro, s.reason, s.by) for s in standings.values() if s.suspended)
    automation = sum(s.automation for s in standings.values())
    return Macros(MACRO_DAYS, total, worse, tuple(found), stopped, automation)


@dataclass(slots=True)
class _Reply:
    at: str
    macro: str
    worse: bool = False
    better: bool = False


def _judge(session: Session, stretch: Stretch, replies: dict[int, list[_Reply]]) -> None:
    for page in session.figures.pages("figure_results", {"start_at": stretch.params()["start_at"]}):
        for row in page:
            before = [r for r in replies.get(row["case_id"], ()) if r.at <= row["at"]]
            if before:
                reply = max(before, key=lambda r: r.at)
                reply.worse |= row["outcome"] == Outcome.WORSE.value
                reply.better |= row["outcome"] in BETTER


def _result(name: str, sent: list[_Reply], total: int, total_worse: int) -> MacroResult:
    replies, worse = len(sent), sum(r.worse for r in sent)
    flagged = is_flagged(replies, worse, total - replies, total_worse - worse)
    return MacroResult(name, replies, worse, sum(r.better for r in sent), flagged)


def meter(session: Session, stretch: Stretch) -> Meter:
    """How fast, and how often without a change, people approved."""
    seconds: list[float] = []
    people: set[str] = set()
    approvals = unchanged = 0
    for page in session.figures.pages("figure_approvals", stretch.params()):
        for row in page:
            approvals += 1
            unchanged += bool(row["unchanged"])
            people.add(row["user_name"])
            if row["seconds_to_decide"] is not None:
                seconds.append(float(row["seconds_to_decide"]))
    times = spread(seconds)
    return Meter(approvals, len(people), times.count, times.median, times.mean, unchanged)


def praise(session: Session, stretch: Stretch) -> Praise:
    """Posts of praise, those that name somebody of our staff first."""
    posts = named = 0
    best: list[tuple[int, int, int]] = []
    for page in session.figures.pages("figure_praise", stretch.params(), size=500):
        for row in page:
            reading = reading_of(row["body"])
            names_staff = reading is not None and any(e.label == "STAFF" for e in reading.entities)
            posts += 1
            named += names_staff
            best.append((0 if names_staff else 1, row["id"], row["case_id"]))
        best = heapq.nsmallest(PRAISED, best)
    return Praise(posts, named, tuple(PraiseSeen(case_id, mention_id) for _, mention_id, case_id in best))
