"""A large made-up inbox: 100,000 cases, 1,000,000 posts, most of them closed. Made once, then kept."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.domain.case import Case, CaseStatus, Outcome, due_at, lane_of
from monitor.domain.draft import DraftState, Move, Proposal
from monitor.domain.mention import Media, Mention, MentionKey, Origin
from monitor.domain.reading import (
    INTENTS,
    SIGNALS,
    Entity,
    IntentScore,
    Reading,
    Reason,
    Signal,
    Urgency,
    UrgencyReading,
)
from monitor.store.session import Session
from monitor.store.sqlite import SqliteStore
from tests.bench.bench_collect import _WORDS

EDITION = "1"  # another one has the inbox made anew
CASES = 100_000
POSTS = 1_000_000
LONGEST = 400  # posts of the largest case
BATCH = 500  # cases a transaction
NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)

_PLATFORMS = ("x", "x", "x", "bluesky", "mastodon", "reddit")
_PLACES = ("Oslo", "Berlin", "Hamburg", "Lisbon", "Edinburgh", "Vienna", "Gate B22", "Belt 4")
_RULES = ("p1.stranded", "p1.locked_out", "p2.repeat", "p1.money_taken")
# How many of a hundred cases stand how: a team that keeps up, with four thousand still open.
_STATUS = [CaseStatus.DONE] * 82 + [CaseStatus.ASIDE] * 10 + [CaseStatus.WAITING] * 4 + [CaseStatus.OPEN] * 4
_URGENCY = [Urgency.P0] * 1 + [Urgency.P1] * 9 + [Urgency.P2] * 50 + [Urgency.P3] * 30 + [Urgency.P4] * 10


def make(path: Path) -> None:
    """Writes the inbox into `path`, through the store's own interface."""
    store = SqliteStore(f"sqlite:///{path}")
    store.migrate()
    rng, serial = random.Random(20260305), 0
    sizes = _sizes(rng)
    for start in range(0, CASES, BATCH):
        with store.write() as session:
            for number in range(start, min(start + BATCH, CASES)):
                serial = _case(session, rng, number, sizes[number], serial)
        print(f"\r{min(start + BATCH, CASES):,} of {CASES:,} cases", end="", flush=True)
    with store.write() as session:
        for name in _PLATFORMS:
            session.ledger.touch(f"{name}-mentions", name)
            session.ledger.tried(f"{name}-mentions", NOW, "ok")
        for n in range(200):
            session.casework.tag(CASES - n, f"tag-{n % 20}", "agent", NOW)
    store.close()
    print()


def _sizes(rng: random.Random) -> list[int]:
    """How many posts each case holds: most a few, some very many; a million together."""
    sizes = [min(LONGEST, 1 + int(rng.expovariate(1 / 9.0))) for _ in range(CASES)]
    sizes[-1] = LONGEST
    while (lacking := POSTS - sum(sizes)) > 0:
        for number in rng.sample(range(CASES - 1), min(lacking, CASES - 1)):
            sizes[number] += 1
    return sizes


def _text(rng: random.Random) -> str:
    return " ".join(rng.choice(_WORDS) for _ in range(rng.randint(6, 34)))


def _case(session: Session, rng: random.Random, number: int, posts: int, serial: int) -> int:
    platform, status = rng.choice(_PLATFORMS), rng.choice(_STATUS)
    if number == CASES - 1:
        status = CaseStatus.OPEN
    urgency, intent = rng.choice(_URGENCY), rng.choice(INTENTS)
    age = rng.uniform(0, 20) if status is CaseStatus.OPEN else rng.uniform(20, 5000)
    at, who = NOW - timedelta(hours=age), f"user{rng.randint(1, 60_000)}"
    batch = list(_mentions(rng, platform, who, at, posts, serial))
    source = f"{platform}-mentions"
    session.mentions.add(
        batch, source=source, origin=Origin.LIVE, seen_at=at, is_own=lambda m: m.author == "northwindair"
    )
    first = session.mentions.by_key(MentionKey(platform, batch[0].native_id))
    assert first is not None
    ids = range(first.id, first.id + len(batch))
    signals = tuple(sorted(rng.sample(SIGNALS, rng.choice((0, 0, 1, 2)))))
    session.readings.add(((i, 1, _reading(rng, urgency, intent, signals)) for i in ids), at)
    case = session.cases.open(_opened(batch[0], source, who, at, status, urgency, intent, signals))
    for mention_id in ids:
        session.cases.take_in(case.id, mention_id)
    _work_on(session, rng, case, batch, at)
    return serial + posts


def _mentions(
    rng: random.Random, platform: str, who: str, at: datetime, posts: int, serial: int
) -> Iterator[Mention]:
    for n in range(posts):
        own = n % 4 == 3
        yield Mention(
            platform=platform,
            native_id=str(10**9 + serial + n),
            text=_text(rng),
            created_at=at + timedelta(minutes=n),
            author="northwindair" if own else who,
            author_id="own" if own else who,
            conversation=str(10**9 + serial),
            media=(Media("photo", "https://photos.example/1.jpg"),) if rng.random() < 0.05 else (),
        )


def _reading(rng: random.Random, urgency: Urgency, intent: str, signals: tuple[str, ...]) -> Reading:
    reasons = (Reason(rng.choice(_RULES), "still waiting", 0, 13),) if urgency.rank < 3 else ()
    place = rng.choice(_PLACES) if rng.random() < 0.2 else None
    return Reading(
        lang=rng.choice(("en", "en", "en", "de", "fr")),
        complaint=0.8,
        severity=2,
        intents=(IntentScore(intent, 0.9),),
        primary=intent,
        urgency=UrgencyReading(urgency, 0.8, reasons),
        signals=tuple(Signal(s, f"test.{s}", "", 0, 0) for s in signals),
        entities=(Entity("PLACE", place, 0, len(place)),) if place else (),
        model="presszero-en 0.1",
    )


def _opened(
    first: Mention,
    source: str,
    who: str,
    at: datetime,
    status: CaseStatus,
    urgency: Urgency,
    intent: str,
    signals: tuple[str, ...],
) -> Case:
    verdict = "handoff" if first.platform == "reddit" else "postable"
    answered = at + timedelta(hours=1) if status is CaseStatus.WAITING else None
    return Case(
        0, first.platform, source, who, who, first.native_id, CaseStatus.OPEN, Origin.LIVE, urgency, intent,
        0.8, 2, signals, "en", verdict, f"{first.platform}.rule", None, at, at,
        due_at(urgency, at, Origin.LIVE), at, answered, None, None, first.text[:140],
        lane_of(status, urgency, None, verdict), 0, 1,
    )  # fmt: skip


def _work_on(session: Session, rng: random.Random, case: Case, batch: list[Mention], at: datetime) -> None:
    """Drafts, assignees, outcomes: what makes a case stand as it does."""
    status = rng.choice(_STATUS) if case.id != CASES else CaseStatus.OPEN
    assignee = rng.choice(("agent", "approver", None, None))
    case = session.cases.update(replace(case, status=status, assignee=assignee))
    live = None
    if status is CaseStatus.OPEN and rng.random() < 0.7:
        text = _text(rng)
        draft = session.drafts.propose(
            case,
            Proposal(text, "delivery", (Move("thank", text, "they told us"),)),
            source=case.source,
            in_reply_to=batch[0].native_id,
            conversation_hash=hashlib.sha256(text.encode()).hexdigest(),
            at=at,
        )
        live = draft.state
        if rng.random() < 0.02:
            for state in (DraftState.APPROVED, DraftState.SENDING, DraftState.REFUSED):
                draft = session.drafts.move(draft, state, at)
            live = draft.state
    elif status is CaseStatus.DONE:
        case = session.cases.settle(case, rng.choice(list(Outcome)), at, "made up")
    session.cases.relane(case, live)
