"""The words of the pages: every code of the domain as people read it."""

from __future__ import annotations

from typing import Final

from monitor.domain.case import Lane
from monitor.domain.draft import DraftState

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

SEVERITY: Final[tuple[str, ...]] = ("no harm", "annoyed", "let down", "hurt")

ACTIONS: Final[dict[str, str]] = {
    "draft.claimed": "took the draft",
    "draft.written": "wrote a reply",
    "draft.edited": "changed the text",
    "draft.kept": "kept the text",
    "draft.approved": "approved",
    "draft.approval_undone": "took the approval back",
    "draft.rejected": "rejected the draft",
    "draft.handed_off": "took it to post by hand",
    "draft.confirmed": "posted it by hand",
    "case.assigned": "assigned the case",
    "case.referred": "brought the case to its desk",
    "promise.made": "promised something",
    "promise.reminded": "reminded the keeper of a promise",
    "promise.settled": "settled a promise",
    "case.closed": "closed the case",
    "case.reopened": "reopened the case",
    "case.noted": "left a note",
    "case.urgency_corrected": "corrected the urgency",
    "case.intent_corrected": "corrected the intent",
}

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


def platform(code: str) -> str:
    """A platform's name as people write it."""
    return PLATFORMS.get(code, code)


def action(code: str) -> str:
    """An audit action in words."""
    return ACTIONS.get(code, code.replace(".", ": ").replace("_", " "))


def plain(code: str) -> str:
    """A code without its punctuation, for what has no words of its own."""
    return code.replace("_", " ").replace(".", " · ").replace("-", " ")
