"""A small house to test stages in: a real store, a clock of ours, and two plain collaborators."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from monitor.domain.accountability import JUDGED_OVER, MacroStanding
from monitor.domain.case import Case
from monitor.domain.conversation import Conversation
from monitor.domain.draft import Draft, Move, PromisePlan, Proposal
from monitor.domain.mention import Mention, MentionKey, Origin
from monitor.domain.posting import (
    Absence,
    OutgoingReply,
    OwnReply,
    Posted,
    Prepared,
    SendResult,
)
from monitor.domain.reading import IntentScore, Post, Reading, Reason, Signal, Urgency, UrgencyReading
from monitor.domain.roster import Roster
from monitor.domain.verdict import MayReply, Verdict
from monitor.respond.similar import Said
from monitor.stages.draft import draft
from monitor.stages.publish import Outlet, Policy, PublishReport, publish, routes
from monitor.stages.read import read
from monitor.stages.review import Shown, approve, show
from monitor.stages.triage import TriageReport, triage
from monitor.store.sqlite import SqliteStore
from tests.clock import TestClock

OWN = frozenset({"brand"})
UNDO = timedelta(seconds=15)

# What the plain reader goes by: a word in the post → (urgency, intent, complaint, severity).
WORDS: dict[str, tuple[Urgency, str, float, int]] = {
    "burned": (Urgency.P0, "safety_hazard", 0.97, 3),
    "stranded": (Urgency.P1, "delivery_order", 0.9, 2),
    "furious": (Urgency.P2, "staff_or_process", 0.98, 3),
    "lost": (Urgency.P2, "delivery_order", 0.9, 1),
    "how": (Urgency.P3, "question_howto", 0.2, 0),
    "thanks": (Urgency.P4, "praise", 0.02, 0),
    "crypto": (Urgency.P4, "noise", 0.05, 0),
}
SIGNALS = {"human": "asks_for_human", "stop": "stop_request", "bot": "about_our_automation"}


class PlainReader:
    """Reads by single words, so that a test says what is read by what it writes."""

    model = "plain-1"

    def read(self, posts: list[Post]) -> list[Reading]:
        return [self._one(post.text.lower()) for post in posts]

    def _one(self, text: str) -> Reading:
        level, intent, complaint, severity = next(
            (found for word, found in WORDS.items() if word in text), (Urgency.P3, "feature_feedback", 0.3, 0)
        )
        signals = [
            Signal(label, f"test.{label}", word, 0, 1) for word, label in SIGNALS.items() if word in text
        ]
        reasons = (Reason("test.word", text[:4], 0, 4),) if text else ()
        return Reading(
            lang="en",
            complaint=complaint,
            severity=severity,
            intents=(IntentScore(intent, complaint),),
            primary=intent,
            urgency=UrgencyReading(level, 0.5, reasons),
            signals=tuple(signals),
            model=self.model,
        )


@dataclass
class Withheld:
    code: str
    why: str


@dataclass
class Platform:
    """A place to post to, whose next answers a test can lay out. It remembers what really arrived."""

    clock: TestClock
    arrived: list[OutgoingReply] = field(default_factory=list)
    answers: list[SendResult | str] = field(default_factory=list)
    prepare_raises: list[Exception] = field(default_factory=list)
    absence: Absence = Absence.PROVEN
    sends: int = 0

    def measure(self, text: str) -> tuple[int, int]:
        return len(text), 280

    def prepare(self, reply: OutgoingReply) -> Prepared:
        if self.prepare_raises:
            raise self.prepare_raises.pop(0)
        return Prepared(reply, len(reply.text), 280)

    def send(self, prepared: Prepared) -> SendResult:
        self.sends += 1
        answer = self.answers.pop(0) if self.answers else "took it"
        if answer == "died before":
            raise KeyboardInterrupt
        if not isinstance(answer, str):
            return answer
        self.arrived.append(prepared.reply)
        if answer == "died after":
            raise KeyboardInterrupt
        return self._posted(prepared.reply)

    def find_own_reply(self, reply: OutgoingReply) -> OwnReply:
        found = [r for r in self.arrived if r.key == reply.key]
        return OwnReply(self._posted(found[0]) if found else None, self.absence)

    def _posted(self, reply: OutgoingReply) -> Posted:
        return Posted(f"p{self.arrived.index(reply) + 1}", self.clock.now())


class House:
    """Store, clock, platform, and the stages with everything filled in."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteStore(f"sqlite:///{folder / 'house.db'}")
        self.store.migrate()
        self.clock = TestClock()
        self.platform = Platform(self.clock)
        self.outlet = Outlet(self.platform, "brand", "care", OWN)
        self.policy = Policy()
        self.verdict = Verdict(MayReply.POSTABLE, "test.postable", "a test")
        self.promise: PromisePlan | None = None
        self.roster = Roster()
        self.macro = "test"
        self.from_source = "src"
        self._ids = itertools.count(100)

    # --- mentions ---

    def write(
        self,
        text: str,
        *,
        author: str = "ann",
        reply_to: str | None = None,
        conversation: str | None = None,
        at: datetime | None = None,
        origin: Origin = Origin.LIVE,
        native_id: str | None = None,
    ) -> str:
        """A post appears on the platform and is collected; returns its id."""
        mention = Mention(
            platform="x",
            native_id=native_id or str(next(self._ids)),
            text=text,
            created_at=at or self.clock.now(),
            author=author,
            author_id=f"id-{author}",
            in_reply_to=reply_to,
            conversation=conversation,
        )
        self.collect([mention], origin)
        return mention.native_id

    def collect(self, mentions: Iterable[Mention], origin: Origin = Origin.LIVE) -> None:
        with self.store.write() as session:
            session.mentions.add(
                mentions,
                source=self.from_source,
                origin=origin,
                seen_at=self.clock.now(),
                is_own=lambda m: m.author in OWN,
            )

    # --- stages ---

    def work(self, *, drafting: bool = True) -> TriageReport:
        """read → triage → draft."""
        read(self.store, PlainReader(), lambda _: OWN, self.clock)
        report = triage(self.store, self.judge, self.clock, roster=self.roster)
        if drafting:
            draft(self.store, self._compose, lambda case: case.source, self.clock, judge=self.judge)
        return report

    def judge(self, source: str, mention: Mention) -> Verdict:
        """What the platform says at the moment: `verdict`."""
        return self.verdict

    def _compose(self, conversation: Conversation, now: datetime, recent: Said) -> Proposal | Withheld:
        if "asks_for_human" in conversation.case.signals:
            return Withheld("asks_for_human", "they asked for a person")
        text = f"Thank you, {conversation.case.customer_handle}. Reply {conversation.replies_of_ours + 1}."
        return Proposal(text, self.macro, (Move("thank", text, "a test"),), self.promise)

    def approve(self, draft_id: int, user: str = "bo") -> None:
        current, conversation = show(self.store, draft_id)
        shown = Shown(current.text, conversation.hash, current.version, seconds=3.0)
        approve(self.store, draft_id, user, shown, self.clock, undo=UNDO, second=(), judge=self.judge)

    def route(self, source: str, platform: str) -> Outlet | None:
        return routes({"src": self.outlet})(source, platform)

    def publish(self) -> PublishReport:
        return publish(self.store, self.route, self.clock, policy=self.policy)

    def send(self, draft_id: int) -> PublishReport:
        """Approves, waits for the undo window, publishes."""
        self.approve(draft_id)
        self.clock.forward(seconds=16)
        return self.publish()

    # --- looking ---

    def standing(self, macro: str) -> MacroStanding:
        with self.store.read() as session:
            return session.macros.standings(self.clock.now() - JUDGED_OVER)[macro]

    def case(self, native_id: str) -> Case:
        with self.store.read() as session:
            case = session.cases.of_post(MentionKey("x", native_id))
        assert case is not None, f"{native_id} is in no case"
        return case

    def draft(self, native_id: str) -> Draft | None:
        case = self.case(native_id)
        with self.store.read() as session:
            return session.drafts.live_of(case.id)

    def the_draft(self, native_id: str) -> Draft:
        found = self.draft(native_id)
        assert found is not None, f"the case of {native_id} has no live draft"
        return found

    def drafts(self, native_id: str) -> list[Draft]:
        case = self.case(native_id)
        with self.store.read() as session:
            return session.drafts.of_case(case.id)

    def conversation(self, native_id: str) -> Conversation:
        case = self.case(native_id)
        with self.store.read() as session:
            return session.cases.conversation(case.id)

    def audit(self) -> int:
        with self.store.read() as session:
            return session.audit.verify()
