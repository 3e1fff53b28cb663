"""A reading: what NLP says of a mention, with the span or rule behind every decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol, Self

INTENTS: tuple[str, ...] = (
    "outage_bug",
    "account_access",
    "billing_refund",
    "delivery_order",
    "product_defect",
    "staff_or_process",
    "safety_hazard",
    "security_privacy_scam",
    "ethics_policy",
    "question_howto",
    "feature_feedback",
    "praise",
    "press_partner",
    "noise",
)

SIGNALS: tuple[str, ...] = (
    "asks_for_human",
    "asks_for_executive",
    "churn_threat",
    "legal_threat",
    "repeat_contact",
    "prior_unanswered",
    "high_arousal",
    "sarcasm_possible",
    "pii_in_post",
    "media_attached",
    "about_our_automation",
    "stop_request",
    "summoned",
    "unsupported_language",
)


class Urgency(StrEnum):
    """P0 is the most urgent. Follower counts play no part in it."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"

    @property
    def rank(self) -> int:
        """0 for P0 … 4 for P4."""
        return int(self.value[1])

    def or_higher(self, other: Urgency) -> Urgency:
        """The more urgent of the two."""
        return self if self.rank <= other.rank else other


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: the id of the rule (or ``model``) and the characters [start, end) that set it off."""

    rule: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class IntentScore:
    """One intent with its probability, 0–1."""

    label: str
    p: float


@dataclass(frozen=True, slots=True)
class UrgencyReading:
    """The level, the head's score 0–1, and the reasons."""

    level: Urgency
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal that fired, with the rule and span behind it."""

    label: str
    rule: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """Something named in the post; offsets are characters of the mention's text."""

    label: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What the pipeline says of one post. Its dict form is a public contract (docs/nlp.md)."""

    lang: str
    complaint: float
    severity: int
    intents: tuple[IntentScore, ...]
    primary: str
    urgency: UrgencyReading
    signals: tuple[Signal, ...] = ()
    entities: tuple[Entity, ...] = ()
    claimed_wait_minutes: int | None = None
    model: str = ""

    @property
    def signal_labels(self) -> frozenset[str]:
        """The labels of the signals that fired."""
        return frozenset(s.label for s in self.signals)

    @property
    def claimed_wait(self) -> timedelta | None:
        """How long the author says they have been kept waiting; None where they don't say."""
        minutes = self.claimed_wait_minutes
        return None if minutes is None else timedelta(minutes=minutes)

    def to_dict(self) -> dict[str, Any]:
        """The JSON shape that `presszero read` writes."""
        return {
            "lang": self.lang,
            "complaint": self.complaint,
            "severity": self.severity,
            "intents": [{"label": i.label, "p": i.p} for i in self.intents],
            "primary": self.primary,
            "urgency": {
                "level": self.urgency.level.value,
                "score": self.urgency.score,
                "reasons": [_spanned(r.rule, r.text, r.start, r.end) for r in self.urgency.reasons],
            },
            "signals": [s.label for s in self.signals],
            "signal_reasons": [
                {"label": s.label, **_spanned(s.rule, s.text, s.start, s.end)} for s in self.signals
            ],
            "entities": [
                {"label": e.label, "text": e.text, "start": e.start, "end": e.end} for e in self.entities
            ],
            "claimed_wait_minutes": self.claimed_wait_minutes,
            "model": self.model,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        urgency = data["urgency"]
        return cls(
            lang=data["lang"],
            complaint=data["complaint"],
            severity=data["severity"],
            intents=tuple(IntentScore(i["label"], i["p"]) for i in data["intents"]),
            primary=data["primary"],
            urgency=UrgencyReading(
                Urgency(urgency["level"]), urgency["score"], tuple(Reason(**r) for r in urgency["reasons"])
            ),
            signals=tuple(Signal(**s) for s in data.get("signal_reasons", ())),
            entities=tuple(Entity(**e) for e in data["entities"]),
            claimed_wait_minutes=data["claimed_wait_minutes"],
            model=data["model"],
        )


def _spanned(rule: str, text: str, start: int, end: int) -> dict[str, Any]:
    return {"rule": rule, "text": text, "start": start, "end": end}


@dataclass(frozen=True, slots=True)
class Post:
    """What the reader is given: the text and the little around it that reading needs."""

    text: str
    platform: str | None = None
    lang: str | None = None  # as the platform tagged it
    has_media: bool = False
    own_handles: frozenset[str] = field(default_factory=frozenset)  # lower case, without @


class Reader(Protocol):
    """Reads posts. Loaded once; `read` streams, in order, one reading per post."""

    @property
    def model(self) -> str:
        """Name and version of the model, stored with every reading."""
        ...

    def read(self, posts: list[Post]) -> list[Reading]:
        """One reading per post, in the same order."""
        ...
