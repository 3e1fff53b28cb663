"""What a person may put into a reply of their own: the brand's facts, and what each macro would say here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.conversation import Conversation
from monitor.respond.compose import Responder
from monitor.respond.macros import Macro, fill, usable
from monitor.respond.plan import Plan
from monitor.respond.withhold import language_of


@dataclass(frozen=True, slots=True)
class Snippet:
    """A ready piece of text. `kind`: fact, sentence (of the macro that fits) or macro (the whole of one)."""

    kind: str
    title: str
    text: str


def snippets(
    responder: Responder,
    conversation: Conversation,
    now: datetime,
    suspended: frozenset[str] = frozenset(),
) -> list[Snippet]:
    """Facts first, then the sentences of the macro that fits, then what the other macros would say.

    A macro is offered only where everything it needs to say is known and it is not suspended; none of them
    where the case is to be answered in words of one's own (a person was asked for, self-harm, legal …).
    """
    found = [*_facts(responder, conversation)]
    plan = responder.plan(conversation, now, suspended)
    if not isinstance(plan, Plan):
        return found
    found += [
        Snippet("sentence", move.replace("_", " "), fill(plan.say[move][0], plan.slots))
        for move in plan.moves
    ]
    if language_of(conversation) == "en":
        found += _macros(responder, plan, suspended)
    return found


def _facts(responder: Responder, conversation: Conversation) -> Iterator[Snippet]:
    lang = language_of(conversation)
    for fact in responder.voice.facts:
        text = fact.text_in(lang) or fact.text
        link = f" {responder.voice.url_of(fact.link)}" if fact.link is not None else ""
        yield Snippet("fact", fact.id.replace("-", " "), text + link)


def _macros(responder: Responder, plan: Plan, suspended: frozenset[str]) -> Iterator[Snippet]:
    for macro in sorted(responder.macros.values(), key=lambda m: m.name):
        # Other desks speak for themselves, with owners of their own.
        fits = macro.name != plan.macro.name and macro.name not in suspended and macro.desk == "care"
        text = _said(macro, plan) if fits else ""
        if text:
            yield Snippet("macro", macro.name.replace("_", " "), text)


def _said(macro: Macro, plan: Plan) -> str:
    """What a macro would say with what is known of the case; "" where it would have a hole."""
    wanted = [m for m in macro.moves if m not in macro.drop and m in macro.say]
    wordings = [usable(macro.say[m], plan.slots) for m in wanted]
    return " ".join(fill(w[0], plan.slots) for w in wordings) if wordings and all(wordings) else ""
