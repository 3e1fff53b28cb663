"""Preflight: what has to hold in the moment a reply is sent, and what follows when it doesn't.

Every check has a code of its own, which people can search for, and says what to do. The order of the
table is the order of the checks (docs/publishing.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.draft import DraftState


class Then(StrEnum):
    """What becomes of the draft when a check fails."""

    WAITS = "waits"  # the yes stands; it is tried again by itself
    STOPS = "stops"  # the yes stands, but somebody has to do something first; it is tried again meanwhile
    BACK = "back"  # to a person, who may approve it again
    STALE = "stale"  # to a person: the conversation is no longer the one that was approved
    FROZEN = "frozen"  # until the freeze is lifted, then to a person
    WITHDRAWN = "withdrawn"  # for good

    @property
    def state(self) -> DraftState:
        """The state the draft goes to."""
        return _STATES[self]

    @property
    def keeps_the_yes(self) -> bool:
        """True while the approval stands."""
        return self in (Then.WAITS, Then.STOPS)


_STATES = {
    Then.WAITS: DraftState.APPROVED,
    Then.STOPS: DraftState.APPROVED,
    Then.BACK: DraftState.EDITED,
    Then.STALE: DraftState.STALE,
    Then.FROZEN: DraftState.FROZEN,
    Then.WITHDRAWN: DraftState.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to hold. `advice` is what a person should do when it doesn't."""

    code: str
    holds: str
    then: Then
    advice: str


_B, _S = Then.BACK, Then.STALE
CHECKS: dict[str, Check] = {
    check.code: check
    for check in (
        Check("publish.no_approval", "somebody said yes", _B, "Read it and approve it."),
        Check(
            "publish.text_changed",
            "the text is the one that was approved",
            _S,
            "Read the text as it is now, and approve that.",
        ),
        Check(
            "publish.too_old",
            "the yes is not older than `approval_lasts`",
            _B,
            "It could not leave in time. Read it as a customer would today; edit it or approve it again.",
        ),
        Check(
            "publish.frozen",
            "nothing froze it: not everything, its brand, its source, nor its incident",
            Then.FROZEN,
            "Wait for whoever froze it, or have it lifted (`presszero thaw`); then read it again.",
        ),
        Check(
            "publish.parent_gone",
            "the post that is answered is there",
            Then.WITHDRAWN,
            "Nothing: its author removed it.",
        ),
        Check(
            "publish.opted_out",
            "the customer has not asked us to stop",
            Then.WITHDRAWN,
            "Nothing: they asked us to stop, and that is for ever.",
        ),
        Check(
            "publish.answered",
            "nobody of ours has answered meanwhile, here or in the platform's own app",
            _S,
            "Read that answer. Reject the draft, or say that its words are still needed.",
        ),
        Check(
            "publish.customer_wrote",
            "the customer has not written since",
            _S,
            "Read what they wrote; edit the reply, or say that its words still fit.",
        ),
        Check(
            "publish.parent_edited",
            "that post reads as it did when the reply was approved",
            _S,
            "Read what they changed; edit the reply, or say that its words still fit.",
        ),
        Check(
            "publish.conversation_moved",
            "the conversation is otherwise the one that was approved",
            _S,
            "Read the conversation as it is now; edit the reply, or say that its words still fit.",
        ),
        Check(
            "publish.not_permitted",
            "we may reply there",
            _S,
            "Hand it off if the verdict allows that; else close the case.",
        ),
        Check(
            "publish.no_outlet",
            "its source is configured, and can post",
            _B,
            "Put the source back into config.toml, or hand it off.",
        ),
        Check(
            "publish.paused",
            "posting is not paused",
            Then.WAITS,
            "It leaves by itself when posting is resumed.",
        ),
        Check(
            "publish.pacing",
            "the last reply of this account is `pacing` ago",
            Then.WAITS,
            "Nothing: it is next in line.",
        ),
        Check(
            "publish.rate",
            "the account's write budget has room",
            Then.WAITS,
            "Nothing: it leaves when the platform's limit allows it. If it can't wait, hand it off.",
        ),
        Check(
            "publish.platform",
            "the platform can be asked",
            Then.WAITS,
            "Nothing: it is tried again every few minutes. If it can't wait, hand it off.",
        ),
        Check(
            "publish.credential",
            "the account can sign in",
            Then.STOPS,
            "Renew the account's secrets in the environment, then `presszero doctor`. It leaves by itself.",
        ),
        Check(
            "publish.closed",
            "the thread takes answers",
            _S,
            "Nobody can answer there any more: close the case, or reach the customer elsewhere.",
        ),
        Check(
            "publish.refused",
            "the platform takes it as it is",
            _B,
            "Read the platform's words, edit the reply and approve it again, or hand it off.",
        ),
        Check(
            "publish.budget",
            "its price fits into the day's budget",
            Then.STOPS,
            "Take the link out if that makes it cheaper, raise `budget_per_day`, or hand it off.",
        ),
    )
}

# What is said of replies whose outcome is not known, and of what came back: no checks, but codes that
# people meet in the same place.
LOOKING = "publish.looking"
UNPROVABLE = "publish.unprovable"
ABSENT = "publish.absent"
NOT_NOW = "publish.not_now"
THAWED = "publish.thawed"
SAID: dict[str, str] = {
    LOOKING: "Nothing: we look for it on the platform. You may look by hand, and say what you found.",
    UNPROVABLE: "Look for it by hand, then say whether it is there. Nothing is sent again by itself.",
    ABSENT: "Read it once more and approve it again.",
    NOT_NOW: "Nothing: it is tried again when the platform said. If it can't wait, hand it off.",
    THAWED: "Read it as a customer would today; edit it, or approve it again.",
}


@dataclass(frozen=True, slots=True)
class Hold:
    """A check that failed, in this instance. `until` is when it is tried again, aware UTC.

    `rule` is the platform's own, where the check handed on what the platform said.
    """

    code: str
    why: str
    until: datetime | None = None
    rule: str = ""

    @property
    def check(self) -> Check:
        """The check that failed."""
        return CHECKS[self.code]


def advice_for(code: str) -> str | None:
    """What to do about a code of ours, or None for a rule of a platform."""
    return CHECKS[code].advice if code in CHECKS else SAID.get(code)
