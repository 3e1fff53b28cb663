"""What kind of moment this is: the intent, bent by what has already happened between us."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.conversation import Conversation
from monitor.domain.reading import Reading, Urgency
from monitor.respond import echo, patterns
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


# Below this the primary intent is a guess among fourteen, and a reply that takes it for granted presumes.
CONFIDENT = 0.3

# Nothing of ours can fail a second time here.
_NEVER_FAILED = ("praise", "press_partner", "feature_feedback", "ethics_policy")


def situation_of(conversation: Conversation) -> Situation | None:
    """The situation of the newest post, or None when it says too little on its own."""
    turn = conversation.to_answer
    if turn is None or turn.reading is None:
        return None
    reading, text = turn.reading, turn.mention.text
    texts = [t.mention.text for t in reversed(list(conversation.customer_turns))]
    terms = terms_of(texts, reading, [t.mention.text for t in conversation.turns if t.own])
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
        grave=reading.urgency.level is Urgency.P0
        or macro in ("safety_hazard", "device_danger", "food_danger"),
        again=answers_of_ours(conversation) > 0 or bool(signals & {"repeat_contact", "prior_unanswered"}),
        leaving="churn_threat" in signals,
        has_order=any(s.kind == "order" for t in texts for s in private_spans(t)),
        earlier_replies=answers_of_ours(conversation),
    )


def _macro(
    conversation: Conversation, reading: Reading, terms: Terms, text: str, signals: frozenset[str]
) -> tuple[str | None, str]:
    if "asks_for_executive" in signals:
        return "executive", "they ask for somebody at the top: the executive desk answers in its own name"
    if _is_grave(reading):
        return _if_grave(reading, terms)
    if _is_resolved(text) and not (reading.complaint >= 0.5 or reading.urgency.level.rank <= Urgency.P2.rank):
        return "resolved", "they say it works again"
    if _is_bare_thanks(text):
        return "thanks", "they only say thank you"
    if reading.primary == "praise" and _acknowledges(conversation, terms, text):
        return "thanks", "they thank us for an answer, and praise nobody"
    if "about_our_automation" in signals:
        return "our_automation", "they complain about our own automatic replies"
    if _adds_something(conversation, reading, text):
        return "details", "they add something to what we talk about already"
    complains = reading.complaint >= 0.5 or reading.urgency.level.rank <= Urgency.P2.rank
    if (
        _failed_before(conversation, signals)
        and complains
        and reading.primary not in ("praise", "press_partner")
    ):
        return "second_failure", "we have answered, or been asked, before and it is still not right"
    if _is_fragment(conversation, terms, text):
        return None, ""
    return _by_intent(reading, terms, signals, complains)


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
        if "sarcasm_possible" in signals or reading.complaint >= 0.5:
            return "unclear", "it reads like praise and may be the opposite, so nothing is celebrated"
        return "praise", "primary intent praise"
    if terms.clause is None and not _confident(reading):
        return (
            "unclear",
            "the intent is a guess and nothing specific was said, so nothing is taken for granted",
        )
    if reading.primary == "noise" and complains and terms.intent not in (None, "*"):
        return (
            terms.topic or terms.intent or "unclear",
            f"it tells of a trouble: {terms.clause}",
        )
    if reading.primary == "noise":
        return "unclear", "something is asked of us, and it isn't clear what"
    if reading.primary == "question_howto" and complains and reading.urgency.level.rank <= Urgency.P2.rank:
        return "unclear", "asked as a question, and it has gone wrong for them already"
    if reading.primary == "delivery_order" and terms.travel and terms.topic is None and terms.clause is None:
        return "travel", "primary intent delivery_order, and it is a journey"
    if terms.topic is not None:
        return terms.topic, f"primary intent {reading.primary}, and the trouble has a macro of its own"
    return reading.primary, f"primary intent {reading.primary}"


def answers_of_ours(conversation: Conversation) -> int:
    """How often we have answered *them*: a notice of ours that they commented on was for everybody."""
    turns = list(conversation.turns)
    first = next((n for n, t in enumerate(turns) if not t.own), len(turns))
    ours = {t.mention.native_id for t in turns if t.own}
    return sum(
        1
        for n, t in enumerate(turns)
        if t.own and t.removed_at is None and (n > first or t.mention.in_reply_to not in {None, *ours})
    )


def _failed_before(conversation: Conversation, signals: frozenset[str]) -> bool:
    return answers_of_ours(conversation) > 0 or bool(signals & {"repeat_contact", "prior_unanswered"})


def _is_resolved(text: str) -> bool:
    """They say it works again, and nothing else in the post takes it back."""
    said = [" ".join(echo.words_of(s)) + ("?" if s.endswith("?") else "") for s in echo.sentences(text)]
    if any(patterns.any_of("resolved", "unless", s) for s in said):
        return False
    return any(patterns.any_of("resolved", "says", s) for s in said)


def _is_bare_thanks(text: str) -> bool:
    words = " ".join(echo.words_of(" ".join(echo.sentences(text))))
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
    words = " ".join(echo.words_of(" ".join(echo.sentences(text))))
    answers = turn is not None and turn.mention.in_reply_to is not None
    thanks = patterns.any_of("thanks", "says", words) and not patterns.any_of("thanks", "against", words)
    plain = terms.staff is None and not patterns.any_of("thanks", "praises", words)
    return answers and thanks and plain and "?" not in text


_UNHAPPY = frozenset(
    {"no", "not", "nope", "never", "still", "again", "didn't", "doesn't", "isn't", "can't", "won't", "wrong"}
)


def _adds_something(conversation: Conversation, reading: Reading, text: str) -> bool:
    """Under way, and the newest post is short and unhappy about nothing: "sent", "iPhone 7, version 8.4"."""
    words = echo.words_of(" ".join(echo.sentences(text)))
    if (
        not answers_of_ours(conversation)
        or len(words) > 8
        or text.rstrip().endswith("?")
        or _UNHAPPY & set(words)
    ):
        return False
    upset = {"high_arousal", "repeat_contact", "prior_unanswered", "churn_threat", "about_our_automation"}
    return not reading.signal_labels & upset and reading.primary not in ("praise", "press_partner")


def _is_fragment(conversation: Conversation, terms: Terms, text: str) -> bool:
    """A reply that means nothing without what came before, which we don't have: a picture, "Yes I did"."""
    turn = conversation.to_answer
    praise = turn is not None and turn.reading is not None and turn.reading.primary == "praise"
    if praise or terms.clause or terms.asked or terms.thing:
        return False
    words = echo.words_of(" ".join(echo.sentences(text)))
    answers = turn is not None and turn.mention.in_reply_to is not None and not answers_of_ours(conversation)
    return len(words) < 3 or (answers and len(words) < 8)
