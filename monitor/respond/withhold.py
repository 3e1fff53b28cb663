"""Which cases must have no automatic draft. Pure; the order is the order of weight."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.domain.conversation import Conversation
from monitor.domain.reading import Reading, Signal, Urgency
from monitor.domain.verdict import MayReply


@dataclass(frozen=True, slots=True)
class Withheld:
    """No draft, for this reason. `code` is stable; `why` is one sentence for the person who sees the case."""

    code: str
    why: str


# The reading tells of self-harm through the rule behind P0; this second look at the words is there
# because a cheerful draft under such a post would be the worst thing this program could write.
_SELF_HARM = re.compile(
    r"(?i)\b(kill(ing)? my ?self|end(ing)? (it all|my (own )?life)|suicid\w*|want(ed)? to die|wanna die|"
    r"(hurt|harm|cut)(ing)? my ?self|self[- ]?harm|no reason to live|better off dead|take my (own )?life)"
)
# By what the rule that set P0 is called: whose words these must be is not ours to draft.
_SELF_HARM_RULES = ("selfharm", "self_harm", "self-harm", "suicid")
_DANGER_RULES = ("threat", "assault", "violence", "child")

_TEXTS = {
    "stop_request": "They asked us to stop. No reply goes out, on this platform, for ever.",
    "listen_only": "No reply is allowed here: {rule}.",
    "self_harm": "Somebody may be in danger. A person answers, at once, in their own words.",
    "danger": "A threat, an assault, or a child in danger: a person answers, at once, in their own words.",
    "asks_for_human": "They asked for a person, so a person answers: no automatic draft stands in between.",
    "legal_threat": "They speak of legal steps. Whoever is responsible for that decides what is said.",
    "nothing_to_answer": "There is no post of the customer left to answer.",
    "unsupported_language": "This brand's voice has no wordings in this language ({lang}).",
    "noise": "Nothing is asked of us here.",
    "too_little": "It says too little on its own: it takes a person who knows what came before.",
    "no_room": "No honest reply fits into the platform's length.",
    "macro_suspended": "The macro {macro} is suspended, its replies made things worse: a person writes.",
    "no_clean_wording": "Every wording broke a rule of the lint here: a person writes this one.",
}


def withheld(code: str, **slots: str) -> Withheld:
    """The reason `code` with its sentence."""
    return Withheld(code, _TEXTS[code].format(**slots))


def withhold(conversation: Conversation, languages: frozenset[str]) -> Withheld | None:
    """Why this case must have no automatic draft, or None when it may have one."""
    case = conversation.case
    readings = [t.reading for t in conversation.customer_turns if t.reading is not None]
    signals = {s for r in readings for s in r.signal_labels} | set(case.signals)
    if "stop_request" in signals:
        return withheld("stop_request")
    if case.verdict == MayReply.LISTEN_ONLY.value:
        return withheld("listen_only", rule=case.verdict_rule or "the verdict says so")
    turn = conversation.to_answer
    if turn is None:
        return withheld("nothing_to_answer")
    if danger := _danger(conversation, readings):
        return withheld(danger)
    if _wants_a_human(readings, signals):
        return withheld("asks_for_human")
    if "legal_threat" in signals:
        return withheld("legal_threat")
    lang = language_of(conversation)
    if not _is_latin(turn.mention.text):
        return withheld("unsupported_language", lang=lang)
    newest = turn.reading
    if lang not in languages or (
        newest is not None and "unsupported_language" in newest.signal_labels and lang == "en"
    ):
        return withheld("unsupported_language", lang=lang)
    if newest is not None and newest.primary == "noise" and newest.urgency.level is Urgency.P4:
        return withheld("noise")
    return None


def language_of(conversation: Conversation) -> str:
    """The language to answer in: what the newest post was read as, two letters, lower case."""
    turn = conversation.to_answer
    lang = (
        (turn.reading.lang if turn is not None and turn.reading else None) or conversation.case.lang or "en"
    )
    short = lang.lower().replace("_", "-").split("-")[0]
    return "en" if short in ("", "und", "xx") else short


def _is_latin(text: str) -> bool:
    """False when most letters are of a script that none of our languages is written in."""
    letters = [c for c in text if c.isalpha()]
    return sum(c < "\u0250" for c in letters) * 2 >= len(letters)


def _danger(conversation: Conversation, readings: list[Reading]) -> str | None:
    rules = [reason.rule.lower() for r in readings for reason in r.urgency.reasons]
    if any(mark in rule for rule in rules for mark in _SELF_HARM_RULES):
        return "self_harm"
    if any(_SELF_HARM.search(t.mention.text) for t in conversation.customer_turns):
        return "self_harm"
    return "danger" if any(mark in rule for rule in rules for mark in _DANGER_RULES) else None


def _wants_a_human(readings: list[Reading], signals: set[str]) -> bool:
    """True unless every "give me a person" is the very words of "give me your manager".

    Whoever names the executive gets the executive desk's acknowledgement (a named owner, a promise);
    whoever asks for a person as well, elsewhere in the post, gets the person.
    """
    if "asks_for_human" not in signals:
        return False
    if "asks_for_executive" not in signals:
        return True
    spans: list[tuple[Signal, list[Signal]]] = []
    for reading in readings:
        executive = [s for s in reading.signals if s.label == "asks_for_executive"]
        spans += [(s, executive) for s in reading.signals if s.label == "asks_for_human"]
    return not spans or not all(any(h.start < e.end and e.start < h.end for e in ex) for h, ex in spans)
