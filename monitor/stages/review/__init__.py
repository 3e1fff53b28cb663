"""review: a person reads, edits, approves, rejects or hands off a draft.

Every function is one transaction, compare-and-swap on the draft's version, and leaves a record in
the audit log. The inbox, the JSON API and the CLI all come through here; nothing else may.
"""

from monitor.stages.review.approving import (
    LATELY,
    BlockingFinding,
    Check,
    Decided,
    Shown,
    approve,
    approve_opened,
    needs_of,
    undo,
)
from monitor.stages.review.casework import (
    close,
    correct,
    join_incident,
    note,
    reopen,
    settle_promise,
    tag,
)
from monitor.stages.review.decisions import REJECT_REASONS, answered, confirm, hand_off, reject
from monitor.stages.review.handing import answer_escalation, assign, escalate
from monitor.stages.review.moving import merge, split, undo_move
from monitor.stages.review.resting import WakeReport, snooze, wake, wake_due
from monitor.stages.review.stopping import Frozen, freeze, pause, thaw
from monitor.stages.review.words import (
    CLAIM_LASTS,
    Promised,
    claim,
    conversation_moved,
    edit,
    keep,
    release,
    show,
    tidy,
    write,
)

__all__ = [
    "CLAIM_LASTS",
    "LATELY",
    "REJECT_REASONS",
    "BlockingFinding",
    "Check",
    "Decided",
    "Frozen",
    "Promised",
    "Shown",
    "WakeReport",
    "answer_escalation",
    "answered",
    "approve",
    "approve_opened",
    "assign",
    "claim",
    "close",
    "confirm",
    "conversation_moved",
    "correct",
    "edit",
    "escalate",
    "freeze",
    "hand_off",
    "join_incident",
    "keep",
    "merge",
    "needs_of",
    "note",
    "pause",
    "reject",
    "release",
    "reopen",
    "settle_promise",
    "show",
    "snooze",
    "split",
    "tag",
    "thaw",
    "tidy",
    "undo",
    "undo_move",
    "wake",
    "wake_due",
    "write",
]
