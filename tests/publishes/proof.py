"""The proof: seeded replies, real stages, clients and kills; then the platform's books are read."""

from __future__ import annotations

import multiprocessing
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from multiprocessing.context import ForkServerContext
from pathlib import Path

from connectors.base import Connector
from monitor.domain.case import Case
from monitor.domain.draft import Draft, DraftState
from monitor.domain.mention import Mention, MentionKey
from monitor.domain.posting import AttemptState
from monitor.stages.publish import Outlet
from monitor.stages.review import undo
from tests.integration.stages.house import House
from tests.publishes import victim
from tests.publishes.fates import Fate, on
from tests.publishes.places import START, Place, connector

APART = timedelta(minutes=25)  # between two replies: no write limit of a platform is what is tested here
# Afterwards the house goes on by itself: leases run out, the unknown is looked for, what waits is tried.
LATER = tuple(timedelta(minutes=m) for m in (3, 3, 6, 12, 60, 6 * 60, 20 * 60, 6 * 60))
_ON_ITS_WAY = (DraftState.APPROVED, DraftState.SENDING, DraftState.UNKNOWN)


@dataclass(frozen=True)
class Line:
    """What became of one reply."""

    number: int
    platform: str
    fate: str
    state: DraftState
    on_platform: int
    faults: tuple[str, ...]  # what was wrong with it: empty is what is to be shown


class Desk(House):
    """A house that publishes on one of the four platforms."""

    def __init__(self, folder: Path, place: Place) -> None:
        super().__init__(folder)
        self.database = f"sqlite:///{folder / 'house.db'}"
        self.place = place
        self.clock.at = START
        self.writer: Connector = connector(place.platform, place.server.base_url, self.clock)
        handle = place.own
        self.outlet = Outlet(self.writer, handle, f"care-{place.platform}", frozenset({handle.lower()}))  # type: ignore[arg-type]

    def case(self, native_id: str) -> Case:
        with self.store.read() as session:
            case = session.cases.of_post(MentionKey(self.place.platform, native_id))
        assert case is not None, f"{native_id} is in no case"
        return case

    def forward_to_now(self, by: timedelta) -> None:
        """Time passes, here and at the platform."""
        self.clock.at += by
        self.place.server.platform.clock.set(self.clock.at)

    def close(self) -> None:
        self.writer.close()
        self.store.close()


@dataclass
class Proof:
    """Replies on one platform, one after another. `context` starts the processes that are killed."""

    desk: Desk
    rng: random.Random
    context: ForkServerContext
    lines: list[Line] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)

    def run(self, count: int) -> None:
        """`count` replies; every fate comes at least once when there are enough."""
        fates = on(self.desk.place.platform)
        bag = [fate for fate in fates for _ in range(fate.weight)]
        drawn = fates + [self.rng.choice(bag) for _ in range(count - len(fates))]
        drawn = drawn[:count]
        self.rng.shuffle(drawn)
        for number, fate in enumerate(drawn):
            self.lines.append(self._one(number, fate))

    def _one(self, number: int, fate: Fate) -> Line:
        desk, place = self.desk, self.desk.place
        desk.forward_to_now(APART)
        post = place.customer_writes(desk.clock.now() - timedelta(minutes=10))
        desk.collect([post])
        desk.work()
        draft = desk.the_draft(post.native_id)
        approved = draft.text
        if fate.approved:
            desk.approve(draft.id)
        self._happens(fate, post, draft)
        desk.forward_to_now(timedelta(seconds=16))
        if fate.fault:
            place.server.faults.add({"on": "create", **fate.fault})
        name = self._killed(fate) if fate.killed else fate.name
        if not fate.killed:
            desk.publish()
        place.server.faults.clear()
        if fate.happens == "revoke":
            place.credential(good=True)
        for step in LATER:
            if desk.drafts(post.native_id)[-1].state not in _ON_ITS_WAY:
                break
            desk.forward_to_now(step)
            desk.publish()
        return self._judged(number, replace(fate, name=name), post, draft.id, approved)

    def _happens(self, fate: Fate, post: Mention, draft: Draft) -> None:
        desk, place = self.desk, self.desk.place
        does: dict[str, Callable[[], object]] = {
            "": lambda: None,
            "by hand": lambda: place.we_answer_by_hand(post.native_id, desk.clock.now()),
            "revoke": lambda: place.credential(good=False),
            "undone": lambda: undo(desk.store, draft.id, "bo", desk.clock),
            "reworded": lambda: self._tampered(draft.id),
            "writes again": lambda: desk.collect([self._again(post)]) or desk.work(),
        }
        does.get(fate.happens, lambda: place.happen(fate.happens, post.native_id))()

    def _again(self, post: Mention) -> Mention:
        """The customer goes on in the same conversation, and it was collected in time."""
        now = self.desk.clock.now()
        return replace(
            post,
            native_id=f"{post.native_id}9",
            text="still lost, by the way",
            created_at=now,
            in_reply_to=post.native_id,
        )

    def _tampered(self, draft_id: int) -> None:
        """Something that is none of our stages writes other words into the database."""
        with sqlite3.connect(self.desk.database.removeprefix("sqlite:///")) as db:
            db.execute("UPDATE drafts SET text = 'We owe you a million.' WHERE id = ?", (draft_id,))
        db.close()

    def _killed(self, fate: Fate) -> str:
        """Publishes in a process that is killed; what is said of the moment."""
        desk, place = self.desk, self.desk.place
        mine, theirs = self.context.Pipe(duplex=False)
        during = fate.killed == "during the call"
        at = self.rng.randrange(victim.STEPS)
        args = (desk.database, place.platform, place.server.base_url, place.own, desk.clock.now(), at, during)
        process = self.context.Process(target=victim.live, args=(*args, theirs))
        process.start()
        theirs.close()
        process.join(30)
        assert process.exitcode is not None, "the process neither ended nor died"
        try:
            told = str(mine.recv())
        except EOFError:  # it died without a word
            told = ""
        mine.close()
        if during:
            assert process.exitcode == -9, f"exit {process.exitcode}: it was to be killed during the call"
            self.killed[fate.name] += 1
            return fate.name
        if told == "lived":
            return "killed too late to matter"
        assert process.exitcode == -9, f"exit {process.exitcode} at {told}"
        self.killed[told] += 1
        return f"killed {told}"

    def _judged(self, number: int, fate: Fate, post: Mention, draft_id: int, approved: str) -> Line:
        with self.desk.store.read() as session:
            draft = session.drafts.get(draft_id)
            attempt = session.drafts.last_attempt(draft_id)
        replies = [str(reply["text"]) for reply in self.desk.place.replies(post.native_id)]
        faults = tuple(self._wrong(fate, draft, attempt.state if attempt else None, replies, approved))
        return Line(number, self.desk.place.platform, fate.name, draft.state, len(replies), faults)

    def _wrong(
        self, fate: Fate, draft: Draft, attempt: AttemptState | None, replies: list[str], approved: str
    ) -> Iterator[str]:
        if len(replies) > 1:
            yield "posted twice"
        if replies and not fate.may_post:
            yield "posted without an approval" if not fate.approved else "posted to a changed conversation"
        if any(not _same(text, approved) for text in replies):
            yield "posted other words than were approved"
        if draft.state is DraftState.POSTED and not replies:
            yield "called posted, and is not there"
        if replies and draft.state is not DraftState.POSTED:
            yield f"is there, and is called {draft.state}"
        if draft.state is DraftState.SENDING:
            yield "is sending for ever"
        if draft.state is DraftState.UNKNOWN and not draft.reason_code:
            yield "is unknown, and nobody is told to look"
        if draft.state is DraftState.POSTED and attempt is not AttemptState.POSTED:
            yield f"is posted by an attempt that is {attempt}"


def _same(text: str, approved: str) -> bool:
    return text.strip() == approved.strip()


def prove(folder: Path, platform: str, count: int, seed: int) -> tuple[list[Line], Counter[str]]:
    """`count` replies on one platform, from a seed: what became of each, and where processes were killed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.publishes.victim"])
    place = Place.open(platform)
    with place.server:
        desk = Desk(folder, place)
        proof = Proof(desk, random.Random(f"{seed}:{platform}"), context)  # a draw, no secret
        proof.run(count)
        desk.audit()
        desk.close()
    return proof.lines, proof.killed
