"""What was done with a case, and by whom, in the words of its history."""

from __future__ import annotations

from typing import Final

ACTIONS: Final[dict[str, str]] = {
    "draft.claimed": "took the draft",
    "draft.written": "wrote a reply",
    "draft.edited": "changed the text",
    "draft.kept": "kept the text",
    "draft.approved": "approved",
    "draft.approved_first": "said the first of two yeses",
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
    "case.incident_set": "put the case into an incident",
    "case.snoozed": "snoozed the case",
    "case.woken": "woke the case",
    "case.tagged": "tagged the case",
    "case.untagged": "took a tag off",
    "case.escalated": "handed the case up",
    "case.escalation_answered": "answered what was handed up",
    "case.merged": "merged another case into this one",
    "case.merged_away": "merged this case into another",
    "case.split": "split posts off",
    "case.split_off": "split this case off",
    "case.merge_undone": "took a merge back",
    "case.split_undone": "took a split back",
    "case.settled": "settled the outcome",
    "case.verdict": "asked again whether we may reply",
    "case.answered_by_hand": "saw that we answered by hand",
    "draft.proposed": "proposed a reply",
    "draft.renewed": "wrote the reply anew",
    "draft.withheld": "held back: a person answers",
    "draft.posted": "posted the reply",
    "attempt.begun": "began to send",
    "attempt.look": "looked for our reply",
    "context.fetched": "fetched what was said around it",
}


def action(code: str) -> str:
    """An audit action in words."""
    return ACTIONS.get(code, code.replace(".", ": ").replace("_", " "))


def actor(name: str) -> str:
    """Who did something, for a history: a person by name, a machine by what it was at."""
    who, colon, what = name.partition(":")
    return f"the machine ({what})" if colon and who == "machine" else name
