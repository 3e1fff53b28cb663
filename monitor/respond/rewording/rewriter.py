"""Rewords a composed draft, sentence by sentence; whatever goes wrong, the draft stands as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.domain.conversation import Conversation
from monitor.domain.draft import Move, Proposal
from monitor.domain.moments import Clock
from monitor.respond.rewording.check import objections
from monitor.respond.rewording.model import ModelFailed, Writer
from monitor.respond.rewording.prompt import prompt_for
from monitor.respond.voice import Voice
from monitor.respond.withhold import language_of

# Only these may be said differently. What promises, explains, leads somewhere, names a person or warns stays
# word for word: the model is never asked for it.
FREE = frozenset({"greet", "name", "seen", "own", "thank", "leaving", "sign_off"})

FAILURES = 3  # in a row, after which the model is left alone …
REST = timedelta(minutes=5)  # … for so long: drafts don't wait for what is down

# (proposal, conversation, now) → what the lint objects to
Faults = Callable[[Proposal, Conversation, datetime], list[Any]]


@dataclass(slots=True)
class Rewriter:
    """Rewords drafts. `faults` is the lint; a rewording with a finding is not used.

    `allowance` says how many more rewordings this day holds.
    """

    writer: Writer
    voice: Voice
    faults: Faults
    clock: Clock
    allowance: Callable[[], int] = lambda: 1
    why_not: str = ""  # of the last draft that stayed as it was
    _failed: int = 0
    _rests_until: datetime | None = field(default=None)

    def reword(self, proposal: Proposal, conversation: Conversation) -> Proposal:
        """The draft in other words, marked as the model's; or `proposal` itself, `why_not` says why."""
        turn = conversation.to_answer
        free = {f"{m.move}_{n}": m.text for n, m in enumerate(proposal.moves) if m.move in FREE}
        now = self.clock.now()
        self.why_not = self._unable(bool(free) and turn is not None, now)
        if self.why_not or turn is None:
            return proposal
        lang = language_of(conversation)
        if lang != "en":
            self.why_not = f"only English drafts are reworded, this is {lang}"
            return proposal
        prompt = prompt_for(free, proposal.text, turn.mention.text, self.voice, lang)
        try:
            said = _sentences(self.writer.write(prompt))
        except ModelFailed as error:
            self._stumbled(now)
            self.why_not = str(error)
            return proposal
        self._failed, self._rests_until = 0, None
        moves = tuple(self._said(n, m, said) for n, m in enumerate(proposal.moves))
        text = " ".join(m.text for m in moves)
        if text == proposal.text:
            self.why_not = self.why_not or "it said the same"
            return proposal
        worded = replace(proposal, text=text, moves=moves, ai=f"{self.writer.name}, prompt {prompt.hash}")
        found = self.faults(worded, conversation, now)
        if found:
            self.why_not = f"the lint objects: {found[0].code}"
            return proposal
        return worded

    def _unable(self, something_to_say: bool, now: datetime) -> str:
        if not something_to_say:
            return "no sentence of it may be said differently"
        if self._rests_until is not None and now < self._rests_until:
            return "the model failed lately and is left alone for some minutes"
        return "" if self.allowance() > 0 else "this day's number is used up"

    def _stumbled(self, now: datetime) -> None:
        self._failed += 1
        if self._failed >= FAILURES:
            self._failed, self._rests_until = 0, now + REST

    def _said(self, number: int, move: Move, said: Mapping[str, str]) -> Move:
        """The move in the model's words where it may be, and they pass."""
        wanted = said.get(f"{move.move}_{number}")
        if move.move not in FREE or wanted is None or wanted == move.text:
            return move
        why = next(objections(wanted, move.text), None)
        if why is not None:
            self.why_not = why
            return move
        return Move(move.move, wanted.strip(), f"{move.why} Reworded by a language model.")


def _sentences(answer: str) -> dict[str, str]:
    """The sentences of an answer, by name. Raises ModelFailed where it isn't what was asked for."""
    begin, end = answer.find("{"), answer.rfind("}")
    try:
        found = json.loads(answer[begin : end + 1])
        said = found["reword"]
        return {str(k): v for k, v in said.items() if isinstance(v, str)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelFailed("the answer is not the JSON that was asked for") from error
