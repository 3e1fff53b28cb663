"""Composes a reply: the moves that this case calls for, in the brand's voice, within the platform's length.

The same case and post give the same draft; different cases, and recent replies, give different wordings.
Every proposal has passed the lint (`monitor.respond.lint`) without a finding before it is handed out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from monitor.domain.conversation import Conversation
from monitor.domain.draft import Move, PromisePlan, Proposal
from monitor.respond.hours import BusinessHours, always
from monitor.respond.languages import spoken
from monitor.respond.lint import Finding, lint
from monitor.respond.macros import Macros, fill, shipped_macros
from monitor.respond.plan import Plan, Planner
from monitor.respond.similar import NEAR, Said, nearest
from monitor.respond.voice import Voice
from monitor.respond.withhold import Withheld, withheld, withhold

Measure = Callable[[str], tuple[int, int]]  # text → (length, limit) by the platform's own count

TRIES = 120  # combinations of wordings looked at per candidate
FAVOURED_TRIES = 8  # of them, the first so many use the brand's favourite wordings
APART = 0.45  # candidates that a person is to choose from differ more than replies of one day have to


class Responder:
    """Writes drafts in one brand's voice."""

    def __init__(
        self, voice: Voice, macros: Macros | None = None, hours: BusinessHours | None = None
    ) -> None:
        self.voice = voice
        self.macros = shipped_macros() if macros is None else macros
        self.hours = always() if hours is None else hours
        self.planner = Planner(voice, self.macros, self.hours)
        self._languages = frozenset(voice.languages) & ({"en"} | spoken().keys())

    def plan(
        self, conversation: Conversation, now: datetime, suspended: frozenset[str] = frozenset()
    ) -> Plan | Withheld:
        """What a draft for this case would consist of, or why it must have none."""
        no = withhold(conversation, self._languages)
        if no is not None:
            return no
        plan = self.planner.plan(conversation, now)
        if isinstance(plan, Plan) and plan.macro.name in suspended:
            return withheld("macro_suspended", macro=plan.macro.name)
        return plan

    def propose(
        self,
        conversation: Conversation,
        *,
        limit_of: Measure,
        now: datetime,
        recent: Said | Sequence[str] = (),
        candidates: int = 1,
        beside: Sequence[str] = (),
        suspended: frozenset[str] = frozenset(),
    ) -> list[Proposal] | Withheld:
        """Drafts for this case, the best first, or why it must have none.

        `now` is aware. `recent` are the replies of the last day, `suspended` the macros that may not be used.
        Up to `candidates` proposals: fewer when length or lint leave no more that differ, from each other and
        from the texts `beside` them.
        """
        plan = self.plan(conversation, now, suspended)
        if isinstance(plan, Withheld):
            return plan
        said = recent if isinstance(recent, Said) else Said(recent)
        own = Said(conversation.our_words)
        found: list[Proposal] = []
        fits = False
        for number in range(candidates):
            taken = [*beside, *(p.text for p in found)]
            best: tuple[float, Proposal] | None = None
            for proposal in self._tries(plan, conversation, limit_of, number):
                fits = True
                if taken and nearest(proposal.text, taken)[0] >= APART:
                    continue
                alike = max(said.nearest(proposal.text)[0], own.nearest(proposal.text)[0])
                if best is not None and alike >= best[0]:
                    continue
                if self.faults(proposal, conversation, limit_of, now):
                    continue
                best = (alike, proposal)
                if alike < NEAR:
                    break
            # On a day so full that every wording was used: the least alike, and lint tells its approver.
            if best is None:
                break
            found.append(best[1])
        return found or withheld("no_clean_wording" if fits else "no_room")

    def faults(
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
        self, plan: Plan, conversation: Conversation, measure: Measure, number: int
    ) -> Iterator[Proposal]:
        """Combinations of wordings that fit the length, in a seeded order. Distinct ones only."""
        turn = conversation.to_answer
        text = turn.mention.text if turn is not None else ""
        seed = f"{conversation.case.id}:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
        seen: set[str] = set()
        for attempt in range(TRIES):
            picked = {}
            for move, lines in plan.say.items():
                favoured = plan.favoured.get(move, 0) if attempt < FAVOURED_TRIES and not number else 0
                picked[move] = lines[_pick(f"{seed}:{number}:{attempt}:{move}", favoured or len(lines))]
            proposal = self._shrunk(plan, picked, measure) or self._shrunk(plan, _shortest(plan), measure)
            if proposal is not None and proposal.text not in seen:
                seen.add(proposal.text)
                yield proposal

    def _shrunk(self, plan: Plan, picked: dict[str, str], measure: Measure) -> Proposal | None:
        """The reply without as many of its optional moves as it takes to fit; never a sentence cut short."""
        moves = list(plan.moves)
        for dropped in (None, *plan.macro.drop, "affiliation", "seen", "private", "privacy", "name"):
            if dropped is not None:
                moves = [m for m in moves if m != dropped]
            proposal = _proposal(plan, moves, picked)
            length, limit = measure(proposal.text)
            if moves and length <= limit - self.voice.signature_room:
                return proposal
        return None


def _proposal(plan: Plan, moves: list[str], picked: dict[str, str]) -> Proposal:
    said = [Move(m, fill(picked[m], plan.slots), plan.macro.why.get(m, "House style.")) for m in moves]
    due = plan.due
    promise = next(
        (PromisePlan(m.text, due.owner, due.at, due.kind) for m in said if due and m.move == due.move), None
    )
    if said:
        said[0] = Move(said[0].move, said[0].text, f"{said[0].why} Macro {plan.macro.name}: {plan.why}.")
    if said and plan.address:
        why = "Nobody is told of a reply here that does not name them."
        said.insert(0, Move("address", plan.address, why))
    return Proposal(" ".join(m.text for m in said), plan.macro.name, tuple(said), promise)


def _shortest(plan: Plan) -> dict[str, str]:
    return {m: min(lines, key=lambda w: len(fill(w, plan.slots))) for m, lines in plan.say.items() if lines}


def _pick(seed: str, count: int) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % count
