"""What a draft is to consist of, before any wording is chosen: the macro, its moves, what each may say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.conversation import Conversation, KnownIncident
from monitor.domain.draft import PromiseKind
from monitor.domain.reading import Urgency
from monitor.respond.facts import fact_for
from monitor.respond.hours import BusinessHours, say_due, wall_clock_after
from monitor.respond.languages import kind_of, spoken
from monitor.respond.macros import Macro, Macros, slots_of, usable
from monitor.respond.past import say_before
from monitor.respond.situation import Situation, situation_of
from monitor.respond.voice import Contact, Fact, Voice
from monitor.respond.withhold import Withheld, language_of, withheld

# Owned even when nothing more specific than "it went wrong" is known.
_OWNED = frozenset({"second_failure", "security_privacy_scam", "our_automation"})

# Explained even to somebody calm: there is something to do, or to know.
_EXPLAINED = frozenset({"hacked", "phishing", "incident"})

# A working day: praise and ideas are with whom they belong by then.
RELAY_HOURS = 8.0

# After so many public answers the matter goes on where fewer people read along (Golmohammadi 2021).
PUBLIC_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class _Call:
    """When a move is made, and what to say of it where it isn't."""

    holds: Callable[[Situation], bool]
    otherwise: str


# Moves that are only made when something calls for them.
CALLED_FOR: dict[str, _Call] = {
    "greet": _Call(
        lambda s: s.past.answers == 0 and s.reading.complaint < 0.5, "only for a calm first contact"
    ),
    "affiliation": _Call(lambda s: s.past.answers == 0, "they know by now whom we speak for"),
    "wait": _Call(
        lambda s: s.terms.wait is not None and s.terms.wait not in (s.terms.clause or ""),
        "they don't say how long they have waited, or it is said already",
    ),
    "seen": _Call(lambda s: s.terms.media is not None, "they attached nothing to show it"),
    "privacy": _Call(lambda s: s.terms.exposed is not None, "no private data stands in the post"),
    "leaving": _Call(lambda s: s.leaving, "they don't speak of leaving"),
    "explain": _Call(
        lambda s: s.aroused or s.reading.severity >= 2 or s.macro in _EXPLAINED,
        "they are calm: explaining is for the upset",
    ),
    "own": _Call(
        lambda s: s.terms.clause is not None or s.macro in _OWNED, "nothing specific is known to own"
    ),
    "safety": _Call(lambda s: s.past.answers == 0, "said in our first answer"),
    "reference": _Call(lambda s: not s.has_order, "they gave the number: never ask twice"),
    "private": _Call(
        lambda s: s.past.answers >= PUBLIC_ROUNDS, "only after two public answers: privacy is no reflex"
    ),
}

# Complaints that a listed fact may answer: a known answer beats a fine promise.
_ANSWERABLE = frozenset(
    {
        *("outage_bug", "account_access", "billing_refund", "delivery_order", "product_defect", "unclear"),
        *("travel", "luggage", "feature_feedback", "staff_or_process", "question_howto", "said_before"),
    }
)

# What an incident may be behind.
_OF_AN_INCIDENT = frozenset(
    {"outage_bug", "account_access", "journey", "travel", "unclear", "delivery_order"}
)

# Mastodon notifies whom a post names, not whom it answers.
ADDRESSED = frozenset({"mastodon"})


@dataclass(frozen=True, slots=True)
class Due:
    """A promise that goes with a move: which move makes it, whose it is, when it falls due."""

    move: str
    owner: str
    at: datetime
    kind: PromiseKind


@dataclass(frozen=True, slots=True)
class Plan:
    """What a draft is to consist of. `favoured`: so many of a move's wordings are the brand's favourites."""

    macro: Macro
    why: str
    moves: tuple[str, ...]
    say: Mapping[str, list[str]]
    slots: Mapping[str, str]
    due: Due | None
    address: str = ""  # stands before everything else, where the platform needs it
    favoured: Mapping[str, int] = field(default_factory=dict)
    skipped: tuple[tuple[str, str], ...] = ()  # (move, why it isn't made)
    fact: Fact | None = None
    situation: Situation | None = None  # None in the languages that only get an acknowledgement


class Planner:
    """Plans replies in one brand's voice."""

    def __init__(self, voice: Voice, macros: Macros, hours: BusinessHours) -> None:
        self.voice = voice
        self.macros = macros
        self.hours = hours

    def plan(self, conversation: Conversation, now: datetime) -> Plan | Withheld:
        """The plan for a case that may have a draft, or why it can't have one. `now` is aware."""
        turn = conversation.to_answer
        if turn is None or turn.reading is None:
            return withheld("too_little")
        lang = language_of(conversation)
        if lang != "en":
            return self._foreign(conversation, lang, now)
        situation = situation_of(conversation, self.voice.products)
        if situation is None:
            return withheld("too_little")
        text = turn.mention.text
        fact = self._fact(situation, text)
        macro, why = self._macro(situation, conversation.incident, fact)
        due = self._due(macro, situation.reading.urgency.level, now)
        slots = self._slots(situation, conversation, macro, text, now)
        slots |= {"owner": self._owner(macro)} | self._fact_slots(fact)
        if due is not None:
            slots["due"] = say_due(due.at, now, self.hours.zone)
        wished = macro.moves
        if self._affiliation(situation.platform):
            wished = ("affiliation", *wished)
        skipped = {
            m: CALLED_FOR[m].otherwise
            for m in wished
            if m in CALLED_FOR and not CALLED_FOR[m].holds(situation)
        }
        contact = self.voice.contact_on(situation.platform)
        if not contact.dm_allowed:
            skipped |= {
                m: "no private messages are offered on this platform"
                for m in ("reference", "private")
                if m in wished
            }
        warm = situation.reading.complaint < 0.5 and not situation.grave
        say, favoured = {}, {}
        for move in (m for m in wished if m not in skipped):
            found = self._wordings(macro, move, slots, contact, warm=warm)
            if found:
                say[move] = found
                favoured[move] = sum(1 for f in self.voice.favourites if f.say in found and f.move == move)
            else:
                skipped[move] = "nothing can be said with what is known"
        chosen = tuple(m for m in wished if m in say)
        return Plan(
            macro, why, chosen, say, slots, due, _address(conversation), favoured,
            tuple(skipped.items()), fact if "answer" in chosen else None, situation,
        )  # fmt: skip

    # -- which macro -----------------------------------------------------------------------------

    def _fact(self, s: Situation, text: str) -> Fact | None:
        """The fact that answers, unless they need more than an answer: urgent, repeated, or in danger."""
        urgent = s.reading.urgency.level.rank <= Urgency.P1.rank
        if s.macro not in _ANSWERABLE or urgent or s.grave or s.past.is_known:
            return None
        intents = {s.reading.primary} | ({"question_howto"} if "?" in text or s.terms.asked else set())
        return fact_for(text, intents, self.voice)

    def _macro(self, s: Situation, incident: KnownIncident | None, fact: Fact | None) -> tuple[Macro, str]:
        name, why = s.macro, s.why
        if incident is not None and name in _OF_AN_INCIDENT:
            over = incident.state != "open"
            name = "incident_over" if over else "incident"
            why = f"belongs to a known incident ({incident.name}{', which is over' if over else ''})"
        elif fact is not None and s.reading.complaint < 0.5:
            name, why = "question_answer", f"a fact on the brand's list answers it ({fact.id})"
        elif fact is not None:
            name, why = "known_answer", f"they complain, and a fact on the brand's list helps ({fact.id})"
        return self.macros[name], why

    def _foreign(self, conversation: Conversation, lang: str, now: datetime) -> Plan | Withheld:
        turn, language = conversation.to_answer, spoken()[lang]
        if turn is None or turn.reading is None:
            return withheld("too_little")
        signals = turn.reading.signal_labels | frozenset(conversation.case.signals)
        kind, fact = kind_of(turn.reading, signals), None
        if kind == "question":
            fact = fact_for(turn.mention.text, {turn.reading.primary, "question_howto"}, self.voice, lang)
        macro = language.macros["answer" if fact else kind]
        due = self._due(macro, turn.reading.urgency.level, now)
        slots = {"owner": self._owner(macro), "desk": self.voice.executive_desk.name}
        slots |= self._fact_slots(fact, lang)
        if due is not None:
            slots["due"] = language.say_due(due.at, now, self.hours.zone)
        say = {m: usable(macro.say[m], slots) for m in macro.moves}
        told = "answered from the brand's facts" if fact else "a short acknowledgement"
        why = f"written in {lang}: {told} in their language"
        return Plan(macro, why, macro.moves, say, slots, due, _address(conversation), fact=fact)

    # -- what may be said ------------------------------------------------------------------------

    def _owner(self, macro: Macro) -> str:
        desks = {"executive": self.voice.executive_desk.owner, "press": self.voice.press_desk.owner}
        return desks.get(macro.desk, self.voice.promise.owner)

    def _due(self, macro: Macro, urgency: Urgency, now: datetime) -> Due | None:
        if macro.relay:
            return Due("pass_on", self._owner(macro), self.hours.after(now, RELAY_HOURS), PromiseKind.RELAY)
        if not macro.promise:
            return None
        terms = self.voice.promise
        wait = terms.hours.get(urgency, terms.hours[Urgency.P3])
        at = self.hours.after(now, wait)
        if urgency in terms.around_the_clock:
            at = wall_clock_after(now, wait, self.hours.zone)
        return Due("promise", self._owner(macro), at, PromiseKind.WORD)

    def _fact_slots(self, fact: Fact | None, lang: str = "en") -> dict[str, str]:
        if fact is None:
            return {}
        told = {"fact": fact.text_in(lang) or fact.text}
        return told | ({"link": self.voice.url_of(fact.link)} if fact.link is not None else {})

    def _slots(
        self, s: Situation, conversation: Conversation, macro: Macro, text: str, now: datetime
    ) -> dict[str, str]:
        voice, terms = self.voice, s.terms
        contact = voice.contact_on(s.platform)
        branch = voice.branch_in(text)
        team = terms.team or macro.team
        before = say_before(s.past.again.opened_at, now, self.hours.zone) if s.past.again else None
        known = {
            "brand": voice.brand, "clause": terms.clause, "thing": terms.thing, "asked": terms.asked,
            "wait": terms.wait, "staff": terms.staff, "exposed": terms.exposed, "media": terms.media,
            "incident": _public_name(conversation.incident), "contact": _lower_first(contact.say[0]),
            "desk": (voice.press_desk if macro.desk == "press" else voice.executive_desk).name,
            "team": voice.teams.get(team, team), "before": before, "private": contact.private,
            "branch": branch.say if branch else None, "manager": branch.manager if branch else None,
            "affiliation": self._affiliation(s.platform),
        }  # fmt: skip
        return {name: value for name, value in known.items() if value}

    def _affiliation(self, platform: str) -> str | None:
        """Whom we speak for, where the platform doesn't show it; None without a name to give."""
        said = self.voice.affiliation.get(platform)
        return (
            self._in_person(said.replace("{brand}", self.voice.brand)) if said and self.voice.brand else None
        )

    def _wordings(
        self, macro: Macro, move: str, slots: Mapping[str, str], contact: Contact, *, warm: bool
    ) -> list[str]:
        """What may be said for a move here, the brand's favourites first."""
        if move == "greet":
            return [self.voice.greeting] if self.voice.greeting and warm else []
        if move == "sign_off":
            mild = warm and not macro.promise
            return list(self.voice.sign_off.warm if mild else self.voice.sign_off.serious)
        if move not in macro.say:
            return []
        favourites = [f.say for f in self.voice.favourites if f.move == move]
        own = usable(tuple(self._in_person(w) for w in macro.say[move]), slots)
        if move == "person" and own == ["{Contact}"]:
            own = list(contact.say)
        allowed = [w for w in dict.fromkeys((*favourites, *own)) if slots_of(w) <= slots.keys()]
        return [w for w in allowed if not self._forbidden(w)]

    def _forbidden(self, wording: str) -> bool:
        return any(phrase.lower() in wording.lower() for phrase in self.voice.forbidden_phrases)

    def _in_person(self, wording: str) -> str:
        return wording if self.voice.person == "I" else as_we(wording)


def _address(conversation: Conversation) -> str:
    turn = conversation.to_answer
    if conversation.case.platform not in ADDRESSED or turn is None or not turn.mention.author:
        return ""
    return f"@{turn.mention.author}"


def _public_name(incident: KnownIncident | None) -> str | None:
    """An incident as a reply names it: "the check-in outage"."""
    if incident is None:
        return None
    name = incident.name.replace("_", " ").strip()
    if " " not in name:
        name = name.replace("-", " ")
    return name if name.lower().startswith("the ") else f"the {name}"


def _lower_first(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


_WE = {
    r"\bI'm\b": "we're", r"\bI'll\b": "we'll", r"\bI've\b": "we've", r"\bI'd\b": "we'd",
    r"\bI was\b": "we were", r"\bI am\b": "we are", r"\bI\b": "we", r"\bmyself\b": "ourselves",
    r"\bmy\b": "our", r"\bmine\b": "ours", r"\bme\b": "us",
}  # fmt: skip


def as_we(wording: str) -> str:
    """An "I" wording for brands that say "we"."""
    for pattern, plural in _WE.items():
        wording = re.sub(pattern, plural, wording)
    return re.sub(r"(^|[.!?:] )(we)\b", lambda m: m[1] + ("We" if m[1] != ": " else "we"), wording)
