"""context: fetches the conversation around a case, so that people and the responder understand it.

What others wrote is kept as context: shown with the case, never read, never opening one. What the
customer or we wrote in the same conversation is no context: it goes the way of every mention and
joins the case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.base import Priced, SourceConfig, Threader
from monitor.domain.case import Case
from monitor.domain.errors import PressZeroError, Refused, TargetGone
from monitor.domain.mention import Mention, Origin, StoredMention
from monitor.domain.moments import Clock
from monitor.stages.limits import Gate
from monitor.stages.triage import customer_of
from monitor.stages.troubles import got_on, noted
from monitor.store.protocol import Store
from monitor.store.session import Session
from monitor.store.troubles import Doing

ACTOR = "machine:context"
BATCH = 20

# How many posts a thread is expected to cost before it is fetched.
EXPECTED_POSTS = 10


@dataclass(slots=True)
class ContextReport:
    """What one run did for one source."""

    source: str
    threads: int = 0
    posts: int = 0
    error: PressZeroError | None = None


@dataclass(frozen=True, slots=True)
class Library:
    """What a run works with."""

    store: Store
    threader: Threader
    source: SourceConfig
    clock: Clock
    gate: Gate
    is_own: Callable[[Mention], bool]


def context(library: Library, *, limit: int = BATCH) -> ContextReport:
    """Fetches the threads of up to `limit` open cases, the most urgent first, one commit each.

    What the platform says against it ends up in the report, it is not raised.
    """
    report = ContextReport(library.source.name)
    with library.store.read() as session:
        wanted = session.context.wanted(library.source.name, limit)
    for case_id, stored in wanted:
        if not _fetch(library, case_id, stored, report):
            break
    return report


def _fetch(library: Library, case_id: int, stored: StoredMention, report: ContextReport) -> bool:
    """One thread. False when nothing more can be asked now."""
    price = library.threader.post_usd if isinstance(library.threader, Priced) else 0.0
    why: str | None = None
    try:
        with library.store.read() as session:
            library.gate.check(session, library.clock.now(), price * EXPECTED_POSTS)
        posts: Sequence[Mention] = library.threader.thread(stored.mention)
    except (TargetGone, Refused) as error:  # this thread can't be had; others can
        posts, why = (), error.code
    except PressZeroError as error:
        with library.store.write() as session:
            library.gate.refused(session, library.clock.now(), error)
            noted(session, library.source.name, Doing.THREADS, library.clock.now(), error)
        report.error = error
        return False
    now = library.clock.now()
    with library.store.write() as session:
        case = session.cases.get(case_id)
        new = _keep(library, session, case, posts)
        library.gate.passed(
            session, now, price * (new if _free_again(library.threader) else len(posts)), None
        )
        got_on(session, library.source.name, Doing.THREADS, now)
        session.context.fetched(case_id, stored.id, now, len(posts), why)
        if new:
            session.audit.record(now, ACTOR, "context.fetched", f"case:{case_id}", posts=len(posts), new=new)
    report.threads += 1
    report.posts += new
    return True


def _free_again(threader: object) -> bool:
    return isinstance(threader, Priced) and threader.free_again


def _keep(library: Library, session: Session, case: Case, posts: Sequence[Mention]) -> int:
    """Stores a thread; returns how many of its posts were new."""
    part = [m for m in posts if _is_part(library, case, m)]
    around = [m for m in posts if not _is_part(library, case, m)]
    new = 0
    for batch, origin in ((part, case.origin), (around, Origin.CONTEXT)):
        new += session.mentions.add(
            batch, source=case.source, origin=origin, seen_at=library.clock.now(), is_own=library.is_own
        ).new
    known = [session.mentions.by_key(m.key) for m in posts if m.repost_of is None]
    session.context.explain(case.id, [s.id for s in known if s is not None and s.removed_at is None])
    return new


def _is_part(library: Library, case: Case, mention: Mention) -> bool:
    if library.is_own(mention):
        return True
    customer = customer_of(mention)
    # In another conversation it would open a case of its own, which context never does.
    return customer is not None and customer == case.customer and mention.conversation == case.conversation
