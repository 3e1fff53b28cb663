"""The decision: rules first, then the calibrated heads; if unsure, up."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.domain.reading import (
    INTENTS,
    IntentScore,
    Reading,
    Reason,
    Signal,
    Urgency,
    UrgencyReading,
)
from nlp.notes import Notes
from nlp.weights import LEARNED_SIGNALS

_SURE = 0.9  # the probability a rule gives the intent it stands for
_SHOWN = 0.15  # intents below this are left out of the reading
_LEVELS = (Urgency.P0, Urgency.P1, Urgency.P2, Urgency.P3)


def decide(notes: Notes, cats: Mapping[str, float], thresholds: Mapping[str, float], model: str) -> Reading:
    """The reading of one post. `cats` are the calibrated probabilities per head."""
    if not notes.folded.text.strip():
        return _empty(notes, model)
    urgency = _urgency(notes, cats, thresholds)
    intents, primary = _intents(notes, cats, thresholds)
    complaint = round(float(cats["complaint"]), 4)
    return Reading(
        lang=notes.lang,
        complaint=complaint,
        severity=_severity(cats, thresholds),
        intents=intents,
        primary=primary,
        urgency=urgency,
        signals=_signals(notes, cats, thresholds),
        entities=tuple(notes.entities),
        claimed_wait_minutes=notes.wait[0] if notes.wait else None,
        model=model,
    )


def _empty(notes: Notes, model: str) -> Reading:
    """A post without a visible character (a bare picture, say): nothing to read, nothing owed."""
    return Reading(
        lang=notes.lang,
        complaint=0.0,
        severity=0,
        intents=(IntentScore("noise", 1.0),),
        primary="noise",
        urgency=UrgencyReading(Urgency.P4, 0.0, (Reason("empty", "", 0, 0),)),
        signals=tuple(sorted(notes.signals, key=lambda s: s.label)),
        model=model,
    )


def head_level(cats: Mapping[str, float], thresholds: Mapping[str, float]) -> Urgency:
    """The most urgent level whose head reaches its threshold."""
    for level in _LEVELS:
        if cats[f"urgency<={level.rank}"] >= thresholds[f"urgency<={level.rank}"]:
            return level
    return Urgency.P4


def _urgency(notes: Notes, cats: Mapping[str, float], thresholds: Mapping[str, float]) -> UrgencyReading:
    floors = [h for h in notes.hits if h.rule.floor]
    level = head_level(cats, thresholds)
    if notes.lang not in ("en", "und") and level.rank > Urgency.P3.rank:
        level = Urgency.P3  # we can't read it well enough to say that nobody need look
    by_head = level
    for hit in floors:
        assert hit.rule.floor is not None  # noqa: S101  # filtered above
        level = level.or_higher(hit.rule.floor)
    text = notes.post.text
    reasons = [
        Reason(h.rule.id, text[h.start : h.end], h.start, h.end)
        for h in sorted(floors, key=lambda h: (h.rule.floor.rank if h.rule.floor else 9, h.start))
    ]
    if by_head is level:
        reasons.append(Reason("model", "", 0, 0))
    score = cats[f"urgency<={min(level.rank, 3)}"]
    return UrgencyReading(level, round(float(score), 4), tuple(reasons))


def _severity(cats: Mapping[str, float], thresholds: Mapping[str, float]) -> int:
    if cats["complaint"] < thresholds["complaint"]:
        return 0
    if cats["severity>=3"] >= thresholds["severity>=3"]:
        return 3
    return 2 if cats["severity>=2"] >= thresholds["severity>=2"] else 1


def _intents(
    notes: Notes, cats: Mapping[str, float], thresholds: Mapping[str, float]
) -> tuple[tuple[IntentScore, ...], str]:
    p = {i: float(cats[f"intent:{i}"]) for i in INTENTS}
    primary = max(INTENTS, key=lambda i: cats[f"primary:{i}"])
    by_rule = [h.rule for h in notes.hits if h.rule.floor and h.rule.intent]
    for rule in by_rule:
        assert rule.intent is not None  # noqa: S101  # filtered above
        p[rule.intent] = max(p[rule.intent], _SURE if rule.floor is Urgency.P0 else 0.5)
    harm = [r.intent for r in by_rule if r.floor is Urgency.P0 and r.intent]
    if harm and primary not in ("safety_hazard", "security_privacy_scam"):
        primary = harm[0]
    p[primary] = max(p[primary], float(cats[f"primary:{primary}"]))
    chosen = [i for i in INTENTS if p[i] >= max(_SHOWN, thresholds[f"intent:{i}"]) or i == primary]
    if len(chosen) > 1 and primary != "noise":
        chosen = [i for i in chosen if i != "noise"]
    ordered = sorted(chosen, key=lambda i: (i != primary, -p[i]))
    return tuple(IntentScore(i, round(p[i], 4)) for i in ordered), primary


def _signals(notes: Notes, cats: Mapping[str, float], thresholds: Mapping[str, float]) -> tuple[Signal, ...]:
    found: dict[str, Signal] = {}
    for signal in notes.signals:
        found.setdefault(signal.label, signal)
    for label in LEARNED_SIGNALS:
        head = f"signal:{label}"
        if label not in found and cats[head] >= thresholds[head]:
            found[label] = Signal(label, "model", "", 0, 0)
    return tuple(found[label] for label in sorted(found))
