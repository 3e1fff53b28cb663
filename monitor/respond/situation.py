"""What kind of moment this is: the intent, bent by what has already happened between us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.domain.conversation import Conversation
from monitor.domain.reading import Reading, Urgency
from monitor.respond import patterns
from monitor.respond.past import Past, past_of
from monitor.respond.privacy import private_spans
from monitor.respond.sentences import sentences, words_of
from monitor.respond.terms import Terms, terms_of, told_in_the_past


@dataclass(frozen=True, slots=True)
class Situation:
    """Which macro answers, and why that one. The flags decide about optional moves."""

    macro: str
    why: str
    reading: Reading
    terms: Terms
    platform: str
    past: Past = field(default_factory=Past)
    aroused: bool = False  # explain more (Herhausen 2019)
    grave: bool = False  # somebody was hurt, or might have been
    leaving: bool = False
    has_order: bool = False  # they gave an order number: never ask for it again
    asks_personally: bool = False  # they want a person or the top


# Below this the primary intent is a guess among fourteen, and a reply that takes it for granted presumes.
CONFIDENT = 0.3


def situation_of(conversation: Conversation, products: Sequence[str] = ()) -> Situation | None:
    """The situation of the newest post, or None when it says too little on its own."""
    turn = conversation.to_answer
    if turn is None or turn.reading is None:
        return None
    reading, past = turn.reading, past_of(conversation)
    texts = [t.mention.text for t in reversed(list(conversation.customer_turns))]
    ours = [t.mention.text for t in conversation.turns if t.own]
    terms = terms_of(texts, reading, ours, media=turn.mention.media, products=products)
    signals = reading.signal_labels | frozenset(conversation.case.signals)
    macro, why = _macro(conversation, reading, terms, past, signals)
    if macro is None:
        return None
    return Situation(
        macro=macro,
        why=why,
        reading=reading,
        terms=terms,
        platform=conversation.case.platform,
        past=past,
        aroused="high_arousal" in signals,
        grave=reading.urgency.level is Urgency.P0
        or macro in ("safety_hazard", "device_danger", "food_danger"),
        leaving="churn_threat" in signals,
        has_order=any(s.kind == "order" for t in texts for s in private_spans(t)),
        asks_personally=bool(signals & {"asks_for_human", "asks_for_executive"}),
    )


def _macro(
    conversation: Conversation, reading: Reading, terms: Terms, past: Past, signals: frozenset[str]
) -> tuple[str | None, str]:
    turn = conversation.to_answer
    text = turn.mention.text if turn is not None else ""
    if "asks_for_executive" in signals:
        return "executive", "they ask for somebody at the top: the executive desk answers in its own name"
    if _is_grave(reading):
        return _if_grave(reading, terms)
    complains = reading.complaint >= 0.5 or reading.urgency.level.rank <= Urgency.P2.rank
    if _is_resolved(text) and not complains:
        return "resolved", "they say it works again"
    if _is_bare_thanks(text):
        return "thanks", "they only say thank you"
    if reading.primary == "praise" and _acknowledges(conversation, terms, text):
        return "thanks", "they thank us for an answer, and praise nobody"
    if "about_our_automation" in signals:
        return "our_automation", "they complain about our own automatic replies"
    if _adds_something(past, reading, text):
        return "details", "they add something to what we talk about already"
    if reading.urgency.level.rank >= Urgency.P2.rank and told_in_the_past(text) and reading.primary in _ENDS:
        return "over", "the matter is settled for them: they tell how it went, and nothing is owed"
    if complains and reading.primary not in ("praise", "press_partner"):
        if past.is_known:
            return "second_failure", _why_again(past)
        if past.said_by_them and terms.topic not in _OWN_TOPIC_FIRST:
            return "said_before", "they say that it isn't the first time; our records don't show it"
    if _is_fragment(conversation, terms, past, text):
        return None, ""
    return _by_intent(reading, terms, signals, complains)


# What can be over: a matter with an end of its own.
_ENDS = frozenset(
    {"billing_refund", "delivery_order", "product_defect", "staff_or_process", "outage_bug", "account_access"}
)

# Somebody who is stranded, or in somebody else's hands, needs that said first, however often they wrote.
_OWN_TOPIC_FIRST = frozenset({"hacked", "phishing"})


def _why_again(past: Past) -> str:
    if past.answers:
        times = "once" if past.answers == 1 else f"{past.answers} times"
        return f"we have answered {times} here, and it is still not right"
    if past.unanswered:
        return "they came with the same before, and nobody answered"
    return "they came with the same before, and it is back"


def _is_grave(reading: Reading) -> bool:
    """Danger by a rule, or by a sure reading: "please call the emergency number" is never said on a guess."""
    by_rule = any(reason.rule != "model" for reason in reading.urgency.reasons)
    if reading.urgency.level is Urgency.P0 and (by_rule or not reading.urgency.reasons):
        return True
    return reading.primary == "safety_hazard" and _confident(reading)


def _confident(reading: Reading) -> bool:
    """Whether the primary intent is sure enough to speak of it."""
    return any(i.label == reading.primary and i.p >= CONFIDENT for i in reading.intents)


def _if_grave(reading: Reading, terms: Terms) -> tuple[str, str]:
    if reading.primary in ("security_privacy_scam", "account_access"):
        return terms.topic or "security_privacy_scam", "P0, and about security"
    if reading.primary != "safety_hazard":
        return "emergency", "P0: somebody needs a person there, now"
    return terms.topic or "safety_hazard", "somebody could get hurt: nothing else counts now"


def _by_intent(reading: Reading, terms: Terms, signals: frozenset[str], complains: bool) -> tuple[str, str]:
    if reading.primary == "praise" and terms.asked is not None:
        return "question_howto", "they thank us and ask something: the question gets the answer"
    if reading.primary == "praise":
        if "sarcasm_possible" in signals or reading.complaint >= 0.5 or not _confident(reading):
            return "unclear", "it reads like praise and may be the opposite, so nothing is celebrated"
        return "praise", "primary intent praise"
    if terms.clause is None and not _confident(reading):
        return (
            "unclear",
            "the intent is a guess and nothing specific was said, so nothing is taken for granted",
        )
    guessed = reading.primary == "noise" or not _confident(reading)
    if guessed and complains and terms.intent not in (None, "*"):
        return terms.topic or terms.intent or "unclear", f"it tells of a trouble: {terms.clause}"
    if reading.primary == "noise":
        return "unclear", "something is asked of us, and it isn't clear what"
    if reading.primary == "question_howto" and complains and reading.urgency.level.rank <= Urgency.P2.rank:
        return "unclear", "asked as a question, and it has gone wrong for them already"
    if reading.primary == "delivery_order" and terms.travel and terms.topic is None and terms.clause is None:
        return "travel", "primary intent delivery_order, and it is a journey"
    if terms.topic is not None:
        return terms.topic, f"primary intent {reading.primary}, and the trouble has a macro of its own"
    return reading.primary, f"primary intent {reading.primary}"


def _is_resolved(text: str) -> bool:
    """They say it works again, and nothing else in the post takes it back."""
    said = [" ".join(words_of(s)) + ("?" if s.endswith("?") else "") for s in sentences(text)]
    if any(patterns.any_of("resolved", "unless", s) for s in said):
        return False
    return any(patterns.any_of("resolved", "says", s) for s in said)


def _is_bare_thanks(text: str) -> bool:
    words = " ".join(words_of(" ".join(sentences(text))))
    if (
        "?" in text
        or not patterns.any_of("thanks", "says", words)
        or patterns.any_of("thanks", "against", words)
    ):
        return False
    left = patterns.regexes("thanks", "says")[0].sub(" ", words)
    return all(len(w) < 2 or w in patterns.words("thanks", "filler") for w in left.split())


def _acknowledges(conversation: Conversation, terms: Terms, text: str) -> bool:
    """A thank-you within a conversation, without a word of praise that somebody else should hear."""
    turn = conversation.to_answer
    words = " ".join(words_of(" ".join(sentences(text))))
    answers = turn is not None and turn.mention.in_reply_to is not None
    thanks = patterns.any_of("thanks", "says", words) and not patterns.any_of("thanks", "against", words)
    plain = terms.staff is None and not patterns.any_of("thanks", "praises", words)
    return answers and thanks and plain and "?" not in text


_UNHAPPY = frozenset(
    {"no", "not", "nope", "never", "still", "again", "didn't", "doesn't", "isn't", "can't", "won't", "wrong"}
)


def _adds_something(past: Past, reading: Reading, text: str) -> bool:
    """Under way, and the newest post is short and unhappy about nothing: "sent", "iPhone 7, version 8.4"."""
    words = words_of(" ".join(sentences(text)))
    if not past.answers or len(words) > 8 or text.rstrip().endswith("?") or _UNHAPPY & set(words):
        return False
    upset = {"high_arousal", "repeat_contact", "prior_unanswered", "churn_threat", "about_our_automation"}
    return not reading.signal_labels & upset and reading.primary not in ("praise", "press_partner")


def _is_fragment(conversation: Conversation, terms: Terms, past: Past, text: str) -> bool:
    """A reply that means nothing without what came before, which we don't have: a picture, "Yes I did"."""
    turn = conversation.to_answer
    praise = turn is not None and turn.reading is not None and turn.reading.primary == "praise"
    if praise or terms.clause or terms.asked or terms.called_mine:
        return False
    words = words_of(" ".join(sentences(text)))
    answers = turn is not None and turn.mention.in_reply_to is not None and not past.answers
    return len(words) < 3 or (answers and len(words) < 8)
