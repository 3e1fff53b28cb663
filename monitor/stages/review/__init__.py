"""review: a person reads, edits, approves, rejects or hands off a draft.

Every function is one transaction, compare-and-swap on the draft's version, and leaves a record in
the audit log. The inbox, the JSON API and the CLI all come through here; nothing else may.
"""

from monitor.stages.review.casework import assign, close, correct, note, pause, reopen, settle_promise
from monitor.stages.review.decisions import (
    LATELY,
    REJECT_REASONS,
    BlockingFinding,
    Check,
    Shown,
    answered,
    approve,
    confirm,
    hand_off,
    reject,
    undo,
)
from monitor.stages.review.words import CLAIM_LASTS, claim, edit, keep, release, show, tidy, write

__all__ = [
    "CLAIM_LASTS",
    "LATELY",
    "REJECT_REASONS",
    "BlockingFinding",
    "Check",
    "Shown",
    "answered",
    "approve",
    "assign",
    "claim",
    "close",
    "confirm",
    "correct",
    "edit",
    "hand_off",
    "keep",
    "note",
    "pause",
    "reject",
    "release",
    "reopen",
    "settle_promise",
    "show",
    "tidy",
    "undo",
    "write",
]
