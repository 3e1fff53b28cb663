"""Small made-up things to store."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor.domain.case import Case, CaseStatus, Lane
from monitor.domain.draft import Move, Proposal
from monitor.domain.mention import Mention, Origin
from monitor.domain.reading import IntentScore, Reading, Urgency, UrgencyReading
from monitor.store.protocol import Store
from monitor.store.session import Session

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


def mention(native_id: str = "1", text: str = "My bag is lost", **other: Any) -> Mention:
    return Mention("x", native_id, text, other.pop("created_at", NOON), author="ann", author_id="a1", **other)


def add(session: Session, *mentions: Mention, own: bool = False, origin: Origin = Origin.LIVE) -> list[int]:
    session.mentions.add(mentions, source="s", origin=origin, seen_at=NOON, is_own=lambda _: own)
    stored = [session.mentions.by_key(m.key) for m in mentions]
    return [s.id for s in stored if s is not None]


def reading(level: Urgency = Urgency.P2, primary: str = "delivery_order", **other: Any) -> Reading:
    values: dict[str, Any] = {
        "lang": "en",
        "complaint": 0.9,
        "severity": 2,
        "intents": (IntentScore(primary, 0.9),),
        "primary": primary,
        "urgency": UrgencyReading(level, 0.5),
        "model": "test-1",
    }
    return Reading(**(values | other))


def case(**other: Any) -> Case:
    values: dict[str, Any] = {
        "id": 0,
        "platform": "x",
        "source": "s",
        "customer": "a1",
        "customer_handle": "ann",
        "conversation": "1",
        "status": CaseStatus.OPEN,
        "origin": Origin.LIVE,
        "urgency": Urgency.P2,
        "primary_intent": "delivery_order",
        "complaint": 0.9,
        "severity": 2,
        "signals": (),
        "lang": "en",
        "verdict": "postable",
        "verdict_rule": "test",
        "assignee": None,
        "opened_at": NOON,
        "clock_start": NOON,
        "due_at": NOON,
        "last_customer_at": NOON,
        "first_response_at": None,
        "closed_at": None,
        "outcome": None,
        "title": "My bag is lost",
        "lane": Lane.BY_HAND,
        "reach": 0,
        "version": 1,
    }
    return Case(**(values | other))


def proposal(text: str = "Thank you for telling us about the bag.") -> Proposal:
    return Proposal(text, "delivery", (Move("thank", text, "they told us"),))


def case_with_draft(store: Store, native_id: str = "1") -> tuple[int, int]:
    """(case id, draft id) of a case with one mention and one proposed draft."""
    with store.write() as session:
        (mention_id,) = add(session, mention(native_id))
        session.readings.add([(mention_id, 1, reading())], NOON)
        opened = session.cases.open(case(conversation=native_id))
        session.cases.take_in(opened.id, mention_id)
        conversation = session.cases.conversation(opened.id)
        draft = session.drafts.propose(
            opened,
            proposal(),
            source="s",
            in_reply_to=native_id,
            conversation_hash=conversation.hash,
            at=NOON,
        )
        session.cases.relane(opened, draft.state)
        return opened.id, draft.id
