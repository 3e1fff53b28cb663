"""An approval: a named person's yes to one exact text against one exact state of the conversation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median


def text_hash(text: str) -> str:
    """SHA-256 (hex) of the exact UTF-8 bytes that will be sent."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class ConversationItem:
    """What of one post counts for the state of a conversation."""

    platform: str
    native_id: str
    revision: int
    text: str
    own: bool
    removed: bool


def conversation_hash(items: Iterable[ConversationItem]) -> str:
    """SHA-256 (hex) over every post of the case: who is in it, each revision, each removal.

    Any new post, edit, deletion or reply of ours changes it; order of arrival doesn't.
    """
    rows = sorted(
        [i.platform, i.native_id, i.revision, i.own, i.removed, "" if i.removed else text_hash(i.text)]
        for i in items
    )
    return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Approval:
    """Who said yes, to what, when. `send_at` is when it should leave (None: at once). Times are aware UTC."""

    id: int
    draft_id: int
    user: str
    text: str
    text_hash: str
    conversation_hash: str
    at: datetime
    seconds_to_decide: float | None  # from opening the case to the yes: the rubber-stamp meter
    unchanged: bool  # the machine's words, untouched
    needs: tuple[str, ...] = ()  # why one yes is not enough (monitor.domain.seconding)
    first_id: int | None = None  # the first yes, which this one seconds
    send_at: datetime | None = None

    @property
    def is_enough(self) -> bool:
        """Whether the reply may be sent on this yes."""
        return not self.needs or self.first_id is not None


@dataclass(frozen=True, slots=True)
class Meter:
    """The rubber-stamp meter: how somebody approves. Shown to the person first."""

    approvals: int
    median_seconds: int | None  # from opening the case to the yes; None: never measured
    unchanged: int  # per cent of the machine's drafts that were left as they were

    @property
    def stamps(self) -> bool:
        """Whether the eye may have stopped reading: very fast, and next to nothing was changed."""
        fast = self.median_seconds is not None and self.median_seconds < FAST
        return self.approvals >= ENOUGH and fast and self.unchanged >= ALWAYS


# A post and a reply of 50 words each take some 20 s to read at 300 words a minute: under half of that, over
# enough approvals, and with nearly every draft untouched, nobody was reading.
FAST = 8
ALWAYS = 95
ENOUGH = 20


def meter_of(approvals: Sequence[tuple[float | None, bool]]) -> Meter:
    """The meter over (seconds to decide, the machine's words untouched)."""
    timed = [seconds for seconds, _ in approvals if seconds is not None]
    untouched = sum(same for _, same in approvals)
    return Meter(
        len(approvals),
        round(median(timed)) if timed else None,
        round(100 * untouched / len(approvals)) if approvals else 0,
    )
