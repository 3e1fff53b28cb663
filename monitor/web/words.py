"""The words of the pages: every code of the domain as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from monitor.domain.case import Case, Lane
from monitor.domain.casework import NoticeKind
from monitor.domain.draft import DraftState
from monitor.domain.reading import Urgency

LANES: Final[dict[Lane, str]] = {
    Lane.NOW: "Now",
    Lane.NEEDS_APPROVAL: "Needs approval",
    Lane.BY_HAND: "By hand",
    Lane.WAITING: "Waiting",
    Lane.PROBLEMS: "Problems",
    Lane.DONE: "Done",
    Lane.ASIDE: "Aside",
}

LANE_MEANS: Final[dict[Lane, str]] = {
    Lane.NOW: "Harm, or somebody who is blocked right now. Oldest risk first.",
    Lane.NEEDS_APPROVAL: "A draft is ready; it needs your yes, your words, or your no.",
    Lane.BY_HAND: "A person answers these: no draft stands in between, or the platform wants a human hand.",
    Lane.WAITING: "We answered; the customer, or a promise of ours, is next.",
    Lane.PROBLEMS: "A reply was refused, got no answer, or is held back.",
    Lane.DONE: "Closed, newest first.",
    Lane.ASIDE: "Noise and thanks that ask nothing of anybody. Newest first; open one to bring it back.",
}

LANE_EMPTY: Final[dict[Lane, str]] = {
    Lane.NOW: "Nobody is in trouble right now.",
    Lane.NEEDS_APPROVAL: "No draft waits for you. New ones appear here by themselves.",
    Lane.BY_HAND: "Nobody waits for a hand-written answer.",
    Lane.WAITING: "We wait for nobody. When you approve a reply, its case waits here for the customer.",
    Lane.PROBLEMS: "Every reply that left the house arrived.",
    Lane.DONE: "Nothing was closed yet.",
    Lane.ASIDE: "Nothing was set aside.",
}

# The lanes in which somebody has to act.
AT_WORK: Final[frozenset[Lane]] = frozenset({Lane.NOW, Lane.NEEDS_APPROVAL, Lane.BY_HAND, Lane.PROBLEMS})

# Gaps younger than this are shown among the problems; the others on the page of the sources.
RECENT_GAPS: Final[timedelta] = timedelta(hours=24)

URGENCY: Final[dict[Urgency, str]] = {
    Urgency.P0: "P0 · harm",
    Urgency.P1: "P1 · blocked now",
    Urgency.P2: "P2 · needs a fix",
    Urgency.P3: "P3 · a question",
    Urgency.P4: "P4 · no clock",
}

FILTERS: Final[dict[str, str]] = {
    "urgency": "urgency",
    "intent": "about",
    "source": "source",
    "assignee": "for",
    "verdict": "verdict",
    "lang": "language",
    "place": "place",
    "incident": "incident",
    "tag": "tag",
    "photo": "photo",
}

# ISO 639-1, those that the reading tells apart most often; others are shown by their code.
LANGUAGES: Final[dict[str, str]] = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fi": "Finnish", "fr": "French",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian",
    "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
    "und": "not told",
}  # fmt: skip

INTENTS: Final[dict[str, str]] = {
    "outage_bug": "outage or bug",
    "account_access": "account access",
    "billing_refund": "billing, refund",
    "delivery_order": "delivery, order",
    "product_defect": "product defect",
    "staff_or_process": "staff or process",
    "safety_hazard": "safety hazard",
    "security_privacy_scam": "security, scam",
    "ethics_policy": "ethics, policy",
    "question_howto": "question",
    "feature_feedback": "feedback",
    "praise": "praise",
    "press_partner": "press, partner",
    "noise": "noise",
}

SIGNALS: Final[dict[str, str]] = {
    "asks_for_human": "asks for a person",
    "asks_for_executive": "asks for an executive",
    "churn_threat": "about to leave us",
    "legal_threat": "speaks of legal steps",
    "repeat_contact": "not the first time",
    "prior_unanswered": "we never answered before",
    "high_arousal": "very upset",
    "sarcasm_possible": "may be sarcasm",
    "pii_in_post": "private data in the post",
    "media_attached": "has a photo or video",
    "about_our_automation": "about our automation",
    "stop_request": "asks us to stop",
    "summoned": "addressed us",
    "unsupported_language": "a language we can't draft in",
}

STATES: Final[dict[DraftState, str]] = {
    DraftState.PROPOSED: "draft",
    DraftState.CLAIMED: "being worked on",
    DraftState.EDITED: "edited",
    DraftState.SECONDING: "waits for a second yes",
    DraftState.APPROVED: "approved, about to be sent",
    DraftState.SENDING: "being sent",
    DraftState.POSTED: "posted",
    DraftState.UNKNOWN: "no answer from the platform",
    DraftState.REFUSED: "refused by the platform",
    DraftState.HANDED_OFF: "handed off",
    DraftState.CONFIRMED: "posted by hand",
    DraftState.REJECTED: "rejected",
    DraftState.STALE: "the conversation moved",
    DraftState.SUPERSEDED: "replaced",
    DraftState.EXPIRED: "expired",
    DraftState.FROZEN: "held back",
    DraftState.WITHDRAWN: "withdrawn",
}

REJECTS: Final[dict[str, str]] = {
    "wrong_tone": "wrong tone",
    "wrong_facts": "wrong facts",
    "wrong_intent": "misread what they want",
    "no_reply_needed": "no reply needed (closes the case)",
    "answered_elsewhere": "answered elsewhere (closes the case)",
    "other": "another reason",
}

OUTCOMES: Final[dict[str, str]] = {
    "resolved_confirmed": "resolved, they said so",
    "resolved_assumed": "resolved, as far as we can tell",
    "recovered": "recovered: upset before, content now",
    "moved_private": "moved to a private channel",
    "referred": "referred to somebody else",
    "awaiting_customer": "waiting for the customer",
    "silent": "they fell silent",
    "worse": "it got worse",
    "lost": "lost: they left us",
    "no_reply_by_policy": "no reply, on purpose",
    "not_permitted": "we may not reply there",
    "duplicate_of_incident": "part of an incident",
    "opted_out": "they asked us to stop",
    "source_deleted": "they deleted their post",
    "missed": "missed",
}

# What a person may choose when closing a case; the others are set by the program.
CLOSING: Final[tuple[str, ...]] = (
    "resolved_confirmed",
    "resolved_assumed",
    "recovered",
    "moved_private",
    "referred",
    "no_reply_by_policy",
    "lost",
    "missed",
)

# How a browser was let in, where it was not the password alone.
VIA: Final[dict[str, str]] = {
    "code": "with the second factor",
    "recovery": "with a recovery code",
    "oidc": "through your organisation",
}

# What a role may, for whoever gives roles.
MAY: Final[dict[str, str]] = {
    "viewer": "reads every page",
    "agent": "also writes, edits, hands off, notes, assigns, corrects, closes",
    "approver": "also approves, and takes back",
    "manager": "also pauses all posting",
    "admin": "also adds people, gives roles, takes access away",
}

VERDICTS: Final[dict[str, str]] = {
    "postable": "we may reply here",
    "handoff": "a person posts the reply by hand",
    "listen_only": "listen only: no reply from us here",
}

HEALTH: Final[dict[str, str]] = {
    "new": "not polled yet",
    "ok": "well",
    "limited": "asked to slow down",
    "budget": "budget used up",
    "auth": "credentials refused",
    "failing": "failing",
}

DESKS: Final[dict[str, str]] = {
    "safety": "safety desk",
    "executive": "executive desk",
    "legal": "legal desk",
    "person": "a person, at once",
    "security": "security desk",
    "press": "press desk",
    "branch": "the branch",
}

# What can be put into a reply.
SNIPPETS: Final[dict[str, str]] = {"fact": "Facts", "sentence": "Sentences", "macro": "Macros"}

# (as it is asked for, as a button says it)
SNOOZES: Final[tuple[tuple[str, str], ...]] = (
    ("1h", "In an hour"),
    ("3h", "In three hours"),
    ("tomorrow", "Tomorrow morning"),
    ("monday", "Monday morning"),
    ("reply", "Until they write"),
)

SEVERITY: Final[tuple[str, ...]] = ("no harm", "annoyed", "let down", "hurt")

PLATFORMS: Final[dict[str, str]] = {
    "x": "X",
    "reddit": "Reddit",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "hackernews": "Hacker News",
    "rss": "feed",
    "appstore": "App Store",
    "archive": "archive",
}


def language(code: str) -> str:
    """A language's name as people write it."""
    return LANGUAGES.get(code, code or "not told")


# (title, (keys, what they do)): what the pages listen to, as the list of keys shows it.
KEYS: Final[tuple[tuple[str, tuple[tuple[str, str], ...]], ...]] = (
    (
        "Getting about",
        (
            ("j k", "next, previous case"),
            ("o", "open the case"),
            ("u", "back to the queue"),
            ("/", "search"),
            ("Ctrl K", "any command, any case"),
            (".", "show what is new"),
            ("f", "filter"),
            ("?", "this list"),
        ),
    ),
    (
        "Answering",
        (
            ("e", "edit the reply (Esc leaves)"),
            ("a", "approve"),
            ("Ctrl Enter", "approve while typing"),
            ("z", "undo the approval"),
            ("r", "reject"),
            ("h", "hand off, or confirm"),
            ("w", "other wordings, facts, macros"),
            ("1 2 3", "put another wording in"),
        ),
    ),
    (
        "The case",
        (
            ("i", "assign to me"),
            ("s", "snooze"),
            ("l", "escalate"),
            ("t", "tags"),
            ("m", "merge, split"),
            ("c", "close"),
            ("n", "note"),
            ("x", "select, for approving several"),
        ),
    ),
)


NOTICES: Final[dict[NoticeKind, str]] = {
    NoticeKind.MENTIONED: "{by} calls you in a note",
    NoticeKind.ASSIGNED: "{by} gave it to you",
    NoticeKind.ESCALATED: "{by} handed it up to you",
    NoticeKind.ANSWERED: "{by} has an answer for you",
    NoticeKind.WOKEN: "it is back from its snooze",
    NoticeKind.PROMISE: "you owe them what was promised, soon",
    NoticeKind.MACRO: "a macro you answer for was suspended; this is one of the reasons",
}


def notice(row: Mapping[str, Any]) -> str:
    """Why somebody should look at a case."""
    return NOTICES[NoticeKind(row["kind"])].format(by=row["by_name"])


def where(case: Case) -> str:
    """Where a case is now, for a list that it has left."""
    if case.merged_into is not None:
        return f"part of case {case.merged_into}"
    return f"in {LANES[case.lane]}"


def chosen(choices: Mapping[str, Sequence[tuple[str, str]]], name: str, value: str) -> str:
    """A filter's value in words."""
    return dict(choices.get(name, ())).get(value, value)


def usually(expected: float) -> str:
    """How many cases half an hour usually holds, in words."""
    return f"usually {expected:.0f} in half an hour" if expected >= 1.5 else "usually hardly any"


def platform(code: str) -> str:
    """A platform's name as people write it."""
    return PLATFORMS.get(code, code)


def plain(code: str) -> str:
    """A code without its punctuation, for what has no words of its own."""
    return code.replace("_", " ").replace(".", " · ").replace("-", " ")
