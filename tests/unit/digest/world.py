"""A small world to count in: a real SQLite store, filled through sessions and stages, readings by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.digest.figures import DigestFigures, gather
from monitor.digest.view import DigestBrand
from monitor.domain.case import Case
from monitor.domain.draft import DraftState, PromisePlan, Proposal
from monitor.domain.mention import Mention, MentionKey, Origin
from monitor.domain.reading import Entity, IntentScore, Reading, Signal, Urgency, UrgencyReading
from monitor.domain.verdict import MayReply, Verdict
from monitor.stages.removal import remove_post
from monitor.stages.review import answered
from monitor.stages.triage import triage
from monitor.store.mentions import READ
from monitor.store.sqlite import SqliteStore

ZONE = ZoneInfo("Europe/Berlin")
DAY = date(2026, 3, 5)
MIDNIGHT = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)  # of DAY, in Berlin
MORNING_AFTER = datetime(2026, 3, 6, 6, 30, tzinfo=UTC)
BRAND = DigestBrand("Northwind Air", ZONE, "https://inbox.example")


def at(hour: float, day: int = 0) -> datetime:
    """Local hour of DAY (or of a day after it) as UTC."""
    return MIDNIGHT + timedelta(days=day, hours=hour)


def reading(
    complaint: float = 0.9,
    urgency: str = "P2",
    primary: str = "delivery_order",
    *,
    signals: tuple[str, ...] = (),
    staff: str | None = None,
    claimed: int | None = None,
    severity: int = 1,
    lang: str = "en",
) -> Reading:
    return Reading(
        lang=lang,
        complaint=complaint,
        severity=severity,
        intents=(IntentScore(primary, 0.9),),
        primary=primary,
        urgency=UrgencyReading(Urgency(urgency), 0.9),
        signals=tuple(Signal(s, "hand", "", 0, 0) for s in signals),
        entities=(Entity("STAFF", staff, 0, len(staff)),) if staff else (),
        claimed_wait_minutes=claimed,
        model="by hand",
    )


COMPLAINT = reading()
PRAISE = reading(0.02, "P4", "praise", severity=0)
NOISE = reading(0.05, "P4", "noise", severity=0)
QUESTION = reading(0.2, "P3", "question_howto", severity=0)


@dataclass
class Clock:
    moment: datetime = MORNING_AFTER

    def now(self) -> datetime:
        return self.moment


@dataclass
class World:
    folder: Path
    clock: Clock = field(default_factory=Clock)
    verdict: MayReply = MayReply.POSTABLE
    posts: int = 0

    def __post_init__(self) -> None:
        self.store = SqliteStore(f"sqlite:///{self.folder / 'world.db'}")
        self.store.migrate()

    def post(
        self,
        when: datetime,
        text: str = "my bag is gone",
        read: Reading | None = COMPLAINT,
        *,
        who: str = "",
        seen: datetime | None = None,
        to: str | None = None,
        platform: str = "x",
        origin: Origin = Origin.LIVE,
    ) -> str:
        """A customer writes, is read and triaged (unless `read` is None); returns the native id."""
        self.posts += 1
        native_id = f"p{self.posts}"
        mention = Mention(
            platform, native_id, text, when, author=who or native_id, author_id=who or native_id,
            in_reply_to=to, conversation=to,
        )  # fmt: skip
        seen_at = seen or when + timedelta(minutes=1)
        with self.store.write() as session:
            session.mentions.add([mention], source="x-mentions", origin=origin, seen_at=seen_at, is_own=_no)
            stored = session.mentions.by_key(mention.key)
            assert stored is not None
            if read is not None:
                session.readings.add([(stored.id, stored.revision, read)], seen_at)
                session.mentions.move_on([stored], READ)
        if read is not None:
            now, self.clock.moment = self.clock.moment, seen_at
            triage(self.store, lambda _s, _m: Verdict(self.verdict, "test", "by hand"), self.clock)
            self.clock.moment = now
        return native_id

    def reply(self, to: str, when: datetime, text: str = "We found it.", macro: str = "lost_bag") -> None:
        """A reply of ours that went out through a draft, and is seen as a post."""
        with self.store.write() as session:
            case = session.cases.of_post(MentionKey("x", to))
            assert case is not None
            draft = session.drafts.propose(
                case,
                Proposal(text, macro, ()),
                source="x-mentions",
                in_reply_to=to,
                conversation_hash="",
                at=when,
            )
            for state in (DraftState.APPROVED, DraftState.SENDING, DraftState.POSTED):
                draft = session.drafts.move(draft, state, when)
            own = Mention("x", f"own-{draft.id}", text, when, author="northwindair", in_reply_to=to)
            session.mentions.add([own], source="x-mentions", origin=Origin.CONTEXT, seen_at=when, is_own=_yes)
            stored = session.mentions.by_key(own.key)
            assert stored is not None
            session.cases.take_in(case.id, stored.id)
            answered(session, case, when)

    def case(self, post: str, platform: str = "x") -> Case:
        with self.store.read() as session:
            found = session.cases.of_post(MentionKey(platform, post))
        assert found is not None
        return found

    def promise(self, post: str, due: datetime, made: datetime, text: str = "call you back") -> int:
        with self.store.write() as session:
            case = session.cases.of_post(MentionKey("x", post))
            assert case is not None
            session.promises.add(case.id, None, PromisePlan(text, "Mira", due), "mira", made)
            return int(session.promises.of_case(case.id)[-1]["id"])

    def remove(self, post: str, when: datetime, platform: str = "x") -> None:
        with self.store.write() as session:
            assert remove_post(session, MentionKey(platform, post), when, "deleted by its author")

    def digest(self, day: date = DAY, *, now: datetime | None = None, seed: object = "test") -> DigestFigures:
        with self.store.read() as session:
            return gather(session, day, ZONE, now or self.clock.now(), seed)


def without_words(found: DigestFigures) -> DigestFigures:
    return replace(found, words=type(found.words)())


def _no(_mention: Mention) -> bool:
    return False


def _yes(_mention: Mention) -> bool:
    return True
