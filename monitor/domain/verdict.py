"""The verdict: may we reply here, and which rule says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MayReply(StrEnum):
    """How a reply to this post may leave the house."""

    POSTABLE = "postable"  # through the platform's interface, once approved
    HANDOFF = "handoff"  # a person posts it by hand
    LISTEN_ONLY = "listen_only"  # no reply at all


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer with the rule behind it and where that rule is written down."""

    may_reply: MayReply
    rule: str  # stable id, e.g. "x.summoned"
    why: str  # one sentence for the person who reads it
    source: str = ""  # where the rule comes from
