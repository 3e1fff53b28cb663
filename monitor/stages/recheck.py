"""recheck: asks the platforms what became of the posts we keep, and follows suit.

Young posts are looked at often (that is when people edit and delete), every post at least daily:
X wants deleted content gone within 24 hours. An edit becomes a revision, a removal empties the post
wherever its words have gone, and the deletion ledger says when.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial

from connectors.base import Priced, Rechecked, Rechecker, SourceConfig
from monitor.domain.errors import PressZeroError, RateLimited
from monitor.domain.mention import Mention, MentionKey
from monitor.domain.moments import Clock
from monitor.stages.limits import Gate
from monitor.stages.removal import remove_post
from monitor.stages.troubles import got_on, noted
from monitor.store.protocol import Store
from monitor.store.rechecks import Due
from monitor.store.session import Session
from monitor.store.troubles import Doing

ACTOR = "machine:recheck"

# Ids in one call: what X, Reddit and Bluesky take at most (100, 100, 25) is cut up by the connector.
BATCH = 100

# One run asks no more than this, so that it never keeps live polling waiting for long.
MOST_BATCHES = 50

# Up to this age a post is looked at this often. X: an edit is possible for an hour.
TIERS = (
    (timedelta(hours=2), timedelta(minutes=30)),
    (timedelta(hours=24), timedelta(hours=4)),
    (timedelta(days=7), timedelta(hours=12)),
)
# After that daily, with time left for the turn to come within the 24 hours.
DAILY = timedelta(hours=22)

# New posts are taken up so many at a time.
ENROL = 5000

# A post without an answer is asked for again after this.
UNANSWERED = timedelta(hours=1)


@dataclass(slots=True)
class RecheckReport:
    """What one run did for one source."""

    source: str
    asked: int = 0
    alive: int = 0
    edited: int = 0
    removed: int = 0
    unanswered: int = 0
    error: PressZeroError | None = None
    next_at: datetime | None = None  # when it may go on, if it was held up


@dataclass(frozen=True, slots=True)
class Desk:
    """What a run works with."""

    store: Store
    rechecker: Rechecker
    source: SourceConfig
    clock: Clock
    gate: Gate
    is_own: Callable[[Mention], bool]


def recheck(desk: Desk, *, most: int = MOST_BATCHES) -> RecheckReport:
    """Looks at every post of a source whose turn it is, a batch at a time; each batch is committed.

    What the platform says against it ends up in the report, it is not raised.
    """
    report = RecheckReport(desk.source.name)
    for _ in range(most):
        batch = _take(desk)
        if not batch or not _ask(desk, batch, report):
            break
    return report


def next_look(created_at: datetime, now: datetime, *, free_again: bool) -> datetime:
    """When a post of that age is looked at again (aware UTC).

    `free_again`: a second look within one UTC day costs nothing, so the paid one of each day is made
    at its beginning, while there is money for it.
    """
    age = now - created_at
    for up_to, every in TIERS:
        if age < up_to:
            return now + every
    if free_again:
        return datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return now + DAILY


def _take(desk: Desk) -> list[Due]:
    now, name = desk.clock.now(), desk.source.name
    with desk.store.write() as session:
        while session.rechecks.enrol(name, partial(next_look, free_again=_free_again(desk.rechecker)), ENROL):
            pass
        return session.rechecks.due(name, now, BATCH)


def _ask(desk: Desk, batch: list[Due], report: RecheckReport) -> bool:
    """One batch. False when nothing more can be asked now."""
    keys = [due.stored.mention.key for due in batch]
    try:
        with desk.store.read() as session:
            desk.gate.check(session, desk.clock.now(), _price(desk.rechecker, batch, desk.clock.now()))
        answer = desk.rechecker.recheck(keys)
    except PressZeroError as error:
        with desk.store.write() as session:
            desk.gate.refused(session, desk.clock.now(), error)
            noted(session, desk.source.name, Doing.RECHECKS, desk.clock.now(), error)
        report.error = error
        report.next_at = error.retry_at if isinstance(error, RateLimited) else None
        return False
    noticed_at = desk.clock.now()
    with desk.store.write() as session:
        _settle(desk, session, batch, answer, noticed_at, report)
    report.asked += len(batch)
    return True


def _free_again(rechecker: object) -> bool:
    return isinstance(rechecker, Priced) and rechecker.free_again


def _price(rechecker: object, batch: Sequence[Due], now: datetime) -> float:
    if not isinstance(rechecker, Priced):
        return 0.0
    paid = [d for d in batch if not (rechecker.free_again and d.read_at.date() == now.date())]
    return len(paid) * rechecker.post_usd


def _paid(rechecker: object, batch: Sequence[Due], answer: Rechecked, now: datetime) -> float:
    """What the answer cost, less the posts that were read earlier on the same UTC day."""
    if not isinstance(rechecker, Priced) or not rechecker.free_again:
        return answer.cost_usd
    read_today = {d.stored.mention.key for d in batch if d.read_at.date() == now.date()}
    free = sum(1 for mention in answer.alive if mention.key in read_today)
    return max(0.0, round(answer.cost_usd - free * rechecker.post_usd, 4))


def _settle(
    desk: Desk,
    session: Session,
    batch: list[Due],
    answer: Rechecked,
    noticed_at: datetime,
    report: RecheckReport,
) -> None:
    now = desk.clock.now()
    desk.gate.passed(session, now, _paid(desk.rechecker, batch, answer, now), None)
    got_on(session, desk.source.name, Doing.RECHECKS, now)
    asked: dict[MentionKey, Due] = {due.stored.mention.key: due for due in batch}
    alive = [m for m in answer.alive if m.key in asked]
    for mention in alive:
        stored = asked[mention.key].stored
        edited = session.mentions.add(
            [mention], source=stored.source, origin=stored.origin, seen_at=now, is_own=desk.is_own
        ).revised
        report.edited += len(edited)
        if edited:
            session.audit.record(now, ACTOR, "mention.edited", f"mention:{stored.id}")
    removed = [key for key in answer.removed if key in asked]
    for key in removed:
        remove_post(session, key, now, "gone when looked at again", noticed_at=noticed_at)
        session.rechecks.drop(asked[key].stored.id)
    free_again = _free_again(desk.rechecker)
    session.rechecks.looked_at(
        [(asked[m.key].stored.id, next_look(m.created_at, now, free_again=free_again)) for m in alive], now
    )
    silent = asked.keys() - {m.key for m in alive} - set(removed)
    session.rechecks.ask_again([asked[key].stored.id for key in silent], now + UNANSWERED)
    report.alive += len(alive)
    report.removed += len(removed)
    report.unanswered += len(silent)
