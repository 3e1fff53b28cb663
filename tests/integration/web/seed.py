"""A small, living inbox in a real SQLite file, built through the store's own interface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from zoneinfo import ZoneInfo

from monitor.domain.case import Case, CaseStatus, Lane, due_at, lane_of
from monitor.domain.draft import Draft, Move, PromisePlan, Proposal
from monitor.domain.mention import Mention, Origin
from monitor.domain.reading import (
    IntentScore,
    Reading,
    Signal,
    Urgency,
    UrgencyReading,
)
from monitor.stages import people
from monitor.stages.people.seal import Seal
from monitor.store.sqlite import SqliteStore
from monitor.web.services import WebServices
from tests.clock import TestClock

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
PASSWORD = "tide pool lantern"
ROLES = ("viewer", "agent", "approver", "manager", "admin")


@dataclass(frozen=True)
class LintFinding:
    code: str
    level: str
    start: int
    end: int
    why: str
    suggestion: str | None = None


def lint(text: str, _conversation: object, _draft: object, _user: str) -> list[LintFinding]:
    """Two rules, enough to see a page react: one that advises, one that blocks."""
    found = []
    if (at := text.lower().find("dm us")) >= 0:
        found.append(
            LintFinding(
                "dm_reflex",
                "warn",
                at,
                at + 5,
                "Sends them away without an answer.",
                "Say what happens next.",
            )
        )
    if (at := text.lower().find("calm down")) >= 0:
        found.append(LintFinding("calm_down", "block", at, at + 9, "Nobody ever calmed down from it.", None))
    return found


@dataclass
class House:
    """A store, a clock, and what a test wants to know of what was put in."""

    store: SqliteStore
    clock: TestClock = field(default_factory=lambda: TestClock(NOW))
    serial: int = 0

    def services(self, **changes: object) -> WebServices:
        services = WebServices(
            store=self.store,
            clock=self.clock,
            brand_name="Northwind Air",
            timezone=ZoneInfo("Europe/Berlin"),
            undo=timedelta(seconds=30),
            version="0.1",
            own_handles=frozenset({"northwindair"}),
            check=lambda text, talk, draft, user, recent: [
                f for f in lint(text, talk, draft, user) if f.level == "block"
            ],
            lint=lint,
            measure=lambda source, platform, text: (len(text), 280),
            candidates=lambda c: [Proposal("Another wording of the same.", "other", ())],
            reply_source=lambda case: case.source,
            handoff_url=lambda c, text: "https://x.example/intent/tweet?in_reply_to=1",
            digest=lambda store, day: (
                f"<html><head></head><body><h1>Digest {day}</h1><a href='/cases/1'>a case</a></body></html>"
                if day.year == 2026
                else None
            ),
            seal=Seal(("a key for tests, long enough to be one",)),
        )
        return replace(services, **changes)

    def add_people(self, *names: str) -> None:
        for name in names or ROLES:
            people.add_user(self.store, name, name if name in ROLES else "approver", PASSWORD, self.clock)

    def add_case(
        self,
        text: str,
        *,
        who: str | None = "anna_k",
        urgency: Urgency = Urgency.P2,
        intent: str = "delivery_order",
        signals: tuple[str, ...] = (),
        minutes_ago: float = 30,
        platform: str = "x",
        source: str = "x-mentions",
        verdict: str = "postable",
        verdict_rule: str = "x.summoned",
        status: CaseStatus = CaseStatus.OPEN,
        draft: str | None = None,
        reading: Reading | None = None,
        mention: Mention | None = None,
        **of_mention: object,
    ) -> tuple[int, int]:
        """(case id, draft id or 0)."""
        self.serial += 1
        at = self.clock.now() - timedelta(minutes=minutes_ago)
        post = mention or Mention(
            platform, str(9000 + self.serial), text, at, author=who, author_id=who, **of_mention
        )
        reading = reading or self.reading(urgency, intent, signals)
        with self.store.write() as s:
            s.mentions.add([post], source=source, origin=Origin.LIVE, seen_at=at, is_own=lambda m: False)
            stored = s.mentions.by_key(post.key)
            assert stored is not None
            s.readings.add([(stored.id, 1, reading)], at)
            case = s.cases.open(
                Case(
                    0,
                    platform,
                    source,
                    who,
                    who,
                    post.native_id,
                    status,
                    Origin.LIVE,
                    urgency,
                    intent,
                    reading.complaint,
                    reading.severity,
                    signals,
                    reading.lang,
                    verdict,
                    verdict_rule,
                    None,
                    at,
                    at,
                    due_at(urgency, at, Origin.LIVE),
                    at,
                    None,
                    None,
                    None,
                    text[:120],
                    lane_of(status, urgency, None, verdict),
                    0,
                    1,
                )
            )
            s.cases.take_in(case.id, stored.id)
            if draft is None:
                return case.id, 0
            return case.id, self.draft_for(s, case, draft).id

    def draft_for(self, s, case: Case, text: str) -> Draft:  # type: ignore[no-untyped-def]
        conversation = s.cases.conversation(case.id)
        due = self.clock.now() + timedelta(hours=2)
        made = s.drafts.propose(
            case,
            Proposal(
                text,
                "delivery.trace",
                (Move("name_it", text.partition(".")[0] + ".", "names the specific problem"),),
                PromisePlan("We write again today", "care desk", due) if "today" in text else None,
            ),
            source=case.source,
            in_reply_to=conversation.to_answer.mention.native_id,
            conversation_hash=conversation.hash,
            at=self.clock.now(),
        )
        s.cases.relane(case, made.state)
        return made

    def say(self, case_id: int, text: str, *, own: bool = False, **of_mention: object) -> int:
        """One more post in a conversation; returns its mention id."""
        self.serial += 1
        with self.store.write() as s:
            case = s.cases.get(case_id)
            post = Mention(
                case.platform,
                str(9000 + self.serial),
                text,
                self.clock.now(),
                author=case.customer_handle,
                **of_mention,
            )
            s.mentions.add(
                [post], source=case.source, origin=Origin.LIVE, seen_at=self.clock.now(), is_own=lambda m: own
            )
            stored = s.mentions.by_key(post.key)
            s.cases.take_in(case_id, stored.id)
            return stored.id

    @staticmethod
    def reading(level: Urgency, intent: str, labels: tuple[str, ...], /, **more: object) -> Reading:
        given = {
            "lang": "en",
            "complaint": 0.87,
            "severity": 2,
            "intents": (IntentScore(intent, 0.91),),
            "primary": intent,
            "urgency": UrgencyReading(level, 0.8),
            "signals": tuple(Signal(label, label, "", 0, 0) for label in labels),
            "model": "presszero-en 0.1",
        }
        return Reading(**given | more)  # type: ignore[arg-type]


def new_house(folder: Path) -> House:
    """An empty, migrated store."""
    store = SqliteStore(f"sqlite:///{folder / 'inbox.db'}")
    store.migrate()
    return House(store)


def soon(happened: Callable[[], bool]) -> None:
    """Waits for what a page does after its answer."""
    until = monotonic() + 10
    while not happened():
        assert monotonic() < until, "it did not happen"
        sleep(0.01)


def lane(house: House, case_id: int) -> Lane:
    with house.store.read() as s:
        return s.cases.get(case_id).lane
