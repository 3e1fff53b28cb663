"""The decision: rules first, then the calibrated heads; if unsure, up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from nlp.rulebook import Hit
from nlp.rulefile import Rule
from nlp.weights import HEADS, LEARNED_SIGNALS

_SURE = 0.9  # the probability a P0 rule gives the intent it stands for; a P1 rule gives 0.5
_SHOWN = 0.15  # intents below this are left out of the reading
_LEVELS = (Urgency.P0, Urgency.P1, Urgency.P2, Urgency.P3)
# Capitals and "!!!" are rage or panic only where something is wrong: below these probabilities of a complaint
# and of P0 or P1, they are joy, spam or a song. The words of rage need no such proof.
_LOUD = ("s.arousal.shouting", "s.arousal.marks", "model")
_LOUD_COMPLAINT, _LOUD_URGENT = 0.7, 0.3
_HARM = ("safety_hazard", "security_privacy_scam")
_BY_MODEL = Reason("model", "", 0, 0)
_AT = {head: place for place, head in enumerate(HEADS)}
_COMPLAINT = _AT["complaint"]
_URGENT = _AT["urgency<=1"]

Row = Sequence[float]  # the calibrated probabilities of one post, in the order of HEADS


class Decider:
    """Turns what rules and heads say of a post into its reading."""

    def __init__(self, thresholds: Mapping[str, float], model: str) -> None:
        self.model = model
        self._complaint = thresholds["complaint"]
        self._severities = [(s, _AT[f"severity>={s}"], thresholds[f"severity>={s}"]) for s in (3, 2)]
        self._levels = [
            (level, _AT[f"urgency<={level.rank}"], thresholds[f"urgency<={level.rank}"]) for level in _LEVELS
        ]
        self._intents = [
            (
                i,
                _AT[f"intent:{i}"],
                max(_SHOWN, thresholds[f"intent:{i}"]),
                _AT[f"primary:{i}"],
                thresholds[f"primary:{i}"],
            )
            for i in INTENTS
        ]
        self._signals = [(s, _AT[f"signal:{s}"], thresholds[f"signal:{s}"]) for s in LEARNED_SIGNALS]

    def decide(self, notes: Notes, row: Row) -> Reading:
        """The reading of one post."""
        if not notes.folded.text.strip():
            return self._empty(notes)
        floors = [hit for hit in notes.hits if hit.rule.floor]
        intents, primary = self._subject([hit.rule for hit in floors], row)
        return Reading(
            lang=notes.lang,
            complaint=round(row[_COMPLAINT], 4),
            severity=self._severity(row),
            intents=intents,
            primary=primary,
            urgency=self._urgency(notes, floors, row),
            signals=self._found_signals(notes, row),
            entities=tuple(notes.entities),
            claimed_wait_minutes=notes.wait[0] if notes.wait else None,
            model=self.model,
        )

    def _empty(self, notes: Notes) -> Reading:
        """A post without a visible character (a bare picture, say): nothing to read, nothing owed."""
        return Reading(
            lang=notes.lang,
            complaint=0.0,
            severity=0,
            intents=(IntentScore("noise", 1.0),),
            primary="noise",
            urgency=UrgencyReading(Urgency.P4, 0.0, (Reason("empty", "", 0, 0),)),
            signals=tuple(sorted(notes.signals, key=lambda s: s.label)),
            model=self.model,
        )

    def head_level(self, row: Row) -> Urgency:
        """The most urgent level whose head reaches its threshold."""
        for level, at, threshold in self._levels:
            if row[at] >= threshold:
                return level
        return Urgency.P4

    def _urgency(self, notes: Notes, floors: list[Hit], row: Row) -> UrgencyReading:
        level = self.head_level(row)
        if notes.lang not in ("en", "und") and level.rank > Urgency.P3.rank:
            level = Urgency.P3  # we can't read it well enough to say that nobody need look
        by_head = level
        reasons: tuple[Reason, ...] = ()
        if floors:
            text = notes.post.text
            for hit in sorted(floors, key=lambda h: (_floor(h).rank, h.start)):
                level = level.or_higher(_floor(hit))
                reasons += (Reason(hit.rule.id, text[hit.start : hit.end], hit.start, hit.end),)
        if by_head is level:
            reasons += (_BY_MODEL,)
        score = row[self._levels[min(level.rank, 3)][1]]
        return UrgencyReading(level, round(score, 4), reasons)

    def _severity(self, row: Row) -> int:
        if row[_COMPLAINT] < self._complaint:
            return 0
        return next((severity for severity, at, threshold in self._severities if row[at] >= threshold), 1)

    def _subject(self, rules: list[Rule], row: Row) -> tuple[tuple[IntentScore, ...], str]:
        """The intents, the primary one first. The primary head weighs classes evenly, rare or not."""
        p: dict[str, float] = {}
        primary, best = INTENTS[-1], -1.0
        for intent, at, threshold, first_at, evenly in self._intents:
            if row[at] >= threshold:
                p[intent] = row[at]
            weighed = row[first_at] / evenly
            if weighed > best:
                primary, best = intent, weighed
        harm = None
        for rule in rules:
            if rule.intent:
                sure = rule.floor is Urgency.P0
                p[rule.intent] = max(p.get(rule.intent, 0.0), _SURE if sure else 0.5)
                harm = harm or (rule.intent if sure else None)
        if harm and primary not in _HARM:
            primary = harm
        p[primary] = max(p.get(primary, 0.0), row[_AT[f"intent:{primary}"]], row[_AT[f"primary:{primary}"]])
        if len(p) > 1 and primary != "noise":
            p.pop("noise", None)
        ordered = sorted(p, key=lambda i: (i != primary, -p[i], INTENTS.index(i))) if len(p) > 1 else p
        return tuple(IntentScore(i, round(p[i], 4)) for i in ordered), primary

    def _found_signals(self, notes: Notes, row: Row) -> tuple[Signal, ...]:
        found: dict[str, Signal] = {}
        for signal in notes.signals:
            if stands(signal, row):
                found.setdefault(signal.label, signal)
        # Who says goodbye to life is not asking for silence; a request in so many words (a rule) would stand.
        goodbye = any("selfharm" in hit.rule.id for hit in notes.hits)
        for label, at, threshold in self._signals:
            if row[at] >= threshold and label not in found and not (goodbye and label == "stop_request"):
                signal = Signal(label, "model", "", 0, 0)
                if stands(signal, row):
                    found[label] = signal
        return tuple(found[label] for label in sorted(found)) if found else ()


def stands(signal: Signal, row: Row) -> bool:
    """Whether the heads leave a signal standing: loudness alone is no rage."""
    if signal.label != "high_arousal" or signal.rule not in _LOUD:
        return True
    return row[_COMPLAINT] >= _LOUD_COMPLAINT or row[_URGENT] >= _LOUD_URGENT


def _floor(hit: Hit) -> Urgency:
    assert hit.rule.floor is not None  # noqa: S101  # only hits with a floor come here
    return hit.rule.floor
