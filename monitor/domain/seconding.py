"""The second yes: which replies need two people, and who may be the second."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.conversation import Conversation
from monitor.domain.draft import Draft
from monitor.domain.reading import Urgency
from monitor.domain.roster import Desk

# Somebody counts as new for this long after they were added.
NEW_FOR = timedelta(days=1)

_DISCRIMINATION = "p1.discrimination"  # the rule of the reading (nlp/rules/p1.toml)


class SecondReason(StrEnum):
    """Why a reply needs a second yes: what `[review] second_approver` may ask for."""

    LEGAL = "legal"
    SAFETY = "safety"
    PRESS = "press"
    DISCRIMINATION = "discrimination"
    AI_WRITTEN = "ai_written"
    NEW_AGENT = "new_agent"


def reasons_for_second(
    asked: Collection[SecondReason],
    conversation: Conversation,
    draft: Draft,
    *,
    newcomers: Collection[str] = (),
    approver: str = "",
) -> tuple[SecondReason, ...]:
    """Why this reply needs two people, by what the configuration asks for; empty: one is enough.

    `newcomers` are the colleagues on their first day (`is_new`).
    """
    case = conversation.case
    rules = {r.rule for t in conversation.customer_turns if t.reading for r in t.reading.urgency.reasons}
    found = {
        SecondReason.LEGAL: "legal_threat" in case.signals or case.desk == Desk.LEGAL,
        SecondReason.SAFETY: case.urgency is Urgency.P0
        or case.primary_intent == "safety_hazard"
        or case.desk == Desk.SAFETY,
        SecondReason.PRESS: case.primary_intent == "press_partner" or case.desk == Desk.PRESS,
        SecondReason.DISCRIMINATION: _DISCRIMINATION in rules,
        SecondReason.AI_WRITTEN: draft.ai is not None and draft.written_by == "machine",
        SecondReason.NEW_AGENT: draft.written_by in newcomers or approver in newcomers,
    }
    return tuple(reason for reason in SecondReason if reason in asked and found[reason])


def is_new(since: datetime, now: datetime) -> bool:
    """Whether somebody who was added at `since` is on their first day."""
    return now - since < NEW_FOR
