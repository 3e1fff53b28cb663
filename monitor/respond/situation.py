"""What kind of moment this is: the intent, bent by what has already happened between us."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.domain.conversation import Conversation
from monitor.domain.reading import Reading, Urgency
from monitor.respond import echo
from monitor.respond.privacy import private_spans
from monitor.respond.terms import Terms, terms_of


@dataclass(frozen=True, slots=True)
class Situation:
    """Which macro answers, and why that one. The flags decide about optional moves."""

    macro: str
    why: str
    reading: Reading
    terms: Terms
    aroused: bool = False  # explain more (Herhausen 2019)
    grave: bool = False  # somebody was hurt, or might have been
    again: bool = False  # not the first time
    leaving: bool = False
    has_order: bool = False  # they gave an order number: never ask for it again
    earlier_replies: int = 0


_RESOLVED = re.compile(
    r"(?i)\b((it'?s|it is|its|all|is|now|got it|seems|everything'?s?|that|they|is all) (now )?(working|works|fixed|sorted|resolved|solved|back|fine|"
    r"alright|good)( (now|again|out|itself|fine|for now))?\b|works? (fine |perfectly )?(now|again)|that (worked|did (it|the trick)|helped|fixed it|solved)|"
    r"(it|problem|issue) (has |is |has been |been |got )?(just )?(worked|fixed|sorted|solved|resolved)|sorted (it|itself|out|now)|"
    r"figured it out|got it (working|sorted|fixed|to work)|no longer an issue|never ?mind)\b"
)
_NOT_RESOLVED = re.compile(
    r"(?i)\b(not|n['’]?t|never|still|until|unless|no longer|nope|stopped|hope|hopefully|wish|when|once|if|but|please|get it|"
    r"supposed|was working|used to|before|yet|hasn|isn|doesn|won|cant|dont|want|need|needs|can (you|we|i|u)|just bought|should)\b|\?"
)
_THANKS = re.compile(r"(?i)\b(thank(s| you|x|u)?|thx|thnx|ty|cheers|appreciate|danke|merci|gracias|grazie)\b")
_FILLER = re.compile(
    r"(?i)\b(ok(ay)?|k|great|cool|perfect|awesome|brilliant|lovely|so much|a lot|very|much|again|anyways?|for|the|your|you|help|reply|quick|"
    r"response|too|and|have|a|nice|good|day|night|one|weekend|guys|will|do|i|it|all|got|gotcha|appreciated|this|that|wonderful|fast|is|"
    r"are|helping|answer|info|lol|yes|no|sure|sounds|alright|right|ur|u|really|kind|best|amazing|excellent|super|many|just)\b"
)


def situation_of(conversation: Conversation) -> Situation | None:
    """The situation of the newest post, or None when it says too little on its own. `to_answer` must be there."""
    turn = conversation.to_answer
    if turn is None or turn.reading is None:
        return None
    reading, text = turn.reading, turn.mention.text
    texts = [t.mention.text for t in reversed(list(conversation.customer_turns))]
    terms = terms_of(texts, reading)
    signals = reading.signal_labels | frozenset(conversation.case.signals)
    macro, why = _macro(conversation, reading, terms, text, signals)
    if macro is None:
        return None
    return Situation(
        macro=macro,
        why=why,
        reading=reading,
        terms=terms,
        aroused="high_arousal" in signals,
        grave=reading.urgency.level is Urgency.P0 or macro in ("safety_hazard", "device_danger", "food_danger"),
        again=conversation.replies_of_ours > 0 or bool(signals & {"repeat_contact", "prior_unanswered"}),
        leaving="churn_threat" in signals,
        has_order=any(s.kind == "order" for t in texts for s in private_spans(t)),
        earlier_replies=conversation.replies_of_ours,
    )


def _macro(
    conversation: Conversation, reading: Reading, terms: Terms, text: str, signals: frozenset[str]
) -> tuple[str | None, str]:
    if "asks_for_executive" in signals:
        return "executive", "they ask for somebody at the top: the executive desk answers in its own name"
    if reading.urgency.level is Urgency.P0 or reading.primary == "safety_hazard":
        return _if_grave(reading, terms)
    if _is_resolved(text):
        return "resolved", "they say it works again"
    if _is_bare_thanks(text):
        return "thanks", "they only say thank you"
    if "about_our_automation" in signals:
        return "our_automation", "they complain about our own automatic replies"
    complains = reading.complaint >= 0.5 or reading.urgency.level.rank <= Urgency.P2.rank
    if (
        _failed_before(conversation, signals)
        and complains
        and reading.primary not in ("praise", "press_partner")
    ):
        return "second_failure", "we have answered, or been asked, before and it is still not right"
    if _is_fragment(conversation, terms, text):
        if conversation.replies_of_ours:
            return "details", "they add something to what we talk about already"
        return None, ""
    return _by_intent(reading, terms, signals, complains)


def _if_grave(reading: Reading, terms: Terms) -> tuple[str, str]:
    if reading.primary in ("security_privacy_scam", "account_access"):
        return terms.topic or "security_privacy_scam", "P0, and about security"
    return terms.topic or "safety_hazard", "somebody could get hurt: nothing else counts now"


def _by_intent(reading: Reading, terms: Terms, signals: frozenset[str], complains: bool) -> tuple[str, str]:
    if reading.primary == "praise":
        if "sarcasm_possible" in signals or reading.complaint >= 0.5:
            return "unclear", "it reads like praise and may be the opposite, so nothing is celebrated"
        return "praise", "primary intent praise"
    if reading.primary == "noise":
        return "unclear", "something is asked of us, and it isn't clear what"
    if reading.primary == "question_howto" and complains and reading.urgency.level.rank <= Urgency.P2.rank:
        return "unclear", "asked as a question, and it has gone wrong for them already"
    if terms.topic is not None:
        return terms.topic, f"primary intent {reading.primary}, and the trouble has a macro of its own"
    return reading.primary, f"primary intent {reading.primary}"


def _failed_before(conversation: Conversation, signals: frozenset[str]) -> bool:
    return conversation.replies_of_ours > 0 or bool(signals & {"repeat_contact", "prior_unanswered"})


def _is_resolved(text: str) -> bool:
    for sentence in echo.sentences(text):
        if _RESOLVED.search(sentence) and not _NOT_RESOLVED.search(sentence):
            return not any(_NOT_RESOLVED.search(s) for s in echo.sentences(text) if s != sentence)
    return False


def _is_bare_thanks(text: str) -> bool:
    words = " ".join(echo.sentences(text))
    if (
        "?" in text
        or not _THANKS.search(words)
        or re.search(r"(?i)thanks? (a lot )?for (no|ruin|wast)|no thanks", words)
    ):
        return False
    left = _FILLER.sub(" ", _THANKS.sub(" ", words))
    return len(re.findall(r"[A-Za-z]{2,}", left)) == 0


def _is_fragment(conversation: Conversation, terms: Terms, text: str) -> bool:
    """A reply that means nothing without what came before: a picture, "Headphones", "Yes I did"."""
    words = echo.words_of(" ".join(echo.sentences(text)))
    if terms.clause or terms.asked or terms.thing:
        return bool(conversation.replies_of_ours) and len(words) < 5 and not text.rstrip().endswith("?")
    turn = conversation.to_answer
    answers = turn is not None and turn.mention.in_reply_to is not None
    return len(words) < 3 or (answers and len(words) < 8)
