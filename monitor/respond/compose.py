"""Composes a reply: the moves that this case calls for, in the brand's voice, within the platform's length.

The same case and post give the same draft; different cases, and recent replies, give different wordings.
Every proposal has passed the lint (`monitor.respond.lint`) without a finding before it is handed out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.conversation import Conversation
from monitor.domain.draft import Move, PromisePlan, Proposal
from monitor.domain.reading import Urgency
from monitor.respond.facts import fact_for
from monitor.respond.hours import BusinessHours, always, say_due, wall_clock_after
from monitor.respond.languages import kind_of, spoken
from monitor.respond.lint import Finding, lint
from monitor.respond.macros import Macro, Macros, fill, shipped_macros, slots_of, usable
from monitor.respond.similar import NEAR, nearest
from monitor.respond.situation import Situation, situation_of
from monitor.respond.voice import Voice
from monitor.respond.withhold import Withheld, language_of, withheld, withhold

Measure = Callable[[str], tuple[int, int]]  # text → (length, limit) by the platform's own count

TRIES = 24  # combinations of wordings looked at per candidate before the best of them is taken
APART = 0.45  # candidates that a person is to choose from differ more than replies of one day have to

# Owned even when nothing more specific than "it went wrong" is known.
_OWNED = ("second_failure", "security_privacy_scam", "our_automation")

# Moves that are only made when something calls for them.
_CALLED_FOR: dict[str, Callable[[Situation], bool]] = {
    "greet": lambda s: s.earlier_replies == 0 and s.reading.complaint < 0.5,
    "wait": lambda s: s.terms.wait is not None and s.terms.wait not in (s.terms.clause or ""),
    "privacy": lambda s: s.terms.exposed is not None,
    "leaving": lambda s: s.leaving,
    "explain": lambda s: (
        s.aroused or s.reading.severity >= 2 or s.macro in ("hacked", "phishing", "incident")
    ),
    "own": lambda s: s.terms.clause is not None or s.macro in _OWNED,
    "safety": lambda s: s.earlier_replies == 0,
    "reference": lambda s: not s.has_order,
}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a draft is to consist of, before any wording is chosen."""

    macro: Macro
    why: str
    moves: tuple[str, ...]
    say: dict[str, list[str]]
    slots: dict[str, str]
    promise_owner: str
    due: datetime
    address: str = ""  # stands before everything else, where the platform needs it


# Mastodon notifies whom a post names, not whom it answers.
ADDRESSED = frozenset({"mastodon"})


class Responder:
    """Writes drafts in one brand's voice."""

    def __init__(
        self, voice: Voice, macros: Macros | None = None, hours: BusinessHours | None = None
    ) -> None:
        self.voice = voice
        self.macros = shipped_macros() if macros is None else macros
        self.hours = always() if hours is None else hours
        self._languages = frozenset(voice.languages) & ({"en"} | spoken().keys())

    def propose(
        self,
        conversation: Conversation,
        *,
        limit_of: Measure,
        now: datetime,
        recent_texts: Sequence[str] = (),
        incident: str | None = None,
        candidates: int = 1,
    ) -> list[Proposal] | Withheld:
        """Drafts for this case, the best first, or why it must have none.

        `now` is aware. `incident` is the public name of a known incident, a noun phrase such as "the
        check-in outage since 09:10". `recent_texts` are replies of the last day. Up to `candidates`
        proposals: fewer when the platform's length or the lint leaves no more that differ enough.
        """
        no = withhold(conversation, self._languages)
        if no is not None:
            return no
        plan = self._plan(conversation, now, incident)
        if isinstance(plan, Withheld):
            return plan
        own = [t.mention.text for t in conversation.turns if t.own]
        found: list[Proposal] = []
        fits = False
        for number in range(candidates):
            taken = [p.text for p in found]
            best: tuple[float, Proposal] | None = None
            for proposal in self._tries(plan, conversation, limit_of, number):
                fits = True
                if taken and nearest(proposal.text, taken)[0] >= APART:
                    continue
                if self._faults(proposal, conversation, limit_of, now):
                    continue
                alike = nearest(proposal.text, [*recent_texts, *own])[0]
                if best is None or alike < best[0]:
                    best = (alike, proposal)
                if alike < NEAR:
                    break
            if best is None:
                break
            found.append(best[1])
        return found or withheld("no_clean_wording" if fits else "no_room")

    # -- planning ------------------------------------------------------------------------------

    def _plan(self, conversation: Conversation, now: datetime, incident: str | None) -> _Plan | Withheld:
        turn = conversation.to_answer
        if turn is None or turn.reading is None:
            return withheld("too_little")
        lang = language_of(conversation)
        if lang != "en":
            return self._foreign_plan(conversation, lang, now)
        situation = situation_of(conversation)
        if situation is None:
            return withheld("too_little")
        macro, why = self._macro_for(situation, turn.mention.text, incident)
        owner = self._owner(macro)
        due = self._due(situation.reading.urgency.level, now)
        slots = self._slots(situation, conversation, macro, incident)
        slots |= {"owner": owner, "due": say_due(due, now, self.hours.zone)}
        fact = fact_for(turn.mention.text, situation.reading.primary, self.voice)
        if fact is not None:
            slots["fact"] = fact.text
            if fact.link is not None:
                slots["link"] = self.voice.url_of(fact.link)
        moves = tuple(m for m in macro.moves if m not in _CALLED_FOR or _CALLED_FOR[m](situation))
        moves = tuple(m for m in moves if m != "reference" or self._may_ask_privately(conversation))
        warm = situation.reading.complaint < 0.5 and not situation.grave
        say = {m: self._wordings(macro, m, slots, conversation, warm=warm) for m in moves}
        chosen = tuple(m for m in moves if say[m])
        return _Plan(macro, why, chosen, say, slots, owner, due, _address(conversation))

    def _macro_for(self, situation: Situation, text: str, incident: str | None) -> tuple[Macro, str]:
        name, why = situation.macro, situation.why
        if incident is not None and name in (
            "outage_bug",
            "account_access",
            "journey",
            "unclear",
            "delivery_order",
        ):
            name, why = "incident", f"belongs to a known incident ({incident})"
        calm = situation.reading.complaint < 0.5
        if name == "question_howto" and calm and fact_for(text, situation.reading.primary, self.voice):
            name, why = "question_answer", "a fact on the brand's list answers it"
        return self.macros[name], why

    def _foreign_plan(self, conversation: Conversation, lang: str, now: datetime) -> _Plan | Withheld:
        turn, language = conversation.to_answer, spoken()[lang]
        if turn is None or turn.reading is None:
            return withheld("too_little")
        signals = turn.reading.signal_labels | frozenset(conversation.case.signals)
        macro = language.macros[kind_of(turn.reading, signals)]
        owner = self._owner(macro)
        due = self._due(turn.reading.urgency.level, now)
        slots = {"owner": owner, "desk": self.voice.executive_desk.name,
                 "due": language.say_due(due, now, self.hours.zone)}  # fmt: skip
        say = {m: list(macro.say[m]) for m in macro.moves}
        why = f"written in {lang}: a short acknowledgement in their language"
        return _Plan(macro, why, macro.moves, say, slots, owner, due, _address(conversation))

    def _owner(self, macro: Macro) -> str:
        desks = {"executive": self.voice.executive_desk.owner, "press": self.voice.press_desk.owner}
        return desks.get(macro.desk, self.voice.promise.owner)

    def _due(self, urgency: Urgency, now: datetime) -> datetime:
        terms = self.voice.promise
        wait = terms.hours.get(urgency, terms.hours[Urgency.P3])
        if urgency in terms.around_the_clock:
            return wall_clock_after(now, wait, self.hours.zone)
        return self.hours.after(now, wait)

    def _slots(
        self, s: Situation, conversation: Conversation, macro: Macro, incident: str | None
    ) -> dict[str, str]:
        terms = s.terms
        desk = self.voice.press_desk if macro.desk == "press" else self.voice.executive_desk
        contact = self.voice.contact_on(conversation.case.platform)
        known = {
            "brand": self.voice.brand, "clause": terms.clause, "thing": terms.thing, "asked": terms.asked,
            "wait": terms.wait, "staff": terms.staff, "exposed": terms.exposed, "incident": incident,
            "desk": desk.name, "contact": _lower_first(contact.say[0]),
        }  # fmt: skip
        return {name: value for name, value in known.items() if value}

    def _may_ask_privately(self, conversation: Conversation) -> bool:
        return self.voice.contact_on(conversation.case.platform).dm_allowed

    def _wordings(
        self, macro: Macro, move: str, slots: dict[str, str], conversation: Conversation, *, warm: bool
    ) -> list[str]:
        """What may be said for a move here: the brand's favourites first among the macro's own."""
        if move == "greet":
            return [self.voice.greeting] if self.voice.greeting and warm else []
        if move == "sign_off":
            return list(
                self.voice.sign_off.warm if warm and not macro.promise else self.voice.sign_off.serious
            )
        favourites = [f.say for f in self.voice.favourites if f.move == move and move in macro.say]
        own = usable(tuple(self._in_person(w) for w in macro.say[move]), slots)
        if move == "person" and own == ["{Contact}"]:
            own = list(self.voice.contact_on(conversation.case.platform).say)
        allowed = [w for w in (*favourites, *own) if slots_of(w) <= slots.keys()]
        return [w for w in allowed if not self._forbidden(w)]

    def _forbidden(self, wording: str) -> bool:
        return any(phrase.lower() in wording.lower() for phrase in self.voice.forbidden_phrases)

    def _in_person(self, wording: str) -> str:
        return wording if self.voice.person == "I" else as_we(wording)

    def _faults(
        self, proposal: Proposal, conversation: Conversation, measure: Measure, now: datetime
    ) -> list[Finding]:
        """What the lint says of a proposal; likeness to other replies is weighed elsewhere."""
        return lint(
            proposal.text,
            conversation=conversation,
            voice=self.voice,
            measure=measure,
            approver=None,
            recent_texts=(),
            planned=proposal,
            now=now,
            hours=self.hours,
        )

    # -- wording -------------------------------------------------------------------------------

    def _tries(
        self, plan: _Plan, conversation: Conversation, measure: Measure, number: int
    ) -> Iterator[Proposal]:
        """Combinations of wordings that fit the length, in a seeded order. Distinct ones only."""
        turn = conversation.to_answer
        text = turn.mention.text if turn is not None else ""
        seed = f"{conversation.case.id}:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
        seen: set[str] = set()
        for attempt in range(TRIES):
            picked = {
                move: lines[_pick(f"{seed}:{number}:{attempt}:{move}", len(lines))]
                for move, lines in plan.say.items()
                if lines
            }
            proposal = self._shrunk(plan, picked, measure) or self._shrunk(plan, _shortest(plan), measure)
            if proposal is not None and proposal.text not in seen:
                seen.add(proposal.text)
                yield proposal

    def _shrunk(self, plan: _Plan, picked: dict[str, str], measure: Measure) -> Proposal | None:
        """The reply without as many of its optional moves as it takes to fit; never a sentence cut short."""
        moves = list(plan.moves)
        for dropped in (None, *plan.macro.drop, "privacy", "name"):
            if dropped is not None:
                moves = [m for m in moves if m != dropped]
            proposal = _proposal(plan, moves, picked)
            length, limit = measure(proposal.text)
            if moves and length <= limit:
                return proposal
        return None


def _proposal(plan: _Plan, moves: list[str], picked: dict[str, str]) -> Proposal:
    said = [Move(m, fill(picked[m], plan.slots), plan.macro.why.get(m, "House style.")) for m in moves]
    if said:
        said[0] = Move(said[0].move, said[0].text, f"{said[0].why} Macro {plan.macro.name}: {plan.why}.")
    if said and plan.address:
        said.insert(
            0, Move("address", plan.address, "Nobody is told of a reply here that does not name them.")
        )
    promise = next(
        (PromisePlan(m.text, plan.promise_owner, plan.due) for m in said if m.move == "promise"), None
    )
    return Proposal(" ".join(m.text for m in said), plan.macro.name, tuple(said), promise)


def _address(conversation: Conversation) -> str:
    turn = conversation.to_answer
    if conversation.case.platform not in ADDRESSED or turn is None or not turn.mention.author:
        return ""
    return f"@{turn.mention.author}"


def _lower_first(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _shortest(plan: _Plan) -> dict[str, str]:
    return {m: min(lines, key=lambda w: len(fill(w, plan.slots))) for m, lines in plan.say.items() if lines}


def _pick(seed: str, count: int) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % count


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
